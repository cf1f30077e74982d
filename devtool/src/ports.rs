//! Which port each server listens on; chosen once and kept, so that a restart changes no address.

use std::{collections::BTreeMap, net::TcpListener, ops::Range};

use anyhow::Context as _;

use crate::home::Home;

const FILE: &str = "ports.json";
/// Where the search for free ports begins; below the range the kernel gives to clients.
const FIRST: u16 = 18_100;
const LAST: u16 = 29_000;
/// What people type is kept at a round number when it is free.
const GATEWAY: u16 = 8080;

/// A server that needs ports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// Its name.
    pub name: String,
    /// How many ports in a row.
    pub count: u16,
}

impl Wanted {
    /// One port.
    pub fn one(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            count: 1,
        }
    }
}

/// The ports of one home, by name; the first of each row.
#[derive(Debug, Default, serde::Serialize, serde::Deserialize)]
pub struct Ports(BTreeMap<String, u16>);

impl Ports {
    /// Takes the ports chosen before, and free ones for each name that has none or whose ports are
    /// held by another program. Call it only while nothing of this home runs.
    pub fn choose(home: &Home, all: &[Wanted]) -> anyhow::Result<Self> {
        let mut ports: Self = home.read(FILE)?.unwrap_or_default();
        ports.complete(all, is_free)?;
        home.write(FILE, &ports)?;
        Ok(ports)
    }

    /// The ports that a home has chosen, for whoever only wants to know them.
    pub fn chosen(home: &Home) -> anyhow::Result<Self> {
        home.read(FILE)?
            .with_context(|| format!("{FILE} is missing"))
    }

    fn complete(&mut self, all: &[Wanted], is_free: fn(u16) -> bool) -> anyhow::Result<()> {
        for wanted in all {
            let name = &wanted.name;
            let fits = |first: u16| {
                let end = first.saturating_add(wanted.count);
                self.are_apart(name, first..end, all) && (first..end).all(is_free)
            };
            let kept = self.0.get(name).copied();
            if kept.is_some_and(fits) {
                continue;
            }
            let preferred = (name == "gateway").then_some(GATEWAY);
            let mut candidates = preferred.into_iter().chain(FIRST..LAST);
            let port = candidates
                .find(|first| fits(*first))
                .with_context(|| format!("no free port between {FIRST} and {LAST}"))?;
            if let Some(taken) = self.0.insert(name.clone(), port) {
                eprintln!("dev: port {taken} of {name} is taken by another program; using {port}");
            }
        }
        Ok(())
    }

    /// Whether no other name has one of these ports.
    fn are_apart(&self, name: &str, ports: Range<u16>, all: &[Wanted]) -> bool {
        self.0.iter().all(|(other, first)| {
            let wanted = all.iter().find(|wanted| wanted.name == *other);
            let count = wanted.map_or(1, |wanted| wanted.count);
            other == name || *first >= ports.end || first.saturating_add(count) <= ports.start
        })
    }

    /// The port of a name.
    pub fn of(&self, name: &str) -> anyhow::Result<u16> {
        self.0
            .get(name)
            .copied()
            .with_context(|| format!("no port was chosen for {name}"))
    }
}

fn is_free(port: u16) -> bool {
    TcpListener::bind(("127.0.0.1", port)).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(name: &str, count: u16) -> Wanted {
        Wanted {
            name: name.to_owned(),
            count,
        }
    }

    #[test]
    fn a_row_of_ports_is_free_as_a_whole_and_kept() {
        let mut ports = Ports::default();
        let all = [Wanted::one("a"), row("sandbox", 3), Wanted::one("b")];
        let mut chosen = |all: &[Wanted], is_free: fn(u16) -> bool| {
            ports.complete(all, is_free).unwrap();
            ["a", "sandbox", "b"].map(|name| ports.of(name).unwrap() - FIRST)
        };
        assert_eq!(chosen(&all, |port| port != FIRST + 2), [0, 3, 1]);
        assert_eq!(chosen(&all, |_| true), [0, 3, 1]);
        // A longer row does not fit where one of its ports is taken.
        let all = [Wanted::one("a"), row("sandbox", 4), Wanted::one("b")];
        assert_eq!(chosen(&all, |port| port != FIRST + 6), [0, 2, 1]);
    }
}
