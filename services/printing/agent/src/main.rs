//! `print-agent [FILE]` works; `print-agent check [FILE]` shows how the printers are.

use std::{path::PathBuf, process::ExitCode};

use print_agent::{CodeRefused, Config, Timing};
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

const FILE: &str = "/etc/print-agent.toml";
/// `EX_CONFIG`: starting again does not help.
const WRONG_CONFIG: u8 = 78;

#[tokio::main]
async fn main() -> ExitCode {
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .init();
    let mut words: Vec<String> = std::env::args().skip(1).collect();
    let check = words.first().is_some_and(|word| word == "check");
    if check {
        words.remove(0);
    }
    let file = PathBuf::from(words.first().map_or(FILE, String::as_str));
    let config = match Config::read(&file, &std::env::vars().collect()) {
        Ok(config) => config,
        Err(error) => {
            eprintln!("print-agent: {error:#}");
            return ExitCode::from(WRONG_CONFIG);
        }
    };
    if check {
        print!("{}", print_agent::check(&config, Timing::default()).await);
        return ExitCode::SUCCESS;
    }
    match work(config).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("print-agent: {error:#}");
            match error.downcast_ref::<CodeRefused>() {
                Some(_) => ExitCode::from(WRONG_CONFIG),
                None => ExitCode::FAILURE,
            }
        }
    }
}

async fn work(config: Config) -> anyhow::Result<()> {
    let stop = CancellationToken::new();
    let (mut terminate, mut interrupt) = (
        signal(SignalKind::terminate())?,
        signal(SignalKind::interrupt())?,
    );
    let asked = stop.clone();
    tokio::spawn(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        asked.cancel();
    });
    print_agent::run(config, Timing::default(), stop).await
}
