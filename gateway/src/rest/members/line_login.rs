use axum::{
    Json,
    extract::{Query, State},
    response::{IntoResponse as _, Response},
};
use chassis::{error::Problem, id::OrganisationId};
use http::{
    HeaderValue, StatusCode,
    header::{CACHE_CONTROL, LOCATION},
};
use proto::membership::v1::{self as pb, LineLoginResult};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    auth::{Customer, Device, Peer, cookies},
    problem::Rejection,
    rest::{Result, body::Body},
    state::Gateway,
};

/// Path of the callback that shops register at LINE.
pub const RETURN: &str = "/api/line-login/return";
const LONGEST_TEXT: usize = 500;

/// Where to go on after LINE.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StartLineLogin {
    /// Path of the storefront to come back to; `line` in its query then says what became of it:
    /// `signed_in`, `phone_needed`, `cancelled` or `failed`.
    pub return_path: String,
    /// Branch where somebody joins; empty for none.
    #[serde(default)]
    pub branch_id: String,
}

/// The page at LINE.
#[derive(Debug, Serialize, ToSchema)]
pub struct LineLoginStarted {
    /// Its address.
    pub authorize_url: String,
}

/// Begins signing in with LINE.
///
/// Refuses with `VALIDATION_FAILED`, `LINE_LOGIN_OFF` and `RATE_LIMITED`.
#[utoipa::path(
    post, path = "/api/members/{brand_id}/line", tag = "members",
    request_body = StartLineLogin, responses((status = 200, body = LineLoginStarted))
)]
pub async fn start_line_login(
    State(gateway): State<Gateway>,
    customer: Customer,
    Body(input): Body<StartLineLogin>,
) -> Result<Json<LineLoginStarted>> {
    gateway.limits().member_sign_in(customer.address()).await?;
    let request = customer.request(pb::StartLineLoginRequest {
        brand_id: customer.brand_id().to_owned(),
        return_path: input.return_path,
        branch_id: input.branch_id,
        remote_address: customer.address().to_string(),
    });
    let started = gateway.member_accounts().start_line_login(request).await?;
    Ok(Json(LineLoginStarted {
        authorize_url: started.into_inner().authorize_url,
    }))
}

/// What LINE adds to the callback's address.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Returned {
    state: String,
    code: String,
    error: String,
}

impl Returned {
    /// The organisation, which stands before the dot of the state.
    fn org(&self) -> Option<OrganisationId> {
        let texts = [&self.state, &self.code, &self.error];
        if texts.iter().any(|text| text.len() > LONGEST_TEXT) {
            return None;
        }
        self.state.split_once('.')?.0.parse().ok()
    }
}

/// Ends signing in with LINE and leads back to the storefront. The state is bound to the device, so that
/// nobody is signed in by a link that somebody else began.
pub async fn finish(
    State(gateway): State<Gateway>,
    device: Device,
    peer: Peer,
    Query(returned): Query<Returned>,
) -> Result<Response> {
    gateway.limits().member_sign_in(peer.address).await?;
    let org = returned
        .org()
        .ok_or_else(|| Problem::not_found("sign-in with LINE"))?;
    let message = pb::FinishLineLoginRequest {
        state: returned.state,
        code: returned.code,
        error: returned.error,
        user_agent: peer.user_agent,
    };
    let request = gateway.customers().guest(org, &device, message)?;
    let answer = gateway.member_accounts().finish_line_login(request).await?;
    let answer = answer.into_inner();
    let word = match answer.result() {
        LineLoginResult::SignedIn => "signed_in",
        LineLoginResult::PhoneNeeded => "phone_needed",
        LineLoginResult::Cancelled => "cancelled",
        LineLoginResult::Failed | LineLoginResult::Unspecified => "failed",
    };
    let separator = if answer.return_path.contains('?') {
        '&'
    } else {
        '?'
    };
    let to = format!("{}{separator}line={word}", answer.return_path);
    let to = HeaderValue::try_from(to).map_err(|error| Rejection::internal(error.into()))?;
    let headers = [
        (LOCATION, to),
        (CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    let mut response = (StatusCode::SEE_OTHER, headers).into_response();
    if !answer.session_token.is_empty() {
        let cookies = cookies::member_signed_in(&gateway, org, &answer.session_token);
        response.headers_mut().extend(cookies);
    }
    Ok(response)
}
