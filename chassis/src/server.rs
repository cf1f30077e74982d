//! The servers of a service: gRPC for callers, and a small HTTP one for operators.

mod call;
mod load;
mod nul;
mod observe;
mod ops;

use std::{net::SocketAddr, sync::Arc, time::Duration};

use anyhow::Context as _;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tonic::{
    service::Routes,
    transport::{Server, server::TcpIncoming},
};
use tonic_health::{ServingStatus, server::HealthReporter};
use tonic_reflection::server::v1::{ServerReflection, ServerReflectionServer};

use crate::{
    audit::AuditSink,
    authn::{DeviceTokens, Identity, Verifier},
    authz::Rules,
    clock::SharedClock,
    config::ServerConfig,
    error::Problem,
};

pub use call::CallLayer;
pub use ops::{OpsServer, Readiness};

/// What the gRPC server needs.
#[derive(Clone)]
pub struct GrpcSettings {
    /// Limits and addresses.
    pub config: ServerConfig,
    /// Checks the callers' tokens.
    pub tokens: Tokens,
    /// Stamps audit records.
    pub clock: SharedClock,
    /// Keeps the audit records that no transaction has taken.
    pub audit: Arc<dyn AuditSink>,
}

/// What callers of a server prove who they are with.
#[derive(Clone)]
pub enum Tokens {
    /// Identity tokens, as every caller on the platform has them.
    Identities(Arc<Verifier>),
    /// Tokens of devices: the server stands where anybody may knock, and describes nothing.
    Devices(Arc<dyn DeviceTokens>),
}

impl Tokens {
    async fn verify(&self, token: &str) -> Result<Arc<Identity>, Problem> {
        match self {
            Self::Identities(verifier) => verifier.verify(token),
            Self::Devices(devices) => devices.verify(token).await,
        }
    }
}

/// A gRPC server that listens already and answers once it is run.
pub struct GrpcServer {
    listener: TcpListener,
    addr: SocketAddr,
    settings: GrpcSettings,
    health: HealthReporter,
}

impl GrpcServer {
    /// Takes the address. Refuses to start when an RPC does not declare who may call it.
    pub async fn bind(settings: GrpcSettings) -> anyhow::Result<Self> {
        Rules::checked()?;
        let wanted = settings.config.addr;
        let listener = TcpListener::bind(wanted)
            .await
            .with_context(|| format!("listen for gRPC on {wanted}"))?;
        let addr = listener.local_addr()?;
        Ok(Self {
            listener,
            addr,
            settings,
            health: HealthReporter::new(),
        })
    }

    /// The address taken, with the port the system chose when 0 was asked for.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// Answers until `shutdown`; then accepts nothing new and finishes what is under way.
    pub async fn run(self, routes: Routes, shutdown: CancellationToken) -> anyhow::Result<()> {
        let routes = match self.settings.tokens {
            Tokens::Identities(_) => routes.add_service(reflection()?),
            Tokens::Devices(_) => routes,
        };
        let health = tonic_health::server::HealthService::from_health_reporter(self.health.clone());
        let health = tonic_health::pb::health_server::HealthServer::new(health);
        let routes = routes.add_service(health).prepare();
        self.health
            .set_service_status("", ServingStatus::Serving)
            .await;

        let stopping = async {
            shutdown.cancelled().await;
            self.health
                .set_service_status("", ServingStatus::NotServing)
                .await;
        };
        let incoming = TcpIncoming::from(self.listener).with_nodelay(Some(true));
        Server::builder()
            .http2_keepalive_interval(Some(Duration::from_secs(30)))
            .http2_keepalive_timeout(Some(Duration::from_secs(10)))
            .layer(CallLayer::new(&self.settings, Rules::checked()?))
            .add_routes(routes)
            .serve_with_incoming_shutdown(incoming, stopping)
            .await
            .context("serve gRPC")
    }
}

fn reflection() -> anyhow::Result<ServerReflectionServer<impl ServerReflection>> {
    tonic_reflection::server::Builder::configure()
        .register_encoded_file_descriptor_set(proto::DESCRIPTORS)
        .build_v1()
        .context("set up reflection")
}
