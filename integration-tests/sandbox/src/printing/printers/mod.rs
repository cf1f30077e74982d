//! Virtual printers: they poll the platform as Star's and Epson's do, or listen on a port for ESC/POS or
//! TSPL, and keep what came out. `/` shows it as paper; the control port makes printers, empties their
//! paper and arms their faults.

mod control;
mod device;
mod drive;
mod epson;
mod epson_xml;
mod escpos;
mod page;
mod socket;
mod star;
mod tspl;

#[cfg(test)]
mod tests;

use std::{collections::BTreeMap, sync::Arc};

use async_trait::async_trait;
use axum::{Extension, Router};
use serde_json::Value;
use tokio::sync::{Notify, watch};
use tokio_util::sync::CancellationToken;

use self::drive::Unit;
use super::tray::Tray;
use crate::{
    act::{Act, Outcome, Refused},
    incoming::Incoming,
    sandbox::Sandbox,
    system::{Description, System},
};

pub const NAME: &str = "printers";

/// Faults of one job; most of them happen after it was fetched.
pub const FAULTS: [&str; 10] = [
    "paper_out",
    "cover_open",
    "dies",
    "never_confirms",
    "late_confirm",
    "confirms_twice",
    "double_get",
    "job_error",
    "silent",
    "stalls",
];

pub struct Printers(Arc<Shared>);

/// What the printers share.
pub struct Shared {
    pub tray: Arc<Tray>,
    /// The printers that are there, by name.
    units: parking_lot::Mutex<BTreeMap<String, Arc<Unit>>>,
    /// Told when one was made, changed or taken away.
    changed: Notify,
    /// Told when what was told of has been done.
    settled: watch::Sender<()>,
}

impl Printers {
    pub fn new(tray: Arc<Tray>) -> Self {
        Self(Arc::new(Shared {
            tray,
            units: parking_lot::Mutex::default(),
            changed: Notify::new(),
            settled: watch::Sender::default(),
        }))
    }
}

#[async_trait]
impl System for Printers {
    fn name(&self) -> &'static str {
        NAME
    }

    fn merchants(&self) -> Vec<(&'static str, Value)> {
        Vec::new()
    }

    fn routes(&self) -> Router<Arc<Sandbox>> {
        page::routes().layer(Extension(self.0.clone()))
    }

    fn control(&self) -> Router<Arc<Sandbox>> {
        control::routes().layer(Extension(self.0.clone()))
    }

    /// Nothing here is a protocol of the platform's: printers call, they are not called.
    fn describe(&self, _sandbox: &Sandbox, _incoming: &Incoming) -> Option<Description> {
        None
    }

    /// About the printer that is the `reference`, each once:
    /// - `paper_out`, `cover_open`: it stops in the middle of the next job and is so from then on.
    /// - `dies`: it takes the next job and is switched off before it prints; with `{"after_cuts": n}` a
    ///   printer on a port dies after so many.
    /// - `never_confirms`: it prints and says nothing.
    /// - `late_confirm` {seconds}: it prints and says so later.
    /// - `confirms_twice`: it says so again.
    /// - `double_get`: a Star printer fetches twice and prints once.
    /// - `job_error` {code}: it cannot handle the job (511, `SchemaError`).
    /// - `silent` {seconds}: its line is cut.
    /// - `stalls`: a printer on a port takes the next connection and never reads.
    fn faults(&self) -> &'static [&'static str] {
        &FAULTS
    }

    /// - `poll`: a round at once; the note says what was said.
    /// - `fetch`, `confirm` {code, retry, token}: a Star printer does so again, about its last job or
    ///   the token.
    async fn act(&self, sandbox: &Arc<Sandbox>, act: Act) -> Result<Outcome, Refused> {
        control::act(sandbox, &self.0, &act).await
    }

    async fn run(&self, sandbox: Arc<Sandbox>, stop: CancellationToken) {
        drive::run(sandbox, self.0.clone(), stop).await;
    }
}
