//! Paying an order online, as far as ordering knows it: payments owns the money and reports it.

use chassis::{id::PaymentMethodId, text_enum};
use chrono::{DateTime, TimeDelta, Utc};

use super::order_terms::PaymentState;

/// How long an order waits once more when an attempt is under way at its time; docs/rules.md, Payment of an order.
pub const EXTENSION: TimeDelta = TimeDelta::minutes(5);

text_enum! {
    /// How far paying an order online is.
    pub enum PaymentProgress {
        /// No attempt is under way.
        Open = "open",
        /// The customer was sent to a provider.
        AtProvider = "at_provider",
        /// The customer came back, or nobody knows the outcome.
        Confirming = "confirming",
        /// The last attempt was declined.
        Declined = "declined",
        /// What has to be paid before the order is placed is paid or reserved.
        Done = "done",
    }
}

/// How the customer of a new order pays online.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChosenMethod {
    /// The method.
    pub id: PaymentMethodId,
    /// Its name as offered.
    pub name: String,
    /// What has to be paid before the order is placed.
    pub pay_now: i64,
}

/// The online payment of an order. Amounts are in the order's currency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OnlinePayment {
    /// The method chosen last.
    pub method: PaymentMethodId,
    /// Its name as offered.
    pub method_name: String,
    /// What has to be paid before the order is placed: the total, or the deposit.
    pub pay_now: i64,
    /// When the order expires unless it is paid.
    pub pay_by: DateTime<Utc>,
    /// That was put off once.
    pub extended: bool,
    /// How far paying is.
    pub progress: PaymentProgress,
    /// Number of the attempt started last.
    pub attempt: i16,
    /// Version of the payment that was reported last; 0 before any.
    pub version: i64,
    /// State of the payment.
    pub state: PaymentState,
    /// Captured by all attempts.
    pub captured: i64,
    /// Given back.
    pub refunded: i64,
    /// Refunds under way.
    pub refunding: i64,
}

/// What payments reports of the payment of an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaymentReport {
    /// Version of the payment; of two reports the higher one is the later.
    pub version: i64,
    /// State of the payment.
    pub state: PaymentState,
    /// What has to be captured before the order is placed.
    pub required: i64,
    /// Captured by all attempts.
    pub captured: i64,
    /// Given back.
    pub refunded: i64,
    /// Refunds under way.
    pub refunding: i64,
    /// Number of the attempt it is about; 0 for none.
    pub attempt: i16,
}

impl PaymentReport {
    /// What has to be paid before the order is placed is captured or reserved.
    #[must_use]
    pub const fn is_sufficient(&self) -> bool {
        match self.state {
            PaymentState::Authorized | PaymentState::Paid => true,
            PaymentState::PartlyRefunded => self.captured >= self.required,
            PaymentState::Unpaid | PaymentState::Refunded | PaymentState::Failed => false,
        }
    }
}

impl OnlinePayment {
    /// A payment that nothing is known of yet.
    #[must_use]
    pub fn new(chosen: &ChosenMethod, pay_by: DateTime<Utc>) -> Self {
        Self {
            method: chosen.id,
            method_name: chosen.name.clone(),
            pay_now: chosen.pay_now,
            pay_by,
            extended: false,
            progress: PaymentProgress::Open,
            attempt: 0,
            version: 0,
            state: PaymentState::Unpaid,
            captured: 0,
            refunded: 0,
            refunding: 0,
        }
    }

    /// What was paid and not given back.
    #[must_use]
    pub const fn net(&self) -> i64 {
        self.captured - self.refunded
    }

    /// The part of the order's total that needs no money on site: what was refunded on purpose is not asked
    /// for again, and what is reserved is captured when the order is completed.
    #[must_use]
    pub const fn settled(&self) -> i64 {
        match self.state {
            PaymentState::Authorized
            | PaymentState::Paid
            | PaymentState::PartlyRefunded
            | PaymentState::Refunded => self.pay_now,
            PaymentState::Unpaid | PaymentState::Failed => self.net(),
        }
    }

    /// Takes in a report; `false` when it is no newer than what is known.
    pub fn apply(&mut self, report: &PaymentReport) -> bool {
        if report.version <= self.version {
            return false;
        }
        self.progress = self.progress_after(report);
        self.attempt = self.attempt.max(report.attempt);
        if report.is_sufficient() && report.required > 0 {
            self.pay_now = report.required;
        }
        self.version = report.version;
        self.state = report.state;
        self.captured = report.captured;
        self.refunded = report.refunded;
        self.refunding = report.refunding;
        true
    }

    /// Notes an attempt that was started; `false` when it is not the latest, or when its outcome was
    /// reported already.
    pub fn start(
        &mut self,
        chosen: &ChosenMethod,
        attempt: i16,
        progress: PaymentProgress,
    ) -> bool {
        let is_declined = attempt == self.attempt && self.progress == PaymentProgress::Declined;
        if attempt < self.attempt || is_declined || self.progress == PaymentProgress::Done {
            return false;
        }
        self.method = chosen.id;
        self.method_name.clone_from(&chosen.name);
        self.pay_now = chosen.pay_now;
        self.attempt = attempt;
        self.progress = progress;
        true
    }

    /// Notes that the customer came back from the provider; `false` when that says nothing new.
    pub fn note_return(&mut self) -> bool {
        let is_away = self.progress == PaymentProgress::AtProvider;
        if is_away {
            self.progress = PaymentProgress::Confirming;
        }
        is_away
    }

    fn progress_after(&self, report: &PaymentReport) -> PaymentProgress {
        let is_of_earlier = report.attempt < self.attempt;
        match report.state {
            _ if report.is_sufficient() => PaymentProgress::Done,
            PaymentState::PartlyRefunded | PaymentState::Refunded => PaymentProgress::Done,
            _ if is_of_earlier => self.progress,
            PaymentState::Failed => PaymentProgress::Declined,
            // An attempt ended unpaid, or less came than is required: a method can be chosen again.
            _ => PaymentProgress::Open,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{super::samples::*, *};

    fn chosen() -> ChosenMethod {
        ChosenMethod {
            id: id!(PaymentMethodId, 7),
            name: "信用卡".into(),
            pay_now: 165,
        }
    }

    fn waiting() -> OnlinePayment {
        let mut payment = OnlinePayment::new(&chosen(), NOON);
        assert!(payment.start(&chosen(), 1, PaymentProgress::AtProvider));
        payment
    }

    fn report(version: i64, state: PaymentState, captured: i64) -> PaymentReport {
        PaymentReport {
            version,
            state,
            required: 165,
            captured,
            refunded: 0,
            refunding: 0,
            attempt: 1,
        }
    }

    #[test]
    fn the_progress_follows_the_latest_attempt() {
        let mut payment = waiting();
        assert!(payment.note_return());
        assert_eq!(payment.progress, PaymentProgress::Confirming);
        assert!(!payment.note_return(), "it says nothing new");
        payment.apply(&report(2, PaymentState::Failed, 0));
        assert_eq!(payment.progress, PaymentProgress::Declined);

        assert!(!payment.start(&chosen(), 1, PaymentProgress::AtProvider));

        let mut retried = payment.clone();
        assert!(retried.start(&chosen(), 2, PaymentProgress::AtProvider));
        retried.apply(&report(3, PaymentState::Failed, 0));
        let progress = retried.progress;
        assert_eq!(
            progress,
            PaymentProgress::AtProvider,
            "a late failure of the first attempt"
        );
        assert!(!retried.start(&chosen(), 1, PaymentProgress::AtProvider));
        retried.apply(&report(4, PaymentState::Paid, 165));
        assert_eq!(retried.progress, PaymentProgress::Done);
        assert!(!retried.start(&chosen(), 3, PaymentProgress::AtProvider));
    }

    #[test]
    fn too_little_leaves_it_open_and_a_reservation_is_enough() {
        let little = report(2, PaymentState::Unpaid, 50);
        assert!(!little.is_sufficient());
        let mut payment = waiting();
        payment.apply(&little);
        assert_eq!(
            (payment.progress, payment.settled()),
            (PaymentProgress::Open, 50)
        );
        let reserved = report(3, PaymentState::Authorized, 0);
        assert!(reserved.is_sufficient());
        payment.apply(&reserved);
        assert_eq!((payment.net(), payment.settled()), (0, 165));
    }

    #[test]
    fn what_was_given_back_whole_places_no_order_and_a_part_of_it_does() {
        let refunded = |state, refunded| PaymentReport {
            refunded,
            ..report(5, state, 165)
        };
        assert!(!refunded(PaymentState::Refunded, 165).is_sufficient());
        assert!(refunded(PaymentState::PartlyRefunded, 27).is_sufficient());
    }

    proptest! {
        /// Events come repeated and in any order: the last version decides.
        #[test]
        fn reports_in_any_order_have_one_end(
            order in Just((1..=8_i64).collect::<Vec<_>>()).prop_shuffle(),
            repeats in prop::collection::vec(1..=8_i64, 0..8),
        ) {
            let at = |version: i64| match version {
                1 | 2 => report(version, PaymentState::Failed, 0),
                3..=5 => report(version, PaymentState::Paid, 165),
                _ => PaymentReport {
                    refunded: (version - 5) * 10,
                    ..report(version, PaymentState::PartlyRefunded, 165)
                },
            };
            let mut payment = waiting();
            for version in order.into_iter().chain(repeats) {
                payment.apply(&at(version));
            }
            prop_assert_eq!(payment.version, 8);
            prop_assert_eq!((payment.net(), payment.progress), (135, PaymentProgress::Done));
        }
    }
}
