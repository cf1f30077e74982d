//! Clients of the peers.
//!
//! A [`PeerChannel`] is what generated clients are made of: it attaches a token, passes on the
//! deadline and the trace context, balances over the addresses it was told and those DNS gives,
//! takes a call that could not be sent to another replica, repeats one that was sent only where its
//! RPC is declared idempotent, and fails at once while the peer is away.

mod channel;
mod circuit;
mod link;
mod resolve;
mod token;

use std::{collections::HashMap, fmt, sync::Arc, time::Duration};

use http::HeaderValue;
use tokio_util::sync::CancellationToken;

use crate::{authn::Signer, clock::SharedClock, config::PeersConfig, id::OrganisationId};

pub use channel::PeerChannel;
use circuit::Circuit;
use link::{Link, Replica};
use token::ServiceTokens;

/// The peers this service was told of.
#[derive(Clone)]
pub struct Peers {
    links: Arc<HashMap<String, Arc<Link>>>,
    tokens: Arc<ServiceTokens>,
}

/// Whose token a channel attaches.
#[derive(Clone)]
enum Caller {
    Service(Option<OrganisationId>),
    Bearer(HeaderValue),
    Anonymous,
}

/// Failures in a row that open the circuit, and how long it stays open.
const OPEN_AFTER: u32 = 5;
const OPEN_FOR: Duration = Duration::from_secs(2);

impl Peers {
    /// Prepares the connections; they are made when they are needed. Must be called inside a
    /// runtime; addresses are looked up again and again until `shutdown`.
    pub fn new(
        config: &PeersConfig,
        signer: Arc<Signer>,
        clock: SharedClock,
        shutdown: &CancellationToken,
    ) -> anyhow::Result<Self> {
        let mut links = HashMap::new();
        for (name, urls) in config.iter() {
            let mut replicas = Vec::new();
            for url in urls {
                replicas.push(Replica {
                    channel: resolve::channel(url, shutdown.clone())?,
                    circuit: Circuit::new(OPEN_AFTER, OPEN_FOR),
                });
            }
            links.insert(name.to_owned(), Arc::new(Link::new(replicas)));
        }
        let tokens = Arc::new(ServiceTokens::new(signer, clock));
        Ok(Self {
            links: Arc::new(links),
            tokens,
        })
    }

    /// Whether `peer` was configured.
    pub fn is_configured(&self, peer: &str) -> bool {
        self.links.contains_key(peer)
    }

    /// Calls `peer` as this service, for no organisation.
    pub fn channel(&self, peer: &str) -> PeerChannel {
        self.open(peer, Caller::Service(None))
    }

    /// Calls `peer` as this service, for `org`.
    pub fn channel_for(&self, peer: &str, org: OrganisationId) -> PeerChannel {
        self.open(peer, Caller::Service(Some(org)))
    }

    /// Calls `peer` with a token that was given to us; refuses one that no header can hold.
    pub fn channel_as(&self, peer: &str, token: &str) -> anyhow::Result<PeerChannel> {
        Ok(self.open(peer, Caller::Bearer(token::bearer(token)?)))
    }

    /// Calls `peer` without a token, for RPCs open to the public.
    pub fn channel_anonymous(&self, peer: &str) -> PeerChannel {
        self.open(peer, Caller::Anonymous)
    }

    /// A peer that was not configured gives a channel whose calls all fail and say so.
    fn open(&self, peer: &str, caller: Caller) -> PeerChannel {
        PeerChannel::new(
            peer,
            self.links.get(peer).cloned(),
            caller,
            self.tokens.clone(),
        )
    }
}

impl fmt::Debug for Peers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Peers")
            .field("links", &self.links.keys())
            .finish_non_exhaustive()
    }
}
