//! The payment of an order with everything that hangs on it, locked: every change of money goes through
//! here, so that sums, ledger and events follow from it in one transaction.

use chassis::{
    clock::Clock,
    db::TenantTx,
    id::{AccountId, AttemptId, LedgerTransactionId, OrderId, PaymentId, RefundId},
    outbox,
};
use chrono::{DateTime, Utc};
use payment_adapters::{CallError, RefundReport, Report};

use super::error::Error;
use crate::{
    domain::{
        attempt::{Attempt, AttemptState, Fact, Mismatch, check_amount, transition},
        ledger::{self, Source, TransactionKind},
        order::OrderState,
        payment::{Payment, cause_of_excess},
        reference,
        refund::{ExceedsPaid, ManualEnd, Refund, RefundCause, RefundState, allocate},
    },
    store::{self, ledger::Booking},
    wire::{self, Happening},
};

/// A payment whose row is locked by the transaction.
#[derive(Debug)]
pub struct Aggregate {
    /// The payment.
    pub payment: Payment,
    /// Its attempts, the first one first.
    pub attempts: Vec<Attempt>,
    /// Its refunds, the first one first.
    pub refunds: Vec<Refund>,
    /// How its order stands.
    pub order: OrderState,
    stored_payment: Payment,
    stored_attempts: Vec<Attempt>,
    stored_refunds: Vec<Refund>,
    happenings: Vec<(Happening, Option<AttemptId>, Option<RefundId>)>,
    bookings: Vec<Booking>,
}

/// Who requests a refund and why.
#[derive(Clone, Debug)]
pub struct RefundOrder {
    /// How much.
    pub amount: i64,
    /// What for.
    pub cause: RefundCause,
    /// Key of the request; empty for the platform's own.
    pub request_key: String,
    /// Reason in words.
    pub reason: String,
    /// Member of staff.
    pub requested_by: Option<(AccountId, String)>,
    /// Attempt whose money goes back first.
    pub first: Option<AttemptId>,
    /// No provider is called: a person gives the money back.
    pub by_hand: bool,
}

impl Aggregate {
    /// Locks a payment.
    pub async fn lock(tx: &mut TenantTx, id: PaymentId) -> Result<Self, Error> {
        let payment = store::payments::lock(tx, id).await?;
        Self::load(tx, payment.ok_or(Error::PaymentUnknown)?).await
    }

    /// Locks the payment of an order; `None` where it has none.
    pub async fn lock_of_order(tx: &mut TenantTx, order: OrderId) -> Result<Option<Self>, Error> {
        match store::payments::lock_of_order(tx, order).await? {
            Some(payment) => Self::load(tx, payment).await.map(Some),
            None => Ok(None),
        }
    }

    async fn load(tx: &mut TenantTx, payment: Payment) -> Result<Self, Error> {
        let attempts = store::attempts::list(tx, payment.id).await?;
        let refunds = store::refunds::list(tx, payment.id).await?;
        let order = store::orders::state(tx, payment.order.id).await?;
        Ok(Self {
            stored_payment: payment.clone(),
            stored_attempts: attempts.clone(),
            stored_refunds: refunds.clone(),
            payment,
            attempts,
            refunds,
            order,
            happenings: Vec::new(),
            bookings: Vec::new(),
        })
    }

    /// The order was cancelled, rejected or expired.
    #[must_use]
    pub fn ended(&self) -> bool {
        self.order == OrderState::Ended
    }

    /// An attempt of the payment.
    pub fn attempt(&mut self, id: AttemptId) -> Result<&mut Attempt, Error> {
        let found = self.attempts.iter_mut().find(|attempt| attempt.id == id);
        found.ok_or_else(|| anyhow::anyhow!("attempt {id} is not of its payment").into())
    }

    /// Takes in a provider's report; returns whether the attempt moved on, or how the report does not
    /// fit its attempt, which then changes nothing.
    pub fn report(
        &mut self,
        clock: &dyn Clock,
        id: AttemptId,
        report: &Report,
    ) -> Result<Result<bool, Mismatch>, Error> {
        let attempt = self.attempt(id)?;
        if let Err(mismatch) = check_amount(report, attempt.amount) {
            return Ok(Err(mismatch));
        }
        let fact = Fact::Reported(report.state);
        let before = attempt.state;
        let moves = transition(before, fact).is_some();
        // A weaker message that comes late changes nothing of what is known.
        if moves || before.is_open() {
            attempt.record_details(report);
        }
        let paid_at = report.paid_at;
        self.fact(clock, id, fact, paid_at).map(Ok)
    }

    /// Takes in a fact about an attempt; returns whether it moved on.
    pub fn fact(
        &mut self,
        clock: &dyn Clock,
        id: AttemptId,
        fact: Fact,
        paid_at: Option<DateTime<Utc>>,
    ) -> Result<bool, Error> {
        let now = clock.now();
        let attempt = self.attempt(id)?;
        let Some(to) = transition(attempt.state, fact) else {
            return Ok(false);
        };
        attempt.state = to;
        let happening = match to {
            AttemptState::Authorized => Some(Happening::Authorized),
            AttemptState::Captured => Some(Happening::Captured),
            AttemptState::Voided => Some(Happening::Voided),
            AttemptState::Failed => Some(Happening::Failed),
            AttemptState::Expired => Some(Happening::Expired),
            AttemptState::Created | AttemptState::Pending | AttemptState::Unknown => None,
        };
        if matches!(
            to,
            AttemptState::Captured | AttemptState::Voided | AttemptState::Failed
        ) {
            attempt.next_query_at = None;
        }
        if to == AttemptState::Captured {
            attempt.captured = attempt.amount.amount();
            attempt.paid_at = Some(paid_at.unwrap_or(now));
            let (amount, at) = (attempt.captured, attempt.paid_at.unwrap_or(now));
            self.book(
                clock,
                Source::Capture(id),
                TransactionKind::Capture,
                ledger::capture(amount),
                at,
            );
        }
        if let Some(happening) = happening {
            self.happenings.push((happening, Some(id), None));
        }
        self.sum_up();
        if to == AttemptState::Captured {
            let cause = cause_of_excess(&self.attempts, id, self.ended());
            self.return_excess(clock, cause, Some(id))?;
        }
        Ok(true)
    }

    /// Changes what the order costs, and gives back what is above it.
    pub fn set_due(&mut self, clock: &dyn Clock, due: i64, required: i64) -> Result<(), Error> {
        self.payment.due = due;
        self.payment.required = required;
        self.sum_up();
        self.return_excess(clock, RefundCause::Overpaid, None)
    }

    /// Requests that what was captured goes back as far as it must: all of it once the order ended.
    pub fn return_excess(
        &mut self,
        clock: &dyn Clock,
        cause: RefundCause,
        first: Option<AttemptId>,
    ) -> Result<(), Error> {
        let amount = self.payment.excess(&self.refunds, self.ended());
        if amount == 0 {
            return Ok(());
        }
        let order = RefundOrder {
            amount,
            cause,
            request_key: String::new(),
            reason: String::new(),
            requested_by: None,
            first,
            by_hand: false,
        };
        self.request_refund(clock, order)?;
        Ok(())
    }

    /// Requests a refund: one for each attempt that the money comes from. A job carries them out.
    pub fn request_refund(
        &mut self,
        clock: &dyn Clock,
        order: RefundOrder,
    ) -> Result<(), ExceedsPaid> {
        let now = clock.now();
        for (attempt, amount) in allocate(&self.attempts, order.amount, order.first)? {
            let id = RefundId::new(clock);
            let state = match order.by_hand {
                true => RefundState::NeedsPerson,
                false => RefundState::Pending,
            };
            self.refunds.push(Refund {
                id,
                payment: self.payment.id,
                attempt,
                reference: reference::of_refund(&self.payment.order.number, rand::random()),
                amount,
                state,
                cause: order.cause,
                request_key: order.request_key.clone(),
                reason: order.reason.clone(),
                requested_by: order.requested_by.clone(),
                requested_at: now,
                calls: 0,
                provider_reference: None,
                text: String::new(),
                next_try_at: (!order.by_hand).then_some(now),
                settled_at: order.by_hand.then_some(now),
                settled_by: None,
                note: String::new(),
            });
            self.happenings
                .push((Happening::RefundRequested, Some(attempt), Some(id)));
            if order.by_hand {
                let settled = Happening::RefundSettled(state);
                self.happenings.push((settled, Some(attempt), Some(id)));
            }
        }
        self.sum_up();
        Ok(())
    }

    /// Takes in what a refund's call came to.
    pub fn settle_refund(
        &mut self,
        clock: &dyn Clock,
        id: RefundId,
        outcome: Result<RefundReport, CallError>,
    ) -> Result<(), Error> {
        let now = clock.now();
        let found = self.refunds.iter_mut().find(|refund| refund.id == id);
        let refund = found.ok_or_else(|| anyhow::anyhow!("refund {id} is not of its payment"))?;
        if refund.state != RefundState::Pending {
            return Ok(());
        }
        refund.settle(outcome, now);
        let (state, amount, attempt) = (refund.state, refund.amount, refund.attempt);
        if state == RefundState::Succeeded {
            self.book(
                clock,
                Source::Refund(id),
                TransactionKind::Refund,
                ledger::refund(amount),
                now,
            );
        }
        if state != RefundState::Pending {
            self.happenings
                .push((Happening::RefundSettled(state), Some(attempt), Some(id)));
        }
        self.sum_up();
        Ok(())
    }

    /// Ends a refund that needs a person.
    pub fn settle_by_person(
        &mut self,
        clock: &dyn Clock,
        id: RefundId,
        end: ManualEnd,
    ) -> Result<(), Error> {
        let now = clock.now();
        let found = self.refunds.iter_mut().find(|refund| refund.id == id);
        let refund = found.ok_or(Error::RefundUnknown)?;
        if !refund.settle_by_person(end, now)? {
            return Ok(());
        }
        let (state, amount, attempt) = (refund.state, refund.amount, refund.attempt);
        if state == RefundState::Succeeded {
            let source = Source::Refund(id);
            let entries = ledger::refund_by_transfer(amount);
            self.book(clock, source, TransactionKind::Refund, entries, now);
        }
        self.happenings
            .push((Happening::RefundSettled(state), Some(attempt), Some(id)));
        self.sum_up();
        Ok(())
    }

    fn book(
        &mut self,
        clock: &dyn Clock,
        source: Source,
        kind: TransactionKind,
        entries: Vec<ledger::Entry>,
        occurred_at: DateTime<Utc>,
    ) {
        let order = &self.payment.order;
        self.bookings.push(Booking {
            id: LedgerTransactionId::new(clock),
            source: source.to_string(),
            kind,
            order: Some(order.id),
            payment: Some(self.payment.id),
            brand: order.brand,
            branch: order.branch,
            business_day: order.business_day,
            test: order.test,
            currency: order.currency,
            occurred_at,
            entries,
        });
    }

    fn sum_up(&mut self) {
        for attempt in &mut self.attempts {
            let of = |counts: fn(&Refund) -> bool| -> i64 {
                let own = self
                    .refunds
                    .iter()
                    .filter(|refund| refund.attempt == attempt.id && counts(refund));
                own.map(|refund| refund.amount).sum()
            };
            attempt.refund_reserved = of(|refund| refund.state != RefundState::Failed);
            attempt.refunded = of(|refund| refund.state == RefundState::Succeeded);
        }
        self.payment.sum_up(&self.attempts, &self.refunds);
    }

    /// Stores what changed, books it and publishes it.
    pub async fn save(&mut self, tx: &mut TenantTx, clock: &dyn Clock) -> Result<(), Error> {
        let now = clock.now();
        self.sum_up();
        for attempt in &self.attempts {
            let stored = self.stored_attempts.iter().find(|old| old.id == attempt.id);
            match stored {
                Some(stored) if stored == attempt => {}
                Some(_) => store::attempts::update(tx, attempt).await?,
                None => {
                    store::attempts::insert(tx, attempt).await?;
                }
            }
        }
        for refund in &self.refunds {
            let stored = self.stored_refunds.iter().find(|old| old.id == refund.id);
            match stored {
                Some(stored) if stored == refund => {}
                Some(_) => store::refunds::update(tx, refund).await?,
                None => store::refunds::insert(tx, refund).await?,
            }
        }
        let mut events = Vec::new();
        for (happening, attempt, refund) in std::mem::take(&mut self.happenings) {
            self.payment.version += 1;
            let attempt = attempt.and_then(|id| self.attempts.iter().find(|found| found.id == id));
            let refund = refund.and_then(|id| self.refunds.iter().find(|found| found.id == id));
            events.push(wire::changed(
                &self.payment,
                happening,
                attempt,
                refund,
                now,
            ));
        }
        if self.payment != self.stored_payment {
            store::payments::update(tx, &self.payment, now).await?;
        }
        for booking in std::mem::take(&mut self.bookings) {
            store::ledger::book(tx, &booking, now).await?;
        }
        outbox::publish(tx, clock, &events).await?;
        self.stored_payment = self.payment.clone();
        self.stored_attempts.clone_from(&self.attempts);
        self.stored_refunds.clone_from(&self.refunds);
        Ok(())
    }
}
