use axum::extract::State;
use http::{HeaderMap, StatusCode};
use proto::staff::v1 as pb;

use crate::{auth::cookies, rest::Result, state::Gateway};

/// Ends the session and clears its cookies; without a session it does nothing.
#[utoipa::path(post, path = "/api/admin/sign-out", tag = "session", responses((status = 204)))]
pub async fn sign_out(
    State(gateway): State<Gateway>,
    headers: HeaderMap,
) -> Result<(StatusCode, HeaderMap)> {
    if let Some(session_token) = cookies::session(&headers).map(str::to_owned) {
        gateway.identities().forget(&session_token).await;
        gateway
            .as_gateway(None)
            .staff()
            .sign_out(pb::SignOutRequest { session_token })
            .await?;
    }
    Ok((StatusCode::NO_CONTENT, cookies::signed_out(&gateway)))
}
