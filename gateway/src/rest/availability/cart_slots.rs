use axum::{Json, extract::State};
use chrono::{DateTime, Utc};
use proto::ordering::v1 as pb;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    auth::Shop,
    json::{
        availability::Slot,
        convert::{all, required_time, stamp, time},
        method::Method,
    },
    rest::{
        Result,
        body::Body,
        quotes::{Cart, CartLine, Entered},
    },
    state::Gateway,
};

/// A cart whose slots are asked for.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SlotsInput {
    /// Method.
    pub method: Method,
    /// Lines, 1–50.
    pub lines: Vec<CartLine>,
}

/// Slots as they are for one cart: one that has capacity, but not for it, is full.
#[derive(Debug, Serialize, ToSchema)]
pub struct CartSlots {
    /// When this was true.
    pub as_of: DateTime<Utc>,
    /// Time promised if ordered now; null where there is none.
    pub promised_at: Option<DateTime<Utc>>,
    /// Earliest slot with capacity for the cart; null where there is none.
    pub earliest_slot_at: Option<DateTime<Utc>>,
    /// Slots from now to the last day ahead.
    pub slots: Vec<Slot>,
}

/// Finds the slots that would take a cart.
///
/// Refuses with what a quote refuses with, all problems at once.
#[utoipa::path(
    post, path = "/api/shop/{brand}/{branch}/slots", tag = "shop",
    request_body = SlotsInput, responses((status = 200, body = CartSlots))
)]
pub async fn find_cart_slots(
    State(gateway): State<Gateway>,
    shop: Shop,
    Body(input): Body<SlotsInput>,
) -> Result<Json<CartSlots>> {
    gateway.limits().shop_slots(&shop).await?;
    let cart = Cart {
        method: input.method,
        wanted_at: None,
        lines: input.lines,
        entered: Entered::default(),
        contact_phone: String::new(),
        with_coupons: false,
    };
    let changed = gateway.availabilities().changed(shop.branch_id()).await;
    let request = shop.request(pb::FindSlotsRequest {
        not_before: changed.map(stamp),
        cart: Some(cart.into_wire(shop.branch_id().to_owned())),
        ..Default::default()
    });
    let answer = gateway.ordering().find_slots(request).await?.into_inner();
    Ok(Json(CartSlots {
        as_of: required_time(answer.as_of, "as_of")?,
        promised_at: time(answer.promised_at),
        earliest_slot_at: time(answer.earliest_slot_at),
        slots: all(answer.slots)?,
    }))
}
