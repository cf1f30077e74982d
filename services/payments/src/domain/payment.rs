//! The payment of an order: sums over its attempts and refunds, and the state that follows from them.

use chassis::{
    business_day::BusinessDay,
    id::{AttemptId, BranchId, BrandId, OrderId, PaymentId},
    money::Currency,
    sales::{Channel, Method},
};
use chrono::{DateTime, Utc};
use proto::payments::v1 as wire;

use super::{
    attempt::{Attempt, AttemptState},
    refund::{Refund, RefundCause, RefundState},
};

chassis::text_enum! {
    /// How far a payment is.
    #[derive(sqlx::Type)]
    #[sqlx(type_name = "text", rename_all = "snake_case")]
    pub enum PaymentState: wire::PaymentStatus {
        /// Nothing is captured yet, or less than is required.
        Pending = "pending",
        /// Reserved on the card.
        Authorized = "authorized",
        /// What is required is captured.
        Captured = "captured",
        /// Part of it was refunded.
        PartlyRefunded = "partly_refunded",
        /// All of it was refunded.
        Refunded = "refunded",
        /// The last attempt was declined.
        Failed = "failed",
        /// No attempt was paid in time.
        Expired = "expired",
    }
}

/// What is kept of the order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderFacts {
    /// The order.
    pub id: OrderId,
    /// 訂單編號.
    pub number: String,
    /// Brand.
    pub brand: BrandId,
    /// Branch.
    pub branch: BranchId,
    /// How the customer gets it.
    pub method: Method,
    /// Where it came from.
    pub channel: Channel,
    /// Business day it counts in.
    pub business_day: BusinessDay,
    /// A test order.
    pub test: bool,
    /// Currency.
    pub currency: Currency,
}

/// The payment of an order. Amounts are in the order's currency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payment {
    /// Id.
    pub id: PaymentId,
    /// The order.
    pub order: OrderFacts,
    /// What the order costs.
    pub due: i64,
    /// What has to be captured before it is placed.
    pub required: i64,
    /// Captured by all attempts.
    pub captured: i64,
    /// Refunds that are not failed.
    pub refund_reserved: i64,
    /// Refunds that succeeded.
    pub refunded: i64,
    /// The part of `refunded` that gave back what should never have been taken.
    pub returned: i64,
    /// State.
    pub state: PaymentState,
    /// Version.
    pub version: i64,
    /// When it was created.
    pub created_at: DateTime<Utc>,
}

impl Payment {
    /// What is still to be paid of what is required.
    #[must_use]
    pub fn missing(&self, refunds: &[Refund]) -> i64 {
        (self.required - (self.captured - reserved_returns(refunds))).max(0)
    }

    /// What was captured and must go back by itself: all of it once the order has ended, else what is
    /// above the required amount. What staff refunded counts as paid, so that it is not asked for again.
    #[must_use]
    pub fn excess(&self, refunds: &[Refund], ended: bool) -> i64 {
        let left = self.captured - self.refund_reserved;
        if ended {
            return left;
        }
        let above = self.captured - reserved_returns(refunds) - self.required;
        above.clamp(0, left.max(0))
    }

    /// Sums up its attempts and refunds and derives the state.
    pub fn sum_up(&mut self, attempts: &[Attempt], refunds: &[Refund]) {
        let sum = |counts: fn(&Refund) -> bool| -> i64 {
            let counted = refunds.iter().filter(|refund| counts(refund));
            counted.map(|refund| refund.amount).sum()
        };
        self.captured = attempts.iter().map(|attempt| attempt.captured).sum();
        self.refund_reserved = sum(|refund| refund.state != RefundState::Failed);
        self.refunded = sum(|refund| refund.state == RefundState::Succeeded);
        self.returned =
            sum(|refund| refund.state == RefundState::Succeeded && refund.cause.is_return());
        self.state = self.derive_state(attempts);
    }

    fn derive_state(&self, attempts: &[Attempt]) -> PaymentState {
        if self.captured > 0 {
            return if self.refunded == self.captured {
                PaymentState::Refunded
            } else if self.refunded > self.returned {
                PaymentState::PartlyRefunded
            } else if self.captured - self.returned >= self.required {
                PaymentState::Captured
            } else {
                PaymentState::Pending
            };
        }
        let any = |state| attempts.iter().any(|attempt| attempt.state == state);
        if any(AttemptState::Authorized) {
            PaymentState::Authorized
        } else if attempts.iter().any(|attempt| attempt.state.is_open()) || attempts.is_empty() {
            PaymentState::Pending
        } else if any(AttemptState::Failed) {
            PaymentState::Failed
        } else {
            PaymentState::Expired
        }
    }
}

/// Refunds of what should never have been taken, as far as they are not failed.
fn reserved_returns(refunds: &[Refund]) -> i64 {
    let returns = refunds
        .iter()
        .filter(|refund| refund.state != RefundState::Failed && refund.cause.is_return());
    returns.map(|refund| refund.amount).sum()
}

/// Why the excess after a capture goes back.
#[must_use]
pub fn cause_of_excess(attempts: &[Attempt], captured: AttemptId, ended: bool) -> RefundCause {
    let other = |attempt: &Attempt| attempt.id != captured && attempt.captured > 0;
    if ended {
        RefundCause::Late
    } else if attempts.iter().any(other) {
        RefundCause::Duplicate
    } else {
        RefundCause::Overpaid
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::samples::{attempt, payment, refund};

    fn summed(required: i64, attempts: &[Attempt], refunds: &[Refund]) -> Payment {
        let mut payment = payment(required);
        payment.sum_up(attempts, refunds);
        payment
    }

    #[test]
    fn two_captures_leave_the_order_paid_once() {
        let attempts = [attempt(1, 165), attempt(2, 165)];
        let double = summed(165, &attempts, &[]);
        assert_eq!(double.excess(&[], false), 165);
        assert_eq!(
            cause_of_excess(&attempts, attempts[0].id, false),
            RefundCause::Duplicate
        );
        let back = [refund(165, RefundCause::Duplicate, RefundState::Succeeded)];
        let settled = summed(165, &attempts, &back);
        assert_eq!(settled.state, PaymentState::Captured);
        assert_eq!(settled.captured - settled.refunded, 165);
        assert_eq!(settled.excess(&back, false), 0);
    }

    #[test]
    fn a_refund_by_staff_does_not_make_a_second_capture_smaller() {
        let attempts = [attempt(1, 165), attempt(2, 165)];
        let by_staff = [refund(27, RefundCause::Staff, RefundState::Succeeded)];
        assert_eq!(
            summed(165, &attempts, &by_staff).excess(&by_staff, false),
            165
        );
    }

    #[test]
    fn money_after_the_end_goes_back_whole_and_once() {
        let attempts = [attempt(1, 250)];
        let late = summed(250, &attempts, &[]);
        assert_eq!(late.excess(&[], true), 250);
        let cause = cause_of_excess(&attempts, attempts[0].id, true);
        assert_eq!(cause, RefundCause::Late);
        let under_way = [refund(250, RefundCause::Late, RefundState::Pending)];
        assert_eq!(
            summed(250, &attempts, &under_way).excess(&under_way, true),
            0
        );
        let done = [refund(250, RefundCause::Late, RefundState::Succeeded)];
        assert_eq!(summed(250, &attempts, &done).state, PaymentState::Refunded);
    }

    #[test]
    fn an_old_page_pays_too_much_or_too_little_of_an_edited_order() {
        let attempts = [attempt(1, 165)];
        let cheaper = summed(105, &attempts, &[]);
        assert_eq!((cheaper.excess(&[], false), cheaper.missing(&[])), (60, 0));
        let dearer = summed(205, &attempts, &[]);
        assert_eq!((dearer.excess(&[], false), dearer.missing(&[])), (0, 40));
        assert_eq!(dearer.state, PaymentState::Pending);
    }

    #[test]
    fn the_state_follows_from_attempts_and_refunds() {
        let with = |state| Attempt {
            state,
            captured: 0,
            ..attempt(1, 165)
        };
        let cases = [
            (vec![], PaymentState::Pending),
            (vec![with(AttemptState::Unknown)], PaymentState::Pending),
            (
                vec![with(AttemptState::Failed), with(AttemptState::Pending)],
                PaymentState::Pending,
            ),
            (
                vec![with(AttemptState::Failed), with(AttemptState::Expired)],
                PaymentState::Failed,
            ),
            (vec![with(AttemptState::Expired)], PaymentState::Expired),
            (
                vec![with(AttemptState::Authorized)],
                PaymentState::Authorized,
            ),
            (vec![attempt(1, 165)], PaymentState::Captured),
        ];
        for (attempts, expected) in cases {
            assert_eq!(summed(165, &attempts, &[]).state, expected, "{attempts:?}");
        }
        let part = [refund(27, RefundCause::Staff, RefundState::Succeeded)];
        let partly = summed(165, &[attempt(1, 165)], &part);
        assert_eq!(partly.state, PaymentState::PartlyRefunded);
        let failed = [refund(27, RefundCause::Staff, RefundState::Failed)];
        let unchanged = summed(165, &[attempt(1, 165)], &failed);
        assert_eq!(
            (unchanged.state, unchanged.refund_reserved),
            (PaymentState::Captured, 0)
        );
    }
}
