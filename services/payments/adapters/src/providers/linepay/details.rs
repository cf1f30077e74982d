//! How a payment stands: `check` while the customer is on LINE Pay's page, details afterwards.

use std::{collections::BTreeMap, time::Duration};

use chassis::money::{Currency, Money};
use chrono::{DateTime, Utc};
use serde::Deserialize;

use super::{codes::is_absent, create::SEPARATE, request};
use crate::{
    AttemptReference, CallError, Context, Report, State,
    calls::{last_four, theirs},
    codes::unreadable,
    json::Exact,
    wire::canonical_amount,
};

const TIMEOUT: Duration = Duration::from_secs(20);

/// Without a number of theirs nothing can have been taken: the money moves by our confirm, which needs
/// the number. The details are asked for all the same, by our reference.
pub(super) async fn query(
    context: Context<'_>,
    attempt: &AttemptReference,
) -> Result<Report, CallError> {
    let Ok(theirs) = theirs(attempt) else {
        return details(context, attempt).await;
    };
    let path = format!("/payments/requests/{theirs}/check");
    let reply = request::get(context, &path, None, TIMEOUT).await?;
    let state = match reply.code.as_str() {
        "0000" => State::Pending,
        "0110" => State::AwaitsConfirmation,
        "0121" => State::Expired,
        "0122" => State::Failed,
        "0123" => return details(context, attempt).await,
        code if is_absent(code) => return details(context, attempt).await,
        _ => return Err(reply.error()),
    };
    Ok(Report {
        theirs: Some(theirs.to_owned()),
        code: (state == State::Failed).then(|| reply.code.clone()),
        ..Report::of(state)
    })
}

/// Asks for the payment with its refunds.
pub(super) async fn details(
    context: Context<'_>,
    attempt: &AttemptReference,
) -> Result<Report, CallError> {
    let ours = &attempt.ours;
    let query = match attempt.theirs.as_deref() {
        Some(_) => format!("transactionId={}&orderId={ours}", theirs(attempt)?),
        None => format!("orderId={ours}"),
    };
    let reply = request::get(context, "/payments", Some(&query), TIMEOUT).await?;
    if is_absent(&reply.code) {
        return Ok(Report::of(State::Absent));
    }
    let payments: Vec<Payment> = reply.info()?;
    payments
        .iter()
        .find(|payment| payment.is_of(attempt))
        .map_or(Ok(Report::of(State::Absent)), |payment| {
            payment.report(attempt)
        })
}

/// One entry of the details.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Payment {
    transaction_id: Exact,
    #[serde(default)]
    order_id: Option<String>,
    #[serde(default)]
    transaction_date: Option<String>,
    #[serde(default)]
    transaction_type: Option<String>,
    #[serde(default)]
    pay_status: Option<String>,
    #[serde(default)]
    currency: Option<String>,
    #[serde(default)]
    authorization_expire_date: Option<String>,
    #[serde(default)]
    pay_info: Vec<PayInfo>,
    #[serde(default)]
    refund_list: Vec<Refund>,
}

/// What part was paid how.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PayInfo {
    #[serde(default)]
    method: Option<String>,
    amount: Exact,
    #[serde(default)]
    masked_credit_card_number: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Refund {
    refund_amount: Exact,
}

impl Payment {
    /// Refunds are listed as transactions of their own too; an entry of another order is never ours.
    fn is_of(&self, attempt: &AttemptReference) -> bool {
        let refund = self
            .transaction_type
            .as_deref()
            .is_some_and(|kind| kind != "PAYMENT");
        let other_order = self.order_id.as_ref().is_some_and(|id| *id != attempt.ours);
        let other_number = attempt
            .theirs
            .as_ref()
            .is_some_and(|theirs| *theirs != self.transaction_id.0);
        !(refund || other_order || other_number)
    }

    fn report(&self, attempt: &AttemptReference) -> Result<Report, CallError> {
        let separate = self.authorization_expire_date.is_some() || separate(attempt);
        let state = match self.pay_status.as_deref() {
            Some("CAPTURE") => State::Captured,
            Some("AUTHORIZATION") => State::Authorized,
            Some("VOIDED_AUTHORIZATION") => State::Voided,
            Some("EXPIRED_AUTHORIZATION") => State::Expired,
            None if !separate => State::Captured,
            _ => return Err(unreadable("the payment's status cannot be read")),
        };
        let currency = match &self.currency {
            Some(code) => code
                .parse()
                .map_err(|_| unreadable("the payment's currency cannot be read"))?,
            None => Currency::TWD,
        };
        let refunded = self.refund_list.iter().try_fold(0_i64, |sum, refund| {
            let amount = &refund.refund_amount.0;
            let amount = canonical_amount(amount.strip_prefix('-').unwrap_or(amount))?;
            sum.checked_add(amount)
        });
        let refunded = refunded.ok_or_else(|| unreadable("a refund's amount cannot be read"))?;
        Ok(Report {
            amount: Some(Money::new(paid(&self.pay_info)?, currency)),
            refunded: Some(Money::new(refunded, currency)),
            theirs: Some(self.transaction_id.0.clone()),
            method: method(&self.pay_info),
            instrument: instrument(&self.pay_info),
            paid_at: self.transaction_date.as_deref().and_then(instant),
            ..Report::of(state)
        })
    }
}

/// Whether the attempt was started with a capture of its own.
pub(super) fn separate(attempt: &AttemptReference) -> bool {
    attempt
        .extra
        .get(SEPARATE.0)
        .is_some_and(|value| value == SEPARATE.1)
}

/// The sum of what was paid by points, balance and card.
pub(super) fn paid(parts: &[PayInfo]) -> Result<i64, CallError> {
    parts
        .iter()
        .try_fold(0_i64, |sum, part| match part.amount.0.as_str() {
            "0" => Some(sum),
            amount => sum.checked_add(canonical_amount(amount)?),
        })
        .filter(|&sum| sum > 0)
        .ok_or_else(|| unreadable("the paid amount cannot be read"))
}

/// The methods that were used together.
pub(super) fn method(parts: &[PayInfo]) -> Option<String> {
    let methods: Vec<&str> = parts
        .iter()
        .filter_map(|part| part.method.as_deref())
        .collect();
    (!methods.is_empty()).then(|| methods.join("+"))
}

/// The last four digits of the card.
pub(super) fn instrument(parts: &[PayInfo]) -> BTreeMap<String, String> {
    parts
        .iter()
        .find_map(|part| last_four(part.masked_credit_card_number.as_deref()?))
        .into_iter()
        .collect()
}

pub(super) fn instant(text: &str) -> Option<DateTime<Utc>> {
    Some(DateTime::parse_from_rfc3339(text).ok()?.with_timezone(&Utc))
}
