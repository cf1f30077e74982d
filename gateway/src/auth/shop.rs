use std::net::IpAddr;

use axum::extract::{FromRequestParts, RawPathParams};
use chassis::{error::CommonReason, id::MemberId};
use http::request::Parts;

use super::{Bearer, Device, Peer, cookies, csrf, with_token};
use crate::{
    problem::{Rejection, Result},
    state::Gateway,
    storefronts::Place,
};

/// A customer in a branch's storefront.
#[derive(Debug, Clone)]
pub struct Shop {
    /// Brand and branch.
    pub place: Place,
    /// The device.
    pub device: Device,
    /// Where the request comes from.
    pub address: IpAddr,
    /// Who is signed in; none for a guest.
    pub member: Option<MemberId>,
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
        // Another site's request is a guest's, whatever cookies it brings.
        let headers = &parts.headers;
        let is_own = cookies::member_session(headers, place.org()).is_some()
            && (parts.method.is_safe() || csrf::check_origin(gateway, headers).is_ok());
        let member = if is_own {
            let members = gateway.members();
            members
                .signed_in(gateway, place.org(), &parts.headers)
                .await?
        } else {
            None
        };
        let bearer = gateway.customers().token(place.org(), &device, member)?;
        Ok(Self {
            place,
            device,
            address: peer.address,
            member,
            bearer,
        })
    }
}
