//! The supervisor: starts every process of a home in order, restarts what dies, ends all of it.

use std::{
    collections::BTreeMap,
    env,
    net::SocketAddr,
    process::id,
    sync::{Arc, Mutex},
    time::Duration,
};

use anyhow::Context as _;
use tokio::{
    signal::unix::{SignalKind, signal},
    sync::watch,
    task::JoinHandle,
};

use crate::{
    endpoints::{self, Endpoints},
    home::Home,
    infra::{self, postgres, rabbitmq, redis, wait_until},
    keys::Keys,
    ports::Ports,
    process::{self, Spec},
    services::{self, Platform, REPLICATED, SANDBOX, SERVICES},
    trace,
};

/// How far the start has come, for who waits for it.
pub const STATUS: &str = "status.json";
/// Process ids by name, for tests that kill.
pub const PROCESSES: &str = "processes.json";
/// Pause before a process that died is started again.
const RESTART_PAUSE: Duration = Duration::from_millis(300);

/// The state that the supervisor reports.
#[derive(Debug, serde::Serialize, serde::Deserialize)]
pub struct Status {
    /// Process id of the supervisor.
    pub pid: u32,
    /// What it is doing.
    pub phase: String,
    /// Everything is healthy.
    pub ready: bool,
    /// Why it gave up.
    pub failure: Option<String>,
}

type Pids = Arc<Mutex<BTreeMap<String, u32>>>;

struct Supervisor<'a> {
    home: &'a Home,
    pids: Pids,
    servers: Layer,
    services: Layer,
}

/// Processes that are ended together.
struct Layer {
    stop: watch::Sender<bool>,
    tasks: Vec<JoinHandle<()>>,
}

/// Runs until SIGTERM or SIGINT.
pub async fn run(home: &Home, release: bool) -> anyhow::Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let replicas = services::replicas(&env::var(REPLICATED).unwrap_or_default())?;
    let ports = Ports::choose(home, &services::ports(&replicas))?;
    let keys = Keys::of(home)?;
    let platform = Platform {
        home,
        ports: &ports,
        keys: &keys,
        release,
        replicas: &replicas,
    };
    let mut supervisor = Supervisor {
        home,
        pids: Pids::default(),
        servers: Layer::new(),
        services: Layer::new(),
    };

    let collector = SocketAddr::from(([127, 0, 0, 1], ports.of("otlp")?));
    let collector = tokio::spawn(trace::serve(home.clone(), collector));
    let outcome = tokio::select! {
        outcome = supervisor.start(&platform) => outcome,
        _ = terminate.recv() => Err(anyhow::anyhow!("stopped while starting")),
        _ = interrupt.recv() => Err(anyhow::anyhow!("stopped while starting")),
    };
    if let Err(failure) = &outcome {
        supervisor.report("failed", false, Some(format!("{failure:#}")))?;
    } else {
        tokio::select! { _ = terminate.recv() => {}, _ = interrupt.recv() => {} }
    }
    // Nobody loses what it stands on.
    supervisor.services.end().await;
    supervisor.servers.end().await;
    collector.abort();
    rabbitmq::end_name_server(&ports)?;
    home.remove(PROCESSES)?;
    if outcome.is_ok() {
        home.remove(STATUS)?;
        home.remove(endpoints::FILE)?;
    }
    outcome
}

impl Supervisor<'_> {
    async fn start(&mut self, platform: &Platform<'_>) -> anyhow::Result<()> {
        let home = self.home;
        let port = |name: &str| platform.ports.of(name);

        self.report("starting PostgreSQL, Redis and RabbitMQ", false, None)?;
        for server in [
            postgres::prepare(home, port("postgres")?)?,
            redis::prepare(home, port("redis")?)?,
            rabbitmq::prepare(home, platform.ports)?,
        ] {
            self.servers
                .keep(home, &self.pids, infra::hurried(server))?;
        }
        self.servers.keep(home, &self.pids, platform.sandbox()?)?;
        postgres::ready(port("postgres")?).await?;
        redis::ready(port("redis")?).await?;

        self.report("migrating", false, None)?;
        postgres::create_databases(port("postgres")?, &SERVICES)?;
        let mut migrated = "";
        for replica in platform.replicas {
            if replica.service != migrated {
                platform.service(replica, &["migrate"])?.run().await?;
                migrated = replica.service;
            }
        }
        rabbitmq::ready(port("amqp")?).await?;
        let endpoints = Endpoints::of(platform)?;
        answering(SANDBOX, &endpoints.sandbox[sandbox::CONTROL]).await?;

        self.report("starting the services", false, None)?;
        for replica in platform.replicas {
            self.services
                .keep(home, &self.pids, platform.service(replica, &[])?)?;
        }
        self.services.keep(home, &self.pids, platform.gateway()?)?;
        for (name, url) in &endpoints.ops {
            answering(name, &format!("{url}/ready")).await?;
        }
        home.write(endpoints::FILE, &endpoints)?;
        self.report("running", true, None)
    }

    fn report(&self, phase: &str, ready: bool, failure: Option<String>) -> anyhow::Result<()> {
        self.home.write(
            STATUS,
            &Status {
                pid: id(),
                phase: phase.to_owned(),
                ready,
                failure,
            },
        )
    }
}

impl Layer {
    fn new() -> Self {
        Self {
            stop: watch::channel(false).0,
            tasks: Vec::new(),
        }
    }

    /// Starts a process and keeps it running in a task of its own.
    fn keep(&mut self, home: &Home, pids: &Pids, spec: Spec) -> anyhow::Result<()> {
        let mut stop = self.stop.subscribe();
        let home = home.clone();
        let pids = pids.clone();
        let mut child = spec.spawn()?;
        note(&home, &pids, &spec.name, child.id());
        self.tasks.push(tokio::spawn(async move {
            loop {
                let stopping = tokio::select! {
                    _ = stop.wait_for(|stopping| *stopping) => true,
                    _ = child.wait() => false,
                };
                if stopping {
                    process::end(&mut child, spec.grace).await;
                    return;
                }
                tokio::time::sleep(RESTART_PAUSE).await;
                match spec.spawn() {
                    Ok(started) => child = started,
                    Err(problem) => eprintln!("dev: {problem:#}"),
                }
                note(&home, &pids, &spec.name, child.id());
            }
        }));
        Ok(())
    }

    async fn end(&mut self) {
        let _ = self.stop.send(true);
        for task in self.tasks.drain(..) {
            let _ = task.await;
        }
    }
}

async fn answering(name: &str, url: &str) -> anyhow::Result<()> {
    let client = reqwest::Client::new();
    wait_until(name, Duration::from_secs(60), async || {
        let answer = client.get(url).send().await;
        answer.is_ok_and(|answer| answer.status().is_success())
    })
    .await
    .with_context(|| format!("see `./dev logs {name}`"))
}

fn note(home: &Home, pids: &Pids, name: &str, pid: Option<u32>) {
    let Ok(mut pids) = pids.lock() else { return };
    if let Some(pid) = pid {
        pids.insert(name.to_owned(), pid);
    }
    if let Err(problem) = home.write(PROCESSES, &*pids) {
        eprintln!("dev: {problem:#}");
    }
}
