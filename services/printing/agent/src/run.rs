//! The agent at work.

use std::{collections::HashMap, fmt::Write as _, sync::Arc, time::Duration};

use anyhow::{Context as _, bail};
use tokio::sync::{Notify, watch};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tonic::transport::{Channel, ClientTlsConfig, Endpoint};

use crate::{
    board::Board,
    clock::ServerClock,
    config::Config,
    pairing::paired,
    printer::{Condition, Talk},
    session::Session,
    spool::SpoolHandle,
    timing::Timing,
    wire,
    worker::Worker,
};

/// How long slips that are under way when the agent is to end are waited for.
const LAST_SLIPS: Duration = Duration::from_secs(40);

/// Works until `stop`. Fails when it is not paired, when the configuration cannot be meant, and when the
/// disk does: then it is to be started anew.
pub async fn run(config: Config, timing: Timing, stop: CancellationToken) -> anyhow::Result<()> {
    let channel = channel(&config)?;
    let paired = paired(&config, &channel, &stop).await?;
    let clock = ServerClock::of_machine();
    let broken = CancellationToken::new();
    let spool = SpoolHandle::open(&config.spool, clock.clone(), broken.clone());
    let spool = spool.with_context(|| format!("open the spool {}", config.spool.display()))?;
    let board = Arc::new(Board::new());
    let (idle, idle_changes) = watch::channel(timing.idle);

    let workers = TaskTracker::new();
    let mut wakes = HashMap::new();
    for printer in &config.printers {
        let wake = Arc::new(Notify::new());
        wakes.insert(printer.name.clone(), wake.clone());
        let worker = Worker {
            printer: printer.clone(),
            connector: wire::connector(&printer.address, timing.connect),
            spool: spool.clone(),
            board: board.clone(),
            clock: clock.clone(),
            timing,
            idle: idle_changes.clone(),
            wake,
            mute: false,
            barrier: rand::random(),
        };
        workers.spawn(worker.run(stop.clone()));
    }
    let session = Session {
        paired,
        channel,
        printers: config.printers,
        spool,
        board,
        clock,
        timing,
        idle,
        wakes,
    };
    workers.spawn(session.run(stop.clone()));
    workers.close();

    tokio::select! {
        () = workers.wait() => {}
        () = broken.cancelled() => {}
        () = stop.cancelled() => {
            let _ = tokio::time::timeout(LAST_SLIPS, workers.wait()).await;
        }
    }
    if broken.is_cancelled() {
        bail!("the disk failed: nothing can be printed that might be printed twice");
    }
    Ok(())
}

/// What the installer wants to see: each printer, and how it is.
pub async fn check(config: &Config, timing: Timing) -> String {
    let mut report = String::new();
    for printer in &config.printers {
        let (name, address) = (&printer.name, &printer.address);
        let found = match wire::connector(address, timing.connect).connect().await {
            Err(error) => format!("not reached: {error}"),
            Ok(connection) => {
                let mut talk = Talk::new(connection, printer.language);
                let said = talk.condition(timing.status).await;
                talk.close().await;
                describe(said)
            }
        };
        let _ = writeln!(report, "{name}  {address}  {found}");
    }
    report
}

fn describe(said: std::io::Result<Option<Condition>>) -> String {
    match said {
        Err(error) => format!("hung up: {error}"),
        Ok(None) => "reached, says nothing".to_owned(),
        Ok(Some(condition)) => {
            let state = condition
                .state
                .as_str_name()
                .trim_start_matches("PRINTER_STATE_");
            let low = if condition.paper_low {
                ", paper low"
            } else {
                ""
            };
            format!("{}{low}", state.to_lowercase())
        }
    }
}

fn channel(config: &Config) -> anyhow::Result<Channel> {
    let mut endpoint = Endpoint::from_shared(config.server.to_string())?
        .connect_timeout(Duration::from_secs(10))
        .tcp_nodelay(true)
        .http2_keep_alive_interval(Duration::from_secs(20))
        .keep_alive_timeout(Duration::from_secs(10));
    if config.server.scheme() == "https" {
        let tls = ClientTlsConfig::new().with_webpki_roots();
        endpoint = endpoint.tls_config(tls).context("set up TLS")?;
    }
    Ok(endpoint.connect_lazy())
}
