//! The words a service's program understands.

use std::{collections::BTreeMap, process::ExitCode, sync::Arc};

use anyhow::{Context as _, bail};
use futures::{
    FutureExt as _,
    future::{BoxFuture, LocalBoxFuture},
};
use sqlx::migrate::Migrator;

use super::{App, Running, start};
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
        [] | ["serve"] => block_on(serve::<A>(variables).boxed_local()),
        ["migrate"] => block_on(migrate(A::migrator(), variables).boxed_local()),
        ["replay", queue] => block_on(replay(A::NAME, variables, queue).boxed_local()),
        ["refill", queue] => block_on(refill(A::NAME, variables, queue).boxed_local()),
        ["config"] => {
            print!("{}", Config::<A::Config>::sample(A::NAME));
            Ok(ExitCode::SUCCESS)
        }
        _ => bail!("{USAGE}"),
    }
}

fn block_on(work: LocalBoxFuture<'_, anyhow::Result<ExitCode>>) -> anyhow::Result<ExitCode> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("start the runtime")?
        .block_on(work)
}

async fn serve<A: App>(variables: &BTreeMap<String, String>) -> anyhow::Result<ExitCode> {
    let config = Config::<A::Config>::read(A::NAME, variables)?;
    let running = start::<A>(config, Arc::new(SystemClock)).await?;
    Ok(until_ended(A::NAME, running).await)
}

/// Waits until the service is asked to end or fails, and ends it.
fn until_ended(name: &'static str, running: Running) -> BoxFuture<'static, ExitCode> {
    async move {
        let broken = tokio::select! {
            requested = shutdown::requested() => requested
                .inspect_err(|error| eprintln!("{name}: {error:#}"))
                .is_err(),
            () = running.failed() => true,
        };
        tracing::info!("{name} ends");
        let orderly = running.stop().await;
        if !orderly {
            eprintln!("{name}: some work was cut off");
        }
        if broken || !orderly {
            ExitCode::FAILURE
        } else {
            ExitCode::SUCCESS
        }
    }
    .boxed()
}

async fn migrate(
    migrator: &'static Migrator,
    variables: &BTreeMap<String, String>,
) -> anyhow::Result<ExitCode> {
    let config: DbConfig = only_section("DB_", variables)?;
    db::migrate(migrator, &config).await?;
    Ok(ExitCode::SUCCESS)
}

async fn replay(
    name: &str,
    variables: &BTreeMap<String, String>,
    queue: &str,
) -> anyhow::Result<ExitCode> {
    let config: AmqpConfig = only_section("AMQP_", variables)?;
    let amqp = Amqp::new(&config, name);
    let count = inbox::replay(&amqp, queue).await?;
    amqp.close().await;
    println!("{count} dead letters of {queue} are tried again");
    Ok(ExitCode::SUCCESS)
}

async fn refill(
    name: &str,
    variables: &BTreeMap<String, String>,
    queue: &str,
) -> anyhow::Result<ExitCode> {
    let config: DbConfig = only_section("DB_", variables)?;
    let db = Db::connect(&config)?;
    let known = inbox::refill(&db, queue).await?;
    db.close().await;
    if !known {
        bail!("{queue} is no consumer of {name}");
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
