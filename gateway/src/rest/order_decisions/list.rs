use axum::{
    Json,
    extract::{Path, State},
};
use proto::ordering::v1 as pb;
use serde::Serialize;
use utoipa::ToSchema;

use super::DecisionBatch;
use crate::{
    auth::Staff,
    rest::{
        Result,
        convert::{all, text},
        query::{Page, Params},
    },
    state::Gateway,
};

/// A page of batches.
#[derive(Debug, Serialize, ToSchema)]
pub struct DecisionBatchList {
    /// Batches, newest first; orders beyond the account's scope are not counted.
    pub batches: Vec<DecisionBatch>,
    /// Token of the next page, null at the end.
    pub next_page_token: Option<String>,
}

/// Lists the batches of decisions about orders of a brand's branches, newest first, a page at a time.
#[utoipa::path(
    get, path = "/api/admin/brands/{brand_id}/order-decisions", tag = "orders",
    params(Page), responses((status = 200, body = DecisionBatchList))
)]
pub async fn list_decision_batches(
    State(gateway): State<Gateway>,
    staff: Staff,
    Path(brand_id): Path<String>,
    Params(page): Params<Page>,
) -> Result<Json<DecisionBatchList>> {
    let request = staff.request(pb::ListDecisionBatchesRequest {
        brand_id,
        page_size: page.page_size.unwrap_or_default(),
        page_token: page.page_token.unwrap_or_default(),
    });
    let mut decisions = gateway.order_decisions();
    let answer = decisions.list_decision_batches(request).await?.into_inner();
    Ok(Json(DecisionBatchList {
        batches: all(answer.batches)?,
        next_page_token: text(answer.next_page_token),
    }))
}
