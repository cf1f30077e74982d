//! Calls to TapPay: JSON, with the partner key in a header and in the body.

use std::time::Duration;

use http::Method;
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Map, Value};
use url::Url;

use super::codes::CODES;
use crate::{
    CallError, Context,
    calls::address,
    codes::{Class, class, invalid, unreadable},
    json::{self, Exact},
};

const TIMEOUT: Duration = Duration::from_secs(30);

/// Calls by name.
const CALLS: &[(&str, &str)] = &[
    ("pay-by-prime", "/tpc/payment/pay-by-prime"),
    ("pay-by-token", "/tpc/payment/pay-by-token"),
    ("refund", "/tpc/transaction/refund"),
    ("refund-cancel", "/tpc/transaction/refund/cancel"),
    ("query", "/tpc/transaction/query"),
    ("cap", "/tpc/transaction/cap"),
    ("cap-cancel", "/tpc/transaction/cap/cancel"),
    ("trade-history", "/tpc/transaction/trade-history"),
    ("bind", "/tpc/card/bind"),
    ("remove", "/tpc/card/remove"),
];

/// A call as it goes out; without `Debug`, as it carries the key.
pub(super) struct Call {
    pub(super) url: Url,
    pub(super) body: Map<String, Value>,
}

/// The call of this name with these arguments; the key is added.
pub(super) fn call(
    base: &Url,
    name: &str,
    key: &str,
    arguments: Map<String, Value>,
) -> Option<Call> {
    let (_, path) = CALLS.iter().find(|(found, _)| *found == name)?;
    let mut body = arguments;
    body.insert("partner_key".to_owned(), Value::from(key));
    Some(Call {
        url: address(base, path, None),
        body,
    })
}

/// What every answer has.
#[derive(Debug, Deserialize)]
struct Status {
    status: i64,
    #[serde(default)]
    msg: Option<String>,
    #[serde(default)]
    bank_result_code: Option<Exact>,
    #[serde(default)]
    bank_result_msg: Option<String>,
}

/// An answer that says no.
#[derive(Debug)]
pub(super) struct Refusal {
    pub(super) status: i64,
    text: String,
}

impl Refusal {
    /// What the status means.
    pub(super) fn class(&self) -> Class {
        class(CODES, &self.status.to_string())
    }

    /// The error that the status stands for.
    pub(super) fn error(&self) -> CallError {
        self.class().error(&self.status.to_string(), &self.text)
    }

    /// Whether our key of the payment is said to be used already. There is no status of its own for it.
    pub(super) fn is_duplicate(&self) -> bool {
        self.text.to_ascii_lowercase().contains("duplicate")
    }

    /// What TapPay and the bank say.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// A readable status that the table does not have.
    pub(super) fn is_unlisted(&self) -> bool {
        let status = u32::try_from(self.status).unwrap_or(u32::MAX);
        !CODES.iter().any(|(range, _)| range.contains(&status))
    }
}

/// Sends a call; a status that is not among `accepted` comes back as a refusal.
pub(super) async fn send<T: DeserializeOwned>(
    context: Context<'_>,
    name: &str,
    arguments: Map<String, Value>,
    accepted: &[i64],
) -> Result<Result<T, Refusal>, CallError> {
    let key = context.credentials.get("partner_key");
    let call = call(&context.endpoints.api, name, key, arguments)
        .ok_or_else(|| invalid("no such call"))?;
    let body =
        serde_json::to_vec(&call.body).map_err(|_| invalid("the request cannot be written"))?;
    let request = context
        .http
        .request(Method::POST, call.url)
        .header("content-type", "application/json")
        .header("x-api-key", key)
        .body(body);
    let response = context.http.send(request, TIMEOUT).await?;
    let status: Status = json::read(&response)?;
    if !accepted.contains(&status.status) {
        let bank_code = status.bank_result_code.map(|code| code.0);
        let parts = [status.msg, bank_code, status.bank_result_msg];
        let parts = parts.into_iter().flatten().filter(|part| !part.is_empty());
        let text = parts.collect::<Vec<_>>().join(" ");
        return Ok(Err(Refusal {
            status: status.status,
            text,
        }));
    }
    if !response.status.is_success() {
        return Err(unreadable("success with an HTTP error"));
    }
    json::read(&response).map(Ok)
}
