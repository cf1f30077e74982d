//! Confirm, capture and void. Each is answered by a number that has to be the one we asked about.

use std::time::Duration;

use chassis::money::Money;
use serde::{Deserialize, Serialize};

use super::{
    details::{PayInfo, details, instrument, method, paid, separate},
    request,
};
use crate::{
    AttemptReference, CallError, Context, Report, State,
    calls::{dollars, theirs},
    codes::{Class, invalid, unreadable},
    json::Exact,
};

const CONFIRM_TIMEOUT: Duration = Duration::from_secs(45);
const CAPTURE_TIMEOUT: Duration = Duration::from_secs(60);
const VOID_TIMEOUT: Duration = Duration::from_secs(20);

/// Lets the money move.
pub(super) async fn confirm(
    context: Context<'_>,
    attempt: &AttemptReference,
    amount: Money,
) -> Result<Report, CallError> {
    let path = format!("/payments/{}/confirm", theirs(attempt)?);
    let reply = request::post(context, &path, money(amount)?, CONFIRM_TIMEOUT).await?;
    let info: Confirmed = reply.info()?;
    if info
        .order_id
        .as_ref()
        .is_some_and(|order| *order != attempt.ours)
        || Some(&info.transaction_id.0) != attempt.theirs.as_ref()
    {
        return Err(unreadable("the answer names another payment"));
    }
    if info.pay_info.is_empty() {
        return details(context, attempt).await;
    }
    let state = if info.authorization_expire_date.is_some() || separate(attempt) {
        State::Authorized
    } else {
        State::Captured
    };
    Ok(Report {
        amount: Some(Money::new(paid(&info.pay_info)?, amount.currency())),
        theirs: Some(info.transaction_id.0),
        method: method(&info.pay_info),
        instrument: instrument(&info.pay_info),
        paid_at: (state == State::Captured).then_some(context.now),
        ..Report::of(state)
    })
}

/// Takes `amount` of an authorisation.
pub(super) async fn capture(
    context: Context<'_>,
    attempt: &AttemptReference,
    amount: Money,
) -> Result<Report, CallError> {
    let path = format!("/payments/authorizations/{}/capture", theirs(attempt)?);
    request::post(context, &path, money(amount)?, CAPTURE_TIMEOUT)
        .await?
        .accepted()?;
    details(context, attempt).await
}

/// Gives an authorisation back. LINE Pay has no call that ends a payment before it is confirmed: it
/// lapses by itself.
pub(super) async fn void(
    context: Context<'_>,
    attempt: &AttemptReference,
) -> Result<Report, CallError> {
    let theirs = theirs(attempt)?;
    if !separate(attempt) || details(context, attempt).await?.state != State::Authorized {
        return Err(Class::WrongState.error("details", "the payment is not authorised"));
    }
    let path = format!("/payments/authorizations/{theirs}/void");
    request::post(context, &path, b"{}".to_vec(), VOID_TIMEOUT)
        .await?
        .accepted()?;
    Ok(Report {
        theirs: Some(theirs.to_owned()),
        ..Report::of(State::Voided)
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Confirmed {
    #[serde(default)]
    order_id: Option<String>,
    transaction_id: Exact,
    #[serde(default)]
    authorization_expire_date: Option<String>,
    #[serde(default)]
    pay_info: Vec<PayInfo>,
}

#[derive(Serialize)]
struct Amount {
    amount: i64,
    currency: &'static str,
}

fn money(amount: Money) -> Result<Vec<u8>, CallError> {
    let body = Amount {
        amount: dollars(amount)?,
        currency: "TWD",
    };
    serde_json::to_vec(&body).map_err(|_| invalid("the request cannot be written"))
}
