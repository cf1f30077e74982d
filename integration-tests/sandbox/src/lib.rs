//! Stand-ins for the outside systems that the platform talks to, on loopback.
//!
//! Each system speaks its real wire protocol on a port of its own, checks what the platform sends and
//! records what it finds. A control port moves the clock, arms faults, acts as the customer and lists
//! what happened. A new system is a folder with a type that implements [`system::System`] and one
//! line in [`systems`]; it may not need a change anywhere else.

mod act;
mod clock;
mod control;
mod delivery;
mod fault;
mod fields;
mod incoming;
mod line;
mod listen;
mod money;
mod pages;
mod payments;
mod printing;
mod record;
mod sandbox;
mod scheduler;
mod settings;
mod sms;
mod state;
mod system;
#[cfg(test)]
mod testing;

use std::{collections::BTreeMap, net::SocketAddr, sync::Arc};

use anyhow::Context as _;
use tokio::{net::TcpListener, task::JoinHandle};
use tokio_util::sync::CancellationToken;

pub use crate::{payments::ecpay::signed_form, settings::Settings};
use crate::{printing::tray::Tray, sandbox::Sandbox, system::System};

/// Name of the control port in [`Running::addresses`].
pub const CONTROL: &str = "control";

/// All systems, in the order of their ports.
fn systems() -> Vec<Arc<dyn System>> {
    let tray = Arc::new(Tray::default());
    vec![
        Arc::new(payments::ecpay::Ecpay),
        Arc::new(payments::newebpay::Newebpay),
        Arc::new(payments::linepay::Linepay),
        Arc::new(payments::jkopay::Jkopay),
        Arc::new(payments::tappay::Tappay),
        Arc::new(payments::stripe::Stripe),
        Arc::new(line::Line),
        Arc::new(sms::Sms),
        Arc::new(printing::xpyun::Xpyun(tray.clone())),
        Arc::new(printing::feie::Feie(tray.clone())),
        Arc::new(printing::printers::Printers::new(tray)),
    ]
}

/// What has a port, in the order of the ports: [`CONTROL`], then each system.
#[must_use]
pub fn names() -> Vec<&'static str> {
    let systems = systems();
    let systems = systems.iter().map(|system| system.name());
    std::iter::once(CONTROL).chain(systems).collect()
}

/// A sandbox that listens.
pub struct Running {
    /// Where the control port and each system listen.
    pub addresses: BTreeMap<String, SocketAddr>,
    stop: CancellationToken,
    tasks: Vec<JoinHandle<()>>,
}

impl Running {
    /// The base URL of `name`, a system or [`CONTROL`].
    ///
    /// # Panics
    /// When there is no such system.
    #[must_use]
    pub fn url(&self, name: &str) -> String {
        format!("http://{}", self.addresses[name])
    }

    /// Stops at once, as a killed process would: open connections are cut.
    pub async fn stop(self) {
        self.stop.cancel();
        for task in self.tasks {
            task.abort();
            let _ = task.await;
        }
    }
}

/// Opens the state, listens on all ports and resumes what was outstanding.
///
/// # Errors
/// When a port is taken or the state file cannot be read.
pub async fn start(settings: Settings) -> anyhow::Result<Running> {
    start_again(settings, &BTreeMap::new()).await
}

/// As [`start`], on the ports of a sandbox that has stopped.
///
/// # Errors
/// As of [`start`].
pub async fn start_again(
    settings: Settings,
    ports: &BTreeMap<String, SocketAddr>,
) -> anyhow::Result<Running> {
    let mut listeners = Vec::new();
    let mut addresses = BTreeMap::new();
    for (index, name) in names().into_iter().enumerate() {
        let port = match (ports.get(name), settings.first_port) {
            (Some(earlier), _) => earlier.port(),
            (None, 0) => 0,
            (None, first) => first + u16::try_from(index)?,
        };
        let listener = TcpListener::bind((settings.bind, port))
            .await
            .with_context(|| format!("port {port} for {name}"))?;
        addresses.insert(name.to_owned(), listener.local_addr()?);
        listeners.push(listener);
    }

    let sandbox = Arc::new(Sandbox::new(&settings, systems(), addresses.clone())?);
    let stop = CancellationToken::new();
    let mut routers = vec![control::router(&sandbox)];
    routers.extend(
        sandbox
            .systems()
            .map(|system| incoming::router(&sandbox, system)),
    );
    let mut tasks: Vec<JoinHandle<()>> = listeners
        .into_iter()
        .zip(routers)
        .map(|(listener, router)| tokio::spawn(listen::serve(listener, router, stop.clone())))
        .collect();
    for system in sandbox.systems() {
        let (system, sandbox, stop) = (Arc::clone(system), sandbox.clone(), stop.clone());
        tasks.push(tokio::spawn(async move { system.run(sandbox, stop).await }));
    }
    tasks.push(tokio::spawn(scheduler::run(sandbox, stop.clone())));
    Ok(Running {
        addresses,
        stop,
        tasks,
    })
}
