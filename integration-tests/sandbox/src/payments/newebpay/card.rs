//! Card payments after the authorisation: `Cancel`, `Close`, the nightly batch.

use axum::Json;
use chrono::TimeDelta;
use serde_json::{Value, json};

use super::{
    NAME,
    trade::{self, Problem, Trade, answer, of_post_data, refusal},
};
use crate::{
    clock::{Instant, next_taipei},
    incoming::Call,
    sandbox::Sandbox,
    scheduler::Timer,
    state::Transaction,
};

/// Kinds of timers: what waits is sent to the bank, is done there, is cancelled there.
pub const SEND: &str = "send";
const DONE: &str = "done";
const CANCEL: &str = "cancel";
const BATCH_HOUR: u32 = 21;

const CARDS: &[&str] = &["CREDIT", "APPLEPAY", "ANDROIDPAY", "SAMSUNGPAY", "UNIONPAY"];
const WALLETS: &[&str] = &[
    "LINEPAY",
    "ESUNWALLET",
    "TAIWANPAY",
    "TWQR",
    "EZPWECHAT",
    "EZPALIPAY",
];

pub fn is_card(trade: &Trade) -> bool {
    let kind = trade.details.payment_type.as_deref();
    kind.is_some_and(|kind| CARDS.contains(&kind))
}

pub fn is_wallet(kind: &str) -> bool {
    WALLETS.contains(&kind)
}

pub async fn cancel(call: Call) -> Json<Value> {
    let result = call.sandbox.state.change(|tx| {
        let (data, mut trade) = of_post_data(&call, tx, "1.0")?;
        if let Some(refusal) = trade::armed_refusal(&call, tx) {
            return Err(refusal.into());
        }
        if !is_card(&trade) || trade.details.cancelled || trade.details.close_status != 0 {
            return Err(Problem::new(
                "call in this state",
                "TRA10026",
                "交易狀態不可取消授權",
            ));
        }
        if data.number("Amt") != Some(trade.amount) {
            return Err(Problem::new("amount", "TRA10028", "取消金額不等於授權金額"));
        }
        if call.fault_in(tx, "queued_at_bank").is_some() {
            arm(tx, CANCEL, &trade, call.sandbox.clock.now());
            return Err(refusal("TRA20001", "取消授權已送至銀行").into());
        }
        void(tx, &mut trade);
        Ok(trade)
    });
    finish(&call, result, "放棄授權成功", true)
}

pub async fn close(call: Call) -> Json<Value> {
    let now = call.sandbox.clock.now();
    let result = call.sandbox.state.change(|tx| {
        let (data, mut trade) = of_post_data(&call, tx, "1.1")?;
        if let Some(refusal) = trade::armed_refusal(&call, tx) {
            return Err(refusal.into());
        }
        if !is_card(&trade) || trade.details.cancelled || !trade.paid() {
            return Err(Problem::new(
                "call in this state",
                "TRA10035",
                "交易狀態不允許",
            ));
        }
        let amount = data.number("Amt").unwrap_or(0);
        match (data.text("CloseType"), data.text("Cancel")) {
            ("1", "" | "0") => capture(&mut trade, amount)?,
            ("1", "1") => undo_capture(&mut trade)?,
            ("2", "" | "0") => {
                if call.fault_in(tx, "balance_short").is_some() {
                    return Err(refusal("TRA10050", "商店餘額不足").into());
                }
                let id = tx.next_number("newebpay.refund");
                refund(&mut trade, amount, &format!("R{id}"), now)?;
            }
            ("2", "1") => undo_refund(&mut trade)?,
            _ => return Err(Problem::new("fields", "TRA10003", "CloseType 錯誤")),
        }
        trade.save(tx);
        arm(tx, SEND, &trade, now);
        Ok(trade)
    });
    finish(&call, result, "請退款作業成功", false)
}

fn finish(
    call: &Call,
    result: Result<Trade, Problem>,
    message: &str,
    with_code: bool,
) -> Json<Value> {
    let result = result.map_err(|problem| problem.report(call));
    Json(answer(result.map(|trade| {
        let mut result = json!({
            "MerchantID": trade.merchant,
            "Amt": trade.amount,
            "TradeNo": trade.transaction,
            "MerchantOrderNo": trade.reference,
        });
        let store = |tx: &mut Transaction<'_>| trade::Store::find(tx, &trade.merchant);
        if with_code && let Some(store) = call.sandbox.state.change(store) {
            let keys = store.keys();
            let (merchant, reference) = (&trade.merchant, &trade.reference);
            let code = keys.check_code(trade.amount, merchant, reference, &trade.transaction);
            result["CheckCode"] = json!(code);
        }
        (message.to_owned(), result)
    })))
}

fn void(tx: &mut Transaction<'_>, trade: &mut Trade) {
    trade.details.cancelled = true;
    if let Some(charge) = &mut trade.charge {
        charge.voided = true;
    }
    trade.save(tx);
}

fn capture(trade: &mut Trade, amount: i64) -> Result<(), Problem> {
    if trade.details.close_status != 0 {
        return Err(Problem::new(
            "call in this state",
            "TRA10027",
            "已申請過請款",
        ));
    }
    if amount > trade.amount || (instalments(trade) && amount != trade.amount) {
        return Err(refusal("TRA10028", "請款金額錯誤").into());
    }
    trade.details.close_status = 1;
    trade.details.close_amount = amount;
    if let Some(charge) = &mut trade.charge {
        charge.amount = amount;
    }
    Ok(())
}

fn undo_capture(trade: &mut Trade) -> Result<(), Problem> {
    if trade.details.close_status != 1 {
        return Err(Problem::new(
            "call in this state",
            "TRA10047",
            "請款狀態不可取消",
        ));
    }
    trade.details.close_status = 0;
    trade.details.close_amount = trade.amount;
    if let Some(charge) = &mut trade.charge {
        charge.amount = trade.amount;
    }
    Ok(())
}

fn refund(trade: &mut Trade, amount: i64, id: &str, now: Instant) -> Result<(), Problem> {
    if trade.details.close_status < 2 {
        return Err(Problem::new(
            "call in this state",
            "TRA10035",
            "尚未請款，不可退款",
        ));
    }
    if amount > trade.left() {
        return Err(refusal("TRA10036", "退款金額超過可退金額").into());
    }
    if instalments(trade) && amount != trade.amount {
        return Err(refusal("TRA10039", "分期交易僅能全額退款").into());
    }
    trade.details.back_status = 1;
    trade.refund(id, amount, now);
    Ok(())
}

fn undo_refund(trade: &mut Trade) -> Result<(), Problem> {
    if trade.details.back_status != 1 {
        return Err(Problem::new(
            "call in this state",
            "TRA10048",
            "退款狀態不可取消",
        ));
    }
    trade.refunds.pop();
    trade.details.back_status = 0;
    Ok(())
}

fn instalments(trade: &Trade) -> bool {
    !matches!(trade.details.order.text("InstFlag"), "" | "0")
}

/// Sets the timer of the next nightly batch.
pub fn arm(tx: &mut Transaction<'_>, kind: &str, trade: &Trade, now: Instant) {
    set_timer(tx, kind, trade, next_taipei(now, BATCH_HOUR, 0));
}

fn set_timer(tx: &mut Transaction<'_>, kind: &str, trade: &Trade, due: Instant) {
    Timer {
        due,
        system: NAME.to_owned(),
        kind: kind.to_owned(),
        key: trade.reference.clone(),
    }
    .set(tx);
}

/// The nightly batch: what waits is sent at 21:00 and done an hour later.
pub fn batch(sandbox: &Sandbox, kind: &str, reference: &str) {
    let now = sandbox.clock.now();
    sandbox.state.change(|tx| {
        let Some(mut trade) = trade::by_reference(tx, reference) else {
            return;
        };
        let details = &mut trade.details;
        let step = |status: &mut u8, from: u8| {
            if *status == from {
                *status += 1;
            }
        };
        match kind {
            CANCEL => return void(tx, &mut trade),
            SEND => {
                step(&mut details.close_status, 1);
                step(&mut details.back_status, 1);
                set_timer(tx, DONE, &trade, now + TimeDelta::hours(1));
            }
            _ => {
                step(&mut details.close_status, 2);
                step(&mut details.back_status, 2);
                if details.close_status == 3
                    && let Some(charge) = &mut trade.charge
                {
                    charge.captured = true;
                }
            }
        }
        trade.save(tx);
    });
}
