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
    cargo(own, &endpoints, Chosen::Crates)?;
    step("the platform");
    cargo(own, &endpoints, Chosen::Platform)?;
    step("browsers");
    browser(own, &endpoints)?;
    step("invariants");
    doctor::doctor(own).await
}

/// Which Rust tests are run.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Chosen {
    /// Those of crates and services.
    Crates,
    /// Those of the running platform, one at a time.
    Platform,
}

/// Runs Rust tests with nextest where it is installed, else with cargo's own runner.
///
/// nextest builds the whole workspace for both choices: a choice by packages would compile libraries
/// anew, with other features.
fn cargo(own: &Home, endpoints: &Endpoints, chosen: Chosen) -> anyhow::Result<()> {
    let mut command = Command::new("cargo");
    command.current_dir(own.root());
    let platform = chosen == Chosen::Platform;
    if install::on_path("cargo-nextest") {
        command.args(["nextest", "run", "--workspace", "--no-tests", "pass", "-E"]);
        if platform {
            command.args(["package(integration-tests)", "--test-threads=1"]);
        } else {
            command.arg("not package(integration-tests)");
        }
    } else {
        command.args(["test", "--quiet", "--no-fail-fast"]);
        if platform {
            command.args(["--package", "integration-tests", "--", "--test-threads=1"]);
        } else {
            command.args(["--workspace", "--exclude", "integration-tests"]);
        }
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
        .env("PRICING_CASES", "100000")
        .env("DEV_HOME", own.folder())
        .env("ENDPOINTS", own.folder().join(endpoints::FILE))
        .env(
            "TEST_POSTGRES_URL",
            format!("{}/postgres", endpoints.postgres),
        )
        .env("TEST_REDIS_URL", &endpoints.redis)
        .env("TEST_AMQP_URL", &endpoints.amqp);
}
