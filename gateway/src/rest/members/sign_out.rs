use axum::extract::State;
use http::{HeaderMap, StatusCode};
use proto::membership::v1 as pb;

use crate::{
    auth::{Customer, cookies},
    rest::Result,
    state::Gateway,
};

/// Ends the member's session and clears its cookies; without a session it does nothing.
#[utoipa::path(
    post, path = "/api/members/{brand_id}/sign-out", tag = "members", responses((status = 204))
)]
pub async fn sign_out_member(
    State(gateway): State<Gateway>,
    customer: Customer,
    headers: HeaderMap,
) -> Result<(StatusCode, HeaderMap)> {
    let org = customer.org();
    if let Some(session) = cookies::member_session(&headers, org) {
        gateway.members().forget(org, session).await;
        let own = gateway.as_gateway(Some(org));
        let request = pb::SignOutMemberRequest {
            organisation_id: org.to_string(),
            session_token: session.to_owned(),
        };
        own.member_accounts().sign_out_member(request).await?;
    }
    let cookies = cookies::member_signed_out(&gateway, org);
    Ok((StatusCode::NO_CONTENT, cookies))
}
