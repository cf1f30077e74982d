//! What every handler can reach.

use std::{ops::Deref, sync::Arc, time::Duration};

use chassis::{
    authn::{Signer, Verifier},
    client::{PeerChannel, Peers},
    clock::SharedClock,
    id::OrganisationId,
};
use proto::{
    capacity::v1::{
        availability_service_client::AvailabilityServiceClient,
        hours_service_client::HoursServiceClient, limit_service_client::LimitServiceClient,
        pause_service_client::PauseServiceClient, stock_service_client::StockServiceClient,
    },
    catalog::v1::catalog_service_client::CatalogServiceClient,
    ordering::v1::{
        order_decision_service_client::OrderDecisionServiceClient,
        ordering_service_client::OrderingServiceClient,
    },
    staff::v1::staff_service_client::StaffServiceClient,
};
use redis::aio::ConnectionManager;
use tokio_util::sync::CancellationToken;

use crate::{
    assets::Assets,
    auth::{Customers, Identities},
    availability::Availabilities,
    brand_pages::BrandPages,
    config::GatewayConfig,
    menu::Menus,
    rate_limit::RateLimits,
    sse::{Hub, Visitors},
    storefronts::Storefronts,
};

/// Menus and exports are larger than what gRPC takes by itself.
pub const MAX_ANSWER_BYTES: usize = 32 * 1024 * 1024;

/// The gateway's state; clones share it.
#[derive(Clone)]
pub struct Gateway(Arc<Inner>);

/// What a gateway is made of.
pub struct Ingredients {
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
    identities: Identities,
    customers: Customers,
    storefronts: Storefronts,
    menus: Menus,
    availabilities: Availabilities,
    brand_pages: BrandPages,
    hub: Hub,
    visitors: Visitors,
    assets: Assets,
    shutdown: CancellationToken,
}

impl Gateway {
    /// Puts the parts together; reads the web apps' files.
    pub fn new(with: Ingredients) -> Self {
        let Ingredients {
            config,
            clock,
            peers,
            signer,
            verifier,
            redis,
            shutdown,
        } = with;
        Self(Arc::new(Inner {
            limits: RateLimits::new(&config, redis, clock.clone()),
            identities: Identities::new(verifier),
            customers: Customers::new(signer),
            storefronts: Storefronts::default(),
            menus: Menus::default(),
            availabilities: Availabilities::new(clock),
            brand_pages: BrandPages::default(),
            hub: Hub::new(*config.replay_window, config.replay_events),
            visitors: Visitors::new(config.streams_per_address),
            assets: Assets::load(&config),
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

    /// A service by its name; the request brings its token.
    pub fn upstream(&self, service: &str) -> PeerChannel {
        self.peers.channel_anonymous(service)
    }

    /// Catalog; the request brings its token.
    pub fn catalog(&self) -> CatalogServiceClient<PeerChannel> {
        CatalogServiceClient::new(self.peers.channel_anonymous("catalog"))
            .max_decoding_message_size(MAX_ANSWER_BYTES)
    }

    /// Capacity's availability of branches; the request brings its token.
    pub fn availability(&self) -> AvailabilityServiceClient<PeerChannel> {
        AvailabilityServiceClient::new(self.peers.channel_anonymous("capacity"))
    }

    /// Capacity's hours and special days; the request brings its token.
    pub fn hours(&self) -> HoursServiceClient<PeerChannel> {
        HoursServiceClient::new(self.peers.channel_anonymous("capacity"))
    }

    /// Capacity's stock; the request brings its token.
    pub fn stock(&self) -> StockServiceClient<PeerChannel> {
        StockServiceClient::new(self.peers.channel_anonymous("capacity"))
            .max_decoding_message_size(MAX_ANSWER_BYTES)
    }

    /// Capacity's pauses of sales; the request brings its token.
    pub fn pauses(&self) -> PauseServiceClient<PeerChannel> {
        PauseServiceClient::new(self.peers.channel_anonymous("capacity"))
    }

    /// Capacity's 產能限制 and how full the coming days are; the request brings its token.
    pub fn capacity_limits(&self) -> LimitServiceClient<PeerChannel> {
        LimitServiceClient::new(self.peers.channel_anonymous("capacity"))
    }

    /// Ordering; the request brings its token.
    pub fn ordering(&self) -> OrderingServiceClient<PeerChannel> {
        OrderingServiceClient::new(self.peers.channel_anonymous("ordering"))
    }

    /// Ordering's decisions about booked orders; the request brings its token.
    pub fn order_decisions(&self) -> OrderDecisionServiceClient<PeerChannel> {
        OrderDecisionServiceClient::new(self.peers.channel_anonymous("ordering"))
    }

    /// Staff; the request brings its token.
    pub fn staff(&self) -> StaffServiceClient<PeerChannel> {
        StaffServiceClient::new(self.peers.channel_anonymous("staff"))
    }

    /// Catalog, asked by the gateway itself for an organisation.
    pub fn catalog_as_gateway(&self, org: OrganisationId) -> CatalogServiceClient<PeerChannel> {
        CatalogServiceClient::new(self.peers.channel_for("catalog", org))
            .max_decoding_message_size(MAX_ANSWER_BYTES)
    }

    /// Capacity's availability of branches, asked by the gateway itself for an organisation.
    pub fn availability_as_gateway(
        &self,
        org: OrganisationId,
    ) -> AvailabilityServiceClient<PeerChannel> {
        AvailabilityServiceClient::new(self.peers.channel_for("capacity", org))
    }

    /// Staff, asked by the gateway itself.
    pub fn staff_as_gateway(&self) -> StaffServiceClient<PeerChannel> {
        StaffServiceClient::new(self.peers.channel("staff"))
    }

    /// How often one may.
    pub fn limits(&self) -> &RateLimits {
        &self.limits
    }

    /// Who is behind a session.
    pub fn identities(&self) -> &Identities {
        &self.identities
    }

    /// Tokens of customers.
    pub fn customers(&self) -> &Customers {
        &self.customers
    }

    /// Which brand and branch an address means.
    pub fn storefronts(&self) -> &Storefronts {
        &self.storefronts
    }

    /// Menu documents.
    pub fn menus(&self) -> &Menus {
        &self.menus
    }

    /// What branches can sell.
    pub fn availabilities(&self) -> &Availabilities {
        &self.availabilities
    }

    /// Brands' own pages.
    pub fn brand_pages(&self) -> &BrandPages {
        &self.brand_pages
    }

    /// Open streams of customers.
    pub fn visitors(&self) -> &Visitors {
        &self.visitors
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
