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

/// A change of one's own password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangePassword {
    /// Present password.
    #[schema(format = Password)]
    pub current_password: String,
    /// New password.
    #[schema(format = Password)]
    pub new_password: String,
}

/// Changes one's own password and ends the other sessions. Wrong passwords count as failed sign-ins.
///
/// Refuses with `LOGIN_FAILED`, `LOGIN_LOCKED` and `PASSWORD_WEAK`.
#[utoipa::path(
    post, path = "/api/admin/password", tag = "session",
    request_body = ChangePassword, responses((status = 204))
)]
pub async fn change_password(
    State(gateway): State<Gateway>,
    staff: Staff,
    peer: Peer,
    Body(input): Body<ChangePassword>,
) -> Result<StatusCode> {
    let request = staff.request(pb::ChangeMyPasswordRequest {
        current_password: input.current_password,
        new_password: input.new_password,
        remote_address: peer.address.to_string(),
    });
    gateway.staff().change_my_password(request).await?;
    Ok(StatusCode::NO_CONTENT)
}
