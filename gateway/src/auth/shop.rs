use std::{net::IpAddr, sync::Arc, time::Duration};

use axum::extract::{FromRequestParts, RawPathParams};
use chassis::{
    authn::{Identity, Plan, Signer},
    error::CommonReason,
    id::OrganisationId,
};
use http::request::Parts;
use moka::sync::Cache;

use super::{Bearer, Device, Peer, bearer, with_token};
use crate::{
    problem::{Rejection, Result},
    state::Gateway,
    storefronts::Place,
};

const TOKEN_TTL_SECS: u32 = 300;
/// Renewed well before a token ends.
const CACHE_TTL: Duration = Duration::from_secs(240);
const CAPACITY: u64 = 50_000;

/// A customer in a branch's storefront.
#[derive(Debug, Clone)]
pub struct Shop {
    /// Brand and branch.
    pub place: Place,
    /// The device.
    pub device: Device,
    /// Where the request comes from.
    pub address: IpAddr,
    bearer: Bearer,
}

impl Shop {
    /// A call in this customer's name.
    pub fn request<T>(&self, message: T) -> tonic::Request<T> {
        with_token(message, &self.bearer)
    }

    /// Id of the branch.
    pub fn branch_id(&self) -> &str {
        &self.place.branch.branch_id
    }
}

impl FromRequestParts<Gateway> for Shop {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, gateway: &Gateway) -> Result<Self> {
        let device = Device::from_request_parts(parts, gateway).await?;
        let Ok(peer) = Peer::from_request_parts(parts, gateway).await;
        let path = RawPathParams::from_request_parts(parts, gateway).await;
        let path = path.map_err(|_| Rejection::new(CommonReason::NotFound))?;
        let part = |name| {
            path.iter()
                .find(|(key, _)| *key == name)
                .map_or("", |(_, value)| value)
        };
        let place = gateway
            .storefronts()
            .place(gateway, part("brand"), part("branch"))
            .await?;
        let bearer = gateway.customers().token(place.org(), &device)?;
        Ok(Self {
            place,
            device,
            address: peer.address,
            bearer,
        })
    }
}

/// Tokens of customers, signed with the gateway's own key.
pub struct Customers {
    signer: Arc<Signer>,
    tokens: Cache<(OrganisationId, String), Bearer>,
}

impl Customers {
    /// No tokens yet.
    pub fn new(signer: Arc<Signer>) -> Self {
        let tokens = Cache::builder()
            .max_capacity(CAPACITY)
            .time_to_live(CACHE_TTL)
            .build();
        Self { signer, tokens }
    }

    /// A token for the device in the organisation. A guest's plan opens nothing: what the
    /// organisation's plan allows is for the services to say.
    fn token(&self, org: OrganisationId, device: &Device) -> Result<Bearer> {
        let key = (org, device.0.clone());
        if let Some(token) = self.tokens.get(&key) {
            return Ok(token);
        }
        let identity = Identity::customer(&device.0, org, Plan::Basic);
        let token = bearer(&self.signer.sign(&identity, TOKEN_TTL_SECS))?;
        self.tokens.insert(key, token.clone());
        Ok(token)
    }
}
