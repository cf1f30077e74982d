//! Keeps every virtual printer going: one task each.

use std::sync::Arc;

use chrono::TimeDelta;
use serde::Serialize;
use tokio::{
    sync::{Mutex, Notify},
    task::JoinSet,
};
use tokio_util::sync::CancellationToken;

use super::{
    Shared,
    device::{self, DEVICES, Device, Kind},
    epson, socket, star,
};
use crate::{clock::Instant, sandbox::Sandbox};

/// A printer that is there.
pub struct Unit {
    pub name: String,
    /// How it was made when its task began; one that was made anew gets a new task.
    made: Made,
    /// Held for a round, so that one ends before the next begins.
    memory: Mutex<Memory>,
    /// Told when its paper, cover or power has changed.
    pub changed: Notify,
    /// Where it listens, once it does.
    pub port: parking_lot::Mutex<Option<u16>>,
    stop: CancellationToken,
}

#[derive(PartialEq, Eq)]
struct Made {
    kind: Kind,
    port: u16,
    url: String,
}

/// What a polling printer knows between two rounds.
#[derive(Default)]
pub struct Memory {
    /// It has asked for settings.
    pub has_started: bool,
    /// The id that the server gave it.
    pub unique_id: String,
    /// The last job it has fetched.
    pub last_token: String,
    /// A confirmation that has not been sent, or not been answered.
    pub owed: Option<Owed>,
    /// Its line is cut until then.
    pub silent_until: Option<Instant>,
    /// How it was when it last told so.
    pub told: Option<String>,
}

/// What a printer still has to say of a job.
#[derive(Clone)]
pub struct Owed {
    pub due: Instant,
    pub token: String,
    /// A Star printer's code, or an Epson printer's whole result.
    pub text: String,
    pub retry: u32,
}

/// Something a printer has said, and what it was answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Step {
    pub said: String,
    /// None when no answer came.
    pub status: Option<u16>,
    pub heard: String,
}

impl Step {
    pub fn note(said: impl Into<String>) -> Self {
        Self {
            said: said.into(),
            status: None,
            heard: String::new(),
        }
    }
}

impl Unit {
    fn new(name: &str, device: &Device, stop: CancellationToken) -> Arc<Self> {
        Arc::new(Self {
            name: name.to_owned(),
            made: Made::of(device),
            memory: Mutex::default(),
            changed: Notify::new(),
            port: parking_lot::Mutex::default(),
            stop,
        })
    }

    /// One round of a polling printer: what it said and heard.
    pub async fn round(&self, sandbox: &Arc<Sandbox>, shared: &Shared) -> Vec<Step> {
        let mut memory = self.memory.lock().await;
        let Some(device) = device::get(sandbox, &self.name).filter(|device| device.power) else {
            return vec![Step::note("off")];
        };
        let now = sandbox.clock.now();
        if let Some(fault) = device::fault(sandbox, &self.name, "silent") {
            let seconds = fault.value["seconds"].as_i64().unwrap_or(60);
            memory.silent_until = Some(now + TimeDelta::seconds(seconds));
        }
        if memory.silent_until.is_some_and(|until| now < until) {
            return vec![Step::note("silent")];
        }
        match device.kind {
            Kind::Star => star::round(sandbox, shared, self, &device, &mut memory).await,
            Kind::Epson => epson::round(sandbox, shared, self, &device, &mut memory).await,
            Kind::Escpos | Kind::Tspl => vec![Step::note("listens")],
        }
    }

    /// What it remembers, for acting by hand.
    pub async fn memory(&self) -> tokio::sync::MutexGuard<'_, Memory> {
        self.memory.lock().await
    }
}

impl Made {
    fn of(device: &Device) -> Self {
        Self {
            kind: device.kind,
            port: device.port,
            url: device.url.clone(),
        }
    }
}

/// Starts and stops tasks as printers are made, made anew and taken away.
pub async fn run(sandbox: Arc<Sandbox>, shared: Arc<Shared>, stop: CancellationToken) {
    let mut tasks = JoinSet::new();
    loop {
        for unit in renew(&sandbox, &shared, &stop) {
            let (sandbox, shared) = (sandbox.clone(), shared.clone());
            tasks.spawn(async move {
                let stop = unit.stop.clone();
                stop.run_until_cancelled(go(&sandbox, &shared, &unit)).await;
            });
        }
        while tasks.try_join_next().is_some() {}
        shared.settled();
        tokio::select! {
            () = shared.changed.notified() => {}
            () = stop.cancelled() => break,
        }
    }
    tasks.shutdown().await;
}

/// Brings the units in line with the printers and returns those whose task has to begin.
fn renew(sandbox: &Sandbox, shared: &Shared, stop: &CancellationToken) -> Vec<Arc<Unit>> {
    let devices = sandbox.state.change(|tx| tx.keyed::<Device>(DEVICES));
    let mut units = shared.units.lock();
    units.retain(|name, unit| {
        let device = devices.iter().find(|(known, _)| known == name);
        let stays = device.is_some_and(|(_, device)| Made::of(device) == unit.made);
        if !stays {
            unit.stop.cancel();
        }
        stays
    });
    let mut new = Vec::new();
    for (name, device) in &devices {
        if !units.contains_key(name) {
            let unit = Unit::new(name, device, stop.child_token());
            units.insert(name.clone(), unit.clone());
            new.push(unit);
        }
    }
    new
}

async fn go(sandbox: &Arc<Sandbox>, shared: &Arc<Shared>, unit: &Arc<Unit>) {
    if unit.made.kind.listens() {
        socket::listen(sandbox, shared, unit).await;
        return;
    }
    loop {
        let interval = device::get(sandbox, &unit.name).map_or(0, |device| device.interval_seconds);
        if interval == 0 {
            unit.changed.notified().await;
            continue;
        }
        unit.round(sandbox, shared).await;
        let wait = TimeDelta::seconds(i64::try_from(interval).unwrap_or(1));
        sandbox.clock.sleep(wait).await;
    }
}

impl Shared {
    /// The printer `name`.
    pub fn unit(&self, name: &str) -> Option<Arc<Unit>> {
        self.units.lock().get(name).cloned()
    }

    /// The printer `name` was made, changed or taken away.
    pub fn touched(&self, name: &str) {
        self.changed.notify_one();
        if let Some(unit) = self.unit(name) {
            unit.changed.notify_one();
        }
    }

    /// A printer is there, listens, or is gone.
    pub fn settled(&self) {
        self.settled.send_replace(());
    }

    /// Waits until the printer `name` is there as `device` says, and listens if it does.
    pub async fn ready(&self, name: &str, device: &Device) {
        let mut settled = self.settled.subscribe();
        let is_ready = || {
            let unit = self.unit(name);
            unit.is_some_and(|unit| {
                let listens = device.kind.listens() && device.power;
                unit.made == Made::of(device) && (!listens || unit.port.lock().is_some())
            })
        };
        let wait = async { while !is_ready() && settled.changed().await.is_ok() {} };
        // A port that is taken never comes up; its printer shows none then.
        let _ = tokio::time::timeout(std::time::Duration::from_secs(5), wait).await;
    }
}
