//! `./dev vectors`: test vectors of outside systems, from files that anybody may bring.

use std::{env, fs, path::PathBuf};

use anyhow::{Context as _, bail};
use clap::ValueEnum;
use payment_adapters::vectors::{Outcome, read, run as run_payment};

/// Whose vectors they are.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Area {
    /// Payment providers.
    Payments,
}

/// Runs every vector of `files` and says each that fails; ends with a count, and as an error when one
/// failed. A file that cannot be read, or has no vectors in it, fails too.
pub fn run(area: Area, files: &[PathBuf]) -> anyhow::Result<()> {
    let Area::Payments = area;
    let (mut passed, mut failed) = (0_usize, 0_usize);
    // `dev` changes into the project's root; files are named from where it was called.
    let from = env::var_os("DEV_FROM")
        .map(PathBuf::from)
        .unwrap_or_default();
    for file in files {
        let name = file.display();
        let vectors = fs::read_to_string(from.join(file))
            .context("cannot be read")
            .and_then(|text| Ok(read(&text)?));
        let vectors = match vectors {
            Ok(vectors) => vectors,
            Err(problem) => {
                println!("{name}: {problem:#}");
                failed += 1;
                continue;
            }
        };
        for (index, vector) in vectors.iter().enumerate() {
            match run_payment(vector) {
                Outcome::Passed => passed += 1,
                Outcome::Failed(why) => {
                    let (gateway, kind) = (&vector.gateway, &vector.kind);
                    println!("{name}: {} {gateway} {kind}: {why}", index + 1);
                    failed += 1;
                }
            }
        }
    }
    println!("{passed} passed, {failed} failed");
    if failed > 0 {
        bail!("test vectors failed");
    }
    Ok(())
}
