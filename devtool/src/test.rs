//! `test`: every check of the project, on a platform of its own beside the one a person may run.

use std::process::Command;

use anyhow::Context as _;

use crate::{
    build::{self, succeed},
    check::{self, step},
    demo, doctor,
    endpoints::{self, Endpoints},
    home::Home,
    infra, install, up,
};

/// Runs everything; the platform is ended also when something fails.
pub async fn test(home: &Home) -> anyhow::Result<()> {
    install::enough_disk(home)?;
    install::packages()?;
    check::check(home).await?;
    step("building");
    build::programs(home, false)?;
    build::ui(home)?;
    build::npm(home, &["run", "size", "--silent"])?;

    let own = home.beside("test");
    up::down(&own, true).await?;
    let outcome = on_platform(&own).await;
    up::down(&own, outcome.is_ok()).await?;
    outcome
}

async fn on_platform(own: &Home) -> anyhow::Result<()> {
    let mut settings = up::NO_LIMITS.to_vec();
    settings.push((infra::UNFLUSHED, "yes"));
    up::start(own, false, &settings).await?;
    let endpoints = demo::load_once(own).await?;
    step("crates and services");
    cargo(
        own,
        &endpoints,
        &["--workspace", "--exclude", "integration-tests"],
        None,
    )?;
    step("the platform");
    cargo(
        own,
        &endpoints,
        &["--package", "integration-tests"],
        Some("1"),
    )?;
    step("browsers");
    browser(own, &endpoints)?;
    step("invariants");
    doctor::doctor(own).await
}

/// Runs Rust tests with nextest where it is installed, else with cargo's own runner.
fn cargo(
    own: &Home,
    endpoints: &Endpoints,
    chosen: &[&str],
    threads: Option<&str>,
) -> anyhow::Result<()> {
    let mut command = Command::new("cargo");
    command.current_dir(own.root());
    if install::on_path("cargo-nextest") {
        command
            .args(["nextest", "run", "--no-tests", "pass"])
            .args(chosen);
        command.args(threads.map(|threads| format!("--test-threads={threads}")));
    } else {
        command
            .args(["test", "--quiet", "--no-fail-fast"])
            .args(chosen);
        command.args(
            threads
                .map(|threads| ["--".to_owned(), format!("--test-threads={threads}")])
                .into_iter()
                .flatten(),
        );
    }
    environment(&mut command, own, endpoints);
    succeed(&mut command, "the Rust tests")
}

fn browser(own: &Home, endpoints: &Endpoints) -> anyhow::Result<()> {
    let folder = own.root().join("integration-tests/browser");
    if !folder.join("node_modules").exists() {
        let mut npm = Command::new("npm");
        npm.current_dir(&folder).args(build::NPM_INSTALL);
        succeed(&mut npm, "installing the browser tests' packages")?;
    }
    let mut command = Command::new("npm");
    command.current_dir(&folder).args(["test", "--silent"]);
    environment(&mut command, own, endpoints);
    succeed(&mut command, "the browser tests").context("see integration-tests/browser/results")
}

fn environment(command: &mut Command, own: &Home, endpoints: &Endpoints) {
    command
        .env("SQLX_OFFLINE", "true")
        .env("DEV_HOME", own.folder())
        .env("ENDPOINTS", own.folder().join(endpoints::FILE))
        .env(
            "TEST_POSTGRES_URL",
            format!("{}/postgres", endpoints.postgres),
        )
        .env("TEST_REDIS_URL", &endpoints.redis)
        .env("TEST_AMQP_URL", &endpoints.amqp);
}
