//! The state that handlers share.

use std::{ops::Deref, sync::Arc, time::Duration};

use chassis::{
    authn::{Signer, Verifier},
    client::Peers,
    clock::SharedClock,
};
use redis::aio::ConnectionManager;
use tokio_util::sync::CancellationToken;

use crate::{
    assets::Assets,
    auth::{Customers, Identities, Members},
    availability::Availabilities,
    brand_pages::BrandPages,
    config::GatewayConfig,
    menu::Menus,
    order_keys::OrderKeys,
    rate_limit::RateLimits,
    sse::{Hub, StreamLimits},
    storefronts::Storefronts,
};

/// The gateway's state; clones share it.
#[derive(Clone)]
pub struct Gateway(Arc<Inner>);

/// What a gateway needs to run.
pub struct Dependencies {
    /// Its own section of the configuration.
    pub config: GatewayConfig,
    /// The time.
    pub clock: SharedClock,
    /// The services behind it.
    pub peers: Peers,
    /// Signs tokens of customers.
    pub signer: Arc<Signer>,
    /// Reads what staff's tokens say.
    pub verifier: Verifier,
    /// Where limits are counted.
    pub redis: ConnectionManager,
    /// Ends the event streams.
    pub shutdown: CancellationToken,
}

/// The parts, each in its own module.
pub struct Inner {
    config: GatewayConfig,
    peers: Peers,
    limits: RateLimits,
    order_keys: OrderKeys,
    identities: Identities,
    customers: Customers,
    members: Members,
    storefronts: Storefronts,
    menus: Menus,
    availabilities: Availabilities,
    brand_pages: BrandPages,
    clock: SharedClock,
    hub: Hub,
    stream_limits: StreamLimits,
    assets: Assets,
    shutdown: CancellationToken,
}

impl Gateway {
    /// Puts the parts together; reads the web apps' files.
    pub fn new(with: Dependencies) -> Self {
        let Dependencies {
            config,
            clock,
            peers,
            signer,
            verifier,
            redis,
            shutdown,
        } = with;
        Self(Arc::new(Inner {
            limits: RateLimits::new(&config, redis.clone(), clock.clone()),
            order_keys: OrderKeys::new(redis),
            identities: Identities::new(verifier),
            customers: Customers::new(signer),
            members: Members::default(),
            storefronts: Storefronts::default(),
            menus: Menus::default(),
            availabilities: Availabilities::new(clock.clone()),
            brand_pages: BrandPages::default(),
            hub: Hub::new(*config.replay_window, config.replay_events),
            stream_limits: StreamLimits::new(config.streams_per_address),
            assets: Assets::load(&config),
            clock,
            peers,
            shutdown,
            config,
        }))
    }
}

impl Deref for Gateway {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.0
    }
}

impl Inner {
    /// The gateway's own section of the configuration.
    pub fn config(&self) -> &GatewayConfig {
        &self.config
    }

    /// The time.
    pub fn clock(&self) -> &SharedClock {
        &self.clock
    }

    /// The services behind the gateway.
    pub fn peers(&self) -> &Peers {
        &self.peers
    }

    /// Rate limits.
    pub fn limits(&self) -> &RateLimits {
        &self.limits
    }

    /// Keys of orders.
    pub fn order_keys(&self) -> &OrderKeys {
        &self.order_keys
    }

    /// Identities behind sessions.
    pub fn identities(&self) -> &Identities {
        &self.identities
    }

    /// Tokens of customers.
    pub fn customers(&self) -> &Customers {
        &self.customers
    }

    /// Members behind sessions.
    pub fn members(&self) -> &Members {
        &self.members
    }

    /// Brands and branches by their addresses.
    pub fn storefronts(&self) -> &Storefronts {
        &self.storefronts
    }

    /// Menu documents.
    pub fn menus(&self) -> &Menus {
        &self.menus
    }

    /// Availability of branches.
    pub fn availabilities(&self) -> &Availabilities {
        &self.availabilities
    }

    /// Brands' own pages.
    pub fn brand_pages(&self) -> &BrandPages {
        &self.brand_pages
    }

    /// Open streams of customers.
    pub fn stream_limits(&self) -> &StreamLimits {
        &self.stream_limits
    }

    /// Events for live screens.
    pub fn hub(&self) -> &Hub {
        &self.hub
    }

    /// Files of the web apps.
    pub fn assets(&self) -> &Assets {
        &self.assets
    }

    /// Pause between the comments that keep an event stream open.
    pub fn heartbeat(&self) -> Duration {
        *self.config.heartbeat
    }

    /// Cancelled when the process begins to end.
    pub fn shutdown(&self) -> &CancellationToken {
        &self.shutdown
    }
}
