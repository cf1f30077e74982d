//! States of an attempt. They only move forward, so that messages in any order and number lead to the
//! same end.

use std::collections::BTreeMap;

use chassis::{
    id::{AttemptId, GatewayAccountId, PaymentId, PaymentMethodId},
    money::Money,
};
use chrono::{DateTime, Utc};
use payment_adapters::{AttemptReference, Environment, Provider, Report, State};
use proto::payments::v1 as wire;

use super::method::PaymentKind;

/// Most attempts of a payment: their number has two digits in the reference.
pub const MOST_ATTEMPTS: i16 = 99;

chassis::text_enum! {
    /// State of an attempt.
    #[derive(sqlx::Type)]
    #[sqlx(type_name = "text", rename_all = "snake_case")]
    pub enum AttemptState: wire::AttemptState {
        /// Stored; the provider does not know it yet.
        Created = "created",
        /// The customer is at the provider, or has a number to pay with.
        Pending = "pending",
        /// The request may have been carried out; the provider is being queried.
        Unknown = "unknown",
        /// Reserved on the card.
        Authorized = "authorized",
        /// Captured.
        Captured = "captured",
        /// The authorisation was given back.
        Voided = "voided",
        /// Declined.
        Failed = "failed",
        /// Not paid in time.
        Expired = "expired",
    }
}

/// What is known of an attempt by itself or by its provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fact {
    /// A call may have been carried out.
    CallUnknown,
    /// Nothing left us, or the provider refused to start it.
    NotStarted,
    /// The provider's report.
    Reported(State),
    /// Its time is over, and the provider says that nobody paid it.
    TimeOver,
}

impl AttemptState {
    /// It can still be paid by the customer.
    #[must_use]
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Created | Self::Pending | Self::Unknown)
    }

    /// How far it is: a state is only left for one further on. Money outweighs everything, so that late
    /// money on a failed or expired attempt is never dropped.
    const fn rank(self) -> u8 {
        match self {
            Self::Created => 0,
            Self::Unknown => 1,
            Self::Pending => 2,
            Self::Expired => 3,
            Self::Failed => 4,
            Self::Authorized => 5,
            Self::Voided => 6,
            Self::Captured => 7,
        }
    }
}

/// The state after `fact`; `None` where the attempt is further on already and the fact is only stored.
#[must_use]
pub fn transition(from: AttemptState, fact: Fact) -> Option<AttemptState> {
    let to = match fact {
        Fact::CallUnknown => AttemptState::Unknown,
        Fact::NotStarted | Fact::Reported(State::Failed) => AttemptState::Failed,
        Fact::TimeOver | Fact::Reported(State::Expired) => AttemptState::Expired,
        // The provider does not know it: a form that nobody posted yet, but for a call of ours that got
        // no answer, the proof that it was not carried out.
        Fact::Reported(State::Absent) if from == AttemptState::Unknown => AttemptState::Failed,
        Fact::Reported(State::Absent) => return None,
        Fact::Reported(State::Pending | State::NumberIssued | State::AwaitsConfirmation) => {
            AttemptState::Pending
        }
        Fact::Reported(State::Authorized) => AttemptState::Authorized,
        Fact::Reported(State::Captured) => AttemptState::Captured,
        Fact::Reported(State::Voided) => AttemptState::Voided,
    };
    (to.rank() > from.rank()).then_some(to)
}

/// An attempt.
#[derive(Clone, Debug, PartialEq)]
pub struct Attempt {
    /// Id.
    pub id: AttemptId,
    /// Payment it belongs to.
    pub payment: PaymentId,
    /// Counts the attempts of the payment, from 1.
    pub number: i16,
    /// Reference at the provider.
    pub reference: String,
    /// Idempotency key of the request that started it.
    pub request_key: String,
    /// Digest of that request.
    pub request_hash: Vec<u8>,
    /// Method it pays by.
    pub method: PaymentMethodId,
    /// Name of the method when it was started.
    pub method_name: String,
    /// Kind of the method.
    pub kind: PaymentKind,
    /// Provider.
    pub provider: Provider,
    /// The provider's word for the way to pay: the one asked for, then the one the customer chose.
    pub provider_method: String,
    /// Account at the provider.
    pub account: GatewayAccountId,
    /// Credentials it was made with.
    pub credentials_number: i32,
    /// Where it was made.
    pub environment: Environment,
    /// Money is captured at once.
    pub capture_at_once: bool,
    /// What is to be paid.
    pub amount: Money,
    /// State.
    pub state: AttemptState,
    /// What was captured.
    pub captured: i64,
    /// Refunds of it that are not failed.
    pub refund_reserved: i64,
    /// Refunds of it that succeeded.
    pub refunded: i64,
    /// The provider's number.
    pub provider_reference: Option<String>,
    /// What later calls need.
    pub extra: BTreeMap<String, String>,
    /// What the customer pays with or pays to.
    pub instrument: BTreeMap<String, String>,
    /// The provider's code when it failed.
    pub code: String,
    /// What the browser does, once it was answered.
    pub next_step: Option<Vec<u8>>,
    /// Page of the shop that the browser is led back to.
    pub back_url: String,
    /// When it was stored.
    pub created_at: DateTime<Utc>,
    /// When it ends unpaid.
    pub expires_at: DateTime<Utc>,
    /// When money moved.
    pub paid_at: Option<DateTime<Utc>>,
    /// When the provider is queried next.
    pub next_query_at: Option<DateTime<Utc>>,
}

impl Attempt {
    /// How the adapter names it.
    #[must_use]
    pub fn adapter_reference(&self) -> AttemptReference {
        AttemptReference {
            ours: self.reference.clone(),
            theirs: self.provider_reference.clone(),
            extra: self.extra.clone(),
        }
    }

    /// Captured and not reserved for a refund.
    #[must_use]
    pub const fn refundable(&self) -> i64 {
        self.captured - self.refund_reserved
    }

    /// Keeps what a report says beside the state.
    pub fn record_details(&mut self, report: &Report) {
        if report.theirs.is_some() {
            self.provider_reference.clone_from(&report.theirs);
        }
        if let Some(method) = &report.method {
            self.provider_method.clone_from(method);
        }
        self.extra.extend(report.extra.clone());
        self.instrument.extend(report.instrument.clone());
        if let Some(code) = &report.code {
            self.code.clone_from(code);
        }
    }
}

/// A report that does not fit its attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Mismatch {
    /// Another amount.
    #[error("another amount")]
    Amount,
    /// Another currency.
    #[error("another currency")]
    Currency,
    /// Another merchant.
    #[error("another merchant")]
    Merchant,
    /// A simulated payment at a live account.
    #[error("a simulated payment")]
    Simulated,
    /// No attempt of the account has the reference.
    #[error("unknown reference")]
    Reference,
}

/// Checks what a report says of money: one that says that money was reserved or taken must say how
/// much, and that must be what the attempt asks for.
pub fn check_amount(report: &Report, asked: Money) -> Result<(), Mismatch> {
    let moves = matches!(report.state, State::Authorized | State::Captured);
    match report.amount {
        Some(amount) if amount.currency() != asked.currency() => Err(Mismatch::Currency),
        Some(amount) if amount.amount() != asked.amount() => Err(Mismatch::Amount),
        None if moves => Err(Mismatch::Amount),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use chassis::money::Currency;
    use proptest::prelude::*;

    use super::*;

    const REPORTED: [State; 9] = [
        State::Absent,
        State::Pending,
        State::NumberIssued,
        State::AwaitsConfirmation,
        State::Authorized,
        State::Captured,
        State::Failed,
        State::Expired,
        State::Voided,
    ];

    fn run(from: AttemptState, facts: &[Fact]) -> (AttemptState, usize) {
        let mut state = from;
        let mut captures = 0;
        for fact in facts {
            if let Some(to) = transition(state, *fact) {
                captures += usize::from(to == AttemptState::Captured);
                state = to;
            }
        }
        (state, captures)
    }

    #[test]
    fn a_weaker_message_after_money_changes_nothing() {
        for state in REPORTED {
            let fact = Fact::Reported(state);
            assert_eq!(transition(AttemptState::Captured, fact), None, "{state:?}");
        }
        for fact in [Fact::CallUnknown, Fact::NotStarted, Fact::TimeOver] {
            assert_eq!(transition(AttemptState::Captured, fact), None, "{fact:?}");
        }
    }

    #[test]
    fn late_money_is_captured_whatever_came_before() {
        for from in AttemptState::ALL {
            if from != AttemptState::Captured {
                let to = transition(from, Fact::Reported(State::Captured));
                assert_eq!(to, Some(AttemptState::Captured), "{from}");
            }
        }
    }

    #[test]
    fn an_unknown_attempt_leaves_that_state_by_what_the_provider_says() {
        let after = |state| transition(AttemptState::Unknown, Fact::Reported(state));
        assert_eq!(after(State::Absent), Some(AttemptState::Failed));
        assert_eq!(after(State::Pending), Some(AttemptState::Pending));
        assert_eq!(after(State::Captured), Some(AttemptState::Captured));
        let waiting = transition(AttemptState::Pending, Fact::Reported(State::Absent));
        assert_eq!(
            waiting, None,
            "a form that nobody posted yet has not failed"
        );
        assert_eq!(transition(AttemptState::Pending, Fact::CallUnknown), None);
    }

    #[test]
    fn money_of_another_amount_currency_or_none_does_not_fit() {
        let asked = Money::new(165, Currency::TWD);
        let with = |state, amount: Option<Money>| Report {
            amount,
            ..Report::of(state)
        };
        let usd = Money::new(165, "USD".parse().unwrap());
        let cases = [
            (with(State::Captured, Some(asked)), Ok(())),
            (with(State::Pending, None), Ok(())),
            (with(State::Failed, None), Ok(())),
            (with(State::Captured, None), Err(Mismatch::Amount)),
            (
                with(State::Captured, Some(Money::new(164, Currency::TWD))),
                Err(Mismatch::Amount),
            ),
            (with(State::Authorized, Some(usd)), Err(Mismatch::Currency)),
        ];
        for (report, expected) in cases {
            assert_eq!(check_amount(&report, asked), expected, "{report:?}");
        }
    }

    proptest! {
        #[test]
        fn any_order_and_number_of_messages_has_one_end_and_one_capture(
            messages in prop::collection::vec(prop::sample::select(REPORTED.to_vec()), 1..12),
            shuffled in Just(()).prop_perturb(|(), mut rng| rng.random::<u64>()),
            repeats in 1_usize..4,
        ) {
            let facts: Vec<Fact> = messages.iter().copied().map(Fact::Reported).collect();
            let mut other: Vec<Fact> = facts.repeat(repeats);
            let mut seed = shuffled;
            for index in (1..other.len()).rev() {
                seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                other.swap(index, usize::try_from(seed >> 33).unwrap() % (index + 1));
            }
            let (end, captures) = run(AttemptState::Pending, &facts);
            let (other_end, other_captures) = run(AttemptState::Pending, &other);
            prop_assert_eq!(end, other_end);
            prop_assert_eq!(captures, other_captures);
            prop_assert!(captures <= 1);
        }
    }
}
