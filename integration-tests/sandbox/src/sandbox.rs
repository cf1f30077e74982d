//! What every part of the sandbox shares.

use std::{
    collections::{BTreeMap, HashSet},
    net::SocketAddr,
    sync::Arc,
};

use chrono::TimeDelta;
use parking_lot::Mutex;
use serde_json::Value;
use tokio::sync::Notify;

use crate::{
    clock::{Clock, Instant},
    settings::Settings,
    state::State,
    system::System,
};

pub struct Sandbox {
    pub clock: Clock,
    pub state: State,
    pub http: reqwest::Client,
    pub addresses: BTreeMap<String, SocketAddr>,
    pub public_host: Option<String>,
    /// Ids of the timers whose work is under way.
    pub in_flight: Mutex<HashSet<String>>,
    pub timer_done: Notify,
    systems: Vec<Arc<dyn System>>,
}

impl Sandbox {
    pub fn new(
        settings: &Settings,
        systems: Vec<Arc<dyn System>>,
        addresses: BTreeMap<String, SocketAddr>,
    ) -> anyhow::Result<Self> {
        let state = State::open(settings.state.as_deref())?;
        let offset = state.get("clock", "offset_micros").unwrap_or(0);
        state.change(|tx| {
            for system in &systems {
                let collection = merchants(system.name());
                for (id, merchant) in system.merchants() {
                    if tx.get::<Value>(&collection, id).is_none() {
                        tx.put(&collection, id, &merchant);
                    }
                }
            }
        });
        Ok(Self {
            clock: Clock::new(TimeDelta::microseconds(offset)),
            state,
            http: reqwest::Client::builder()
                .redirect(reqwest::redirect::Policy::none())
                .build()?,
            addresses,
            public_host: settings.public_host.clone(),
            in_flight: Mutex::default(),
            timer_done: Notify::new(),
            systems,
        })
    }

    pub fn systems(&self) -> impl Iterator<Item = &Arc<dyn System>> {
        self.systems.iter()
    }

    pub fn system(&self, name: &str) -> Option<&Arc<dyn System>> {
        self.systems.iter().find(|system| system.name() == name)
    }

    pub fn set_clock(&self, instant: Instant) {
        self.clock.set(instant);
        self.state.change(|tx| {
            let micros = self.clock.offset().num_microseconds().unwrap_or(0);
            tx.put("clock", "offset_micros", &micros);
        });
        self.state.timer_set.notify_one();
    }

    /// The base URL of a system's pages, as a browser sees it.
    pub fn public_url(&self, system: &str) -> String {
        let address = self.addresses[system];
        match &self.public_host {
            Some(host) => format!("http://{host}:{}", address.port()),
            None => format!("http://{address}"),
        }
    }
}

/// The collection of a system's merchants and their keys.
pub fn merchants(system: &str) -> String {
    format!("merchant.{system}")
}
