//! Pay by prime or by stored card.

use axum::Json;
use chrono::TimeDelta;
use serde_json::{Value, json};

use super::{
    NAME, capture, prime,
    trade::{self, BANK_IDS, Details, Merchant, Progress, Refusal, Trade, answer},
};
use crate::{
    clock::Instant,
    incoming::Call,
    money::{self, Charge},
    sandbox::merchants,
    state::Transaction,
};

const MOST: i64 = 20_000_000;
const DECLINED_CARD: &str = "0002";

pub async fn by_prime(call: Call) -> Json<Value> {
    let now = call.sandbox.clock.now();
    answer(&call, |tx, body| {
        let merchant = check(tx, body, &["prime"])?;
        let prime = body["prime"].as_str().unwrap_or_default();
        if prime.len() > 71 {
            return Err(Refusal::ours(502, "fields", "prime"));
        }
        let cardholder = &body["cardholder"];
        for name in ["phone_number", "name", "email"] {
            if !cardholder[name].is_string() {
                return Err(Refusal::ours(501, "fields", &format!("cardholder.{name}")));
            }
        }
        let bank_id = bank_id(&call, tx, body)?;
        let last_four = prime::spend(tx, prime, now)?;
        pay(&call, tx, body, &merchant, bank_id, last_four)
    })
}

pub async fn by_token(call: Call) -> Json<Value> {
    answer(&call, |tx, body| {
        let merchant = check(tx, body, &["card_key", "card_token"])?;
        let key = body["card_key"].as_str().unwrap_or_default();
        let card: Option<(String, String)> = tx.get(CARDS, key);
        let card = card.filter(|(token, _)| body["card_token"].as_str() == Some(token));
        let (_, last_four) = card.ok_or_else(|| Refusal::new(43, "unknown card"))?;
        let bank_id = bank_id(&call, tx, body)?;
        pay(&call, tx, body, &merchant, bank_id, last_four)
    })
}

const CARDS: &str = "tappay.card";

fn check(tx: &Transaction<'_>, body: &Value, secrets: &[&str]) -> Result<Merchant, Refusal> {
    let missing = |name: &str| Refusal::ours(501, "fields", &format!("Missing arguments : {name}"));
    for name in secrets.iter().chain(&["merchant_id", "details"]) {
        if body[name].as_str().is_none_or(str::is_empty) {
            return Err(missing(name));
        }
    }
    if body["details"]
        .as_str()
        .is_some_and(|text| text.chars().count() > 100)
    {
        return Err(Refusal::ours(502, "fields", "details is longer than 100"));
    }
    let amount = body["amount"].as_i64().ok_or_else(|| missing("amount"))?;
    if !(1..=MOST).contains(&amount) {
        return Err(Refusal::ours(503, "amount", "amount out of range"));
    }
    if !(body["currency"].is_null() || body["currency"] == "TWD") {
        return Err(Refusal::ours(75, "currency", "currency not enabled"));
    }
    let id = body["merchant_id"].as_str().unwrap_or_default();
    let merchant: Option<Merchant> = tx.get(&merchants(NAME), id);
    merchant.ok_or_else(|| Refusal::ours(61, "merchant", "merchant unknown"))
}

/// The unique number of the payment, ours or one made up.
fn bank_id(call: &Call, tx: &mut Transaction<'_>, body: &Value) -> Result<String, Refusal> {
    let Some(id) = body["bank_transaction_id"].as_str() else {
        return Ok(format!("TP{:014}", tx.next_number(BANK_IDS)));
    };
    if id.is_empty() || id.len() > 16 || !id.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Err(Refusal::ours(502, "fields", "bank_transaction_id"));
    }
    let duplicate = Refusal::new(502, "Duplicate bank_transaction_id");
    if call.fault_in(tx, "duplicate_reference").is_some() {
        return Err(duplicate);
    }
    if tx.get::<String>(BANK_IDS, id).is_some() {
        return Err(Refusal {
            rule: Some("unique reference"),
            ..duplicate
        });
    }
    Ok(id.to_owned())
}

fn pay(
    call: &Call,
    tx: &mut Transaction<'_>,
    body: &Value,
    merchant: &Merchant,
    bank_id: String,
    last_four: String,
) -> Result<Value, Refusal> {
    let now = call.sandbox.clock.now();
    let redirect = merchant.wallet
        || body["three_domain_secure"] == true
        || call.fault_in(tx, "redirect").is_some();
    let urls = &body["result_url"];
    if redirect {
        for name in ["frontend_redirect_url", "backend_notify_url"] {
            if urls[name].as_str().is_none_or(str::is_empty) {
                return Err(Refusal::ours(501, "fields", &format!("result_url.{name}")));
            }
        }
    }
    let mut trade = new_trade(tx, body, merchant, bank_id, last_four, now);
    if let Some(fault) = call.fault_in(tx, "record_delay") {
        let seconds = fault.number("seconds").unwrap_or(60);
        trade.details.visible_from = now + TimeDelta::seconds(i64::try_from(seconds).unwrap_or(60));
    }
    let decline = call.fault_in(tx, "decline");
    if decline.is_some() || trade.details.last_four == DECLINED_CARD {
        let text = |name: &str| decline.as_ref().and_then(|fault| fault.text(name));
        let code = text("bank_result_code").unwrap_or("05").to_owned();
        let message = text("bank_result_msg").unwrap_or("Do not honor").to_owned();
        trade.details.progress = Progress::Failed;
        trade.details.bank_result = (code, message);
        trade.save(tx);
        return Err(Refusal {
            more: facts(&trade),
            ..Refusal::new(10_003, "Card Error")
        });
    }
    if !redirect {
        take(tx, &mut trade, now);
    }
    trade.save(tx);
    let mut facts = facts(&trade);
    if redirect {
        let base = call.sandbox.public_url(NAME);
        facts["payment_url"] = json!(format!("{base}/sandbox/pay/{}", trade.transaction));
    }
    if body["remember"] == true {
        let number = tx.next_number(CARDS);
        let (key, token) = (format!("ck_{number:08}"), format!("ct_{number:08}"));
        tx.put(CARDS, &key, &(&token, &trade.details.last_four));
        facts["card_secret"] = json!({ "card_key": key, "card_token": token });
    }
    Ok(facts)
}

fn new_trade(
    tx: &mut Transaction<'_>,
    body: &Value,
    merchant: &Merchant,
    bank_id: String,
    last_four: String,
    now: Instant,
) -> Trade {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let order_number = text(&body["order_number"]);
    let merchant_id = text(&body["merchant_id"]);
    let repeats = money::find::<Value>(tx, NAME, &merchant_id, &order_number).is_some();
    let reference = if order_number.is_empty() || repeats {
        bank_id.clone()
    } else {
        order_number.clone()
    };
    tx.put(BANK_IDS, &bank_id, &reference);
    let number = tx.next_number("tappay.trade");
    Trade {
        system: NAME.to_owned(),
        merchant: merchant_id,
        reference,
        transaction: format!("D{}{number:06}", now.format("%Y%m%d")),
        amount: body["amount"].as_i64().unwrap_or_default(),
        currency: "TWD".to_owned(),
        created: now,
        charge: None,
        refunds: Vec::new(),
        details: Details {
            order_number,
            bank_transaction_id: bank_id,
            frontend_redirect_url: text(&body["result_url"]["frontend_redirect_url"]),
            backend_notify_url: text(&body["result_url"]["backend_notify_url"]),
            details: text(&body["details"]),
            last_four,
            acquirer: merchant.acquirer.clone(),
            delay_capture_in_days: body["delay_capture_in_days"].as_i64().unwrap_or(0),
            progress: Progress::Pending,
            bank_result: (String::new(), String::new()),
            visible_from: now,
            history: Vec::new(),
        },
    }
}

/// Takes the money; captured at once, after some days, or by a later call.
pub fn take(tx: &mut Transaction<'_>, trade: &mut Trade, now: Instant) {
    trade.details.progress = Progress::Paid;
    trade.details.bank_result = ("00".to_owned(), String::new());
    trade.charge = Some(Charge::authorised(trade.amount, now));
    trade.details.note("authorise", trade.amount, now);
    match trade.details.delay_capture_in_days {
        0 => capture::capture(trade, now),
        days @ 1.. => capture::arm(tx, trade, now + TimeDelta::days(days)),
        _ => {}
    }
}

/// What answers and notices say about a payment.
pub fn facts(trade: &Trade) -> Value {
    let details = &trade.details;
    let paid = details.progress == trade::Progress::Paid;
    let (code, message) = &details.bank_result;
    let millis = trade.created.timestamp_millis();
    json!({
        "rec_trade_id": trade.transaction,
        "bank_transaction_id": details.bank_transaction_id,
        "order_number": details.order_number,
        "amount": trade.amount,
        "currency": trade.currency,
        "auth_code": if paid { "930637" } else { "" },
        "acquirer": details.acquirer,
        "card_info": {
            "bin_code": "424242", "last_four": details.last_four, "issuer": "",
            "funding": 0, "type": 1, "level": "", "country": "TAIWAN", "country_code": "TW",
        },
        "transaction_time_millis": millis,
        "bank_transaction_time": {
            "start_time_millis": millis.to_string(), "end_time_millis": millis.to_string(),
        },
        "bank_result_code": code,
        "bank_result_msg": message,
    })
}
