//! The gateway's program: `serve` (the default), `openapi`, or `config`, which prints a sample of
//! its variables.

use std::{process::ExitCode, sync::Arc};

use chassis::{clock::SystemClock, config::environment, shutdown};
use gateway::{config::Config, rest::openapi, server};
use mimalloc::MiMalloc;

#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match run(&words) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("{}: {error:#}", server::NAME);
            ExitCode::FAILURE
        }
    }
}

fn run(words: &[&str]) -> anyhow::Result<ExitCode> {
    match words {
        [] | ["serve"] => tokio::runtime::Runtime::new()?.block_on(serve()),
        ["openapi"] => {
            print!("{}", openapi::pretty()?);
            Ok(ExitCode::SUCCESS)
        }
        ["config"] => {
            print!("{}", Config::sample());
            Ok(ExitCode::SUCCESS)
        }
        _ => anyhow::bail!("words: serve (the default), openapi, config"),
    }
}

async fn serve() -> anyhow::Result<ExitCode> {
    let config = Config::read(&environment())?;
    let running = server::start(config, Arc::new(SystemClock)).await?;
    let broken = tokio::select! {
        requested = shutdown::requested() => { requested?; false }
        () = running.failed() => true,
    };
    let orderly = running.stop().await;
    Ok(if broken || !orderly {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    })
}
