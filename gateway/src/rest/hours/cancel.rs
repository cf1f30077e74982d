//! Cancels the booked orders that a change of hours gave up, in the name of who changed them.

use futures::{StreamExt as _, stream};
use proto::{capacity::v1 as pb, ordering::v1 as ordering};
use serde::Serialize;
use utoipa::ToSchema;

use super::{AffectedOrder, affected::enrich};
use crate::{
    auth::Staff,
    problem::Rejection,
    rest::{
        Result,
        convert::{all, present},
    },
    state::Gateway,
};

const AT_ONCE: usize = 8;

/// What came of cancelling an order.
#[derive(Debug, Serialize, ToSchema)]
pub struct Cancellation {
    /// The order.
    pub order: AffectedOrder,
    /// Stable reason why it could not be cancelled, null when it was.
    pub refused: Option<String>,
}

/// Cancels orders as 已打烊; each by itself, so that one refusal stops no other.
///
/// The hours are saved already: an order that is not reached here still lies outside them, and the next
/// preview asks about it again.
pub async fn cancel(
    gateway: &Gateway,
    staff: &Staff,
    orders: Vec<pb::AffectedOrder>,
) -> Result<Vec<Cancellation>> {
    let mut orders: Vec<AffectedOrder> = all(orders)?;
    if orders.is_empty() {
        return Ok(Vec::new());
    }
    enrich(gateway, staff, &mut orders).await;
    let cancelled = stream::iter(orders)
        .map(async |order| {
            let refused = cancel_one(gateway, staff, &order).await.err();
            Cancellation {
                refused: refused.map(|refused| refused.reason().to_owned()),
                order,
            }
        })
        .buffered(AT_ONCE);
    Ok(cancelled.collect().await)
}

async fn cancel_one(gateway: &Gateway, staff: &Staff, order: &AffectedOrder) -> Result<()> {
    let order_id = order.order_id.clone();
    let version = match order.version {
        Some(version) => version,
        None => {
            let request = staff.request(ordering::GetOrderRequest {
                order_id: order_id.clone(),
            });
            let found = gateway.ordering().get_order(request).await;
            let found = found.map_err(Rejection::from)?.into_inner();
            present(found.order, "the order")?.version
        }
    };
    let request = staff.request(ordering::TransitionOrderRequest {
        idempotency_key: format!("hours:{order_id}:{version}"),
        order_id,
        version,
        to: ordering::OrderState::Cancelled.into(),
        cancel_reason: ordering::CancelReason::Closed.into(),
        ..Default::default()
    });
    let answer = gateway.ordering().transition_order(request).await;
    answer.map_err(Rejection::from)?;
    Ok(())
}
