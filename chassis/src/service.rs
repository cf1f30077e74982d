//! From a [`App`] to a running process: the same few lines in every `main.rs`.
//!
//! ```ignore
//! fn main() -> std::process::ExitCode {
//!     chassis::service::main::<staff::Staff>()
//! }
//! ```

mod run;
mod words;

use std::{fmt, net::SocketAddr, sync::Arc};

use redis::aio::ConnectionManager;
use serde::{Serialize, de::DeserializeOwned};
use sqlx::migrate::Migrator;
use tokio_util::sync::CancellationToken;
use tonic::service::Routes;

pub use futures::future::BoxFuture;

pub use crate::{inbox::Consumer, job::Job, snapshot::Snapshot};

use crate::{
    amqp::Amqp,
    authn::{DeviceTokens, Signer},
    client::Peers,
    clock::SharedClock,
    db::Db,
    shutdown,
};

pub use run::{Running, start};
pub use words::main;

/// A service: its name, its configuration, its schema and how its parts are wired.
pub trait App: Sized + 'static {
    /// Name of the service, its database and its key.
    const NAME: &'static str;

    /// Its own section of the configuration, prefixed with its name: `STAFF_`.
    type Config: DeserializeOwned + Serialize + Send;

    /// Its migrations.
    fn migrator() -> &'static Migrator;

    /// Wires routes, consumers and jobs; called once, before anything runs.
    ///
    /// Boxed, so that all that the service consists of is compiled once, with its library, and not
    /// again in its program and in each test program.
    fn build(ctx: Context, config: Self::Config) -> BoxFuture<'static, anyhow::Result<Parts>>;
}

/// What a service's parts are made with.
#[derive(Clone)]
pub struct Context {
    /// The service's database.
    pub db: Db,
    /// What may be lost.
    pub redis: ConnectionManager,
    /// The broker, for live subscriptions; consumers and the outbox need no mention of it.
    pub amqp: Amqp,
    /// The time.
    pub clock: SharedClock,
    /// The peers.
    pub peers: Peers,
    /// Signs with the service's key.
    pub signer: Arc<Signer>,
    /// Cancelled when the process begins to end.
    pub shutdown: CancellationToken,
    servers: shutdown::Parts,
    failed: CancellationToken,
}

impl Context {
    /// Runs a server of the service's own beside the gRPC server. It must end soon after
    /// [`Self::shutdown`] and is waited for as long as the gRPC server is; its failure ends the process.
    pub fn serve(&self, server: impl Future<Output = anyhow::Result<()>> + Send + 'static) {
        run::watch(&self.servers, &self.failed, server);
    }
}

impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Context")
            .field("signer", &self.signer)
            .finish_non_exhaustive()
    }
}

/// What devices outside the platform call, at an address of its own that nothing else is served at.
pub struct DeviceServer {
    /// Address of the server.
    pub addr: SocketAddr,
    /// Its gRPC services.
    pub routes: Routes,
    /// Knows the tokens of the devices.
    pub tokens: Arc<dyn DeviceTokens>,
}

impl fmt::Debug for DeviceServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DeviceServer")
            .field("addr", &self.addr)
            .finish_non_exhaustive()
    }
}

/// What a service consists of.
#[derive(Debug, Default)]
pub struct Parts {
    /// Its gRPC services.
    pub routes: Routes,
    /// What it serves to devices; most services know none.
    pub devices: Option<DeviceServer>,
    /// Its readers of events.
    pub consumers: Vec<Consumer>,
    /// Its timers.
    pub jobs: Vec<Job>,
    /// What it lists for other services' consumers.
    pub snapshots: Vec<Snapshot>,
}
