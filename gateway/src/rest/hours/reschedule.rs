//! Moves booked orders that a change of hours leaves outside to other slots, in the name of who
//! changed the hours.

use std::collections::VecDeque;

use chrono::{DateTime, Utc};
use futures::{StreamExt as _, stream};
use proto::{capacity::v1 as capacity, ordering::v1 as ordering};
use serde::Serialize;
use utoipa::ToSchema;

use super::affected::SlotChange;
use crate::{
    auth::Staff,
    problem::Rejection,
    rest::{
        Result,
        convert::{present, required_time, stamp, text},
    },
    state::Gateway,
};

const AT_ONCE: usize = 4;

/// Slots that an order is tried at before it stays.
const MOST_TRIES: usize = 12;

/// Refusals that say nothing of the slot after.
const OF_THE_SLOT: [&str; 3] = ["NO_SLOT", "SLOT_FULL", "SLOT_PAST"];

/// Refusals that are likely for the other slots of the business day too. What another replica of capacity
/// offers may be half a second old: a day just closed is still in it.
const OF_THE_DAY: [&str; 3] = ["CLOSED", "OUT_OF_STOCK", "PAUSED"];

/// What came of moving an order to another slot.
#[derive(Debug, Serialize, ToSchema)]
pub struct MovedOrder {
    /// The order.
    #[schema(format = Uuid)]
    pub order_id: String,
    /// Its branch; null when ordering did not tell.
    #[schema(format = Uuid)]
    pub branch_id: Option<String>,
    /// 取件號碼, after the move where it worked; null when ordering did not tell.
    pub pickup_number: Option<String>,
    /// Name of who ordered; null when ordering did not tell.
    pub contact_name: Option<String>,
    /// Slot that was asked for, or found; null where none was found.
    pub wanted_at: Option<DateTime<Utc>>,
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
        branch_id: None,
        pickup_number: None,
        contact_name: None,
        wanted_at: change.wanted_at,
        refused: None,
    };
    let done = async {
        let order = get(gateway, staff, change.order_id.clone()).await?;
        told.know(&order);
        let (slot, order) = match change.wanted_at {
            Some(slot) => to_slot(gateway, staff, &order, slot, &change.reason).await?,
            None => to_next(gateway, staff, &order, &change.reason).await?,
        };
        told.wanted_at = Some(slot);
        told.know(&order);
        Ok::<_, Rejection>(())
    };
    if let Err(refused) = done.await {
        told.refused = Some(refused.reason().to_owned());
    }
    told
}

type Moved = (DateTime<Utc>, ordering::Order);

async fn to_slot(
    gateway: &Gateway,
    staff: &Staff,
    order: &ordering::Order,
    slot: DateTime<Utc>,
    reason: &str,
) -> Result<Moved> {
    let request = staff.request(ordering::MoveOrderRequest {
        order_id: order.order_id.clone(),
        version: order.version,
        wanted_at: Some(stamp(slot)),
        reason: reason.to_owned(),
    });
    let answer = gateway.ordering().move_order(request).await;
    let answer = answer.map_err(Rejection::from)?.into_inner();
    Ok((slot, present(answer.order, "the order")?))
}

/// Moves an order to the first slot after its time that takes it. Whoever else is moved, or buys, may be
/// faster than our look at the slots, and what the order holds may lack on another day: then the next one
/// is tried. Refuses with `NO_SLOT`, or as the last slot tried.
async fn to_next(
    gateway: &Gateway,
    staff: &Staff,
    order: &ordering::Order,
    reason: &str,
) -> Result<Moved> {
    let mut left = slots_after(gateway, staff, order).await?;
    let mut last = Rejection::new("NO_SLOT");
    for _ in 0..MOST_TRIES {
        let Some((slot, day)) = left.pop_front() else {
            break;
        };
        last = match to_slot(gateway, staff, order, slot, reason).await {
            Err(refused) if OF_THE_SLOT.contains(&refused.reason()) => refused,
            Err(refused) if OF_THE_DAY.contains(&refused.reason()) => {
                left.retain(|(_, other)| *other != day);
                refused
            }
            answer => return answer,
        };
    }
    Err(last)
}

/// Slots after the time of an order that have room for it, with their business days.
async fn slots_after(
    gateway: &Gateway,
    staff: &Staff,
    order: &ordering::Order,
) -> Result<VecDeque<(DateTime<Utc>, String)>> {
    let promised_at = required_time(order.promised_at, "the promised time")?;
    let request = staff.request(ordering::FindSlotsRequest {
        order_id: order.order_id.clone(),
        ..Default::default()
    });
    let answer = gateway.ordering().find_slots(request).await;
    let slots = answer.map_err(Rejection::from)?.into_inner().slots;
    let mut found = VecDeque::with_capacity(slots.len());
    for slot in slots {
        let has_room = matches!(
            slot.state(),
            capacity::SlotState::Open | capacity::SlotState::Filling
        );
        let starts_at = required_time(slot.starts_at, "the start of a slot")?;
        if has_room && starts_at > promised_at {
            found.push_back((starts_at, slot.business_day));
        }
    }
    Ok(found)
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
        self.branch_id = text(order.branch_id.clone());
        self.pickup_number = text(order.pickup_number.clone());
        self.contact_name = text(order.contact_name.clone());
    }
}
