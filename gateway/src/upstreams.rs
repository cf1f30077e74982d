//! Clients of the services behind the gateway. A service that handlers written by hand call costs one
//! line here; one that is only transcoded costs none.

use chassis::{
    client::{PeerChannel, Peers},
    id::OrganisationId,
};
use proto::{
    capacity::v1::{
        availability_service_client::AvailabilityServiceClient,
        stock_service_client::StockServiceClient,
    },
    catalog::v1::catalog_service_client::CatalogServiceClient,
    membership::v1::{
        member_account_service_client::MemberAccountServiceClient,
        member_service_client::MemberServiceClient,
    },
    ordering::v1::ordering_service_client::OrderingServiceClient,
    payments::v1::{
        payment_service_client::PaymentServiceClient,
        settlement_service_client::SettlementServiceClient,
    },
    staff::v1::staff_service_client::StaffServiceClient,
};

use crate::state::Inner;

/// Menus and exports are larger than what gRPC takes by itself.
pub const MAX_RESPONSE_BYTES: usize = 32 * 1024 * 1024;

macro_rules! clients {
    ($($name:ident: $client:ident of $service:literal,)+) => {
        /// Clients whose requests bring their caller's token.
        impl Inner {
            $(
                #[doc = concat!("A [`", stringify!($client), "`]; the request brings its token.")]
                pub fn $name(&self) -> $client<PeerChannel> {
                    $client::new(self.upstream($service)).max_decoding_message_size(MAX_RESPONSE_BYTES)
                }
            )+
        }

        impl AsGateway<'_> {
            $(
                #[doc = concat!("A [`", stringify!($client), "`], called by the gateway itself.")]
                pub fn $name(&self) -> $client<PeerChannel> {
                    $client::new(self.channel($service)).max_decoding_message_size(MAX_RESPONSE_BYTES)
                }
            )+
        }
    };
}

clients! {
    catalog: CatalogServiceClient of "catalog",
    availability: AvailabilityServiceClient of "capacity",
    stock: StockServiceClient of "capacity",
    member_lists: MemberServiceClient of "membership",
    member_accounts: MemberAccountServiceClient of "membership",
    ordering: OrderingServiceClient of "ordering",
    payments: PaymentServiceClient of "payments",
    settlements: SettlementServiceClient of "payments",
    staff: StaffServiceClient of "staff",
}

impl Inner {
    /// A service by its name; the request brings its token.
    pub fn upstream(&self, service: &str) -> PeerChannel {
        self.peers().channel_anonymous(service)
    }

    /// Clients for calls in the gateway's own name: for an organisation, or for none.
    pub fn as_gateway(&self, org: Option<OrganisationId>) -> AsGateway<'_> {
        AsGateway {
            peers: self.peers(),
            org,
        }
    }
}

/// Clients for calls in the gateway's own name.
pub struct AsGateway<'a> {
    peers: &'a Peers,
    org: Option<OrganisationId>,
}

impl AsGateway<'_> {
    fn channel(&self, service: &str) -> PeerChannel {
        match self.org {
            Some(org) => self.peers.channel_for(service, org),
            None => self.peers.channel(service),
        }
    }
}
