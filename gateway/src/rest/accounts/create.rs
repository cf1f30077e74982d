use axum::{Json, extract::State};
use http::StatusCode;
use proto::staff::v1 as pb;
use serde::Deserialize;
use utoipa::ToSchema;

use super::{AccountAnswer, Scope};
use crate::{
    auth::Staff,
    rest::{Result, body::Body, idempotency::IdempotencyKey},
    state::Gateway,
};

/// An account to create.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AccountInput {
    /// Account name, 4–32 of `a-z0-9._-`.
    pub account: String,
    /// Display name, 1–60 characters.
    pub name: String,
    /// Starter role key, such as `branch_manager`.
    pub role: String,
    /// First password.
    #[schema(format = Password)]
    pub password: String,
    /// Brands and branches it may work in.
    pub scope: Scope,
}

/// Creates an account.
///
/// Refuses with `ACCOUNT_TAKEN`, `PASSWORD_WEAK`, `ESCALATION` and `VALIDATION_FAILED`.
#[utoipa::path(
    post, path = "/api/admin/accounts", tag = "accounts", params(IdempotencyKey),
    request_body = AccountInput, responses((status = 201, body = AccountAnswer))
)]
pub async fn create_account(
    State(gateway): State<Gateway>,
    staff: Staff,
    key: IdempotencyKey,
    Body(input): Body<AccountInput>,
) -> Result<(StatusCode, Json<AccountAnswer>)> {
    let request = staff.request(pb::CreateAccountRequest {
        idempotency_key: key.key,
        account: input.account,
        name: input.name,
        role: input.role,
        password: input.password,
        scope: Some(input.scope.into()),
    });
    let answer = gateway.staff().create_account(request).await?.into_inner();
    Ok((StatusCode::CREATED, Json(answer.account.try_into()?)))
}
