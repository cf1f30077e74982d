//! Finds the addresses of a peer and spreads the calls over them.

use std::{collections::HashSet, net::SocketAddr, time::Duration};

use anyhow::Context as _;
use tokio::sync::mpsc::Sender;
use tokio_util::sync::CancellationToken;
use tonic::transport::{Channel, Endpoint, channel::Change};
use url::{Host, Url};

use crate::error::MAX_HEADER_BYTES;

/// How often DNS is asked again.
const LOOK_UP_EVERY: Duration = Duration::from_secs(5);
const CONNECT_WITHIN: Duration = Duration::from_secs(2);
const PENDING_CHANGES: usize = 64;

/// A channel to `url`: straight to an address, or balanced over what the name resolves to.
pub(super) fn channel(url: &Url, shutdown: CancellationToken) -> anyhow::Result<Channel> {
    let host = url
        .host()
        .with_context(|| format!("find a host in {url}"))?;
    let port = url
        .port_or_known_default()
        .with_context(|| format!("find a port in {url}"))?;
    let Host::Domain(name) = host else {
        return Ok(endpoint(url.as_str())?.connect_lazy());
    };
    let (channel, changes) = Channel::balance_channel(PENDING_CHANGES);
    tokio::spawn(keep_resolving(name.to_owned(), port, changes, shutdown));
    Ok(channel)
}

fn endpoint(url: &str) -> anyhow::Result<Endpoint> {
    let endpoint = Endpoint::from_shared(url.to_owned()).context("read a peer's address")?;
    Ok(endpoint
        .tcp_nodelay(true)
        .connect_timeout(CONNECT_WITHIN)
        .http2_max_header_list_size(MAX_HEADER_BYTES)
        .http2_keep_alive_interval(Duration::from_secs(20))
        .keep_alive_timeout(Duration::from_secs(5))
        .keep_alive_while_idle(true))
}

async fn keep_resolving(
    name: String,
    port: u16,
    changes: Sender<Change<SocketAddr, Endpoint>>,
    shutdown: CancellationToken,
) {
    let mut known = HashSet::new();
    let mut turns = tokio::time::interval(LOOK_UP_EVERY);
    while shutdown.run_until_cancelled(turns.tick()).await.is_some() {
        let found = match tokio::net::lookup_host((name.as_str(), port)).await {
            Ok(found) => prefer_one_family(found.collect()),
            Err(error) => {
                // What is known stays in use: DNS being away says nothing about the peer.
                tracing::warn!(peer.host = name, %error, "name lookup failed");
                continue;
            }
        };
        for address in found.difference(&known) {
            let Ok(endpoint) = endpoint(&format!("http://{address}")) else {
                continue;
            };
            if changes
                .send(Change::Insert(*address, endpoint))
                .await
                .is_err()
            {
                return;
            }
        }
        for address in known.difference(&found) {
            if changes.send(Change::Remove(*address)).await.is_err() {
                return;
            }
        }
        known = found;
    }
}

/// A name with both kinds of address is one peer seen twice, and one kind may not answer.
fn prefer_one_family(found: HashSet<SocketAddr>) -> HashSet<SocketAddr> {
    if found.iter().any(SocketAddr::is_ipv4) {
        return found.into_iter().filter(SocketAddr::is_ipv4).collect();
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_both_families_is_called_by_one() {
        let found: HashSet<SocketAddr> = ["127.0.0.1:1", "[::1]:1"]
            .iter()
            .map(|address| address.parse().unwrap())
            .collect();
        assert_eq!(
            prefer_one_family(found),
            HashSet::from(["127.0.0.1:1".parse().unwrap()])
        );
    }
}
