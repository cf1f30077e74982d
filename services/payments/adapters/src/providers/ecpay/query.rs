//! ECPay AIO, querying an order (查詢訂單), and how its servers are called.

use std::collections::BTreeMap;

use http::Method;
use url::Url;

use super::{LOCKED, TIMEOUT, callback, check_mac_value, codes};
use crate::{
    AttemptReference, CallError, Context, Report, State,
    wire::{canonical_amount, parse_form},
};

/// An address of theirs.
pub(super) fn url(context: Context<'_>, path: &str) -> Result<Url, CallError> {
    context
        .endpoints
        .api
        .join(path)
        .map_err(|_| CallError::unsendable())
}

/// Signs `fields`, posts them and returns the body of the answer.
pub(super) async fn post(
    context: Context<'_>,
    path: &str,
    mut fields: Vec<(&'static str, String)>,
) -> Result<bytes::Bytes, CallError> {
    fields.insert(
        0,
        (
            "MerchantID",
            context.credentials.get("MerchantID").to_owned(),
        ),
    );
    let platform = context.credentials.get("PlatformID");
    if !platform.is_empty() {
        fields.push(("PlatformID", platform.to_owned()));
    }
    let signature = check_mac_value::sign_with(
        fields.iter().map(|(name, value)| (*name, value.as_str())),
        context.credentials,
    );
    fields.push((check_mac_value::NAME, signature));
    let request = context
        .http
        .request(Method::POST, url(context, path)?)
        .form(&fields);
    let response = context.http.send(request, TIMEOUT).await?;
    match codes::http_error(response.status, LOCKED) {
        Some(error) => Err(error),
        None => Ok(response.body),
    }
}

/// The error that an answer is when it is no signed answer: `code|text`, or pairs with a code.
pub(super) fn unsigned_error(body: &[u8]) -> CallError {
    let text = String::from_utf8_lossy(body);
    if let Some((code, message)) = text.trim().split_once('|') {
        return codes::call_error(code, message);
    }
    let fields = parse_form(body).unwrap_or_default();
    let get = |name: &str| fields.get(name).map(String::as_str);
    match get("RtnCode").or_else(|| get("TradeStatus")) {
        Some(code) => codes::call_error(code, get("RtnMsg").unwrap_or_default()),
        None => CallError::Unknown("an answer that is not ECPay's".to_owned()),
    }
}

/// Asks how an attempt stands.
pub(super) async fn trade(
    context: Context<'_>,
    attempt: &AttemptReference,
) -> Result<Report, CallError> {
    let fields = vec![
        ("MerchantTradeNo", attempt.ours.clone()),
        ("TimeStamp", context.now.timestamp().to_string()),
    ];
    let body = post(context, "/Cashier/QueryTradeInfo/V5", fields).await?;
    read(context, attempt, &body)
}

fn read(
    context: Context<'_>,
    attempt: &AttemptReference,
    body: &[u8],
) -> Result<Report, CallError> {
    let unknown = |what: &str| CallError::Unknown(format!("query: {what}"));
    let Ok(fields) = parse_form(body) else {
        return Err(unsigned_error(body));
    };
    if !fields.contains_key(check_mac_value::NAME) {
        return Err(unsigned_error(body));
    }
    if !callback::verify(&fields, context.credentials) {
        return Err(unknown("the signature is wrong"));
    }
    let status = fields.get("TradeStatus").map_or("", String::as_str);
    let state = codes::query_state(status).ok_or_else(|| codes::call_error(status, ""))?;
    if state == State::Absent {
        return Ok(Report::of(state));
    }
    if !names(&fields, context, attempt) {
        return Err(unknown("it names another trade"));
    }
    let amount = match fields.get("TradeAmt").map(String::as_str) {
        Some(text) => canonical_amount(text),
        None => None,
    };
    if state == State::Captured && amount.is_none() {
        return Err(unknown("the amount is not canonical"));
    }
    Ok(callback::report(&fields, state, amount, status))
}

fn names(
    fields: &BTreeMap<String, String>,
    context: Context<'_>,
    attempt: &AttemptReference,
) -> bool {
    fields.get("MerchantTradeNo") == Some(&attempt.ours)
        && fields.get("MerchantID").map(String::as_str)
            == Some(context.credentials.get("MerchantID"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::providers::ecpay::tests::{account, attempt, signed_with, with_context};

    fn answer(body: &str) -> Result<Report, CallError> {
        with_context(&account(), |context| {
            read(context, &attempt().reference, body.as_bytes())
        })
    }

    fn signed(status: &str, amount: &str) -> String {
        signed_with(
            &account(),
            &[
                ("MerchantID", "3002607"),
                ("MerchantTradeNo", "YZM20260115A00001P01"),
                ("TradeNo", "2601151200000001"),
                ("TradeAmt", amount),
                ("PaymentType", "Credit_CreditCard"),
                ("HandlingCharge", "4.95"),
                ("TradeStatus", status),
            ],
        )
    }

    #[test]
    fn the_answer_says_how_the_attempt_stands() {
        for (status, state) in [
            ("0", State::Pending),
            ("1", State::Captured),
            ("10200095", State::Failed),
            ("10200047", State::Absent),
        ] {
            assert_eq!(answer(&signed(status, "165")).unwrap().state, state);
        }
        assert!(matches!(
            answer(&signed("10200073", "165")),
            Err(CallError::Configuration { .. })
        ));
    }

    #[test]
    fn an_answer_that_cannot_be_believed_leaves_the_outcome_unknown() {
        let genuine = signed("1", "165");
        for body in [
            String::new(),
            "<html>busy</html>".to_owned(),
            genuine.replace("TradeAmt=165", "TradeAmt=1"),
            genuine.replace("00001P01", "00002P01"),
            genuine.split("&CheckMacValue").next().unwrap().to_owned(),
            signed("1", "165.00"),
            signed("7", "165"),
            signed_with(
                &account(),
                &[
                    ("MerchantID", "3002607"),
                    ("MerchantTradeNo", "AnotherTrade"),
                    ("TradeAmt", "165"),
                    ("TradeStatus", "1"),
                ],
            ),
        ] {
            let read = answer(&body);
            assert!(
                matches!(read, Err(CallError::Unknown(_))),
                "{body}: {read:?}"
            );
        }
    }
}
