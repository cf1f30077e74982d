//! A rescheduling of an order that is under way.

use chassis::id::{AccountId, OrderId, RescheduleId};
use chrono::{DateTime, Utc};

use super::order_history::EventActor;

/// A request of staff, stored until it is done or refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reschedule {
    /// Its own id.
    pub id: RescheduleId,
    /// The order.
    pub order: OrderId,
    /// Version the order was read at.
    pub version: i64,
    /// Start of the slot.
    pub wanted_at: DateTime<Utc>,
    /// Why, as the customer reads it.
    pub reason: String,
    /// Account that requested it.
    pub account: AccountId,
    /// Name of the account.
    pub account_name: String,
}

impl Reschedule {
    /// Whether this is the same request once more, from any account.
    #[must_use]
    pub fn repeats(&self, other: &Self) -> bool {
        (self.order, self.version, self.wanted_at) == (other.order, other.version, other.wanted_at)
            && self.reason == other.reason
    }

    /// Actor of the entry in the order's history.
    #[must_use]
    pub fn actor(&self) -> EventActor {
        EventActor::Staff {
            account: self.account,
            name: self.account_name.clone(),
        }
    }
}
