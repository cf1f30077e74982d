use axum::{Json, extract::State};
use proto::membership::v1 as pb;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    auth::Customer,
    rest::{Result, body::Body},
    state::Gateway,
};

/// A code to send.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RequestCode {
    /// Taiwanese mobile number; not read for `erase`.
    #[serde(default)]
    pub phone: String,
    /// What the code is for.
    pub purpose: CodePurpose,
}

/// What a code is for.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CodePurpose {
    /// Joining or signing in.
    SignIn,
    /// Confirming a new phone.
    ChangePhone,
    /// Confirming that the membership is erased.
    Erase,
}

impl CodePurpose {
    const fn into_wire(self) -> pb::CodePurpose {
        match self {
            Self::SignIn => pb::CodePurpose::SignIn,
            Self::ChangePhone => pb::CodePurpose::ChangePhone,
            Self::Erase => pb::CodePurpose::Erase,
        }
    }
}

/// How long a code lives.
#[derive(Debug, Serialize, ToSchema)]
pub struct CodeSent {
    /// Seconds until the code ends.
    pub expires_in_secs: i32,
    /// Seconds until another can be sent.
    pub resend_in_secs: i32,
}

/// Sends a code of six digits to a phone by SMS.
///
/// Refuses with `VALIDATION_FAILED`, `PHONE_INVALID`, `NEEDS_LOGIN`, `RATE_LIMITED` and `TEMPORARILY_UNAVAILABLE`.
#[utoipa::path(
    post, path = "/api/members/{brand_id}/codes", tag = "members",
    request_body = RequestCode, responses((status = 200, body = CodeSent))
)]
pub async fn request_code(
    State(gateway): State<Gateway>,
    customer: Customer,
    Body(input): Body<RequestCode>,
) -> Result<Json<CodeSent>> {
    gateway.limits().member_sign_in(customer.address()).await?;
    let request = customer.request(pb::RequestCodeRequest {
        brand_id: customer.brand_id().to_owned(),
        phone: input.phone,
        purpose: input.purpose.into_wire().into(),
        remote_address: customer.address().to_string(),
    });
    let sent = gateway.member_accounts().request_code(request).await?;
    let sent = sent.into_inner();
    Ok(Json(CodeSent {
        expires_in_secs: sent.expires_in_secs,
        resend_in_secs: sent.resend_in_secs,
    }))
}
