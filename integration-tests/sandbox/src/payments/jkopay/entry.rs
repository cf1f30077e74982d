//! `entry`: makes a payment and its link, or renews the link.

use axum::Json;
use chrono::{NaiveDateTime, TimeDelta};
use serde_json::{Value, json};

use super::{
    NAME,
    digest::body,
    trade::{Details, Refusal, Store, Trade, answer},
};
use crate::{
    clock::{Instant, taipei},
    incoming::Call,
    money,
    sandbox::merchants,
};

const LINK_LASTS: TimeDelta = TimeDelta::minutes(20);

pub async fn entry(call: Call) -> Json<Value> {
    let now = call.sandbox.clock.now();
    let base = call.sandbox.public_url(NAME);
    answer(&call, |tx, store| {
        let body = body(&call)?;
        check(&body)?;
        let id = body["store_id"].as_str().unwrap_or_default();
        let own: Option<Store> = tx.get(&merchants(NAME), id);
        if own.is_none_or(|own| own.api_key != store.api_key) {
            return Err(Refusal::ours("200", "fields", "store_id"));
        }
        let reference = body["platform_order_id"].as_str().unwrap_or_default();
        let link_until = valid_until(&body, now)?;
        let trade = match money::find::<Details>(tx, NAME, id, reference) {
            None => Trade {
                system: NAME.to_owned(),
                merchant: id.to_owned(),
                reference: reference.to_owned(),
                transaction: format!("JK{:010}", tx.next_number("jkopay.trade")),
                amount: body["final_price"].as_i64().unwrap_or_default(),
                currency: "TWD".to_owned(),
                created: now,
                charge: None,
                refunds: Vec::new(),
                details: Details {
                    entry: body,
                    link_until,
                    failed: false,
                    coins: 0,
                    refund_ids: Vec::new(),
                },
            },
            Some(trade) if trade.paid() => return Err(Refusal::new("101", "已付款")),
            Some(mut trade) if without_time(&trade.details.entry) == without_time(&body) => {
                trade.details.link_until = link_until;
                trade
            }
            Some(_) => {
                let message = "the same platform_order_id with other content";
                return Err(Refusal::ours("200", "unique reference", message));
            }
        };
        trade.save(tx);
        let url = format!("{base}/sandbox/pay/{}", trade.transaction);
        Ok(json!({
            "payment_url": url,
            "qr_img": format!("{url}?qr=1"),
            "qr_timeout": link_until.timestamp(),
        }))
    })
}

fn check(body: &Value) -> Result<(), Refusal> {
    let text = |name: &str, longest: usize| {
        let length = body[name].as_str().map_or(0, |text| text.chars().count());
        (1..=longest).contains(&length)
    };
    let price = |name: &str| body[name].as_i64().is_some_and(|price| price > 0);
    let checks = [
        (text("platform_order_id", 60), "platform_order_id"),
        (text("store_id", 36), "store_id"),
        (body["currency"] == "TWD", "currency"),
        (price("total_price"), "total_price"),
        (price("final_price"), "final_price"),
        (
            body["unredeem"].is_null() || body["unredeem"].as_i64().is_some_and(|part| part >= 0),
            "unredeem",
        ),
    ];
    let urls = ["confirm_url", "result_url", "result_display_url"];
    let wrong_url = urls
        .iter()
        .find(|name| !body[**name].is_null() && !text(name, 500));
    let wrong = checks
        .iter()
        .find(|(right, _)| !right)
        .map(|(_, name)| name);
    match wrong.or(wrong_url) {
        Some(name) => Err(Refusal::ours("200", "fields", name)),
        None => Ok(()),
    }
}

/// The link's end: twenty minutes, or `valid_time` when that is earlier.
fn valid_until(body: &Value, now: Instant) -> Result<Instant, Refusal> {
    let latest = now + LINK_LASTS;
    let Some(text) = body["valid_time"].as_str() else {
        return Ok(latest);
    };
    let time = NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S");
    let time = time.map_err(|_| Refusal::ours("200", "fields", "valid_time"))?;
    let time = time.and_local_timezone(*taipei(now).offset()).single();
    Ok(time.map_or(latest, |time| time.to_utc().min(latest)))
}

fn without_time(entry: &Value) -> Value {
    let mut entry = entry.clone();
    if let Some(fields) = entry.as_object_mut() {
        fields.remove("valid_time");
    }
    entry
}
