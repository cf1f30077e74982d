use axum::{Json, extract::State};
use proto::staff::v1 as pb;
use serde::Serialize;
use utoipa::ToSchema;

use super::Account;
use crate::{
    auth::Staff,
    rest::{
        Result,
        convert::{all, text},
        query::{Page, Params},
    },
    state::Gateway,
};

/// A page of accounts.
#[derive(Debug, Serialize, ToSchema)]
pub struct AccountList {
    /// Accounts of this page.
    pub accounts: Vec<Account>,
    /// Token of the next page, null at the end.
    pub next_page_token: Option<String>,
}

/// Lists accounts by account name, a page at a time.
#[utoipa::path(
    get, path = "/api/admin/accounts", tag = "accounts", params(Page),
    responses((status = 200, body = AccountList))
)]
pub async fn list_accounts(
    State(gateway): State<Gateway>,
    staff: Staff,
    Params(page): Params<Page>,
) -> Result<Json<AccountList>> {
    let request = staff.request(pb::ListAccountsRequest {
        page_size: page.page_size.unwrap_or_default(),
        page_token: page.page_token.unwrap_or_default(),
    });
    let answer = gateway.staff().list_accounts(request).await?.into_inner();
    Ok(Json(AccountList {
        accounts: all(answer.accounts)?,
        next_page_token: text(answer.next_page_token),
    }))
}
