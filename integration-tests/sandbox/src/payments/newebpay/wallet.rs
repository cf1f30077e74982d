//! `EWallet/refund`.

use axum::Json;
use chrono::TimeDelta;
use serde_json::{Value, json};

use super::{
    card,
    trade::{self, Problem, Store, TIME_WINDOW, Trade, local, refusal},
};
use crate::{
    fields::Fields,
    incoming::Call,
    payments::rules::{Field, check_fields, within},
    state::Transaction,
};

const FIELDS: &[Field] = &[
    Field("UID_", 15, true),
    Field("Version_", 5, true),
    Field("EncryptData_", 20_000, true),
    Field("RespondType_", 6, true),
    Field("HashData_", 64, true),
];
/// Wallet, minutes before the first refund, days of the window, whether only in full.
const RULES: &[(&str, i64, i64, bool)] = &[
    ("ESUNWALLET", 10, 89, false),
    ("TAIWANPAY", 10, 29, true),
    ("LINEPAY", 0, 60, false),
    ("EZPALIPAY", 0, 89, false),
    ("EZPWECHAT", 0, 89, false),
    ("TWQR", 0, 89, false),
];

pub async fn refund(call: Call) -> Json<Value> {
    let form = call.incoming.form();
    let result = call.sandbox.state.change(|tx| carry_out(&call, tx, &form));
    let envelope = |status: &str, message: &str| json!({ "UID": form.text("UID_"), "Version": "1.1", "Status": status, "Message": message });
    match result {
        Ok((store, result)) => {
            let hex = store.keys().encrypt(&result.to_string());
            let mut answer = envelope("1000", "退款成功");
            answer["HashData"] = json!(store.keys().sha(&hex));
            answer["EncryptData"] = json!(hex);
            Json(answer)
        }
        Err(problem) => {
            let (code, message) = problem.report(&call);
            Json(envelope(&code, &message))
        }
    }
}

fn carry_out(
    call: &Call,
    tx: &mut Transaction<'_>,
    form: &Fields,
) -> Result<(Store, Value), Problem> {
    let now = call.sandbox.clock.now();
    if let Some(wrong) = check_fields(form, FIELDS).into_iter().next() {
        return Err(Problem::new("fields", "4101", &wrong));
    }
    let store = Store::find(tx, form.text("UID_"));
    let store = store.ok_or(Problem::new("merchant", "4104", "查無商店"))?;
    let hex = form.text("EncryptData_");
    if store.keys().sha(hex) != form.text("HashData_") {
        return Err(Problem::new("HashData_", "4103", "HashData 錯誤"));
    }
    let data = store.keys().decrypt(hex);
    let data: Option<Value> = data.and_then(|text| serde_json::from_str(&text).ok());
    let data = data.ok_or(Problem::new("EncryptData_", "4104", "資料解密失敗"))?;
    if !within(now, number(&data["TimeStamp"]), TIME_WINDOW) {
        return Err(Problem::new("timestamp", "4105", "TimeStamp 錯誤"));
    }
    let reference = data["MerchantOrderNo"].as_str().unwrap_or_default();
    let trade = trade::find(tx, form.text("UID_"), reference);
    let mut trade = trade.ok_or(Problem::new("known trade", "1103", "查無交易"))?;
    if let Some(refusal) = trade::armed_refusal(call, tx) {
        return Err(refusal.into());
    }
    let amount = number(&data["Amount"]).unwrap_or(0);
    check(&trade, &data, amount, now)?;
    if call.fault_in(tx, "balance_short").is_some() {
        return Err(refusal("1116", "商店餘額不足").into());
    }
    let id = tx.next_number("newebpay.refund");
    trade.refund(format!("R{id}"), amount, now);
    trade.details.back_status = 3;
    trade.save(tx);
    let result = json!({
        "TradeNo": trade.transaction,
        "BankMessage": "退款成功",
        "BankCode": "00",
        "MerchantOrderNo": trade.reference,
        "RefundAmount": amount,
        "RefundDate": local(now),
    });
    Ok((store, result))
}

fn check(
    trade: &Trade,
    data: &Value,
    amount: i64,
    now: crate::clock::Instant,
) -> Result<(), Problem> {
    let kind = trade.details.payment_type.as_deref().unwrap_or_default();
    let rule = RULES.iter().find(|(name, ..)| *name == kind);
    let (Some(charge), Some((_, wait, days, whole))) = (&trade.charge, rule) else {
        let code = if card::is_card(trade) { "1106" } else { "1107" };
        return Err(Problem::new("call in this state", code, "交易狀態不可退款"));
    };
    if data["PaymentType"].as_str() != Some(kind) {
        return Err(Problem::new("fields", "1106", "PaymentType 錯誤"));
    }
    let age = now - charge.at;
    if age < TimeDelta::minutes(*wait) || age > TimeDelta::days(*days) {
        return Err(refusal("1104", "不在可退款期間").into());
    }
    if amount < 1 || amount > trade.left() {
        return Err(refusal("1105", "退款金額錯誤").into());
    }
    if *whole && amount != trade.amount {
        return Err(refusal("1108", "僅能全額退款").into());
    }
    Ok(())
}

/// A number sent as JSON number or text.
fn number(value: &Value) -> Option<i64> {
    match value {
        Value::String(text) => text.parse().ok(),
        other => other.as_i64(),
    }
}
