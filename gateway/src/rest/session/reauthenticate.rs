use axum::extract::State;
use http::StatusCode;
use proto::staff::v1 as pb;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    auth::{Peer, Staff},
    rest::{Result, body::Body},
    state::Gateway,
};

/// The password of who is signed in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Reauthenticate {
    /// Present password.
    #[schema(format = Password)]
    pub password: String,
}

/// Confirms the password, which requests refused with `REAUTH_REQUIRED` need; it counts for five minutes. Wrong passwords count as failed sign-ins.
///
/// Refuses with `LOGIN_FAILED`, `LOGIN_LOCKED`, `SESSION_EXPIRED` and `RATE_LIMITED`.
#[utoipa::path(
    post, path = "/api/admin/session/reauthenticate", tag = "session",
    request_body = Reauthenticate, responses((status = 204))
)]
pub async fn reauthenticate(
    State(gateway): State<Gateway>,
    staff: Staff,
    peer: Peer,
    Body(input): Body<Reauthenticate>,
) -> Result<StatusCode> {
    gateway.limits().sign_in(&peer).await?;
    let request = staff.request(pb::ReauthenticateRequest {
        password: input.password,
        remote_address: peer.address.to_string(),
    });
    gateway.staff().reauthenticate(request).await?;
    Ok(StatusCode::NO_CONTENT)
}
