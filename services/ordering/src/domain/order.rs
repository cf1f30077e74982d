//! An order: what was sold, to whom and when, and how far it has come.

use chassis::{
    business_day::BusinessDay,
    clock::Clock,
    id::{AccountId, BranchId, BrandId, MenuVersionId, OrderId, OrderLineId},
    money::Money,
    sales::Method,
};
use chrono::{DateTime, Utc};

use super::{
    benefits::Benefits,
    menu::DayRule,
    online_payment::OnlinePayment,
    order_history::{
        CancelReason, EventActor, EventKind, MAX_ENTRIES, OrderEvent, Progress, replay,
    },
    order_number::{OrderNumber, PickupNumber},
    order_state::{
        IllegalTransition, Initiator, OrderState, StepLevel, level_of, next_by_staff, transition,
    },
    order_terms::OrderTerms,
    order_transition::{Error, Rights, TransitionRequest},
    priced_with::PricedWith,
    quote::{Fee, PricedLine, Quote},
};

/// An order.
#[derive(Clone, Debug)]
pub struct Order {
    /// Id.
    pub id: OrderId,
    /// Brand.
    pub brand: BrandId,
    /// Branch.
    pub branch: BranchId,
    /// 訂單編號.
    pub order_number: OrderNumber,
    /// 取件號碼, assigned once, when it is placed.
    pub pickup_number: Option<PickupNumber>,
    /// Where it comes from and how it is handed over and paid.
    pub terms: OrderTerms,
    /// How the customer gets it.
    pub method: Method,
    /// Wanted slot.
    pub wanted_at: Option<DateTime<Utc>>,
    /// Promised time.
    pub promised_at: DateTime<Utc>,
    /// Business day it counts in.
    pub business_day: BusinessDay,
    /// Zone and cut-off of the branch when it was created.
    pub day_rule: DayRule,
    /// Counts its editions, from 1.
    pub revision: i32,
    /// Menu version it was sold from.
    pub menu_version: MenuVersionId,
    /// Number of that version.
    pub menu_number: i64,
    /// Hash of the quote it was placed on.
    pub quote_hash: String,
    /// Lines as sold, in the cart's order, then gifts.
    pub lines: Vec<OrderLine>,
    /// Goods at list price.
    pub list_total: Money,
    /// Fees.
    pub fees: Vec<Fee>,
    /// What is to be paid, tax contained.
    pub total: Money,
    /// The customer.
    pub contact: Contact,
    /// Remark.
    pub remark: String,
    /// 餐具 wanted.
    pub utensils: bool,
    /// When it was created.
    pub created_at: DateTime<Utc>,
    /// How it came to its present slot, when it was rescheduled.
    pub rescheduled: Option<SlotChange>,
    /// What promotions, tier, codes, coupons and points did, where any of them concerned it.
    pub benefits: Option<Benefits>,
    /// What decided its price beside menu, lines and fees.
    pub priced_with: Option<PricedWith>,
    /// How it is paid online; `None` for one that is paid on site or costs nothing.
    pub online: Option<OnlinePayment>,
    /// How far it has come: the fold of its events, and of what was paid online.
    pub progress: Progress,
}

/// A line of an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderLine {
    /// Id; it stays through revisions.
    pub id: OrderLineId,
    /// Revision it came with.
    pub revision_in: i32,
    /// Revision that removed it.
    pub revision_out: Option<i32>,
    /// What was sold.
    pub item: PricedLine,
}

/// The last rescheduling of an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SlotChange {
    /// Time promised before.
    pub from: DateTime<Utc>,
    /// Why, as the customer reads it.
    pub reason: String,
}

/// A slot that an order is rescheduled to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NewSlot {
    /// Requested slot start.
    pub wanted_at: DateTime<Utc>,
    /// Promised time.
    pub promised_at: DateTime<Utc>,
    /// Business day of the slot.
    pub business_day: BusinessDay,
}

/// The customer of an order.
#[derive(Clone, PartialEq, Eq)]
pub struct Contact {
    /// Name.
    pub name: String,
    /// Phone in E.164 form.
    pub phone: String,
}

impl std::fmt::Debug for Contact {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Contact(***)")
    }
}

/// The first entry of an order that is placed by its customer, or by staff as a test.
#[must_use]
pub fn placed_event(actor: EventActor, at: DateTime<Utc>) -> OrderEvent {
    first_event(OrderState::Placed, actor, at)
}

/// The first entry of an order: placed at once, or waiting for its payment.
#[must_use]
pub fn first_event(state: OrderState, actor: EventActor, at: DateTime<Utc>) -> OrderEvent {
    OrderEvent {
        version: 1,
        kind: EventKind::Transitioned,
        base_version: 0,
        from: None,
        to: state,
        actor,
        at,
        reason: String::new(),
        cancel_reason: None,
        received: 0,
    }
}

/// 取件號碼 as people see it: a test order's after a T, and empty where there is none yet.
#[must_use]
pub fn pickup_text(number: Option<PickupNumber>, test: bool) -> String {
    let mark = if test { "T" } else { "" };
    number
        .map(|number| format!("{mark}{number}"))
        .unwrap_or_default()
}

/// The lines of a new order.
#[must_use]
pub fn first_lines(sold: &Quote, clock: &dyn Clock) -> Vec<OrderLine> {
    let line = |item: &PricedLine| OrderLine {
        id: OrderLineId::new(clock),
        revision_in: 1,
        revision_out: None,
        item: item.clone(),
    };
    sold.lines.iter().map(line).collect()
}

impl Order {
    /// What is sold at present: the lines that no revision removed.
    pub fn items(&self) -> impl Iterator<Item = &PricedLine> {
        let present = self.lines.iter().filter(|line| line.revision_out.is_none());
        present.map(|line| &line.item)
    }

    /// Goods after all adjustments.
    #[must_use]
    pub fn goods_total(&self) -> i64 {
        self.items().map(|item| item.net.amount()).sum()
    }

    /// Membership holds something for it, or did when it was placed.
    #[must_use]
    pub fn holds_benefits(&self) -> bool {
        self.benefits.as_ref().is_some_and(|benefits| benefits.held)
    }

    /// 取件號碼 as people see it; empty until the order is placed.
    #[must_use]
    pub fn pickup_text(&self) -> String {
        pickup_text(self.pickup_number, self.terms.test)
    }

    /// Changes the state of the order: its new entries, applied to its progress.
    pub fn advance(
        &mut self,
        request: &TransitionRequest,
        actor: &EventActor,
        rights: Rights,
        now: DateTime<Utc>,
    ) -> Result<Vec<OrderEvent>, Error> {
        let before = self.progress.state;
        let passed = transition(before, request.to, self.method, initiator(actor))?;
        self.guard(request, &passed, actor, rights, now)?;
        if request.to.is_open() {
            self.require_capacity(passed.len())?;
        }

        let due = self.due_on_site();
        let base_version = self.progress.version;
        let mut from = before;
        let mut events = Vec::with_capacity(passed.len());
        for (to, version) in passed.into_iter().zip(base_version + 1..) {
            let last = to == request.to;
            events.push(OrderEvent {
                version,
                kind: EventKind::Transitioned,
                base_version,
                from: Some(from),
                to,
                actor: actor.clone(),
                at: now,
                reason: if last {
                    request.reason.clone()
                } else {
                    String::new()
                },
                cancel_reason: request
                    .cancel_reason
                    .filter(|_| last && request.is_refusal()),
                received: if last && request.takes_cash() { due } else { 0 },
            });
            from = to;
        }
        for event in &events {
            let next = self.progress.clone().transitioned(event);
            self.progress = next.expect("entries are made to follow the progress");
        }
        Ok(events)
    }

    /// Undoes the last request of `account`; `events` are all entries so far.
    pub fn undo(
        &mut self,
        events: &[OrderEvent],
        account: AccountId,
        name: &str,
        now: DateTime<Utc>,
    ) -> Result<OrderEvent, Error> {
        let nothing = Error::NothingToUndo {
            state: self.progress.state,
        };
        let mine = self.undo_until(account, now).is_some();
        let last = events.last().filter(|_| mine);
        let last = last.ok_or_else(|| nothing.clone())?;
        self.require_capacity(1)?;
        let versions = replay(events).map_err(|_| nothing.clone())?;
        let kept = usize::try_from(last.base_version - 1).ok();
        let before = kept.and_then(|kept| versions.get(kept)).ok_or(nothing)?;
        let event = OrderEvent {
            version: last.version + 1,
            kind: EventKind::Undone,
            base_version: last.base_version,
            from: Some(last.to),
            to: before.state,
            actor: EventActor::Staff {
                account,
                name: name.to_owned(),
            },
            at: now,
            reason: String::new(),
            cancel_reason: None,
            received: 0,
        };
        let undone = Progress::undone(&versions, &event);
        self.progress = undone.expect("entries are made to follow the progress");
        // Entries say what was taken on site alone.
        self.progress.paid += self.online.as_ref().map_or(0, OnlinePayment::net);
        self.follow_payment_state();
        Ok(event)
    }

    fn require_capacity(&self, entries: usize) -> Result<(), Error> {
        let entries = i64::try_from(entries).unwrap_or(MAX_ENTRIES);
        if self.progress.version + entries > MAX_ENTRIES {
            return Err(Error::HistoryFull { max: MAX_ENTRIES });
        }
        Ok(())
    }

    /// Business day on which it was closed, `None` while it is open.
    #[must_use]
    pub fn closed_day(&self) -> Option<BusinessDay> {
        let closed_at = self.progress.completed_at?;
        Some(self.day_rule.day_of(closed_at))
    }

    /// Refuses what is too late to be rescheduled, or was changed too often.
    pub fn require_reschedulable(&self) -> Result<(), Error> {
        let state = self.progress.state;
        if !state.is_reschedulable() {
            return Err(Error::NotReschedulable { state });
        }
        self.require_capacity(1)
    }

    /// Gives the order another slot: its new entry, applied to its progress.
    pub fn reschedule(
        &mut self,
        slot: NewSlot,
        reason: &str,
        actor: &EventActor,
        now: DateTime<Utc>,
    ) -> Result<OrderEvent, Error> {
        self.require_reschedulable()?;
        let (from, state) = (self.promised_at, self.progress.state);
        let event = OrderEvent {
            version: self.progress.version + 1,
            kind: EventKind::Rescheduled {
                from,
                to: slot.promised_at,
            },
            base_version: self.progress.version,
            from: Some(state),
            to: state,
            actor: actor.clone(),
            at: now,
            reason: reason.to_owned(),
            cancel_reason: None,
            received: 0,
        };
        let next = self.progress.clone().rescheduled(&event);
        self.progress = next.expect("entries are made to follow the progress");
        self.wanted_at = Some(slot.wanted_at);
        self.promised_at = slot.promised_at;
        self.business_day = slot.business_day;
        self.rescheduled = Some(SlotChange {
            from,
            reason: reason.to_owned(),
        });
        Ok(event)
    }

    /// Until when `account` can undo the last request.
    #[must_use]
    pub fn undo_until(&self, account: AccountId, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let undo = self.progress.undo.filter(|undo| undo.account == account)?;
        (now < undo.until).then_some(undo.until)
    }

    /// States that a member of staff with these rights may choose next.
    #[must_use]
    pub fn next_states(&self, rights: Rights, now: DateTime<Utc>) -> Vec<OrderState> {
        let mut next = next_by_staff(self.progress.state, self.method);
        next.retain(|to| self.right_missing(&[*to], rights, now).is_none());
        next
    }

    /// The customer can cancel it.
    #[must_use]
    pub fn may_cancel(&self) -> bool {
        let to = OrderState::Cancelled;
        transition(self.progress.state, to, self.method, Initiator::Customer).is_ok()
    }

    fn guard(
        &self,
        request: &TransitionRequest,
        passed: &[OrderState],
        actor: &EventActor,
        rights: Rights,
        now: DateTime<Utc>,
    ) -> Result<(), Error> {
        let staff = initiator(actor) == Initiator::Staff;
        if staff && let Some(missing) = self.right_missing(passed, rights, now) {
            return Err(missing);
        }
        if staff && request.override_payment && !rights.manage {
            return Err(Error::LevelDenied);
        }
        if staff && request.is_refusal() {
            match request.cancel_reason {
                None => {
                    return Err(Error::ReasonRequired {
                        field: "cancel_reason",
                    });
                }
                Some(CancelReason::Other) if request.reason.is_empty() => {
                    return Err(Error::ReasonRequired { field: "reason" });
                }
                Some(_) => {}
            }
        }
        let reopening = self.progress.state == OrderState::Completed;
        if reopening && request.reason.is_empty() {
            return Err(Error::ReasonRequired { field: "reason" });
        }
        let due = self.due_on_site();
        if request.to == OrderState::Completed && due > 0 && !request.cash_received {
            if !request.override_payment {
                return Err(Error::PaymentDue { due });
            }
            if request.reason.is_empty() {
                return Err(Error::ReasonRequired { field: "reason" });
            }
        }
        Ok(())
    }

    /// What a member of staff with these rights lacks for going through the states `passed`.
    fn right_missing(
        &self,
        passed: &[OrderState],
        rights: Rights,
        now: DateTime<Utc>,
    ) -> Option<Error> {
        let from = self.progress.state;
        let to = passed.last().copied()?;
        if level_of(from, passed) > StepLevel::Operate && !rights.manage {
            return Some(Error::LevelDenied);
        }
        let accepted = !matches!(from, OrderState::PendingPayment | OrderState::Placed);
        if to == OrderState::Cancelled && accepted && !rights.cancel_late {
            return Some(Error::ActionDenied {
                action: "order.cancel_late",
            });
        }
        if from == OrderState::Completed {
            if !rights.reopen {
                return Some(Error::ActionDenied {
                    action: "order.reopen",
                });
            }
            if self.closed_day() != Some(self.day_rule.day_of(now)) {
                return Some(IllegalTransition { from, to }.into());
            }
        }
        None
    }
}

fn initiator(actor: &EventActor) -> Initiator {
    match actor {
        EventActor::Staff { .. } => Initiator::Staff,
        EventActor::Customer { .. } => Initiator::Customer,
        EventActor::System => Initiator::System,
    }
}

#[cfg(test)]
#[path = "order_tests.rs"]
mod tests;
