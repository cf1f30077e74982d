use chrono::{DateTime, Utc};
use proto::ordering::v1 as pb;
use serde::Serialize;
use utoipa::ToSchema;

use super::OrderState;
use crate::{
    problem::Rejection,
    rest::convert::{required_time, text, time},
};

/// An entry of an order's history, never changed.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct OrderEvent {
    /// Version the order had after it.
    pub version: i64,
    /// State before; null for the first.
    pub from: Option<OrderState>,
    /// State after.
    pub to: OrderState,
    /// Name of who did it; null for the customer or the system.
    pub actor: Option<String>,
    /// Kind of who did it: `staff`, `customer` or `system`.
    pub actor_kind: String,
    /// When.
    pub at: DateTime<Utc>,
    /// Reason given.
    pub reason: String,
    /// Time promised before, when it was moved to another slot.
    pub promised_before: Option<DateTime<Utc>>,
    /// Time promised after, when it was moved to another slot.
    pub promised_after: Option<DateTime<Utc>>,
}

impl TryFrom<pb::OrderEvent> for OrderEvent {
    type Error = Rejection;

    fn try_from(event: pb::OrderEvent) -> Result<Self, Rejection> {
        Ok(Self {
            version: event.version,
            from: OrderState::from_wire_or_none(event.from),
            to: OrderState::from_wire(event.to)?,
            actor: text(event.actor),
            actor_kind: event.actor_kind,
            at: required_time(event.at, "at")?,
            reason: event.reason,
            promised_before: time(event.promised_before),
            promised_after: time(event.promised_after),
        })
    }
}
