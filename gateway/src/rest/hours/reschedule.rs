//! Moves booked orders that a change of hours leaves outside to other slots, in the name of who
//! changed the hours.

use chrono::{DateTime, Utc};
use futures::{StreamExt as _, stream};
use proto::ordering::v1 as ordering;
use serde::Serialize;
use utoipa::ToSchema;

use super::affected::SlotChange;
use crate::{
    auth::Staff,
    problem::Rejection,
    rest::{
        Result,
        convert::{present, stamp, text},
    },
    state::Gateway,
};

const AT_ONCE: usize = 4;

/// What came of moving an order to another slot.
#[derive(Debug, Serialize, ToSchema)]
pub struct MovedOrder {
    /// The order.
    #[schema(format = Uuid)]
    pub order_id: String,
    /// 取件號碼, after the move where it worked; null when ordering did not tell.
    pub pickup_number: Option<String>,
    /// Name of who ordered; null when ordering did not tell.
    pub contact_name: Option<String>,
    /// Slot that was asked for.
    pub wanted_at: DateTime<Utc>,
    /// Stable reason why it could not be moved, null when it was.
    pub refused: Option<String>,
}

/// Moves orders, each by itself, so that one refusal stops no other.
///
/// The hours are saved already, and an order that is not reached here was kept: it stays at its time.
pub async fn reschedule(
    gateway: &Gateway,
    staff: &Staff,
    changes: Vec<SlotChange>,
) -> Vec<MovedOrder> {
    let moved = stream::iter(changes).map(async |change| move_one(gateway, staff, change).await);
    moved.buffered(AT_ONCE).collect().await
}

async fn move_one(gateway: &Gateway, staff: &Staff, change: SlotChange) -> MovedOrder {
    let mut told = MovedOrder {
        order_id: change.order_id.clone(),
        pickup_number: None,
        contact_name: None,
        wanted_at: change.wanted_at,
        refused: None,
    };
    let done = async {
        let order = get(gateway, staff, change.order_id.clone()).await?;
        told.know(&order);
        let request = staff.request(ordering::MoveOrderRequest {
            order_id: change.order_id,
            version: order.version,
            wanted_at: Some(stamp(change.wanted_at)),
            reason: change.reason,
        });
        let answer = gateway.ordering().move_order(request).await;
        let answer = answer.map_err(Rejection::from)?.into_inner();
        told.know(&present(answer.order, "the order")?);
        Ok::<_, Rejection>(())
    };
    if let Err(refused) = done.await {
        told.refused = Some(refused.reason().to_owned());
    }
    told
}

async fn get(gateway: &Gateway, staff: &Staff, order_id: String) -> Result<ordering::Order> {
    let request = staff.request(ordering::GetOrderRequest { order_id });
    let answer = gateway.ordering().get_order(request).await;
    present(
        answer.map_err(Rejection::from)?.into_inner().order,
        "the order",
    )
}

impl MovedOrder {
    fn know(&mut self, order: &ordering::Order) {
        self.pickup_number = text(order.pickup_number.clone());
        self.contact_name = text(order.contact_name.clone());
    }
}
