//! Builds the services and the web apps.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::SystemTime,
};

use anyhow::Context as _;

use crate::home::Home;

/// How cargo is asked for lints; with other words it would look at every crate again.
pub const LINTS: [&str; 6] = [
    "clippy",
    "--workspace",
    "--all-targets",
    "--",
    "-D",
    "warnings",
];

/// Names what of each package is built: `--bins`, or `--all-targets` where tests follow.
const TARGETS: &str = "DEV_TARGETS";

/// Builds every program, this tool too; cargo shows its own progress.
///
/// Always the whole workspace: another choice of packages is another choice of their libraries'
/// features, for which cargo would compile those libraries anew.
pub fn programs(home: &Home, release: bool) -> anyhow::Result<()> {
    let mut command = Command::new("cargo");
    command
        .current_dir(home.root())
        .args(["build", "--workspace"]);
    match std::env::var(TARGETS) {
        Ok(targets) if !release => command.arg(targets),
        _ => command.arg("--bins"),
    };
    command
        .args(release.then_some("--release"))
        .env("SQLX_OFFLINE", "true");
    succeed(&mut command, "building the services")
}

/// Where cargo left a binary.
pub fn binary(home: &Home, name: &str, release: bool) -> PathBuf {
    let target = std::env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| home.root().join("target"), PathBuf::from);
    target
        .join(if release { "release" } else { "debug" })
        .join(name)
}

/// Installs what a lock file says and leaves that file alone. `npm ci` would be the word for it, but
/// refuses a lock that does not list every other platform's optional binaries.
pub const NPM_INSTALL: [&str; 4] = ["install", "--no-save", "--no-audit", "--no-fund"];

/// Installs the web apps' packages when the lock file is newer than what is installed.
pub fn ui_packages(home: &Home) -> anyhow::Result<()> {
    let ui = home.root().join("gateway/ui");
    let installed = modified(&ui.join("node_modules/.package-lock.json"));
    if installed.is_some() && installed >= modified(&ui.join("package-lock.json")) {
        return Ok(());
    }
    eprintln!("dev: installing the web apps' packages");
    npm(home, &NPM_INSTALL)
}

/// Builds both web apps unless what was built is newer than every source.
pub fn ui(home: &Home) -> anyhow::Result<()> {
    ui_packages(home)?;
    let ui = home.root().join("gateway/ui");
    let built = ["storefront", "admin"].map(|app| modified(&ui.join(app).join("dist/index.html")));
    let newest = newest_source(&ui)?;
    if built.iter().all(|built| built.is_some() && *built > newest) {
        return Ok(());
    }
    eprintln!("dev: building the web apps");
    npm(home, &["run", "build", "--silent"])
}

/// Runs npm in the web apps' workspace.
pub fn npm(home: &Home, words: &[&str]) -> anyhow::Result<()> {
    let mut command = Command::new("npm");
    command
        .current_dir(home.root().join("gateway/ui"))
        .args(words)
        .stdout(std::io::stderr());
    succeed(&mut command, &format!("npm {}", words.join(" ")))
}

/// Runs a command in front of the user.
pub fn succeed(command: &mut Command, what: &str) -> anyhow::Result<()> {
    let status = command
        .status()
        .with_context(|| format!("starting {what}"))?;
    anyhow::ensure!(status.success(), "{what} failed ({status})");
    Ok(())
}

fn modified(path: &Path) -> Option<SystemTime> {
    fs::metadata(path)
        .and_then(|metadata| metadata.modified())
        .ok()
}

fn newest_source(folder: &Path) -> anyhow::Result<Option<SystemTime>> {
    let mut newest = None;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        if ["node_modules", "dist", "test-results"]
            .iter()
            .any(|skipped| name == *skipped)
        {
            continue;
        }
        let found = if entry.file_type()?.is_dir() {
            newest_source(&entry.path())?
        } else {
            modified(&entry.path())
        };
        newest = newest.max(found);
    }
    Ok(newest)
}
