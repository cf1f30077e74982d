//! `QueryTradeInfo`.

use axum::Json;
use chrono::TimeDelta;
use serde_json::{Value, json};

use super::{
    card,
    trade::{self, Problem, Store, TIME_WINDOW, Trade, local},
};
use crate::{
    clock::Instant,
    incoming::Call,
    payments::{
        rules::{Field, check_fields, within},
        tamper,
    },
    state::Transaction,
};

const FIELDS: &[Field] = &[
    Field("MerchantID", 15, true),
    Field("Version", 5, true),
    Field("RespondType", 6, true),
    Field("CheckValue", 64, true),
    Field("TimeStamp", 50, true),
    Field("MerchantOrderNo", 30, true),
    Field("Amt", 10, true),
    Field("Gateway", 10, false),
];
const UNKNOWN: &str = "newebpay.unknown";
const LOCKED: &str = "newebpay.locked_until";
/// The manual says "a few".
const MOST_UNKNOWN_AN_HOUR: usize = 5;
const LOCKED_FOR: TimeDelta = TimeDelta::hours(4);

pub async fn query(call: Call) -> Json<Value> {
    let result = call.sandbox.state.change(|tx| find(&call, tx));
    let result = result.map_err(|problem| problem.report(&call));
    Json(trade::answer(
        result.map(|info| ("查詢成功".to_owned(), info)),
    ))
}

fn find(call: &Call, tx: &mut Transaction<'_>) -> Result<Value, Problem> {
    let query = call.incoming.form();
    let now = call.sandbox.clock.now();
    let (merchant, reference) = (query.text("MerchantID"), query.text("MerchantOrderNo"));
    if let Some(wrong) = check_fields(&query, FIELDS).into_iter().next() {
        return Err(Problem::new("fields", "TRA10001", &wrong));
    }
    if query.text("Version") != "1.3" {
        return Err(Problem::new("fields", "TRA10009", "Version 錯誤"));
    }
    let store = Store::find(tx, merchant);
    let store = store.ok_or(Problem::new("merchant", "TRA10008", "查無商店"))?;
    let keys = store.keys();
    if keys.check_value(query.text("Amt"), merchant, reference) != query.text("CheckValue") {
        return Err(Problem::new("CheckValue", "TRA10004", "CheckValue 錯誤"));
    }
    if !within(now, query.number("TimeStamp"), TIME_WINDOW) {
        return Err(Problem::new("timestamp", "TRA40014", "TimeStamp 錯誤"));
    }
    let locked: Option<Instant> = tx.get(LOCKED, merchant);
    if locked.is_some_and(|until| now < until) {
        return Err(trade::refusal("TRA10071", "查詢鎖定").into());
    }
    if let Some(refusal) = trade::armed_refusal(call, tx) {
        return Err(refusal.into());
    }
    let found = trade::find(tx, merchant, reference);
    let Some(found) = found.filter(|trade| query.number("Amt") == Some(trade.amount)) else {
        count_unknown(tx, merchant, now);
        return Err(trade::refusal("TRA10021", "查無交易").into());
    };
    let code = keys.check_code(found.amount, merchant, reference, &found.transaction);
    let code = match call.fault_in(tx, "wrong_check_code") {
        Some(_) => tamper::flip_last_digit(&code),
        None => code,
    };
    let paying = call.fault_in(tx, "paying").is_some();
    Ok(info(&found, code, paying))
}

/// Locks the store's queries after too many unknown numbers within an hour.
fn count_unknown(tx: &mut Transaction<'_>, merchant: &str, now: Instant) {
    let mut recent: Vec<Instant> = tx.get(UNKNOWN, merchant).unwrap_or_default();
    recent.retain(|at| now - *at < TimeDelta::hours(1));
    recent.push(now);
    if recent.len() > MOST_UNKNOWN_AN_HOUR {
        tx.put(LOCKED, merchant, &(now + LOCKED_FOR));
    }
    tx.put(UNKNOWN, merchant, &recent);
}

fn info(trade: &Trade, code: String, paying: bool) -> Value {
    let details = &trade.details;
    let back = if trade.refunded() == trade.amount && details.back_status == 3 {
        "6"
    } else {
        "1"
    };
    let status = match (&trade.charge, details.cancelled, &details.failed) {
        (_, true, _) => "3",
        (Some(_), ..) if !paying => back,
        (None, _, Some(_)) => "2",
        _ => "0",
    };
    let card = card::is_card(trade);
    let kind = details.payment_type.as_deref().unwrap_or_default();
    let mut info = json!({
        "MerchantID": trade.merchant,
        "Amt": trade.amount,
        "TradeNo": trade.transaction,
        "MerchantOrderNo": trade.reference,
        "TradeStatus": status,
        "PaymentType": if card { "CREDIT" } else { kind },
        "CreateTime": local(trade.created),
        "PayTime": trade.charge.as_ref().map(|charge| local(charge.at)),
        "CheckCode": code,
        "FundTime": "0000-00-00",
    });
    if trade.paid() && (card || card::is_wallet(kind)) {
        info["CloseAmt"] = json!(details.close_amount);
        info["CloseStatus"] = json!(details.close_status.to_string());
        info["BackStatus"] = json!(details.back_status.to_string());
        if kind != "LINEPAY" {
            info["BackBalance"] = json!(trade.left());
        }
    }
    if card {
        info["RespondCode"] = json!("00");
        info["Auth"] = json!("930637");
        info["PaymentMethod"] = json!(kind);
    } else {
        info["OrderStatus"] = json!(if paying { "9" } else { status });
    }
    info
}
