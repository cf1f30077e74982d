//! Refunds: which attempts the money goes back from, and what a call to the provider leads to.

use chassis::id::{AccountId, AttemptId, PaymentId, RefundId};
use chrono::{DateTime, Utc};
use payment_adapters::{CallError, RefundReport, RefundState as Reported};
use proto::payments::v1 as wire;

use super::{attempt::Attempt, schedule};

chassis::text_enum! {
    /// State of a refund.
    #[derive(sqlx::Type)]
    #[sqlx(type_name = "text", rename_all = "snake_case")]
    pub enum RefundState: wire::RefundState {
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

chassis::text_enum! {
    /// What a refund is made for.
    #[derive(sqlx::Type)]
    #[sqlx(type_name = "text", rename_all = "snake_case")]
    pub enum RefundCause: wire::RefundCause {
        /// Staff requested it.
        Staff = "staff",
        /// 重複扣款.
        Duplicate = "duplicate",
        /// 遲到款.
        Late = "late",
        /// More was captured than the order costs.
        Overpaid = "overpaid",
        /// The paid order was cancelled, rejected or expired.
        OrderEnded = "order_ended",
    }
}

impl RefundCause {
    /// Money that should never have been taken: giving it back does not make the order less paid.
    #[must_use]
    pub const fn is_return(self) -> bool {
        matches!(self, Self::Duplicate | Self::Late | Self::Overpaid)
    }
}

/// A refund.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refund {
    /// Id.
    pub id: RefundId,
    /// Payment.
    pub payment: PaymentId,
    /// Attempt whose money goes back.
    pub attempt: AttemptId,
    /// Names it at the provider.
    pub reference: String,
    /// How much.
    pub amount: i64,
    /// State.
    pub state: RefundState,
    /// What it is made for.
    pub cause: RefundCause,
    /// Key of the request it belongs to; empty for one that the platform requested.
    pub request_key: String,
    /// Reason in words.
    pub reason: String,
    /// Member of staff who requested it, with the name that is shown.
    pub requested_by: Option<(AccountId, String)>,
    /// When.
    pub requested_at: DateTime<Utc>,
    /// Calls that left us.
    pub calls: i32,
    /// The provider's number.
    pub provider_reference: Option<String>,
    /// The provider's code and text.
    pub text: String,
    /// When it goes on.
    pub next_try_at: Option<DateTime<Utc>>,
    /// When it was settled.
    pub settled_at: Option<DateTime<Utc>>,
    /// Member of staff who ended it by hand, with the name that is shown.
    pub settled_by: Option<(AccountId, String)>,
    /// How or why it was ended by hand; empty for none.
    pub note: String,
}

/// How a person ends a refund.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ManualEnd {
    /// It was given back by other means; otherwise it is not given back any more.
    pub given_back: bool,
    /// How or why.
    pub note: String,
    /// Who ends it, with the name that is shown.
    pub by: (AccountId, String),
}

/// The refund is not one that a person can end so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a refund that is {} cannot be ended so", state.as_str())]
pub struct NotForPerson {
    /// Its state.
    pub state: RefundState,
}

/// Most of a text of a provider that is kept, in characters.
const LONGEST_TEXT: usize = 200;

impl Refund {
    /// Takes in what the provider's call came to.
    pub fn settle(&mut self, outcome: Result<RefundReport, CallError>, now: DateTime<Utc>) {
        match outcome {
            Ok(report) => {
                if report.theirs.is_some() {
                    self.provider_reference = report.theirs;
                }
                self.text = cut(&report.text.unwrap_or_default());
                match report.state {
                    Reported::Succeeded => self.end(RefundState::Succeeded, now),
                    Reported::NeedsPerson => self.end(RefundState::NeedsPerson, now),
                    Reported::Pending => self.wait(report.retry_at, now),
                }
            }
            // Refused for good. What the platform requested is still owed to the customer.
            Err(error @ CallError::RefundRefused { .. }) => {
                self.text = cut(&words_of(&error));
                let state = match self.cause {
                    RefundCause::Staff => RefundState::Failed,
                    _ => RefundState::NeedsPerson,
                };
                self.end(state, now);
            }
            Err(error @ (CallError::Unsupported | CallError::Rejected { .. })) => {
                self.text = cut(&words_of(&error));
                self.end(RefundState::NeedsPerson, now);
            }
            Err(CallError::RateLimited { wait }) => {
                let wait = chrono::TimeDelta::from_std(wait).unwrap_or_default();
                self.put_off(now + wait, now);
            }
            Err(CallError::NotYet { until }) => self.put_off(until, now),
            Err(error) => {
                self.text = cut(&error.to_string());
                self.wait(None, now);
                if self.state == RefundState::NeedsPerson {
                    self.text = cut(&words_of(&error));
                }
            }
        }
    }

    /// Ends a refund that needs a person; returns `false` where it was ended so before. What the platform
    /// owes can only be given back.
    pub fn settle_by_person(
        &mut self,
        end: ManualEnd,
        now: DateTime<Utc>,
    ) -> Result<bool, NotForPerson> {
        let wanted = match end.given_back {
            true => RefundState::Succeeded,
            false => RefundState::Failed,
        };
        let is_owed = self.cause != RefundCause::Staff;
        match self.state {
            RefundState::NeedsPerson if end.given_back || !is_owed => {
                self.settled_by = Some(end.by);
                self.note = end.note;
                self.end(wanted, now);
                Ok(true)
            }
            state if state == wanted && self.settled_by.is_some() => Ok(false),
            state => Err(NotForPerson { state }),
        }
    }

    fn end(&mut self, state: RefundState, now: DateTime<Utc>) {
        self.state = state;
        self.next_try_at = None;
        self.settled_at = Some(now);
    }

    /// Nothing was carried out, so that the next call is no repeat.
    fn put_off(&mut self, until: DateTime<Utc>, now: DateTime<Utc>) {
        self.calls = (self.calls - 1).max(0);
        self.wait(Some(until), now);
    }

    fn wait(&mut self, until: Option<DateTime<Utc>>, now: DateTime<Utc>) {
        match schedule::next_refund_try(self.requested_at, now, self.calls) {
            Some(next) => self.next_try_at = Some(until.unwrap_or(next).max(now)),
            None => self.end(RefundState::NeedsPerson, now),
        }
    }
}

/// The provider's own code and text, which is all that staff read of a failure; empty for none.
fn words_of(error: &CallError) -> String {
    match error {
        CallError::Declined { code, text }
        | CallError::WrongState { code, text }
        | CallError::RefundRefused { code, text }
        | CallError::Configuration { code, text }
        | CallError::Rejected { code, text } => format!("{code} {text}").trim().to_owned(),
        CallError::BalanceShort { code } => code.clone(),
        CallError::Unknown(_)
        | CallError::Unreachable(_)
        | CallError::Duplicate
        | CallError::RateLimited { .. }
        | CallError::NotYet { .. }
        | CallError::Unsupported => String::new(),
    }
}

fn cut(text: &str) -> String {
    text.chars().take(LONGEST_TEXT).collect()
}

/// More than what is left.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("at most {max} can be refunded")]
pub struct ExceedsPaid {
    /// What is left.
    pub max: i64,
}

/// The parts of `amount` by attempt: `first` where it is given, then the last one first; always to the
/// account that took the money.
pub fn allocate(
    attempts: &[Attempt],
    amount: i64,
    first: Option<AttemptId>,
) -> Result<Vec<(AttemptId, i64)>, ExceedsPaid> {
    let max = attempts.iter().map(Attempt::refundable).sum();
    if amount > max {
        return Err(ExceedsPaid { max });
    }
    let mut ordered: Vec<&Attempt> = attempts.iter().collect();
    ordered.sort_by_key(|attempt| (Some(attempt.id) != first, std::cmp::Reverse(attempt.number)));
    let mut left = amount;
    let mut parts = Vec::new();
    for attempt in ordered {
        let part = attempt.refundable().min(left);
        if part > 0 {
            parts.push((attempt.id, part));
            left -= part;
        }
    }
    Ok(parts)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use chrono::TimeDelta;

    use super::*;
    use crate::domain::samples::{attempt, now, refund};

    #[test]
    fn money_goes_back_from_the_attempt_that_was_one_too_many_then_from_the_last() {
        let attempts = [attempt(1, 165), attempt(2, 100)];
        let (first, second) = (attempts[0].id, attempts[1].id);
        let cases = [
            (165, Some(first), vec![(first, 165)]),
            (200, Some(first), vec![(first, 165), (second, 35)]),
            (100, None, vec![(second, 100)]),
            (101, None, vec![(second, 100), (first, 1)]),
        ];
        for (amount, preferred, expected) in cases {
            assert_eq!(
                allocate(&attempts, amount, preferred),
                Ok(expected),
                "{amount}"
            );
        }
        assert_eq!(
            allocate(&attempts, 266, None),
            Err(ExceedsPaid { max: 265 })
        );
        let reserved = [Attempt {
            refund_reserved: 100,
            ..attempt(1, 165)
        }];
        assert_eq!(allocate(&reserved, 66, None), Err(ExceedsPaid { max: 65 }));
    }

    fn after(cause: RefundCause, outcome: Result<RefundReport, CallError>) -> Refund {
        let mut tried = Refund {
            calls: 1,
            ..refund(165, cause, RefundState::Pending)
        };
        tried.settle(outcome, now());
        tried
    }

    #[test]
    fn a_person_ends_what_needs_one_and_waives_only_what_staff_granted() {
        let end = |given_back| ManualEnd {
            given_back,
            note: "ATM 轉帳".to_owned(),
            by: (
                AccountId::from_uuid(uuid::Uuid::from_u128(9)),
                "王小明".to_owned(),
            ),
        };
        let try_end = |cause, state, given_back| {
            let mut ended = refund(165, cause, state);
            let outcome = ended.settle_by_person(end(given_back), now());
            (outcome.is_ok(), ended.state)
        };
        use RefundCause::{Late, Staff};
        use RefundState::{Failed, NeedsPerson, Pending, Succeeded};
        for (cause, state, given_back, expected) in [
            (Staff, NeedsPerson, true, (true, Succeeded)),
            (Staff, NeedsPerson, false, (true, Failed)),
            (Late, NeedsPerson, true, (true, Succeeded)),
            (Late, NeedsPerson, false, (false, NeedsPerson)),
            (Staff, Pending, true, (false, Pending)),
            (Staff, Succeeded, true, (false, Succeeded)),
        ] {
            let seen = try_end(cause, state, given_back);
            assert_eq!(seen, expected, "{cause} {state} {given_back}");
        }
        let mut twice = refund(165, Staff, NeedsPerson);
        assert_eq!(twice.settle_by_person(end(true), now()), Ok(true));
        assert_eq!(twice.settle_by_person(end(true), now()), Ok(false));
        assert!(twice.settle_by_person(end(false), now()).is_err());
    }

    #[test]
    fn a_refund_is_pending_until_it_is_true() {
        let report = |state, retry_at| {
            Ok(RefundReport {
                state,
                theirs: Some("R1".to_owned()),
                text: None,
                retry_at,
            })
        };
        let later = now() + TimeDelta::minutes(14);
        let waits = after(RefundCause::Staff, report(Reported::Pending, Some(later)));
        assert_eq!(
            (waits.state, waits.next_try_at),
            (RefundState::Pending, Some(later))
        );
        let unknown = after(
            RefundCause::Staff,
            Err(CallError::Unknown("no answer".to_owned())),
        );
        assert_eq!(unknown.state, RefundState::Pending);
        assert!(unknown.next_try_at.is_some_and(|at| at > now()));
        let done = after(RefundCause::Staff, report(Reported::Succeeded, None));
        assert_eq!(
            (done.state, done.next_try_at),
            (RefundState::Succeeded, None)
        );
        assert_eq!(done.provider_reference.as_deref(), Some("R1"));
        let limited = CallError::RateLimited {
            wait: Duration::from_secs(1_800),
        };
        let limited = after(RefundCause::Late, Err(limited));
        assert_eq!(limited.next_try_at, Some(now() + TimeDelta::minutes(30)));
        let not_yet = after(RefundCause::Staff, Err(CallError::NotYet { until: later }));
        assert_eq!(
            (not_yet.state, not_yet.next_try_at, not_yet.calls),
            (RefundState::Pending, Some(later), 0),
            "no call was made"
        );
    }

    #[test]
    fn a_refusal_for_good_ends_staffs_request_and_asks_a_person_for_what_is_owed() {
        let refused = || {
            Err(CallError::RefundRefused {
                code: "1124".to_owned(),
                text: "too old".to_owned(),
            })
        };
        assert_eq!(
            after(RefundCause::Staff, refused()).state,
            RefundState::Failed
        );
        let short = CallError::BalanceShort {
            code: "TRA10050".to_owned(),
        };
        let short = after(RefundCause::Staff, Err(short));
        assert_eq!(
            short.state,
            RefundState::Pending,
            "the balance may be filled"
        );
        assert!(short.text.contains("TRA10050"));
        let owed = after(RefundCause::Duplicate, refused());
        assert_eq!(owed.state, RefundState::NeedsPerson);
        assert!(owed.text.contains("1124"));
    }
}
