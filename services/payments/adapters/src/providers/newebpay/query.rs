//! NewebPay, querying a transaction (單筆交易查詢), and how its servers are called.

use chassis::money::Money;
use http::Method;
use serde_json::Value;
use url::Url;

use super::{
    TIMEOUT, callback,
    codes::{self, Class},
    crypto::Keys,
    trade::{Trade, TradeStatus},
};
use crate::{
    AttemptReference, CallError, Context, Report, State,
    wire::{json_text, same},
};

/// An address of theirs.
pub(super) fn url(context: Context<'_>, path: &str) -> Result<Url, CallError> {
    context
        .endpoints
        .api
        .join(path)
        .map_err(|_| CallError::unsendable())
}

/// Posts a form and reads the answer as JSON.
pub(super) async fn post(
    context: Context<'_>,
    path: &str,
    fields: &[(&str, &str)],
) -> Result<Value, CallError> {
    let request = context
        .http
        .request(Method::POST, url(context, path)?)
        .form(fields);
    let response = context.http.send(request, TIMEOUT).await?;
    if response.status != http::StatusCode::OK {
        return Err(CallError::Unknown(format!(
            "HTTP {}",
            response.status.as_u16()
        )));
    }
    serde_json::from_slice(&response.body)
        .map_err(|_| CallError::Unknown("an answer that is not JSON".to_owned()))
}

/// `Status` and `Message` of an answer.
pub(super) fn status(answer: &Value) -> Result<(String, String), CallError> {
    let status = json_text(&answer["Status"])
        .ok_or_else(|| CallError::Unknown("an answer without a status".to_owned()))?;
    Ok((status, json_text(&answer["Message"]).unwrap_or_default()))
}

/// Whether `result` names our store and `order` and is signed by its `CheckCode`.
pub(super) fn verify(context: Context<'_>, order: &str, result: &Value) -> Result<(), CallError> {
    let text = |name: &str| json_text(&result[name]).unwrap_or_default();
    let expected = Keys::of(context.credentials).check_code(
        &text("Amt"),
        &text("MerchantID"),
        &text("MerchantOrderNo"),
        &text("TradeNo"),
    );
    if !same(&text("CheckCode").to_ascii_uppercase(), &expected) {
        Err(CallError::Unknown("the check code is wrong".to_owned()))
    } else if text("MerchantOrderNo") != order
        || text("MerchantID") != context.credentials.get("MerchantID")
    {
        Err(CallError::Unknown(
            "the answer names another trade".to_owned(),
        ))
    } else {
        Ok(())
    }
}

/// The verified `Result` of a query; `None` when NewebPay does not know the order.
pub(super) async fn ask(
    context: Context<'_>,
    attempt: &AttemptReference,
    amount: Money,
) -> Result<Option<Value>, CallError> {
    let merchant = context.credentials.get("MerchantID");
    let amount = amount.amount().to_string();
    let timestamp = context.now.timestamp().to_string();
    let check_value = Keys::of(context.credentials).check_value(&amount, merchant, &attempt.ours);
    let mut fields = vec![
        ("MerchantID", merchant),
        ("Version", "1.3"),
        ("RespondType", "JSON"),
        ("CheckValue", &check_value),
        ("TimeStamp", &timestamp),
        ("MerchantOrderNo", &attempt.ours),
        ("Amt", &amount),
    ];
    if merchant.starts_with("MS5") {
        fields.push(("Gateway", "Composite"));
    }
    let mut answer = post(context, "/API/QueryTradeInfo", &fields).await?;
    let (code, text) = status(&answer)?;
    if code != "SUCCESS" {
        return match codes::class(&code) {
            Some(Class::Absent) => Ok(None),
            _ => Err(codes::call_error(&code, &text)),
        };
    }
    let result = answer["Result"].take();
    verify(context, &attempt.ours, &result)?;
    Ok(Some(result))
}

/// Asks how an attempt stands.
pub(super) async fn report(
    context: Context<'_>,
    attempt: &AttemptReference,
    amount: Money,
) -> Result<Report, CallError> {
    let Some(result) = ask(context, attempt, amount).await? else {
        return Ok(Report::of(State::Absent));
    };
    let trade = Trade::read(&result)?;
    let state = match trade.status {
        TradeStatus::Unpaid => State::Pending,
        TradeStatus::Paid | TradeStatus::Refunded => State::Captured,
        TradeStatus::Failed => State::Failed,
        TradeStatus::Cancelled => State::Voided,
    };
    let refunded = (state == State::Captured)
        .then(|| trade.refunded())
        .flatten();
    Ok(Report {
        refunded: refunded.map(|refunded| Money::new(refunded, amount.currency())),
        ..callback::report(&result, state, Some(trade.amount), "")
    })
}
