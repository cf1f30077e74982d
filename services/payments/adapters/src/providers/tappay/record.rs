//! The record of a payment (TapPay, "Record API"): the only thing that says whether it was paid.

use std::collections::BTreeMap;

use chassis::money::{Currency, Money};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{
    pay::{Capture, bank_transaction_id},
    request::send,
};
use crate::{AttemptReference, CallError, Context, Report, State, codes::unreadable, json::Exact};

/// Looks the payment up by our key. When it is not known whether a capture of its own was asked for,
/// there are two keys that it can have.
pub(super) async fn query(
    context: Context<'_>,
    attempt: &AttemptReference,
) -> Result<Report, CallError> {
    let candidates = match Capture::of(&attempt.extra) {
        Some(capture) => vec![capture],
        None => vec![Capture::Automatic, Capture::Separate],
    };
    for capture in candidates {
        if let Some(report) = find(context, &attempt.ours, capture).await? {
            return Ok(report);
        }
    }
    Ok(Report::of(State::Absent))
}

async fn find(
    context: Context<'_>,
    ours: &str,
    capture: Capture,
) -> Result<Option<Report>, CallError> {
    let key = bank_transaction_id(ours, capture);
    let arguments = arguments(&key);
    let answer = send::<Answer>(context, "query", arguments, &[0, 2]).await?;
    let records = answer.map_err(|refusal| refusal.error())?.trade_records;
    choose(&records, &key, ours)
        .map(|record| record.report(capture))
        .transpose()
}

fn arguments(key: &str) -> Map<String, Value> {
    let mut arguments = Map::new();
    arguments.insert("records_per_page".to_owned(), Value::from(10));
    arguments.insert("page".to_owned(), Value::from(0));
    arguments.insert("filters".to_owned(), json!({ "bank_transaction_id": key }));
    arguments
}

/// The record with our key and number; one that is more than an error first.
fn choose<'a>(records: &'a [Record], key: &str, ours: &str) -> Option<&'a Record> {
    records
        .iter()
        .filter(|record| record.bank_transaction_id == key)
        .filter(|record| {
            record
                .order_number
                .as_deref()
                .is_none_or(|number| number == ours)
        })
        .max_by_key(|record| record.record_status >= 0)
}

#[derive(Debug, Deserialize)]
struct Answer {
    #[serde(default)]
    trade_records: Vec<Record>,
}

/// One payment.
#[derive(Debug, Deserialize)]
pub(super) struct Record {
    rec_trade_id: String,
    bank_transaction_id: String,
    #[serde(default)]
    order_number: Option<String>,
    record_status: i64,
    /// Net of refunds.
    amount: i64,
    #[serde(default)]
    original_amount: Option<i64>,
    #[serde(default, alias = "refunded_amount")]
    refund_amount: Option<i64>,
    #[serde(default)]
    currency: Option<String>,
    #[serde(default)]
    is_captured: Option<bool>,
    #[serde(default)]
    time: Option<i64>,
    #[serde(default)]
    bank_result_code: Option<Exact>,
}

impl Record {
    fn report(&self, capture: Capture) -> Result<Report, CallError> {
        let separate = capture == Capture::Separate;
        let taken = self.is_captured == Some(true) || !separate;
        let state = match self.record_status {
            -1 | 5 => State::Failed,
            0 if taken => State::Captured,
            0 => State::Authorized,
            1 | 2 => State::Captured,
            3 if taken => State::Captured,
            3 => State::Voided,
            4 => State::Pending,
            _ => return Err(unreadable("the record's status cannot be read")),
        };
        let currency: Currency = match self.currency.as_deref() {
            None | Some("") => Currency::TWD,
            Some(code) => code
                .parse()
                .map_err(|_| unreadable("the currency cannot be read"))?,
        };
        let refunded = match (self.refund_amount, self.original_amount) {
            (Some(refunded), _) => refunded,
            (None, Some(original)) => original.saturating_sub(self.amount),
            (None, None) => 0,
        };
        let original = self
            .original_amount
            .unwrap_or(self.amount.saturating_add(refunded));
        if refunded < 0 || self.amount.checked_add(refunded) != Some(original) {
            return Err(unreadable("the record's amounts do not add up"));
        }
        let money = matches!(state, State::Captured | State::Authorized);
        let paid_at = self.time.and_then(chrono::DateTime::from_timestamp_millis);
        Ok(Report {
            state,
            amount: money.then(|| Money::new(original, currency)),
            refunded: money.then(|| Money::new(refunded, currency)),
            theirs: Some(self.rec_trade_id.clone()),
            method: None,
            extra: capture.extra(),
            code: self
                .bank_result_code
                .as_ref()
                .filter(|_| state == State::Failed)
                .map(|code| code.0.clone()),
            instrument: BTreeMap::new(),
            paid_at: paid_at.filter(|_| state == State::Captured),
        })
    }
}
