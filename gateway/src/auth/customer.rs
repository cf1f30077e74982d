use std::{net::IpAddr, sync::Arc, time::Duration};

use axum::extract::{FromRequestParts, RawPathParams};
use chassis::{
    authn::{Identity, Plan, Signer},
    error::CommonReason,
    id::{MemberId, OrganisationId},
};
use http::request::Parts;
use moka::sync::Cache;

use super::{Bearer, Device, Peer, bearer, csrf, with_token};
use crate::{
    problem::{Rejection, Result},
    state::Gateway,
    storefronts::Storefront,
};

const TOKEN_TTL_SECS: u32 = 300;
/// Renewed well before a token ends.
const CACHE_TTL: Duration = Duration::from_secs(240);
const CAPACITY: u64 = 50_000;
/// Parameter of paths that names the brand, by its slug.
pub const BRAND: &str = "brand_id";

/// A customer in a brand's storefront: a guest, or the member who is signed in on the device.
#[derive(Debug, Clone)]
pub struct Customer {
    /// The storefront.
    pub storefront: Arc<Storefront>,
    /// The device.
    pub device: Device,
    /// Where the request comes from.
    pub peer: Peer,
    bearer: Bearer,
}

impl Customer {
    /// A call in this customer's name.
    pub fn request<T>(&self, message: T) -> tonic::Request<T> {
        with_token(message, &self.bearer)
    }

    /// Organisation of the storefront.
    pub fn org(&self) -> OrganisationId {
        self.storefront.org
    }

    /// Id of the brand.
    pub fn brand_id(&self) -> &str {
        &self.storefront.brand.brand_id
    }

    /// Where the request comes from.
    pub fn address(&self) -> IpAddr {
        self.peer.address
    }
}

impl FromRequestParts<Gateway> for Customer {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, gateway: &Gateway) -> Result<Self> {
        let device = Device::from_request_parts(parts, gateway).await?;
        let Ok(peer) = Peer::from_request_parts(parts, gateway).await;
        let path = RawPathParams::from_request_parts(parts, gateway).await;
        let path = path.map_err(|_| Rejection::new(CommonReason::NotFound))?;
        let brand = path.iter().find(|(key, _)| *key == BRAND);
        let brand = brand.map_or("", |(_, value)| value);
        let storefront = gateway.storefronts().brand(gateway, brand).await?;
        let org = storefront.org;
        if !parts.method.is_safe() {
            csrf::check_member(gateway, org, &parts.headers)?;
        }
        let members = gateway.members();
        let member = members.signed_in(gateway, org, &parts.headers).await?;
        let bearer = gateway.customers().token(org, &device, member)?;
        Ok(Self {
            storefront,
            device,
            peer,
            bearer,
        })
    }
}

/// Tokens of customers, signed with the gateway's own key.
pub struct Customers {
    signer: Arc<Signer>,
    tokens: Cache<(OrganisationId, Option<MemberId>, String), Bearer>,
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

    /// A call of a guest on the device in the organisation.
    pub fn guest<T>(
        &self,
        org: OrganisationId,
        device: &Device,
        message: T,
    ) -> Result<tonic::Request<T>> {
        Ok(with_token(message, &self.token(org, device, None)?))
    }

    /// A token for the device, or the member on it, in the organisation. A customer's plan opens nothing:
    /// what the organisation's plan allows is for the services to say.
    pub(super) fn token(
        &self,
        org: OrganisationId,
        device: &Device,
        member: Option<MemberId>,
    ) -> Result<Bearer> {
        let key = (org, member, device.0.clone());
        if let Some(token) = self.tokens.get(&key) {
            return Ok(token);
        }
        let identity = match member {
            Some(member) => Identity::member(&device.0, member, org, Plan::Basic),
            None => Identity::customer(&device.0, org, Plan::Basic),
        };
        let token = bearer(&self.signer.sign(&identity, TOKEN_TTL_SECS))?;
        self.tokens.insert(key, token.clone());
        Ok(token)
    }
}
