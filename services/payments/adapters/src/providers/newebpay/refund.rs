//! NewebPay, capture, void and refund of cards (請退款, 取消授權): the state is asked first, and chooses
//! the calls.

use chassis::money::{Currency, Money};
use chrono::{DateTime, NaiveTime, TimeDelta, TimeZone as _, Utc};
use url::form_urlencoded;

use super::{
    codes::{self, Class},
    crypto::Keys,
    query,
    trade::{Action, Kind, Plan, Progress, Trade, TradeStatus},
    wallet,
};
use crate::{
    AttemptReference, CallError, Context, RefundReport, RefundRequest, Report, State,
    refunds::{check_twd, needs_person, pending, succeeded},
    wire::{excerpt, taipei},
};

/// How a call was received.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Received {
    /// Done.
    Done,
    /// Under way at the bank.
    UnderWay,
    /// Refused in a way that another state may explain.
    Refused(String),
}

/// Takes an authorised payment.
pub(super) async fn capture(
    context: Context<'_>,
    attempt: &AttemptReference,
    amount: Money,
) -> Result<Report, CallError> {
    let trade = find(context, attempt, amount).await?;
    if trade.status != TradeStatus::Paid {
        return Err(wrong_state("nothing is authorised"));
    }
    if Kind::of(&trade.method) == Kind::Card && trade.closing == Progress::None {
        match act(context, attempt, Action::Capture(amount.amount())).await? {
            Received::Done | Received::UnderWay => {}
            Received::Refused(text) => return Err(wrong_state(&text)),
        }
        return Ok(report(&trade, State::Captured, amount.amount()));
    }
    let taken = trade.close_amount.filter(|&taken| taken > 0);
    Ok(report(
        &trade,
        State::Captured,
        taken.unwrap_or(trade.amount),
    ))
}

/// Gives an authorisation back, also one whose capture still waits.
pub(super) async fn void(
    context: Context<'_>,
    attempt: &AttemptReference,
    amount: Money,
) -> Result<Report, CallError> {
    let trade = find(context, attempt, amount).await?;
    let actions = match (trade.status, trade.closing, Kind::of(&trade.method)) {
        (TradeStatus::Cancelled, _, _) => vec![],
        // What nobody paid cannot be ended at NewebPay.
        (TradeStatus::Unpaid, _, _) => return Err(CallError::Unsupported),
        (TradeStatus::Paid, Progress::None, Kind::Card) => vec![Action::Cancel(trade.amount)],
        (TradeStatus::Paid, Progress::Waiting, Kind::Card) => vec![
            Action::UndoCapture(trade.close_amount.unwrap_or(trade.amount)),
            Action::Cancel(trade.amount),
        ],
        _ => return Err(wrong_state("nothing to give back")),
    };
    for action in actions {
        match act(context, attempt, action).await? {
            Received::Done => {}
            Received::UnderWay => {
                return Err(CallError::Unknown(
                    "the bank decides about the void".to_owned(),
                ));
            }
            Received::Refused(text) => return Err(wrong_state(&text)),
        }
    }
    Ok(report(&trade, State::Voided, trade.amount))
}

/// Refunds by the calls that the state asks for. When one is refused, the state is asked once more.
pub(super) async fn refund(
    context: Context<'_>,
    attempt: &AttemptReference,
    refund: &RefundRequest,
) -> Result<RefundReport, CallError> {
    check_twd(refund)?;
    if !refund.method.is_empty() && Kind::of(&refund.method) == Kind::Offline {
        return Ok(needs_person("this method has no refund by interface"));
    }
    let first = find(context, attempt, refund.captured).await?;
    match carry_out(context, attempt, &first, refund).await? {
        Outcome::Report(report) => Ok(report),
        Outcome::Refused(text) => {
            let second = find(context, attempt, refund.captured).await?;
            if second == first {
                return Ok(needs_person(&text));
            }
            // Whatever the refusal says: money that moved meanwhile must not move again.
            let again = RefundRequest {
                repeated: true,
                ..refund.clone()
            };
            match carry_out(context, attempt, &second, &again).await? {
                Outcome::Report(report) => Ok(report),
                Outcome::Refused(text) => Ok(needs_person(&text)),
            }
        }
    }
}

enum Outcome {
    Report(RefundReport),
    Refused(String),
}

async fn carry_out(
    context: Context<'_>,
    attempt: &AttemptReference,
    trade: &Trade,
    refund: &RefundRequest,
) -> Result<Outcome, CallError> {
    let report = match trade.plan(refund) {
        Plan::Done => succeeded(None),
        Plan::NeedsPerson(text) => needs_person(text),
        Plan::Wait => pending(after_batch(context.now)),
        Plan::Wallet => {
            return wallet::refund(context, attempt, trade, refund)
                .await
                .map(Into::into);
        }
        Plan::Calls(actions) => {
            let mut report = succeeded(None);
            for action in actions {
                match act(context, attempt, action).await? {
                    Received::Refused(text) => return Ok(Outcome::Refused(text)),
                    Received::UnderWay => {
                        report = pending(after_batch(context.now));
                        break;
                    }
                    // The nightly batch gives the money back, or takes what is then refunded.
                    Received::Done => {
                        if matches!(action, Action::Refund(_) | Action::Capture(_)) {
                            report = pending(after_batch(context.now));
                        }
                    }
                }
            }
            report
        }
    };
    Ok(Outcome::Report(report))
}

impl From<wallet::Outcome> for Outcome {
    fn from(outcome: wallet::Outcome) -> Self {
        match outcome {
            wallet::Outcome::Refunded { theirs } => Self::Report(succeeded(theirs)),
            wallet::Outcome::Refused(text) => Self::Refused(text),
        }
    }
}

async fn find(
    context: Context<'_>,
    attempt: &AttemptReference,
    amount: Money,
) -> Result<Trade, CallError> {
    let result = query::ask(context, attempt, amount).await?;
    Trade::read(&result.ok_or_else(|| wrong_state("NewebPay does not know it"))?)
}

/// `PostData_` of an action before encryption.
fn post_data(
    context: Context<'_>,
    attempt: &AttemptReference,
    version: &str,
    amount: i64,
    close: Option<(&str, bool)>,
) -> String {
    let mut data = form_urlencoded::Serializer::new(String::new());
    data.append_pair("RespondType", "JSON")
        .append_pair("Version", version)
        .append_pair("Amt", &amount.to_string())
        .append_pair("MerchantOrderNo", &attempt.ours)
        .append_pair("TimeStamp", &context.now.timestamp().to_string())
        .append_pair("IndexType", "1");
    if let Some((kind, undo)) = close {
        data.append_pair("CloseType", kind);
        if undo {
            data.append_pair("Cancel", "1");
        }
    }
    data.finish()
}

/// Carries out one action.
async fn act(
    context: Context<'_>,
    attempt: &AttemptReference,
    action: Action,
) -> Result<Received, CallError> {
    let (path, version, amount, close) = match action {
        Action::Cancel(amount) => ("/API/CreditCard/Cancel", "1.0", amount, None),
        Action::Capture(amount) => ("/API/CreditCard/Close", "1.1", amount, Some(("1", false))),
        Action::UndoCapture(amount) => ("/API/CreditCard/Close", "1.1", amount, Some(("1", true))),
        Action::Refund(amount) => ("/API/CreditCard/Close", "1.1", amount, Some(("2", false))),
    };
    let data = post_data(context, attempt, version, amount, close);
    let data = Keys::of(context.credentials)
        .encrypt(&data)
        .ok_or_else(CallError::unsendable)?;
    let fields = [
        ("MerchantID_", context.credentials.get("MerchantID")),
        ("PostData_", &data),
    ];
    let answer = query::post(context, path, &fields).await?;
    let (code, text) = query::status(&answer)?;
    if code != "SUCCESS" {
        return received(&code, &text);
    }
    let result = &answer["Result"];
    if matches!(action, Action::Cancel(_)) {
        query::verify(context, &attempt.ours, result)?;
    } else if result["MerchantOrderNo"]
        .as_str()
        .is_some_and(|named| named != attempt.ours)
    {
        return Err(CallError::Unknown(
            "the answer names another trade".to_owned(),
        ));
    }
    Ok(Received::Done)
}

/// What a code other than success says of a call.
pub(super) fn received(code: &str, text: &str) -> Result<Received, CallError> {
    match codes::class(code) {
        Some(Class::UnderWay) => Ok(Received::UnderWay),
        Some(Class::WrongState) => Ok(Received::Refused(excerpt(&format!("{code} {text}")))),
        _ => Err(codes::call_error(code, text)),
    }
}

fn wrong_state(text: &str) -> CallError {
    CallError::WrongState {
        code: "state".to_owned(),
        text: excerpt(text),
    }
}

fn report(trade: &Trade, state: State, amount: i64) -> Report {
    Report {
        amount: Some(Money::new(amount, Currency::TWD)),
        theirs: Some(trade.number.clone()),
        ..Report::of(state)
    }
}

/// The next 22:00, when the batch of 21:00 is through.
fn after_batch(now: DateTime<Utc>) -> DateTime<Utc> {
    let local = now.with_timezone(&taipei());
    let through = NaiveTime::from_hms_opt(22, 0, 0).expect("a time of day");
    let day = if local.time() < through {
        local.date_naive()
    } else {
        local.date_naive() + TimeDelta::days(1)
    };
    taipei()
        .from_local_datetime(&day.and_time(through))
        .single()
        .map_or(now, |instant| instant.with_timezone(&Utc))
}
