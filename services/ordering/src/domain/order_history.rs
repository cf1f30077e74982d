//! History of an order. Its progress is always the fold of the entries, and nothing else changes it.

use chassis::{id::AccountId, text_enum};
use chrono::{DateTime, TimeDelta, Utc};

use super::{order_state::OrderState, order_terms::PaymentState};

/// How long a member of staff can undo their last step.
pub const UNDO_WINDOW: TimeDelta = TimeDelta::seconds(10);
/// Most entries of an order's history; from then on it can only be ended.
pub const MAX_ENTRIES: i64 = 200;

/// An entry of an order's history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderEvent {
    /// Version the order has after it, from 1 without gaps.
    pub version: i64,
    /// What happened.
    pub kind: EventKind,
    /// Version before the request that made it; for an undo, the version it restored.
    pub base_version: i64,
    /// State before, `None` for the first.
    pub from: Option<OrderState>,
    /// State after.
    pub to: OrderState,
    /// Who made it.
    pub actor: EventActor,
    /// When.
    pub at: DateTime<Utc>,
    /// Reason given.
    pub reason: String,
    /// Reason of a cancellation or rejection.
    pub cancel_reason: Option<CancelReason>,
    /// Money received with it, in the order's currency.
    pub received: i64,
}

/// Kind of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventKind {
    /// The order changed its state.
    Transitioned,
    /// A request was undone.
    Undone,
    /// The order was rescheduled; its state stayed.
    Rescheduled {
        /// Time promised before.
        from: DateTime<Utc>,
        /// Time promised after.
        to: DateTime<Utc>,
    },
}

/// Who made an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EventActor {
    /// A member of staff.
    Staff {
        /// Account.
        account: AccountId,
        /// Name at that time.
        name: String,
    },
    /// The customer.
    Customer {
        /// Device, as far as known.
        device: Option<String>,
    },
    /// A timer or another service.
    System,
}

text_enum! {
    /// Why an order was cancelled or rejected.
    pub enum CancelReason: proto::ordering::v1::CancelReason {
        /// 缺貨.
        OutOfStock = "out_of_stock",
        /// 太忙.
        TooBusy = "too_busy",
        /// 已打烊.
        Closed = "closed",
        /// 客人要求.
        CustomerRequest = "customer_request",
        /// 重複訂單.
        Duplicate = "duplicate",
        /// 聯絡不到.
        Unreachable = "unreachable",
        /// 無法外送.
        Undeliverable = "undeliverable",
        /// 疑似惡意.
        Suspicious = "suspicious",
        /// 其他.
        Other = "other",
        /// 庫存保留失效, set by the system alone.
        HoldGone = "hold_gone",
    }
}

impl CancelReason {
    /// Staff may give it.
    #[must_use]
    pub const fn is_for_staff(self) -> bool {
        !matches!(self, Self::HoldGone)
    }
}

/// How far an order has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Progress {
    /// State.
    pub state: OrderState,
    /// Version.
    pub version: i64,
    /// When it was placed.
    pub placed_at: Option<DateTime<Utc>>,
    /// When it was accepted.
    pub accepted_at: Option<DateTime<Utc>>,
    /// When it became ready.
    pub ready_at: Option<DateTime<Utc>>,
    /// When it was closed.
    pub completed_at: Option<DateTime<Utc>>,
    /// How far its payment is.
    pub payment_state: PaymentState,
    /// What was paid, in the order's currency.
    pub paid: i64,
    /// Why it was cancelled or rejected.
    pub cancel_reason: Option<CancelReason>,
    /// Text of that reason.
    pub cancel_text: String,
    /// Who can undo the last request, and until when.
    pub undo: Option<Undo>,
}

/// Right to undo the last request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Undo {
    /// Who made it.
    pub account: AccountId,
    /// Until when.
    pub until: DateTime<Utc>,
}

/// An inconsistent history.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the history of an order breaks at version {version}")]
pub struct BrokenHistory {
    /// Version of the entry that does not follow.
    pub version: i64,
}

/// Folds all entries, oldest first.
pub fn fold(events: &[OrderEvent]) -> Result<Progress, BrokenHistory> {
    replay(events)?.pop().ok_or(BrokenHistory { version: 0 })
}

/// The progress after each event, oldest first; the one of version `n` is at `n - 1`.
pub fn replay(events: &[OrderEvent]) -> Result<Vec<Progress>, BrokenHistory> {
    let mut versions: Vec<Progress> = Vec::with_capacity(events.len());
    for event in events {
        let next = match versions.last() {
            None => Progress::begin(event)?,
            Some(last) => match event.kind {
                EventKind::Transitioned => last.clone().transitioned(event)?,
                EventKind::Rescheduled { .. } => last.clone().rescheduled(event)?,
                EventKind::Undone => Progress::undone(&versions, event)?,
            },
        };
        versions.push(next);
    }
    Ok(versions)
}

impl Progress {
    fn begin(event: &OrderEvent) -> Result<Self, BrokenHistory> {
        if event.version != 1 || event.from.is_some() {
            return Err(event.breaks());
        }
        Ok(Self {
            state: event.to,
            version: event.version,
            placed_at: (event.to == OrderState::Placed).then_some(event.at),
            accepted_at: None,
            ready_at: None,
            completed_at: None,
            payment_state: PaymentState::Unpaid,
            paid: event.received,
            cancel_reason: None,
            cancel_text: String::new(),
            undo: None,
        })
    }

    /// The progress after each of the entries of one request, which led from `self` to `end`.
    pub fn through(&self, entries: &[OrderEvent], end: &Self) -> Result<Vec<Self>, BrokenHistory> {
        let mut passed: Vec<Self> = Vec::with_capacity(entries.len());
        for entry in entries {
            let next = if entry.version == end.version {
                end.clone()
            } else {
                passed.last().unwrap_or(self).clone().transitioned(entry)?
            };
            passed.push(next);
        }
        Ok(passed)
    }

    /// The progress after the last request was undone, `versions` being all before.
    pub fn undone(versions: &[Self], event: &OrderEvent) -> Result<Self, BrokenHistory> {
        let last = versions.last().ok_or(event.breaks())?;
        let kept = usize::try_from(event.base_version - 1).ok();
        let before = kept.and_then(|kept| versions.get(kept));
        match before {
            Some(before) if before.state == event.to && event.version == last.version + 1 => {
                Ok(Self {
                    version: event.version,
                    undo: None,
                    ..before.clone()
                })
            }
            _ => Err(event.breaks()),
        }
    }

    /// The progress after one more transition.
    pub fn transitioned(mut self, event: &OrderEvent) -> Result<Self, BrokenHistory> {
        if event.version != self.version + 1 || event.from != Some(self.state) {
            return Err(event.breaks());
        }
        self.state = event.to;
        self.version = event.version;
        self.paid += event.received;
        if event.received > 0 {
            self.payment_state = PaymentState::Paid;
        }
        match event.to {
            OrderState::Placed => self.placed_at = Some(event.at),
            OrderState::Accepted => self.accepted_at = Some(event.at),
            OrderState::Ready => self.ready_at = Some(event.at),
            OrderState::Preparing => self.completed_at = None,
            _ => {}
        }
        if !event.to.is_open() {
            self.completed_at = Some(event.at);
        }
        if matches!(event.to, OrderState::Cancelled | OrderState::Rejected) {
            self.cancel_reason = event.cancel_reason;
            self.cancel_text = event.reason.clone();
        }
        self.undo = undo_of(event);
        Ok(self)
    }

    /// The progress after the order was rescheduled: the request before can no longer be undone.
    pub fn rescheduled(mut self, event: &OrderEvent) -> Result<Self, BrokenHistory> {
        let stays = event.from == Some(self.state) && event.to == self.state;
        if event.version != self.version + 1 || !stays {
            return Err(event.breaks());
        }
        self.version = event.version;
        self.undo = None;
        Ok(self)
    }
}

impl OrderEvent {
    /// It is an undo by this account.
    #[must_use]
    pub fn is_undo_by(&self, account: AccountId) -> bool {
        let by = matches!(&self.actor, EventActor::Staff { account: by, .. } if *by == account);
        self.kind == EventKind::Undone && by
    }

    const fn breaks(&self) -> BrokenHistory {
        BrokenHistory {
            version: self.version,
        }
    }
}

/// Steps forward by staff can be undone; closing without hand-over and reopening cannot.
fn undo_of(event: &OrderEvent) -> Option<Undo> {
    let forward = matches!(
        event.to,
        OrderState::Accepted
            | OrderState::Preparing
            | OrderState::Ready
            | OrderState::Delivering
            | OrderState::Completed
    );
    match &event.actor {
        EventActor::Staff { account, .. }
            if forward && event.from != Some(OrderState::Completed) =>
        {
            Some(Undo {
                account: *account,
                until: event.at + UNDO_WINDOW,
            })
        }
        _ => None,
    }
}
