//! `refund`: repeatable under one `refund_order_id`.

use axum::Json;
use chrono::TimeDelta;
use serde_json::{Value, json};

use super::{
    NAME,
    digest::body,
    result,
    trade::{Refusal, Store, answer, by_reference, local},
};
use crate::{incoming::Call, sandbox::merchants};

const WINDOW: TimeDelta = TimeDelta::days(180);

pub async fn refund(call: Call) -> Json<Value> {
    let now = call.sandbox.clock.now();
    answer(&call, |tx, store| {
        let body = body(&call)?;
        let text = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
        let (reference, id) = (text("platform_order_id"), text("refund_order_id"));
        if id.is_empty() || id.chars().count() > 60 {
            return Err(Refusal::ours("200", "fields", "refund_order_id"));
        }
        let amount = body["refund_amount"].as_i64().filter(|amount| *amount > 0);
        let amount = amount.ok_or_else(|| Refusal::ours("200", "fields", "refund_amount"))?;
        let trade = by_reference(tx, &reference).filter(|trade| {
            let owner: Option<Store> = tx.get(&merchants(NAME), &trade.merchant);
            owner.is_some_and(|owner| owner.api_key == store.api_key)
        });
        let mut trade = trade.ok_or_else(|| Refusal::ours("103", "known trade", "no payment"))?;
        let Some(charge) = trade.charge.clone() else {
            return Err(Refusal::ours("103", "call in this state", "not paid"));
        };
        if let Some(at) = trade
            .details
            .refund_ids
            .iter()
            .position(|(known, _)| *known == id)
        {
            if trade.refunds[at].amount != amount {
                return Err(Refusal::ours(
                    "105",
                    "unique reference",
                    "other refund_amount",
                ));
            }
        } else {
            if now - charge.at > WINDOW {
                return Err(Refusal::new("102", "超過退款期限"));
            }
            if amount > trade.left() {
                return Err(Refusal::new("922", "退款金額超過可退金額"));
            }
            if call.fault_in(tx, "balance_short").is_some() {
                return Err(Refusal::new("113", "商店餘額不足"));
            }
            let number = format!("JKR{:09}", tx.next_number("jkopay.refund"));
            // What was paid from the account goes back first.
            let back: i64 = trade
                .details
                .refund_ids
                .iter()
                .map(|(_, coins)| coins)
                .sum();
            let debit = charge.amount - trade.details.coins - (trade.refunded() - back);
            let coins = amount - amount.min(debit);
            trade.refund(number, amount, now);
            trade.details.refund_ids.push((id.clone(), coins));
            trade.save(tx);
        }
        let at = trade
            .details
            .refund_ids
            .iter()
            .position(|(known, _)| *known == id);
        let (refund, coins) = at
            .map(|at| (&trade.refunds[at], trade.details.refund_ids[at].1))
            .ok_or_else(|| Refusal::new("999", "refund"))?;
        Ok(json!({
            "refund_tradeNo": refund.id,
            "debit_amount": (refund.amount - coins).to_string(),
            "redeem_amount": coins.to_string(),
            "redeem_detail": result::redeem_detail(coins),
            "refund_time": local(refund.at),
        }))
    })
}
