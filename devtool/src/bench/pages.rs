//! The two pages every customer meets, as Lighthouse judges them.

use std::process::{Command, Stdio};

use anyhow::{Context as _, ensure};
use serde::Deserialize;

use super::report::Figure;
use crate::{
    build::{self, succeed},
    demo, endpoints,
    home::Home,
};

/// What each of Lighthouse's scores shall reach.
const AIM: f64 = 98.0;

#[derive(Deserialize)]
struct Found {
    page: String,
    what: String,
    value: f64,
    unit: String,
}

/// Measures and answers the figures.
pub async fn bench(home: &Home) -> anyhow::Result<Vec<Figure>> {
    demo::load_once(home).await?;
    let folder = home.root().join("integration-tests/pages");
    if !folder.join("node_modules").exists() {
        let mut npm = Command::new("npm");
        npm.current_dir(&folder).args(build::NPM_INSTALL);
        succeed(&mut npm, "installing Lighthouse")?;
    }
    let output = Command::new("node")
        .arg("lighthouse.mjs")
        .current_dir(folder)
        .env("ENDPOINTS", home.folder().join(endpoints::FILE))
        .stderr(Stdio::inherit())
        .output()?;
    ensure!(output.status.success(), "Lighthouse failed");
    let found: Vec<Found> =
        serde_json::from_slice(&output.stdout).context("what Lighthouse found")?;
    let figures = found.into_iter().map(|found| {
        let figure = Figure::plain(
            format!("{}: {}", found.page, found.what),
            found.value,
            found.unit.clone(),
        );
        if found.unit == "of 100" {
            figure.at_least(AIM)
        } else {
            figure
        }
    });
    Ok(figures.collect())
}
