//! Request, confirm, capture and void.

use axum::{Json, extract::Path};
use serde_json::{Value, json};

use super::{
    NAME,
    trade::{
        AUTHORISATION_LASTS, Details, Merchant, Progress, Refusal, Trade, answer, lapsed, number,
        of_transaction, utc,
    },
};
use crate::{
    clock::Instant,
    incoming::Call,
    money::{self, Charge},
    state::Transaction,
};

/// Transaction ids have 19 digits and lie above 2^53.
const FIRST_TRANSACTION: u64 = 2_026_011_500_000_000_000;

pub async fn request(call: Call) -> Json<Value> {
    answer(&call, |tx, channel, merchant| {
        let body = body(&call)?;
        check(&body, merchant)?;
        let reference = body["orderId"].as_str().unwrap_or_default().to_owned();
        if money::find::<Value>(tx, NAME, channel, &reference).is_some() {
            let message = "A record of transaction with the same order number already exists.";
            return Err(Refusal::ours("1172", "unique reference", message));
        }
        if call.fault_in(tx, "duplicate_reference").is_some() {
            return Err(Refusal::new("1172", "orderId already used"));
        }
        let id = FIRST_TRANSACTION + tx.next_number("linepay.transaction") * 7_919;
        let trade = Trade {
            system: NAME.to_owned(),
            merchant: channel.to_owned(),
            reference,
            transaction: id.to_string(),
            amount: body["amount"].as_i64().unwrap_or_default(),
            currency: body["currency"].as_str().unwrap_or_default().to_owned(),
            created: call.sandbox.clock.now(),
            charge: None,
            refunds: Vec::new(),
            details: Details {
                request: body,
                progress: Progress::Reserved,
                confirming: false,
                checked_at: None,
            },
        };
        trade.save(tx);
        let base = call.sandbox.public_url(NAME);
        Ok(json!({
            "paymentUrl": {
                "web": format!("{base}/sandbox/pay/{id}"),
                "app": format!("line://pay/payment/{id}"),
            },
            "transactionId": number(&trade),
            "paymentAccessToken": format!("{:012}", id % 1_000_000_000_000),
        }))
    })
}

pub fn body(call: &Call) -> Result<Value, Refusal> {
    let body = serde_json::from_slice(&call.incoming.body);
    body.map_err(|_| Refusal::ours("2102", "JSON", "JSON data format error."))
}

fn check(body: &Value, merchant: &Merchant) -> Result<(), Refusal> {
    let parameter = |detail: &str| Err(Refusal::ours("2101", "fields", detail));
    let text = |value: &Value, longest: usize| {
        let length = value.as_str().map_or(0, |text| text.chars().count());
        (1..=longest).contains(&length)
    };
    if !text(&body["orderId"], 100) {
        return parameter("orderId");
    }
    if body["currency"] != "TWD" {
        return Err(Refusal::ours("1178", "currency", "unsupported currency"));
    }
    let urls = &body["redirectUrls"];
    if !text(&urls["confirmUrl"], 500) || !text(&urls["cancelUrl"], 500) {
        return parameter("redirectUrls");
    }
    let packages = body["packages"]
        .as_array()
        .map(Vec::as_slice)
        .unwrap_or_default();
    let whole = |value: &Value| value.as_i64();
    let mut total = whole(&body["options"]["shipping"]["feeAmount"]).unwrap_or(0);
    for package in packages {
        let products = package["products"]
            .as_array()
            .map(Vec::as_slice)
            .unwrap_or_default();
        let complete = products.iter().all(|product| text(&product["name"], 4_000));
        if products.is_empty() || !complete || !text(&package["id"], 50) {
            return parameter("packages");
        }
        let sum: Option<i64> = products
            .iter()
            .map(|product| Some(whole(&product["quantity"])? * whole(&product["price"])?))
            .sum();
        let amount = whole(&package["amount"]);
        if amount.is_none() || amount != sum {
            return Err(Refusal::ours("1124", "sum of amounts", "packages.amount"));
        }
        total += amount.unwrap_or(0) + whole(&package["userFee"]).unwrap_or(0);
    }
    if packages.is_empty() || whole(&body["amount"]) != Some(total) || total < 1 {
        return Err(Refusal::ours("1124", "sum of amounts", "amount"));
    }
    if separate_capture(body) && !merchant.separate_capture {
        return Err(Refusal::new("1105", "separate capture is not contracted"));
    }
    Ok(())
}

fn separate_capture(body: &Value) -> bool {
    body["options"]["payment"]["capture"] == false
}

pub async fn confirm(call: Call, Path(transaction): Path<String>) -> Json<Value> {
    let slow = call.fault("slow_confirm");
    if let Some(fault) = &slow {
        begin(&call, &transaction);
        fault.wait(&call.sandbox.clock).await;
    }
    let now = call.sandbox.clock.now();
    answer(&call, |tx, channel, _| {
        let mut trade = of_transaction(tx, channel, &transaction)?;
        let body = body(&call)?;
        if trade.details.confirming && slow.is_none() {
            return Err(Refusal::new(
                "1198",
                "API call request has been duplicated.",
            ));
        }
        trade.details.confirming = false;
        match trade.details.progress {
            Progress::Confirmed => {
                return Err(Refusal::new("1152", "Transaction has already been made."));
            }
            _ if lapsed(&trade, now) => return Err(Refusal::new("1180", "Payment expired.")),
            Progress::Authenticated => {}
            _ => {
                let message = "the customer has not authenticated";
                return Err(Refusal::ours(
                    "1169",
                    "confirm before authentication",
                    message,
                ));
            }
        }
        same_amount(&body, &trade)?;
        trade.details.progress = Progress::Confirmed;
        let authorised = separate_capture(&trade.details.request);
        trade.charge = Some(if authorised {
            Charge::authorised(trade.amount, now)
        } else {
            Charge::captured(trade.amount, now)
        });
        trade.save(tx);
        Ok(confirmed(&trade, now, authorised))
    })
}

/// Marks a confirm call as under way.
fn begin(call: &Call, transaction: &str) {
    call.sandbox.state.change(|tx| {
        if let Some(mut trade) = money::by_transaction::<Details>(tx, NAME, transaction) {
            trade.details.confirming = true;
            trade.save(tx);
        }
    });
}

fn same_amount(body: &Value, trade: &Trade) -> Result<(), Refusal> {
    if body["amount"].as_i64() == Some(trade.amount) && body["currency"] == "TWD" {
        return Ok(());
    }
    Err(Refusal::ours(
        "1153",
        "amount",
        "Payment amount/currency mismatch.",
    ))
}

fn confirmed(trade: &Trade, now: Instant, authorised: bool) -> Value {
    let mut info = json!({
        "transactionId": number(trade),
        "orderId": trade.reference,
        "payInfo": [{ "method": "CREDIT_CARD", "amount": trade.amount,
            "maskedCreditCardNumber": "************1111" }],
    });
    if authorised {
        info["authorizationExpireDate"] = json!(utc(now + AUTHORISATION_LASTS));
    }
    info
}

pub async fn capture(call: Call, Path(transaction): Path<String>) -> Json<Value> {
    let now = call.sandbox.clock.now();
    answer(&call, |tx, channel, _| {
        let mut trade = of_transaction(tx, channel, &transaction)?;
        let body = body(&call)?;
        let amount = body["amount"].as_i64().unwrap_or(0);
        let authorised = trade.amount;
        let charge = open_authorisation(&mut trade, now)?;
        if amount < 1 || amount > authorised || body["currency"] != "TWD" {
            return Err(Refusal::ours(
                "1184",
                "amount",
                "above the authorised amount",
            ));
        }
        charge.amount = amount;
        charge.captured = true;
        trade.save(tx);
        Ok(confirmed(&trade, now, false))
    })
}

pub async fn void(call: Call, Path(transaction): Path<String>) -> Json<Value> {
    let now = call.sandbox.clock.now();
    answer(&call, |tx: &mut Transaction<'_>, channel, _| {
        let mut trade = of_transaction(tx, channel, &transaction)?;
        open_authorisation(&mut trade, now)?.voided = true;
        trade.save(tx);
        Ok(json!({}))
    })
}

/// The charge, when it is authorised and neither captured, given up nor lapsed.
fn open_authorisation(trade: &mut Trade, now: Instant) -> Result<&mut Charge, Refusal> {
    let charge = trade
        .charge
        .as_mut()
        .ok_or_else(|| Refusal::new("1150", "no transaction"))?;
    if charge.captured || charge.voided || now - charge.at > AUTHORISATION_LASTS {
        return Err(Refusal::ours(
            "1179",
            "call in this state",
            "status does not allow",
        ));
    }
    Ok(charge)
}
