//! `QueryTradeInfo/V5` and `QueryPaymentInfo`.

use axum::response::{IntoResponse as _, Response};
use chrono::TimeDelta;
use http::{
    StatusCode,
    header::{CONTENT_TYPE, HeaderValue},
};

use super::{
    NAME,
    trade::{self, Merchant, Trade, local},
};
use crate::{
    clock::Instant,
    fields::Fields,
    incoming::Call,
    payments::{
        rules::{Field, check_fields, within},
        tamper,
    },
    state::Transaction,
};

const WINDOW: TimeDelta = TimeDelta::minutes(3);
const LOCKED_FOR: TimeDelta = TimeDelta::minutes(30);
/// ECPay says no number; ours is twice the pace that a merchant should keep (200 ms).
const MOST_PER_SECOND: usize = 10;
const PACE: &str = "ecpay.pace";
const FIELDS: &[Field] = &[
    Field("MerchantID", 10, true),
    Field("MerchantTradeNo", 20, true),
    Field("TimeStamp", 10, true),
    Field("CheckMacValue", 64, true),
    Field("PlatformID", 10, false),
];

pub async fn trade(call: Call) -> Response {
    answer(&call, |call, tx, query| {
        let found = trade::find(tx, query.text("MerchantID"), query.text("MerchantTradeNo"));
        let unpaid = call.fault_in(tx, "still_unpaid").is_some();
        found.map_or_else(|| unknown(query), |trade| info(&trade, unpaid))
    })
}

pub async fn issued(call: Call) -> Response {
    answer(&call, |_, tx, query| {
        let found = trade::find(tx, query.text("MerchantID"), query.text("MerchantTradeNo"));
        let issued = found
            .as_ref()
            .and_then(|trade| trade.details.issued.clone());
        match (found, issued) {
            (Some(trade), Some(issued)) => {
                let kind = trade.details.payment_type.clone().unwrap_or_default();
                let code = if kind.starts_with("ATM_") {
                    "2"
                } else {
                    "10100073"
                };
                let mut fields = common(&trade)
                    .with("RtnCode", code)
                    .with("RtnMsg", "Succeeded");
                for (name, value) in issued.fields.iter() {
                    fields.set(name, value);
                }
                fields
            }
            _ => unknown(query),
        }
    })
}

/// Checks pace, code and time stamp, then signs what `found` answers.
fn answer(
    call: &Call,
    found: impl FnOnce(&Call, &mut Transaction<'_>, &Fields) -> Fields,
) -> Response {
    let query = call.incoming.form();
    let now = call.sandbox.clock.now();
    let locked = call.fault("rate_limit").is_some();
    let allowed = call
        .sandbox
        .state
        .change(|tx| keeps_pace(tx, query.text("MerchantID"), now, locked));
    if !allowed {
        return StatusCode::FORBIDDEN.into_response();
    }
    for wrong in check_fields(&query, FIELDS) {
        call.violation("fields", wrong);
    }
    let merchant = |tx: &mut Transaction<'_>| Merchant::find(tx, query.text("MerchantID"));
    let Some(merchant) = call.sandbox.state.change(merchant) else {
        call.violation("merchant", query.text("MerchantID"));
        return form(&refused("10200094", "MerchantID Error"));
    };
    if !merchant.keys().verifies(&query) {
        call.violation("CheckMacValue", "CheckMacValue Error");
        return form(&refused("10200073", "CheckMacValue Error"));
    }
    if !within(now, query.number("TimeStamp"), WINDOW) {
        call.violation("timestamp", query.text("TimeStamp"));
        return form(&refused("10200074", "TimeStamp Error"));
    }
    let mut fields = call.sandbox.state.change(|tx| found(call, tx, &query));
    merchant.keys().sign(&mut fields);
    if call.fault("wrong_check_code").is_some() {
        let code = tamper::flip_last_digit(fields.text("CheckMacValue"));
        fields.set("CheckMacValue", code);
    }
    form(&fields)
}

pub fn form(fields: &Fields) -> Response {
    let mut response = fields.encode().into_response();
    let value = HeaderValue::from_static("text/html; charset=utf-8");
    response.headers_mut().insert(CONTENT_TYPE, value);
    response
}

fn refused(code: &str, message: &str) -> Fields {
    Fields::from([
        ("TradeStatus", code),
        ("RtnCode", code),
        ("RtnMsg", message),
    ])
}

fn unknown(query: &Fields) -> Fields {
    let empty = [
        "StoreID",
        "TradeNo",
        "PaymentDate",
        "PaymentType",
        "TradeDate",
        "ItemName",
    ];
    let mut fields = Fields::from([
        ("MerchantID", query.text("MerchantID")),
        ("MerchantTradeNo", query.text("MerchantTradeNo")),
        ("TradeAmt", "0"),
        ("HandlingCharge", "0"),
        ("PaymentTypeChargeFee", "0"),
        ("TradeStatus", "10200047"),
    ]);
    for name in empty {
        fields.set(name, "");
    }
    fields
}

fn common(trade: &Trade) -> Fields {
    let order = &trade.details.order;
    Fields::from([
        ("MerchantID", trade.merchant.as_str()),
        ("MerchantTradeNo", &trade.reference),
        ("StoreID", order.text("StoreID")),
        ("TradeNo", &trade.transaction),
        ("TradeAmt", &trade.amount.to_string()),
        (
            "PaymentType",
            trade.details.payment_type.as_deref().unwrap_or_default(),
        ),
        ("TradeDate", &local(trade.created)),
        ("CustomField1", order.text("CustomField1")),
        ("CustomField2", order.text("CustomField2")),
        ("CustomField3", order.text("CustomField3")),
        ("CustomField4", order.text("CustomField4")),
    ])
}

fn info(trade: &Trade, still_unpaid: bool) -> Fields {
    let charge = trade.charge.as_ref().filter(|_| !still_unpaid);
    let status = match (charge, &trade.details.failed) {
        (Some(_), _) => "1",
        (None, Some(_)) if !still_unpaid => "10200095",
        _ => "0",
    };
    common(trade)
        .with(
            "PaymentDate",
            charge.map(|charge| local(charge.at)).unwrap_or_default(),
        )
        .with("HandlingCharge", if charge.is_some() { "5" } else { "0" })
        .with(
            "PaymentTypeChargeFee",
            if charge.is_some() { "5" } else { "0" },
        )
        .with("TradeStatus", status)
        .with("ItemName", trade.details.order.text("ItemName"))
}

/// Counts a call; false when the merchant is locked out, or is from now on.
fn keeps_pace(tx: &mut Transaction<'_>, merchant: &str, now: Instant, lock: bool) -> bool {
    let locks = format!("{NAME}.locked_until");
    let locked: Option<Instant> = tx.get(&locks, merchant);
    if locked.is_some_and(|until| now < until) {
        return false;
    }
    let mut recent: Vec<Instant> = tx.get(PACE, merchant).unwrap_or_default();
    recent.retain(|at| now - *at < TimeDelta::seconds(1) && *at <= now);
    recent.push(now);
    let allowed = !lock && recent.len() <= MOST_PER_SECOND;
    if !allowed {
        tx.put(&locks, merchant, &(now + LOCKED_FOR));
    }
    tx.put(PACE, merchant, &recent);
    allowed
}
