//! `check`: everything that needs no running platform.

use std::process::Command;

use crate::{
    build::{self, succeed},
    r#gen,
    home::Home,
    install,
};

/// Runs every static check, cheapest first.
pub async fn check(home: &Home) -> anyhow::Result<()> {
    install::node()?;
    step("formatting");
    cargo(home, &["fmt", "--all", "--check"])?;
    build::ui_packages(home)?;
    step("protos");
    protos(home)?;
    step("lints and generated files");
    r#gen::lint_and_check(home).await?;
    if install::on_path("cargo-deny") {
        step("licences and sources");
        cargo(
            home,
            &["deny", "--offline", "check", "bans", "licenses", "sources"],
        )?;
    }
    step("web apps");
    build::npm(home, &["run", "check", "--silent"])
}

/// Says what is being done.
pub fn step(what: &str) {
    eprintln!("dev: — {what}");
}

fn cargo(home: &Home, words: &[&str]) -> anyhow::Result<()> {
    let mut command = Command::new("cargo");
    command
        .current_dir(home.root())
        .args(words)
        .env("SQLX_OFFLINE", "true");
    succeed(&mut command, &format!("cargo {}", words.join(" ")))
}

fn protos(home: &Home) -> anyhow::Result<()> {
    let program = home.root().join("gateway/ui/node_modules/.bin/buf");
    let buf = |words: &[&str]| {
        let mut command = Command::new(&program);
        command.current_dir(home.root().join("proto")).args(words);
        succeed(&mut command, &format!("buf {}", words.join(" ")))
    };
    buf(&["lint"])?;
    buf(&["format", "--diff", "--exit-code"])?;
    let published = Command::new("git")
        .current_dir(home.root())
        .args(["cat-file", "-e", "origin/main:proto/buf.yaml"])
        .output()?;
    if published.status.success() {
        let against = format!(
            "{}/.git#ref=origin/main,subdir=proto",
            home.root().display()
        );
        buf(&["breaking", "--against", &against])?;
    }
    Ok(())
}
