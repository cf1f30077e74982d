//! Whether a branch takes orders for now: the one rule behind every place that says "open".

use chassis::sales::Channel;
use chrono::{DateTime, Utc};

use crate::domain::{
    branch_state::BranchState,
    hours::calendar::{Calendar, SlotTime},
    limits::{demand::Demand, usage::CapacityUsage},
    pauses::Pauses,
};

/// Whether a branch takes orders for now by a method and channel, and if not, why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OpenState {
    /// It does.
    Open,
    /// The branch or the method as a whole is paused.
    Paused,
    /// Its hours say no, or ordering for now has ended.
    OutsideHours,
    /// 籌備中.
    Setup,
    /// 暫停.
    Suspended,
    /// 已歇業.
    Closed,
}

/// Whether a branch takes orders for now, from when on if it does not, and what it promises if it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpenStatus {
    /// State.
    pub state: OpenState,
    /// When it takes orders for now again; `None` while it does, and when that is unknown.
    pub opens_at: Option<DateTime<Utc>>,
    /// When ordering for now ends; `None` while it is not open and where no end is in sight.
    pub last_order_at: Option<DateTime<Utc>>,
    /// ASAP promise with the slot it counts in; `None` while it is not open and when no slot of the
    /// opening has capacity.
    pub promise: Option<(SlotTime, DateTime<Utc>)>,
}

impl OpenStatus {
    /// The status of a branch in `state` at the calendar's moment, for an order of `demand`.
    #[must_use]
    pub fn of(
        state: BranchState,
        calendar: &Calendar<'_>,
        pauses: &Pauses,
        usage: &CapacityUsage,
        demand: &Demand,
    ) -> Self {
        let found = |state| Self {
            state,
            opens_at: None,
            last_order_at: None,
            promise: None,
        };
        match state {
            BranchState::Setup => return found(OpenState::Setup),
            BranchState::Suspended => return found(OpenState::Suspended),
            BranchState::Closed => return found(OpenState::Closed),
            BranchState::Live => {}
        }
        let (channel, method) = (demand.channel, demand.method);
        let now = calendar.now();
        let lasting = pauses.open_from(channel, method, now) != Some(now);
        if lasting || calendar.accepting().is_none() {
            let state = if lasting {
                OpenState::Paused
            } else {
                OpenState::OutsideHours
            };
            return Self {
                opens_at: opens_at(calendar, pauses, channel),
                ..found(state)
            };
        }
        let is_paused = |at| pauses.open_from(channel, method, at) != Some(at);
        let promise = usage.promise(calendar, demand).ok();
        Self {
            last_order_at: calendar.ordering_ends_at(),
            promise: promise.filter(|(_, promised_at)| !is_paused(*promised_at)),
            ..found(OpenState::Open)
        }
    }
}

/// The first moment from the present on at which orders for then are taken: within hours, and not paused.
fn opens_at(calendar: &Calendar<'_>, pauses: &Pauses, channel: Channel) -> Option<DateTime<Utc>> {
    let mut at = calendar.now();
    // Every turn is past one more pause or closed time, and both are few.
    loop {
        let accepting = calendar.accepting_from(at)?;
        let open = pauses.open_from(channel, calendar.method(), accepting)?;
        if open == accepting {
            return Some(open);
        }
        at = open;
    }
}

#[cfg(test)]
mod tests;
