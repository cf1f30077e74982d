//! What the online payment of an order means for the order.

use chrono::{DateTime, Utc};

use super::{
    online_payment::{EXTENSION, OnlinePayment, PaymentReport},
    order::Order,
    order_history::{EventActor, OrderEvent},
    order_number::PickupNumber,
    order_state::OrderState,
    order_terms::PaymentState,
    order_transition::{Error, Rights, TransitionRequest},
};

/// What follows when an order that waits for its payment is at its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AtTime {
    /// It waits until then.
    Waits(DateTime<Utc>),
    /// An attempt is under way: it waits until then, once.
    Extended(DateTime<Utc>),
    /// It has expired.
    Expired,
}

impl Order {
    /// What is to be taken on site before the order is handed over.
    #[must_use]
    pub fn due_on_site(&self) -> i64 {
        let settled = self.online.as_ref().map_or(0, OnlinePayment::settled);
        (self.total.amount() - self.paid_on_site() - settled).max(0)
    }

    /// What was taken on site.
    #[must_use]
    pub fn paid_on_site(&self) -> i64 {
        self.progress.paid - self.online.as_ref().map_or(0, OnlinePayment::net)
    }

    /// Takes in what payments reports; `false` when it is no newer than what is known.
    pub fn apply_payment(&mut self, report: &PaymentReport) -> bool {
        let Some(online) = &mut self.online else {
            return false;
        };
        let before = online.net();
        if !online.apply(report) {
            return false;
        }
        self.progress.paid += online.net() - before;
        self.follow_payment_state();
        true
    }

    /// It waits for its payment, and `report` says that enough of it came.
    #[must_use]
    pub fn is_placed_by(&self, report: &PaymentReport) -> bool {
        self.progress.state == OrderState::PendingPayment && report.is_sufficient()
    }

    /// Places an order that was paid: its new entry, applied to its progress.
    pub fn place_paid(
        &mut self,
        number: PickupNumber,
        now: DateTime<Utc>,
    ) -> Result<OrderEvent, Error> {
        let entry = self.advance_by_system(OrderState::Placed, now)?;
        self.pickup_number = Some(number);
        Ok(entry)
    }

    /// Ends an order that was not paid in time: its new entry, applied to its progress.
    pub fn expire(&mut self, now: DateTime<Utc>) -> Result<OrderEvent, Error> {
        self.advance_by_system(OrderState::Expired, now)
    }

    /// What follows now for an order that waits for its payment; `under_way` when an attempt may still
    /// bring its money.
    pub fn at_time(&mut self, under_way: bool, now: DateTime<Utc>) -> AtTime {
        let Some(online) = &mut self.online else {
            return AtTime::Expired;
        };
        if now < online.pay_by {
            AtTime::Waits(online.pay_by)
        } else if under_way && !online.extended {
            online.extended = true;
            online.pay_by += EXTENSION;
            AtTime::Extended(online.pay_by)
        } else {
            AtTime::Expired
        }
    }

    /// The payment state of an order follows from its online payment; a deposit alone does not pay it.
    pub(super) fn follow_payment_state(&mut self) {
        let Some(online) = &self.online else {
            return;
        };
        let is_paid = self.progress.paid >= self.total.amount();
        self.progress.payment_state = match online.state {
            PaymentState::Paid | PaymentState::Unpaid if is_paid => PaymentState::Paid,
            PaymentState::Paid => PaymentState::Unpaid,
            PaymentState::Refunded if self.progress.paid > 0 => PaymentState::PartlyRefunded,
            state => state,
        };
    }

    fn advance_by_system(
        &mut self,
        to: OrderState,
        now: DateTime<Utc>,
    ) -> Result<OrderEvent, Error> {
        let request = TransitionRequest {
            to,
            cancel_reason: None,
            reason: String::new(),
            cash_received: false,
            override_payment: false,
        };
        let entries = self.advance(&request, &EventActor::System, Rights::default(), now)?;
        let [entry] = <[OrderEvent; 1]>::try_from(entries).expect("the system skips no step");
        Ok(entry)
    }
}
