//! Asking about a PaymentIntent, capturing it and ending it.

use chassis::money::Money;

use super::{
    intent::{Intent, Unreadable},
    money::to_units,
    request::{get, post},
};
use crate::{
    AttemptReference, CallError, Context, Report, State,
    calls::theirs,
    codes::{invalid, unreadable},
};

/// An intent whose number we do not have cannot be paid: its client secret came with the number and was
/// never passed on.
pub(super) async fn query(
    context: Context<'_>,
    attempt: &AttemptReference,
) -> Result<Report, CallError> {
    if attempt.theirs.is_none() {
        return Ok(Report::of(State::Absent));
    }
    report(&read(context, attempt).await?, attempt)
}

/// Reads the intent with its charge.
pub(super) async fn read(
    context: Context<'_>,
    attempt: &AttemptReference,
) -> Result<Intent, CallError> {
    let path = format!("/v1/payment_intents/{}", theirs(attempt)?);
    get(context, &path, "expand[]=latest_charge").await
}

/// Takes `amount` of an authorisation; the rest is released.
pub(super) async fn capture(
    context: Context<'_>,
    attempt: &AttemptReference,
    amount: Money,
) -> Result<Report, CallError> {
    let units = to_units(amount).ok_or_else(|| invalid("the amount is not above zero"))?;
    let path = format!("/v1/payment_intents/{}/capture", theirs(attempt)?);
    let form = [("amount_to_capture", units.to_string())];
    let intent: Intent = post(context, &path, &form, &format!("{}-capture", attempt.ours)).await?;
    report(&intent, attempt)
}

/// Gives an authorisation back, or ends an intent that nobody paid.
pub(super) async fn void(
    context: Context<'_>,
    attempt: &AttemptReference,
) -> Result<Report, CallError> {
    let path = format!("/v1/payment_intents/{}/cancel", theirs(attempt)?);
    let intent: Intent = post(context, &path, &[], &format!("{}-cancel", attempt.ours)).await?;
    report(&intent, attempt)
}

/// The report of an intent that has to be this attempt's.
pub(super) fn report(intent: &Intent, attempt: &AttemptReference) -> Result<Report, CallError> {
    let other_number = attempt
        .theirs
        .as_ref()
        .is_some_and(|theirs| *theirs != intent.id);
    if other_number || intent.reference() != Some(&attempt.ours) {
        return Err(unreadable("the answer names another payment"));
    }
    intent.report().map_err(|fault| match fault {
        Unreadable::Status => unreadable("the payment's status cannot be read"),
        Unreadable::Amount => unreadable("the amount cannot be read"),
    })
}
