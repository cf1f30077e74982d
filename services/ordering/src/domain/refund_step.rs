//! Steps of a refund, and what the answers of payments make of them.

use chassis::text_enum;
use chrono::{DateTime, TimeDelta, Utc};
use proto::{
    ProblemReason as _,
    ordering::v1 as wire,
    payments::v1::{Payment, PaymentsReason, RefundState as Theirs},
};

use super::refunded_benefits::ReturnedBenefits;

const FIRST_PAUSE_SECS: i64 = 1;
const LONGEST_PAUSE_SECS: i64 = 300;

text_enum! {
    /// What a step does.
    pub enum StepKind: wire::RefundStepKind {
        /// The provider that took the money gives it back.
        Money = "money",
        /// Money is paid out on site.
        Cash = "cash",
        /// Points, coupons and codes go back.
        Benefits = "benefits",
    }
}

text_enum! {
    /// How far a step is.
    pub enum StepState: wire::RefundStepState {
        /// Not begun.
        Waiting = "waiting",
        /// Under way.
        Running = "running",
        /// Done.
        Done = "done",
        /// Failed; its amount is left to refund again.
        Failed = "failed",
        /// A person has to see to it.
        NeedsPerson = "needs_person",
    }
}

impl StepState {
    /// It does not go on by itself.
    #[must_use]
    pub const fn has_ended(self) -> bool {
        !matches!(self, Self::Waiting | Self::Running)
    }
}

text_enum! {
    /// How far a refund is, by its steps.
    pub enum RefundState: wire::OrderRefundState {
        /// 待處理.
        Pending = "pending",
        /// 成功.
        Succeeded = "succeeded",
        /// 失敗.
        Failed = "failed",
        /// 需人工.
        NeedsPerson = "needs_person",
    }
}

impl RefundState {
    /// The state of a refund with these steps. Where a part of it is done and the rest failed, a person sees
    /// to the rest. What waits for a person's decision about the money is not under way.
    #[must_use]
    pub fn of(steps: &[RefundStep]) -> Self {
        let any = |state| steps.iter().any(|step| step.state == state);
        let waits =
            |step: &RefundStep| step.kind == StepKind::Benefits && any(StepState::NeedsPerson);
        if steps
            .iter()
            .any(|step| !step.state.has_ended() && !waits(step))
        {
            Self::Pending
        } else if any(StepState::NeedsPerson) || (any(StepState::Failed) && any(StepState::Done)) {
            Self::NeedsPerson
        } else if any(StepState::Failed) {
            Self::Failed
        } else {
            Self::Succeeded
        }
    }
}

/// A step of a refund.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefundStep {
    /// What it does.
    pub kind: StepKind,
    /// How much of the refund.
    pub amount: i64,
    /// How far it is.
    pub state: StepState,
    /// Stable reason why it failed or needs a person; empty for none.
    pub problem: String,
    /// The provider's text; empty for none.
    pub text: String,
    /// When it came to its state.
    pub changed_at: DateTime<Utc>,
    /// What a step of benefits gave back.
    pub returned: Option<ReturnedBenefits>,
}

impl RefundStep {
    /// A new step: what is paid out on site is done, what a provider gives back waits for the timer.
    #[must_use]
    pub fn new(kind: StepKind, amount: i64, now: DateTime<Utc>) -> Self {
        let state = match kind {
            StepKind::Money | StepKind::Benefits => StepState::Waiting,
            StepKind::Cash => StepState::Done,
        };
        Self {
            kind,
            amount,
            state,
            problem: String::new(),
            text: String::new(),
            changed_at: now,
            returned: None,
        }
    }
}

/// What an attempt at a step came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepOutcome {
    /// State of the step after it.
    pub state: StepState,
    /// Stable reason; empty for none.
    pub problem: String,
    /// The provider's text.
    pub text: String,
    /// What a step of benefits gave back.
    pub returned: Option<ReturnedBenefits>,
}

impl StepOutcome {
    fn new(state: StepState) -> Self {
        Self {
            state,
            problem: String::new(),
            text: String::new(),
            returned: None,
        }
    }

    /// What a step of benefits gave back.
    #[must_use]
    pub fn returned(returned: ReturnedBenefits) -> Self {
        Self {
            returned: Some(returned),
            ..Self::new(StepState::Done)
        }
    }

    /// What a request that membership refused for good came to: a person sees to it.
    #[must_use]
    pub fn benefits_refused(reason: &str) -> Self {
        Self {
            problem: reason.to_owned(),
            ..Self::new(StepState::NeedsPerson)
        }
    }

    /// What becomes of a step of benefits before membership is asked: it goes the way of the money. `None` when
    /// that is back.
    #[must_use]
    pub fn without_money(refund: &[RefundStep]) -> Option<Self> {
        let mut money = refund.iter().filter(|step| step.kind != StepKind::Benefits);
        if money.clone().any(|step| !step.state.has_ended())
            || money
                .clone()
                .any(|step| step.state == StepState::NeedsPerson)
        {
            return Some(Self::new(StepState::Running));
        }
        let is_any = money.clone().next().is_some();
        let all_failed = is_any && money.all(|step| step.state == StepState::Failed);
        all_failed.then(|| Self::new(StepState::Failed))
    }

    /// What became of the refunds that payments made of a request; `None` where it made none.
    ///
    /// One request may give back from several attempts to pay. Where only a part of it came back for good,
    /// a person sees to the rest.
    #[must_use]
    pub fn of_payment(payment: &Payment, key: &str) -> Option<Self> {
        let refunds = payment.refunds.iter();
        let own: Vec<_> = refunds.filter(|refund| refund.request_key == key).collect();
        if own.is_empty() {
            return None;
        }
        let any = |state| own.iter().any(|refund| refund.state() == state);
        let state = if any(Theirs::Pending) || any(Theirs::Unspecified) {
            StepState::Running
        } else if any(Theirs::NeedsPerson) || (any(Theirs::Failed) && any(Theirs::Succeeded)) {
            StepState::NeedsPerson
        } else if any(Theirs::Failed) {
            StepState::Failed
        } else {
            StepState::Done
        };
        let mut texts = own.iter().map(|refund| refund.text.as_str());
        let text = texts.rfind(|text| state != StepState::Done && !text.is_empty());
        Some(Self {
            text: text.map(cut).unwrap_or_default(),
            ..Self::new(state)
        })
    }

    /// What a request that payments refused for good came to. Beyond the provider's time, which payments
    /// leaves to a person where it can, the customer is still owed what staff granted.
    #[must_use]
    pub fn refused(reason: &str) -> Self {
        let state = if reason == PaymentsReason::RefundWindowClosed.word() {
            StepState::NeedsPerson
        } else {
            StepState::Failed
        };
        Self {
            problem: reason.to_owned(),
            ..Self::new(state)
        }
    }
}

/// Longest text of a provider that is kept, in characters.
const LONGEST_TEXT: usize = 200;

fn cut(text: &str) -> String {
    text.chars().take(LONGEST_TEXT).collect()
}

/// How long after the attempt of this number, from 1, the next one follows unless it ends the step.
#[must_use]
pub fn pause_after(attempt: i32) -> TimeDelta {
    let doublings = u32::try_from(attempt - 1).unwrap_or_default().min(16);
    TimeDelta::seconds((FIRST_PAUSE_SECS << doublings).min(LONGEST_PAUSE_SECS))
}

#[cfg(test)]
mod tests {
    use proto::payments::v1::PaymentRefund;

    use super::*;

    fn outcome(states: &[Theirs]) -> Option<StepState> {
        let of = |key: &str, state: Theirs| PaymentRefund {
            request_key: key.to_owned(),
            state: state.into(),
            text: format!("{state:?}"),
            ..Default::default()
        };
        let own = states.iter().map(|state| of("r1", *state));
        let payment = Payment {
            refunds: own.chain([of("", Theirs::NeedsPerson)]).collect(),
            ..Default::default()
        };
        StepOutcome::of_payment(&payment, "r1").map(|outcome| outcome.state)
    }

    #[test]
    fn a_step_is_done_only_when_all_of_its_money_is_back() {
        use Theirs::{Failed, NeedsPerson, Pending, Succeeded};
        for (states, expected) in [
            (vec![], None),
            (vec![Pending], Some(StepState::Running)),
            (vec![Succeeded, Pending], Some(StepState::Running)),
            (vec![Succeeded, Succeeded], Some(StepState::Done)),
            (vec![Failed], Some(StepState::Failed)),
            (vec![Failed, Failed], Some(StepState::Failed)),
            (vec![Succeeded, Failed], Some(StepState::NeedsPerson)),
            (vec![NeedsPerson, Failed], Some(StepState::NeedsPerson)),
        ] {
            assert_eq!(outcome(&states), expected, "{states:?}");
        }
    }

    #[test]
    fn beyond_the_providers_time_a_person_pays_back() {
        let late = StepOutcome::refused("REFUND_WINDOW_CLOSED");
        assert_eq!(late.state, StepState::NeedsPerson);
        let too_much = StepOutcome::refused("REFUND_EXCEEDS_PAID");
        assert_eq!(
            (too_much.state, too_much.problem.as_str()),
            (StepState::Failed, "REFUND_EXCEEDS_PAID")
        );
    }

    #[test]
    fn attempts_become_rarer_and_never_end() {
        let pauses: Vec<_> = [1, 2, 3, 9, 10, i32::MAX]
            .map(|attempt| pause_after(attempt).num_seconds())
            .into();
        assert_eq!(pauses, [1, 2, 4, 256, 300, 300]);
    }

    #[test]
    fn stored_words_read_back() {
        for kind in StepKind::ALL {
            assert_eq!(StepKind::from_word(kind.as_str()), Some(kind));
        }
        for state in StepState::ALL {
            assert_eq!(StepState::from_word(state.as_str()), Some(state));
        }
    }
}
