//! An order as limits count it.

use chassis::{
    business_day::BusinessDay,
    id::OrderId,
    sales::{Channel, Method},
};
use chrono::{DateTime, Utc};

use crate::domain::line::Line;

/// An order as it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SlotOrder {
    /// The order.
    pub order_id: OrderId,
    /// Where it came from.
    pub channel: Channel,
    /// Method.
    pub method: Method,
    /// Its slot.
    pub slot_starts_at: DateTime<Utc>,
    /// Business day of the slot.
    pub business_day: BusinessDay,
    /// What it was of.
    pub lines: Vec<Line>,
}
