use axum::{Json, extract::State};
use http::HeaderMap;
use proto::staff::v1 as pb;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{ToSchema, openapi::Ref};

use crate::{
    auth::{Peer, cookies},
    json::convert::present,
    rest::{Result, body::Body, transcoded},
    state::Gateway,
};

/// What one signs in with. A field that is left out is empty here: staff names all of them at once.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignIn {
    /// Organisation code.
    #[serde(default)]
    #[schema(required)]
    pub organisation_code: String,
    /// Account name, any case.
    #[serde(default)]
    #[schema(required)]
    pub account: String,
    /// Password.
    #[serde(default)]
    #[schema(required, format = Password)]
    pub password: String,
}

/// Who signed in.
#[derive(Debug, Serialize, ToSchema)]
pub struct SignedIn {
    /// Who signed in.
    #[schema(schema_with = me)]
    pub me: Value,
}

fn me() -> Ref {
    Ref::from_schema_name("Me")
}

/// Signs an account in and sets the session cookie and the CSRF cookie.
///
/// Refuses with `VALIDATION_FAILED`, `LOGIN_FAILED`, `LOGIN_LOCKED`, `ACCOUNT_DISABLED`, `NO_SCOPE` and `RATE_LIMITED`.
#[utoipa::path(
    post, path = "/api/admin/sign-in", tag = "session",
    request_body = SignIn, responses((status = 200, body = SignedIn))
)]
pub async fn sign_in(
    State(gateway): State<Gateway>,
    peer: Peer,
    Body(input): Body<SignIn>,
) -> Result<(HeaderMap, Json<SignedIn>)> {
    gateway.limits().sign_in(&peer).await?;
    let request = pb::SignInRequest {
        organisation_code: input.organisation_code,
        account: input.account,
        password: input.password,
        remote_address: peer.address.to_string(),
        user_agent: peer.user_agent,
    };
    let answer = gateway.staff().sign_in(request).await?.into_inner();
    let me = transcoded::json(&present(answer.me, "who signed in")?)?.value()?;
    Ok((
        cookies::signed_in(&gateway, &answer.session_token),
        Json(SignedIn { me }),
    ))
}
