use axum::{
    Json,
    extract::{Path, State},
};
use proto::capacity::v1 as pb;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{StockItem, StockMode, StockRules};
use crate::{
    auth::Staff,
    rest::{Result, body::Body, convert::present},
    state::Gateway,
};

/// Settings of a stock item as they shall be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StockSettings {
    /// Mode.
    pub mode: StockMode,
    /// Units a business day has, for daily mode; units expected each day, for 當日扣. 0–999,999.
    #[serde(default)]
    pub daily_amount: i64,
    /// Low-stock threshold, 0 for none.
    #[serde(default)]
    pub low_threshold: i64,
    /// Further settings; left out they stay as they are.
    pub rules: Option<StockRules>,
    /// Version it was read at; left out when it has none yet.
    pub version: Option<i64>,
}

/// Answer with one stock item.
#[derive(Debug, Serialize, ToSchema)]
pub struct StockItemAnswer {
    /// The item.
    pub item: StockItem,
}

/// Creates or changes the settings of a stock item.
///
/// Refuses with `VERSION_CONFLICT`, `VALIDATION_FAILED` and `NOT_FOUND`.
#[utoipa::path(
    put, path = "/api/admin/branches/{branch_id}/stock/{sku_id}", tag = "stock",
    request_body = StockSettings, responses((status = 200, body = StockItemAnswer))
)]
pub async fn set_stock_item(
    State(gateway): State<Gateway>,
    staff: Staff,
    Path((branch_id, sku_id)): Path<(String, String)>,
    Body(settings): Body<StockSettings>,
) -> Result<Json<StockItemAnswer>> {
    let item = pb::StockItem {
        branch_id,
        sku_id,
        mode: settings.mode.to_wire(),
        daily_amount: settings.daily_amount,
        low_threshold: settings.low_threshold,
        rules: settings.rules.map(Into::into),
        version: settings.version.unwrap_or_default(),
        ..Default::default()
    };
    let request = staff.request(pb::SetStockItemRequest { item: Some(item) });
    let answer = gateway.stock().set_stock_item(request).await?.into_inner();
    Ok(Json(StockItemAnswer {
        item: present(answer.item, "the item")?.try_into()?,
    }))
}
