//! Decisions about booked orders that were saved with a change of hours, and how each is carried out.

use chassis::{
    id::{AccountId, BranchId, BrandId, DecisionBatchId, OrderId},
    text_enum,
};
use chrono::{DateTime, TimeDelta, Utc};
use proto::{ProblemReason as _, capacity::v1::CapacityReason};

use super::order_history::EventActor;

/// Attempts to do what was decided, for as long as it is not clear what came of one.
const MOST_ATTEMPTS: i16 = 20;
/// Attempts in all: those after [`MOST_ATTEMPTS`] bring capacity back to the order as it is.
const MOST_ATTEMPTS_WITH_UNDO: i16 = 30;
const FIRST_PAUSE_SECS: i64 = 5;
const LONGEST_PAUSE_SECS: i64 = 300;
/// Slots that an order is tried at before it stays.
const MOST_SLOTS: i16 = 12;

/// Refusals that say nothing of the slot after.
const OF_THE_SLOT: [CapacityReason; 3] = [
    CapacityReason::NoSlot,
    CapacityReason::SlotFull,
    CapacityReason::SlotPast,
];
/// Refusals that are likely for the other slots of the business day too.
const OF_THE_DAY: [CapacityReason; 3] = [
    CapacityReason::Closed,
    CapacityReason::OutOfStock,
    CapacityReason::Paused,
];

text_enum! {
    /// What is done with an order.
    pub enum Action {
        /// It is cancelled as 已打烊.
        Cancel = "cancel",
        /// It is rescheduled to one slot.
        Reschedule = "reschedule",
        /// It is rescheduled to the first slot after its time that takes it.
        RescheduleNext = "reschedule_next",
    }
}

/// Decisions that were saved with one change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecisionBatch {
    /// Its id.
    pub id: DecisionBatchId,
    /// Brand of the orders.
    pub brand: BrandId,
    /// Who decided.
    pub account: AccountId,
    /// That person's name.
    pub account_name: String,
    /// That person may cancel orders that are accepted already.
    pub may_cancel_late: bool,
    /// Why orders are rescheduled, as their customers read it.
    pub reschedule_reason: String,
    /// When it was taken on.
    pub started_at: DateTime<Utc>,
}

impl DecisionBatch {
    /// Who will stand in the history of the orders.
    #[must_use]
    pub fn actor(&self) -> EventActor {
        EventActor::Staff {
            account: self.account,
            name: self.account_name.clone(),
        }
    }
}

/// The decision about one order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderDecision {
    /// The order.
    pub order: OrderId,
    /// Its branch.
    pub branch: BranchId,
    /// Promised time when it was decided.
    pub promised_at: DateTime<Utc>,
    /// What is done.
    pub action: Action,
    /// Start of the slot it is rescheduled to; of [`Action::RescheduleNext`] none until one is found.
    pub wanted_at: Option<DateTime<Utc>>,
}

text_enum! {
    /// How far a decision is.
    pub enum DecisionState {
        /// Still to be carried out.
        Waiting = "waiting",
        /// The order was cancelled or rescheduled.
        Done = "done",
        /// The order is as it was.
        Failed = "failed",
    }
}

/// How far the carrying out of a decision is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Attempts begun at the present slot, this one included.
    pub attempts: i16,
    /// Slots that have refused the order.
    pub slots_refused: i16,
    /// Slots before this time have refused the order.
    pub search_from: DateTime<Utc>,
    /// Why the latest attempt failed; empty for none.
    pub reason: String,
}

/// What an attempt does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attempt {
    /// What was decided.
    CarryOut,
    /// It brings capacity back to the order, which stays as it is.
    Undo,
    /// Nothing any more.
    GiveUp,
}

/// Where a refused order looks next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// At the slot after.
    Slot,
    /// At the next business day.
    Day,
    /// Nowhere: it stays.
    Nowhere,
}

impl Progress {
    /// Why there is no slot for the order: what the last one refused it for says more than that there is
    /// no other.
    #[must_use]
    pub fn why_no_slot(&self) -> &str {
        let reason = self.reason.as_str();
        let of_a_slot = is_one_of(&OF_THE_SLOT, reason) || is_one_of(&OF_THE_DAY, reason);
        if self.slots_refused > 0 && of_a_slot {
            reason
        } else {
            CapacityReason::NoSlot.word()
        }
    }
}

fn is_one_of(reasons: &[CapacityReason], word: &str) -> bool {
    reasons.iter().any(|reason| reason.word() == word)
}

/// What the attempt of this number does.
#[must_use]
pub fn attempt(action: Action, number: i16) -> Attempt {
    match number {
        ..=MOST_ATTEMPTS => Attempt::CarryOut,
        // A cancellation leaves nothing behind that could be undone.
        ..=MOST_ATTEMPTS_WITH_UNDO if action != Action::Cancel => Attempt::Undo,
        _ => Attempt::GiveUp,
    }
}

/// How long after the attempt of this number the next one begins, unless it ends the decision.
#[must_use]
pub fn pause_after(number: i16) -> TimeDelta {
    let doublings = u32::try_from(number - 1).unwrap_or_default().min(16);
    TimeDelta::seconds((FIRST_PAUSE_SECS << doublings).min(LONGEST_PAUSE_SECS))
}

/// Where an order looks that a slot has refused for `reason`, `slots_refused` slots before it as well.
#[must_use]
pub fn next_after(action: Action, reason: &str, slots_refused: i16) -> Next {
    if action != Action::RescheduleNext || slots_refused + 1 >= MOST_SLOTS {
        Next::Nowhere
    } else if is_one_of(&OF_THE_SLOT, reason) {
        Next::Slot
    } else if is_one_of(&OF_THE_DAY, reason) {
        Next::Day
    } else {
        Next::Nowhere
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attempts_become_rarer_and_end() {
        let pauses: Vec<_> = (1..=8).map(|n| pause_after(n).num_seconds()).collect();
        assert_eq!(pauses, [5, 10, 20, 40, 80, 160, 300, 300]);
        assert_eq!(pause_after(i16::MAX).num_seconds(), LONGEST_PAUSE_SECS);
        assert_eq!(attempt(Action::RescheduleNext, 20), Attempt::CarryOut);
        assert_eq!(attempt(Action::RescheduleNext, 21), Attempt::Undo);
        assert_eq!(attempt(Action::Reschedule, 31), Attempt::GiveUp);
        assert_eq!(attempt(Action::Cancel, 21), Attempt::GiveUp);
    }

    #[test]
    fn only_an_order_that_goes_to_the_next_slot_looks_further() {
        for (action, reason, refused, next) in [
            (Action::RescheduleNext, "SLOT_FULL", 0, Next::Slot),
            (Action::RescheduleNext, "CLOSED", 0, Next::Day),
            (Action::RescheduleNext, "HOLD_GONE", 0, Next::Nowhere),
            (Action::RescheduleNext, "SLOT_FULL", 10, Next::Slot),
            (Action::RescheduleNext, "SLOT_FULL", 11, Next::Nowhere),
            (Action::Reschedule, "SLOT_FULL", 0, Next::Nowhere),
        ] {
            assert_eq!(
                next_after(action, reason, refused),
                next,
                "{action:?} {reason}"
            );
        }
    }

    #[test]
    fn an_outage_on_the_way_is_not_why_there_is_no_slot() {
        for (slots_refused, reason, why) in [
            (0, "", "NO_SLOT"),
            (0, "TEMPORARILY_UNAVAILABLE", "NO_SLOT"),
            (2, "OUT_OF_STOCK", "OUT_OF_STOCK"),
            (2, "TEMPORARILY_UNAVAILABLE", "NO_SLOT"),
        ] {
            let progress = Progress {
                attempts: 1,
                slots_refused,
                search_from: DateTime::UNIX_EPOCH,
                reason: reason.to_owned(),
            };
            assert_eq!(progress.why_no_slot(), why, "{reason}");
        }
    }

    #[test]
    fn stored_names_read_back() {
        for action in Action::ALL {
            assert_eq!(Action::from_word(action.as_str()), Some(action));
        }
        for state in DecisionState::ALL {
            assert_eq!(DecisionState::from_word(state.as_str()), Some(state));
        }
    }
}
