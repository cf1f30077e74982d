//! Which port each server listens on; chosen once and kept, so that a restart changes no address.

use std::{collections::BTreeMap, net::TcpListener};

use anyhow::Context as _;

use crate::home::Home;

const FILE: &str = "ports.json";
/// Where the search for free ports begins; below the range the kernel gives to clients.
const FIRST: u16 = 18_100;
const LAST: u16 = 29_000;
/// What people type is kept at a round number when it is free.
const GATEWAY: u16 = 8080;

/// The ports of one home, by name.
#[derive(Debug, Default, serde::Serialize, serde::Deserialize)]
pub struct Ports(BTreeMap<String, u16>);

impl Ports {
    /// Takes the ports chosen before, and a free one for each name that has none or whose port is
    /// held by another program. Call it only while nothing of this home runs.
    pub fn choose(home: &Home, names: &[&str]) -> anyhow::Result<Self> {
        let mut ports: Self = home.read(FILE)?.unwrap_or_default();
        for name in names {
            let free = ports.0.get(*name).is_some_and(|port| is_free(*port));
            if !free {
                let port = ports.next_free(*name == "gateway")?;
                if let Some(taken) = ports.0.insert((*name).to_owned(), port) {
                    eprintln!(
                        "dev: port {taken} of {name} is taken by another program; using {port}"
                    );
                }
            }
        }
        home.write(FILE, &ports)?;
        Ok(ports)
    }

    /// The port of a name.
    pub fn of(&self, name: &str) -> anyhow::Result<u16> {
        self.0
            .get(name)
            .copied()
            .with_context(|| format!("no port was chosen for {name}"))
    }

    fn next_free(&self, gateway: bool) -> anyhow::Result<u16> {
        let preferred = gateway.then_some(GATEWAY);
        preferred
            .into_iter()
            .chain(FIRST..LAST)
            .find(|port| !self.0.values().any(|taken| taken == port) && is_free(*port))
            .with_context(|| format!("no free port between {FIRST} and {LAST}"))
    }
}

fn is_free(port: u16) -> bool {
    TcpListener::bind(("127.0.0.1", port)).is_ok()
}
