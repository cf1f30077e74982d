//! Starts the parts of a service and ends them in order.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use futures::{FutureExt as _, future::BoxFuture};
use proto::common::v1::snapshot_service_server::SnapshotServiceServer;
use tokio_util::sync::CancellationToken;
use tonic::service::Routes;

use super::{App, Context, DeviceServer, Parts};
use crate::{
    amqp::Amqp,
    audit::OutboxSink,
    authn::{Signer, Verifier},
    client::Peers,
    clock::SharedClock,
    config::{Config, Sections},
    db::Db,
    idempotency, inbox,
    job::Job,
    outbox::Relay,
    redis,
    server::{GrpcServer, GrpcSettings, OpsServer, Readiness, Tokens},
    shutdown,
    snapshot::SnapshotServer,
    telemetry::{self, Telemetry},
};

const PURGE_EVERY: Duration = Duration::from_secs(3_600);
/// Wait for what only watches and passes on, once nothing is left to do.
const LAST_PARTS: Duration = Duration::from_secs(5);

/// A service at work in this process.
pub struct Running {
    addr: SocketAddr,
    ops_addr: SocketAddr,
    device_addr: Option<SocketAddr>,
    context: Context,
    readiness: Readiness,
    telemetry: Telemetry,
    drain: Duration,
    failed: CancellationToken,
    servers: shutdown::Parts,
    workers: shutdown::Parts,
    last: shutdown::Parts,
}

/// Starts the service with everything it consists of; it answers when this returns.
pub async fn start<A: App>(
    config: Config<A::Config>,
    clock: SharedClock,
) -> anyhow::Result<Running> {
    let Config { sections, own } = config;
    let start = Start::new(A::NAME, sections, clock)?;
    let parts = A::build(start.context.clone(), own).await?;
    start.run(parts).await
}

/// A service before its own parts are made. Nothing here is generic, and what is long is boxed, so
/// that it is compiled once for all services.
struct Start {
    name: &'static str,
    sections: Sections,
    clock: SharedClock,
    telemetry: Telemetry,
    verifier: Arc<Verifier>,
    context: Context,
    last: shutdown::Parts,
}

impl Start {
    fn new(name: &'static str, sections: Sections, clock: SharedClock) -> anyhow::Result<Self> {
        let telemetry = telemetry::init(name, &sections.telemetry)?;
        let servers = shutdown::Parts::new();
        let last = shutdown::Parts::new();
        let signer = Arc::new(Signer::from_config(&sections.auth, clock.clone()));
        let context = Context {
            db: Db::connect(&sections.db)?,
            redis: redis::connect(&sections.redis)?,
            amqp: Amqp::new(&sections.amqp, name),
            clock: clock.clone(),
            peers: Peers::new(
                &sections.peers,
                signer.clone(),
                clock.clone(),
                &last.token(),
            )?,
            signer,
            shutdown: servers.token(),
            servers,
            failed: CancellationToken::new(),
        };
        Ok(Self {
            name,
            verifier: Arc::new(Verifier::from_config(&sections.auth, clock.clone())),
            sections,
            clock,
            telemetry,
            context,
            last,
        })
    }

    fn run(self, parts: Parts) -> BoxFuture<'static, anyhow::Result<Running>> {
        async move {
            let Context { db, amqp, .. } = &self.context;
            let snapshots = SnapshotServer::new(db.clone(), self.clock.clone(), parts.snapshots);
            let routes = parts
                .routes
                .add_service(SnapshotServiceServer::new(snapshots));

            let readiness = readiness(db);
            let server = self.sections.server;
            let drain = *server.drain;
            let ops = OpsServer::bind(server.ops_addr, readiness.clone(), self.telemetry.clone());
            let ops = ops.await?;
            let settings = GrpcSettings {
                config: server,
                tokens: Tokens::Identities(self.verifier),
                clock: self.clock.clone(),
                audit: Arc::new(OutboxSink {
                    db: db.clone(),
                    clock: self.clock.clone(),
                }),
            };
            let devices = match parts.devices {
                Some(devices) => Some(bind_devices(devices, settings.clone()).await?),
                None => None,
            };
            let grpc = GrpcServer::bind(settings).await?;
            let (addr, ops_addr) = (grpc.addr(), ops.addr());
            let device_addr = devices.as_ref().map(|(server, _)| server.addr());

            let (servers, failed) = (self.context.servers.clone(), self.context.failed.clone());
            let (workers, last) = (shutdown::Parts::new(), self.last);
            last.spawn(Relay::new(db, amqp, self.name).run(last.token()));
            watch(&last, &failed, ops.run(last.token()));
            workers.spawn(purge(db.clone(), self.clock).run(workers.token()));
            for consumer in parts.consumers {
                let peers = self.context.peers.clone();
                workers.spawn(consumer.run(db.clone(), amqp.clone(), peers, workers.token()));
            }
            for job in parts.jobs {
                workers.spawn(job.run(workers.token()));
            }
            watch(&servers, &failed, grpc.run(routes, servers.token()));
            if let Some((server, routes)) = devices {
                watch(&servers, &failed, server.run(routes, servers.token()));
            }
            tracing::info!(server.addr = %addr, ops.addr = %ops_addr, "{} answers", self.name);
            Ok(Running {
                addr,
                ops_addr,
                device_addr,
                context: self.context,
                readiness,
                telemetry: self.telemetry,
                drain,
                failed,
                servers,
                workers,
                last,
            })
        }
        .boxed()
    }
}

impl Running {
    /// Address of the gRPC server.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// Address of /metrics, /live and /ready.
    pub fn ops_addr(&self) -> SocketAddr {
        self.ops_addr
    }

    /// Address of the gRPC server for devices, where the service has one.
    pub fn device_addr(&self) -> Option<SocketAddr> {
        self.device_addr
    }

    /// What the service's parts were made with.
    pub fn context(&self) -> &Context {
        &self.context
    }

    /// Waits until a server fails, which it never should.
    pub async fn failed(&self) {
        self.failed.cancelled().await;
    }

    /// Ends the service: not ready, accepts nothing, finishes what is under way, stops consumers
    /// and jobs, passes on what was published, flushes telemetry. False when something had to be
    /// cut off.
    pub async fn stop(self) -> bool {
        self.readiness.stop();
        let drained = self.servers.end(self.drain).await;
        let finished = self.workers.end(self.drain).await;
        let passed_on = self.last.end(LAST_PARTS).await;
        self.context.db.close().await;
        self.context.amqp.close().await;
        let telemetry = self.telemetry;
        let flushed = tokio::task::spawn_blocking(move || telemetry.flush())
            .await
            .is_ok();
        drained && finished && passed_on && flushed
    }
}

/// Takes the address for devices.
async fn bind_devices(
    devices: DeviceServer,
    mut settings: GrpcSettings,
) -> anyhow::Result<(GrpcServer, Routes)> {
    settings.config.addr = devices.addr;
    settings.tokens = Tokens::Devices(devices.tokens);
    Ok((GrpcServer::bind(settings).await?, devices.routes))
}

/// The broker is not asked: while it is away the outbox keeps what is to be said.
fn readiness(db: &Db) -> Readiness {
    let db = db.clone();
    let database = move || {
        let db = db.clone();
        async move { db.ping().await.is_ok() }.boxed()
    };
    Readiness::new(vec![("database", Box::new(database))])
}

/// Deletes what the chassis keeps for a time: consumed events and idempotency keys.
fn purge(db: Db, clock: SharedClock) -> Job {
    Job::every("purge_inbox_and_keys", PURGE_EVERY, move || {
        let (db, clock) = (db.clone(), clock.clone());
        async move {
            inbox::purge(&db, clock.as_ref()).await?;
            idempotency::purge(&db, clock.as_ref()).await?;
            Ok(())
        }
    })
}

/// Runs a server whose failure ends the process.
pub(super) fn watch(
    parts: &shutdown::Parts,
    failed: &CancellationToken,
    server: impl Future<Output = anyhow::Result<()>> + Send + 'static,
) {
    let failed = failed.clone();
    parts.spawn(async move {
        if let Err(error) = server.await {
            tracing::error!(error = format!("{error:#}"), "a server failed");
            failed.cancel();
        }
    });
}
