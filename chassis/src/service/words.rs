//! The words a service's program understands.

use std::{collections::BTreeMap, process::ExitCode, sync::Arc};

use anyhow::{Context as _, bail};

use super::{App, start};
use crate::{
    amqp::Amqp,
    clock::SystemClock,
    config::{self, AmqpConfig, Config, DbConfig, Problems},
    db::{self, Db},
    inbox, shutdown,
};

const USAGE: &str = "words: serve (the default), migrate, replay <queue>, refill <queue>, config";

/// Runs the service's program: `serve` (the default), `migrate`, `replay <queue>`, `refill <queue>`,
/// or `config`, which prints a sample of its variables.
pub fn main<A: App>() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match run::<A>(&words, &config::environment()) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("{}: {error:#}", A::NAME);
            ExitCode::FAILURE
        }
    }
}

fn run<A: App>(words: &[&str], variables: &BTreeMap<String, String>) -> anyhow::Result<ExitCode> {
    match words {
        [] | ["serve"] => block_on(serve::<A>(variables)),
        ["migrate"] => block_on(migrate::<A>(variables)),
        ["replay", queue] => block_on(replay::<A>(variables, queue)),
        ["refill", queue] => block_on(refill::<A>(variables, queue)),
        ["config"] => {
            print!("{}", Config::<A::Config>::sample(A::NAME));
            Ok(ExitCode::SUCCESS)
        }
        _ => bail!("{USAGE}"),
    }
}

fn block_on(work: impl Future<Output = anyhow::Result<ExitCode>>) -> anyhow::Result<ExitCode> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("start the runtime")?
        .block_on(work)
}

async fn serve<A: App>(variables: &BTreeMap<String, String>) -> anyhow::Result<ExitCode> {
    let config = Config::<A::Config>::read(A::NAME, variables)?;
    let running = start::<A>(config, Arc::new(SystemClock)).await?;
    let broken = tokio::select! {
        requested = shutdown::requested() => { requested?; false }
        () = running.failed() => true,
    };
    tracing::info!("{} ends", A::NAME);
    let orderly = running.stop().await;
    if !orderly {
        eprintln!("{}: some work was cut off", A::NAME);
    }
    Ok(if broken || !orderly {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    })
}

async fn migrate<A: App>(variables: &BTreeMap<String, String>) -> anyhow::Result<ExitCode> {
    let config: DbConfig = only_section("DB_", variables)?;
    db::migrate(A::migrator(), &config).await?;
    Ok(ExitCode::SUCCESS)
}

async fn replay<A: App>(
    variables: &BTreeMap<String, String>,
    queue: &str,
) -> anyhow::Result<ExitCode> {
    let config: AmqpConfig = only_section("AMQP_", variables)?;
    let amqp = Amqp::new(&config, A::NAME);
    let count = inbox::replay(&amqp, queue).await?;
    amqp.close().await;
    println!("{count} dead letters of {queue} are tried again");
    Ok(ExitCode::SUCCESS)
}

async fn refill<A: App>(
    variables: &BTreeMap<String, String>,
    queue: &str,
) -> anyhow::Result<ExitCode> {
    let config: DbConfig = only_section("DB_", variables)?;
    let db = Db::connect(&config)?;
    let known = inbox::refill(&db, queue).await?;
    db.close().await;
    if !known {
        bail!("{queue} is no consumer of {}", A::NAME);
    }
    println!("{queue} is filled again within a minute");
    Ok(ExitCode::SUCCESS)
}

fn only_section<T: serde::de::DeserializeOwned>(
    prefix: &str,
    variables: &BTreeMap<String, String>,
) -> anyhow::Result<T> {
    let mut problems = Problems::default();
    config::section(prefix, variables, &mut problems).ok_or_else(|| problems.into())
}
