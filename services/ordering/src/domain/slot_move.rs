//! A move of an order to another slot that is under way.

use chassis::id::{AccountId, OrderId, SlotMoveId};
use chrono::{DateTime, Utc};

use super::order_history::EventActor;

/// What a member of staff wishes, remembered until it is done or refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SlotMove {
    /// Its own id.
    pub id: SlotMoveId,
    /// The order.
    pub order: OrderId,
    /// Version the order was read at.
    pub version: i64,
    /// Start of the slot.
    pub wanted_at: DateTime<Utc>,
    /// Why, as the customer reads it.
    pub reason: String,
    /// Whose wish it is.
    pub account: AccountId,
    /// That person's name.
    pub account_name: String,
    /// When it was begun.
    pub begun_at: DateTime<Utc>,
}

impl SlotMove {
    /// Who will stand in the order's history.
    #[must_use]
    pub fn actor(&self) -> EventActor {
        EventActor::Staff {
            account: self.account,
            name: self.account_name.clone(),
        }
    }
}
