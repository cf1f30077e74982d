use axum::{
    Json,
    extract::{Path, State},
};
use proto::staff::v1 as pb;
use serde::Deserialize;
use utoipa::ToSchema;

use super::AccountAnswer;
use crate::{
    auth::Staff,
    rest::{Result, body::Body},
    state::Gateway,
};

/// Whether an account may sign in.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AccountState {
    /// Version it was read at.
    pub version: i64,
    /// Whether it may sign in.
    pub enabled: bool,
}

/// Enables or disables an account; disabling ends its sessions.
///
/// Refuses with `NOT_FOUND`, `VERSION_CONFLICT`, `LAST_OWNER` and `ESCALATION`.
#[utoipa::path(
    post, path = "/api/admin/accounts/{account_id}/state", tag = "accounts",
    request_body = AccountState, responses((status = 200, body = AccountAnswer))
)]
pub async fn set_account_state(
    State(gateway): State<Gateway>,
    staff: Staff,
    Path(account_id): Path<String>,
    Body(state): Body<AccountState>,
) -> Result<Json<AccountAnswer>> {
    let request = staff.request(pb::SetAccountStateRequest {
        account_id,
        version: state.version,
        enabled: state.enabled,
    });
    let answer = gateway
        .staff()
        .set_account_state(request)
        .await?
        .into_inner();
    Ok(Json(answer.account.try_into()?))
}
