//! Card payments after the authorisation: `DoAction`, `QueryTrade/V2`, the daily closing.

use axum::{
    Json,
    response::{IntoResponse as _, Response},
};
use chrono::{TimeDelta, Timelike as _};
use serde_json::{Value, json};

use super::{
    NAME,
    query::form,
    trade::{self, CardState, Merchant, Trade, local},
};
use crate::{
    clock::{Instant, next_taipei, taipei},
    fields::Fields,
    incoming::Call,
    payments::rules::{Field, check_fields},
    sandbox::Sandbox,
    scheduler::Timer,
    state::Transaction,
};

/// Kind of the timer of the daily closing.
pub const CLOSE: &str = "close";
/// Counter of `gwsr`, and the collection that leads from it to the trade.
pub const NUMBERS: &str = "ecpay.gwsr";
pub const CLOSING_HOUR: u32 = 20;
pub const CLOSING_MINUTE: u32 = 15;
const CLOSING_LASTS_MINUTES: u32 = 15;
const REFUND_WINDOW: TimeDelta = TimeDelta::days(180);
const FIELDS: &[Field] = &[
    Field("MerchantID", 10, true),
    Field("MerchantTradeNo", 20, true),
    Field("TradeNo", 20, true),
    Field("Action", 1, true),
    Field("TotalAmount", 10, true),
    Field("CheckMacValue", 64, true),
    Field("PlatformID", 10, false),
];

/// Why an action is refused, and whether the platform should not have asked.
struct Refusal {
    code: String,
    message: String,
    violation: Option<&'static str>,
}

impl Refusal {
    fn new(message: &str) -> Self {
        Self {
            code: "0".to_owned(),
            message: message.to_owned(),
            violation: None,
        }
    }

    fn forbidden(message: &str, rule: &'static str) -> Self {
        Self {
            violation: Some(rule),
            ..Self::new(message)
        }
    }
}

pub async fn act(call: Call) -> Response {
    let request = call.incoming.form();
    for wrong in check_fields(&request, FIELDS) {
        call.violation("fields", wrong);
    }
    let done = call
        .sandbox
        .state
        .change(|tx| carry_out(&call, tx, &request));
    let (code, message) = match done {
        Ok(()) => ("1".to_owned(), "成功".to_owned()),
        Err(refusal) => {
            if let Some(rule) = refusal.violation {
                let action = request.text("Action");
                call.violation(rule, format!("{action}: {}", refusal.message));
            }
            (refusal.code, refusal.message)
        }
    };
    form(&Fields::from([
        ("MerchantID", request.text("MerchantID")),
        ("MerchantTradeNo", request.text("MerchantTradeNo")),
        ("TradeNo", request.text("TradeNo")),
        ("RtnCode", &code),
        ("RtnMsg", &message),
    ]))
}

fn carry_out(call: &Call, tx: &mut Transaction<'_>, request: &Fields) -> Result<(), Refusal> {
    let now = call.sandbox.clock.now();
    let merchant = Merchant::find(tx, request.text("MerchantID"))
        .filter(|merchant| merchant.keys().verifies(request))
        .ok_or_else(|| Refusal::forbidden("CheckMacValue Error", "CheckMacValue"))?;
    let mut trade = trade::find(
        tx,
        request.text("MerchantID"),
        request.text("MerchantTradeNo"),
    )
    .filter(|trade| trade.transaction == request.text("TradeNo"))
    .ok_or_else(|| Refusal::forbidden("error_nopay", "known trade"))?;
    if closing_now(now) {
        return Err(Refusal::forbidden(
            "error_time",
            "no DoAction from 20:15 to 20:30",
        ));
    }
    if let Some(fault) = call.fault_in(tx, "refuse") {
        return Err(Refusal {
            code: fault.text("code").unwrap_or("0").to_owned(),
            message: fault.text("message").unwrap_or("error").to_owned(),
            violation: None,
        });
    }
    let amount = request.number("TotalAmount").unwrap_or(0);
    let action = request.text("Action").to_owned();
    if action == "R" && call.fault_in(tx, "balance_short").is_some() {
        return Err(Refusal::new("error_balance"));
    }
    step(&mut trade, &action, amount, now)?;
    if action == "R" {
        let id = tx.next_number("ecpay.refund");
        trade.refund(format!("R{id}"), amount, now);
    }
    trade.save(tx);
    // A merchant that closes by itself has its queued captures closed too.
    if action == "C" && merchant.manual_close {
        arm(tx, &trade.reference, now);
    }
    Ok(())
}

/// The table of a card payment's states.
fn step(trade: &mut Trade, action: &str, amount: i64, now: Instant) -> Result<(), Refusal> {
    use CardState::{Authorised, Cancelled, Closed, Closing};
    let left = trade.left();
    let total = trade.amount;
    let instalments = !matches!(trade.details.order.text("CreditInstallment"), "" | "0");
    let charge = trade.charge.as_mut();
    let (Some(charge), Some(card)) = (charge, trade.details.card.as_mut()) else {
        return Err(Refusal::forbidden("error_nopay", "only card payments"));
    };
    match (card.state, action) {
        (Authorised, "N") if amount == total => {
            card.state = Cancelled;
            charge.voided = true;
        }
        (Authorised, "C") if (1..=total).contains(&amount) => {
            card.state = Closing;
            card.closing = amount;
            charge.amount = amount;
        }
        (Closing, "E") if amount == total || amount == card.closing => {
            card.state = Authorised;
        }
        (Closing | Closed, "R") => {
            if amount < 1 || amount > left {
                return Err(Refusal::new("error_amount_R"));
            }
            if instalments && amount != total {
                return Err(Refusal::forbidden(
                    "error_amount_R",
                    "instalments refund in full",
                ));
            }
            if now - charge.at > REFUND_WINDOW {
                return Err(Refusal::new("error_overDate"));
            }
            card.closing -= amount;
        }
        (Authorised | Closing, "N" | "C" | "E") => return Err(Refusal::new("error_amount")),
        (Cancelled | Closed | Authorised, "N" | "C" | "E" | "R") => {
            return Err(Refusal::forbidden("error_status", "action in this state"));
        }
        _ => return Err(Refusal::forbidden("error_action", "action in this state")),
    }
    Ok(())
}

pub async fn query(call: Call) -> Response {
    let request = call.incoming.form();
    let found = call.sandbox.state.change(|tx| {
        let merchant = Merchant::find(tx, request.text("MerchantID"))?;
        let gwsr: u64 = request.text("CreditRefundId").parse().ok()?;
        let reference: String = tx.get(NUMBERS, &gwsr.to_string())?;
        let trade = trade::find(tx, request.text("MerchantID"), &reference)?;
        Some((merchant, trade))
    });
    let Some((merchant, trade)) = found else {
        return Json(json!({ "RtnMsg": "error_nopay", "RtnValue": Value::Null })).into_response();
    };
    if !merchant.keys().verifies(&request) {
        call.violation("CheckMacValue", "CheckMacValue Error");
        return Json(json!({ "RtnMsg": "error", "RtnValue": Value::Null })).into_response();
    }
    let checks = [
        (
            request.text("CreditCheckCode") == merchant.credit_check_code,
            "CreditCheckCode",
        ),
        (
            request.number("CreditAmount") == Some(trade.amount),
            "CreditAmount",
        ),
    ];
    for (_, field) in checks.iter().filter(|(right, _)| !right) {
        call.violation("fields", *field);
    }
    if checks.iter().any(|(right, _)| !right) {
        return Json(json!({ "RtnMsg": "error", "RtnValue": Value::Null })).into_response();
    }
    Json(json!({ "RtnMsg": "", "RtnValue": detail(&trade) })).into_response()
}

fn detail(trade: &Trade) -> Value {
    let Some(card) = &trade.details.card else {
        return Value::Null;
    };
    let closed = matches!(card.state, CardState::Closing | CardState::Closed);
    let at = trade
        .charge
        .as_ref()
        .map_or(trade.created, |charge| charge.at);
    let taken = trade.charge.as_ref().map_or(0, |charge| charge.amount);
    let mut rows = Vec::new();
    if closed {
        rows.push(json!({
            "status": card.state, "amount": taken, "sno": trade.transaction, "datetime": local(at),
        }));
    }
    for refund in &trade.refunds {
        rows.push(json!({
            "status": "已退款", "amount": -refund.amount, "sno": refund.id,
            "datetime": local(refund.at),
        }));
    }
    json!({
        "TradeID": card.gwsr,
        "amount": trade.amount,
        "clsamt": if closed { trade.left() } else { 0 },
        "authtime": local(at),
        "status": card.state,
        "close_data": rows,
    })
}

fn closing_now(now: Instant) -> bool {
    let local = taipei(now);
    local.hour() == CLOSING_HOUR
        && (CLOSING_MINUTE..CLOSING_MINUTE + CLOSING_LASTS_MINUTES).contains(&local.minute())
}

fn arm(tx: &mut Transaction<'_>, reference: &str, now: Instant) {
    Timer {
        due: next_taipei(now, CLOSING_HOUR, CLOSING_MINUTE),
        system: NAME.to_owned(),
        kind: CLOSE.to_owned(),
        key: reference.to_owned(),
    }
    .set(tx);
}

/// The daily closing of one trade.
pub fn close(sandbox: &Sandbox, reference: &str) {
    sandbox.state.change(|tx| {
        let Some(mut trade) = trade::by_reference(tx, reference) else {
            return;
        };
        let open = |state| matches!(state, CardState::Authorised | CardState::Closing);
        if let (Some(card), Some(charge)) = (&mut trade.details.card, &mut trade.charge)
            && open(card.state)
        {
            card.state = CardState::Closed;
            charge.captured = true;
            trade.save(tx);
        }
    });
}
