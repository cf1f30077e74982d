use axum::{
    Json,
    extract::{Path, State},
};
use chrono::{DateTime, Utc};
use proto::capacity::v1 as pb;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::names::Menu;
use crate::{
    auth::Staff,
    problem::Rejection,
    rest::{
        Result,
        convert::{all, required_time, stamp, text},
        orders::{KnownOrder, known_orders},
        query::Params,
    },
    state::Gateway,
};

/// Which time is asked about.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct LoadDetailOf {
    /// From.
    pub from: DateTime<Utc>,
    /// To, at most a day later; no longer part of it.
    pub to: DateTime<Utc>,
}

/// What fills a time.
#[derive(Debug, Serialize, ToSchema)]
pub struct LoadDetail {
    /// What it is of, at most 100, the most units first.
    pub products: Vec<LoadedProduct>,
    /// Orders, at most 200, by their slots.
    pub orders: Vec<LoadedOrder>,
}

/// A variant that fills a time.
#[derive(Debug, Serialize, ToSchema)]
pub struct LoadedProduct {
    /// Product.
    #[schema(format = Uuid)]
    pub product_id: String,
    /// Variant.
    #[schema(format = Uuid)]
    pub variant_id: String,
    /// Name of the product; null when it is no longer on the menu.
    pub product_name: Option<String>,
    /// Name of the variant; null when it has none.
    pub variant_name: Option<String>,
    /// Units.
    pub units: i64,
    /// Seconds it takes to make them.
    pub make_seconds: i64,
    /// Amount in the minor unit of the brand's currency.
    pub amount: i64,
}

/// An order that fills a time.
#[derive(Debug, Serialize, ToSchema)]
pub struct LoadedOrder {
    /// Order.
    #[schema(format = Uuid)]
    pub order_id: String,
    /// What ordering knows of it; null when it did not tell.
    pub order: Option<KnownOrder>,
    /// Slot.
    pub slot_starts_at: DateTime<Utc>,
    /// Units.
    pub units: i64,
}

/// Tells what fills a time: its orders and what they are of, the most first.
///
/// Refuses with `VALIDATION_FAILED` and `NOT_FOUND`.
#[utoipa::path(
    get, path = "/api/admin/branches/{branch_id}/load/detail", tag = "limits",
    params(LoadDetailOf), responses((status = 200, body = LoadDetail))
)]
pub async fn list_load(
    State(gateway): State<Gateway>,
    staff: Staff,
    Path(branch_id): Path<String>,
    Params(of): Params<LoadDetailOf>,
) -> Result<Json<LoadDetail>> {
    let request = staff.request(pb::ListLoadRequest {
        branch_id: branch_id.clone(),
        from: Some(stamp(of.from)),
        to: Some(stamp(of.to)),
    });
    let answer = gateway.capacity_limits().list_load(request).await?;
    let answer = answer.into_inner();
    let days = answer.orders.iter();
    let days = days.map(|order| (branch_id.clone(), order.business_day.clone()));
    let days = days.collect();
    let mut orders: Vec<LoadedOrder> = all(answer.orders)?;
    let mut products: Vec<LoadedProduct> = answer.products.into_iter().map(Into::into).collect();
    if !products.is_empty() || !orders.is_empty() {
        let menu = Menu::of(&gateway, staff.identity().org, &branch_id).await;
        for product in &mut products {
            if let Some((product_name, variant_name)) = menu.name(&product.variant_id) {
                product.product_name = text(product_name);
                product.variant_name = text(variant_name);
            }
        }
        let mut known = known_orders(&gateway, &staff, days, &[]).await;
        for one in &mut orders {
            one.order = known.remove(&one.order_id).map(KnownOrder::from);
        }
    }
    Ok(Json(LoadDetail { products, orders }))
}

impl From<pb::LoadedProduct> for LoadedProduct {
    fn from(product: pb::LoadedProduct) -> Self {
        Self {
            product_id: product.product_id,
            variant_id: product.variant_id,
            product_name: None,
            variant_name: None,
            units: product.units,
            make_seconds: product.make_seconds,
            amount: product.amount,
        }
    }
}

impl TryFrom<pb::LoadedOrder> for LoadedOrder {
    type Error = Rejection;

    fn try_from(order: pb::LoadedOrder) -> Result<Self> {
        Ok(Self {
            slot_starts_at: required_time(order.slot_starts_at, "the slot")?,
            order_id: order.order_id,
            order: None,
            units: order.units,
        })
    }
}
