//! Capture and void of an authorisation. TapPay takes and gives back whole authorisations only.

use chassis::money::Money;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::{record, request::send};
use crate::{
    AttemptReference, CallError, Context, Report, State,
    calls::is_token,
    codes::{Class, invalid},
};

/// An answer of which only the status matters.
#[derive(Debug, Deserialize)]
struct Done {}

/// Takes the authorised amount; another amount is refused before the call.
pub(super) async fn capture(
    context: Context<'_>,
    attempt: &AttemptReference,
    amount: Money,
) -> Result<Report, CallError> {
    let report = authorized(context, attempt).await?;
    if report.amount != Some(amount) {
        return Err(invalid("the provider captures the authorised amount only"));
    }
    let arguments = subject(&report)?;
    let answer = send::<Done>(context, "cap", arguments, &[0]).await?;
    answer.map_err(|refusal| refusal.error())?;
    Ok(Report {
        state: State::Captured,
        paid_at: Some(context.now),
        ..report
    })
}

/// Gives the authorisation back: a refund before the capture.
pub(super) async fn void(
    context: Context<'_>,
    attempt: &AttemptReference,
) -> Result<Report, CallError> {
    let report = authorized(context, attempt).await?;
    let arguments = subject(&report)?;
    let answer = send::<Done>(context, "refund", arguments, &[0]).await?;
    answer.map_err(|refusal| refusal.error())?;
    Ok(Report {
        theirs: report.theirs,
        extra: report.extra,
        ..Report::of(State::Voided)
    })
}

async fn authorized(context: Context<'_>, attempt: &AttemptReference) -> Result<Report, CallError> {
    let report = record::query(context, attempt).await?;
    if report.state == State::Authorized {
        Ok(report)
    } else {
        Err(wrong_state("the payment is not authorised"))
    }
}

/// Names the payment by the number of its record.
pub(super) fn subject(report: &Report) -> Result<Map<String, Value>, CallError> {
    let theirs = report
        .theirs
        .as_deref()
        .filter(|theirs| is_token(theirs, 64));
    let theirs = theirs.ok_or_else(|| wrong_state("the provider has no such payment"))?;
    Ok(Map::from_iter([(
        "rec_trade_id".to_owned(),
        Value::from(theirs),
    )]))
}

fn wrong_state(what: &str) -> CallError {
    Class::WrongState.error("record", what)
}
