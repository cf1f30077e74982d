//! PaymentIntents: create, read, confirm, capture, cancel.

use std::collections::BTreeMap;

use axum::{extract::Path, response::Response};
use serde_json::{Value, json};

use super::{
    NAME,
    api::{Refusal, answer},
    confirm::{self, Card},
    events,
    trade::{Account, Details, Status, Trade, by_reference, of_intent},
    view,
};
use crate::{
    clock::Instant, fields::Fields, incoming::Call, money, sandbox::Sandbox, scheduler::Timer,
    state::Transaction,
};

/// Kind of the timer after which an authorisation lapses.
pub const LAPSE: &str = "lapse";

pub async fn create(call: Call) -> Response {
    answer(&call, |tx, account, form| {
        let now = call.sandbox.clock.now();
        let mut trade = new_trade(tx, account, form, now)?;
        trade.save(tx);
        if form.text("confirm") == "true" {
            confirm_with(&call, tx, &mut trade, form, now)?;
        }
        Ok(shown(&call, &trade, form))
    })
    .await
}

pub async fn read(call: Call, Path(id): Path<String>) -> Response {
    answer(&call, |tx, account, form| {
        let trade = find(tx, account, &id)?;
        Ok(shown(&call, &trade, form))
    })
    .await
}

pub async fn confirm(call: Call, Path(id): Path<String>) -> Response {
    answer(&call, |tx, account, form| {
        let mut trade = find(tx, account, &id)?;
        confirm_with(&call, tx, &mut trade, form, call.sandbox.clock.now())?;
        Ok(shown(&call, &trade, form))
    })
    .await
}

pub async fn capture(call: Call, Path(id): Path<String>) -> Response {
    answer(&call, |tx, account, form| {
        let mut trade = find(tx, account, &id)?;
        if trade.details.status != Status::RequiresCapture {
            return Err(unexpected_state(&trade));
        }
        let amount = form.number("amount_to_capture").unwrap_or(trade.amount);
        if amount < 1 || amount > trade.amount {
            return Err(Refusal::ours(
                "amount",
                "amount_too_large",
                "amount_to_capture",
            ));
        }
        if let Some(charge) = &mut trade.charge {
            charge.captured = true;
            charge.amount = amount;
        }
        trade.details.status = Status::Succeeded;
        trade.save(tx);
        events::emit(
            tx,
            &trade,
            "payment_intent.succeeded",
            call.sandbox.clock.now(),
        );
        Ok(shown(&call, &trade, form))
    })
    .await
}

pub async fn cancel(call: Call, Path(id): Path<String>) -> Response {
    answer(&call, |tx, account, form| {
        let mut trade = find(tx, account, &id)?;
        if matches!(trade.details.status, Status::Succeeded | Status::Canceled) {
            return Err(unexpected_state(&trade));
        }
        let reason = form.get("cancellation_reason").map(str::to_owned);
        let now = call.sandbox.clock.now();
        give_up(tx, &mut trade, reason, now);
        Ok(shown(&call, &trade, form))
    })
    .await
}

/// The intent as the caller wants it: `expand[]=latest_charge` shows the charge.
fn shown(call: &Call, trade: &Trade, form: &Fields) -> Value {
    let expand = form
        .iter()
        .any(|(name, value)| name.starts_with("expand[") && value == "latest_charge");
    view::intent(trade, &call.sandbox.public_url(NAME), expand)
}

pub fn find(tx: &Transaction<'_>, account: &Account, id: &str) -> Result<Trade, Refusal> {
    of_intent(tx, &account.id, id).ok_or_else(|| {
        let message = format!("No such payment_intent: '{id}'");
        Refusal::new(404, "invalid_request_error", "resource_missing", &message)
    })
}

fn unexpected_state(trade: &Trade) -> Refusal {
    let status = json!(trade.details.status);
    let message = format!("This PaymentIntent's status is {status}.");
    Refusal::ours(
        "call in this state",
        "payment_intent_unexpected_state",
        &message,
    )
}

fn new_trade(
    tx: &mut Transaction<'_>,
    account: &Account,
    form: &Fields,
    now: Instant,
) -> Result<Trade, Refusal> {
    let amount = form.number("amount").filter(|amount| *amount >= 1);
    let amount =
        amount.ok_or_else(|| Refusal::ours("amount", "parameter_invalid_integer", "amount"))?;
    let currency = form.text("currency");
    if currency.len() != 3 || currency != currency.to_ascii_lowercase() {
        return Err(Refusal::ours(
            "currency",
            "parameter_invalid_string",
            "currency",
        ));
    }
    if currency == "twd" && amount % 100 != 0 {
        return Err(Refusal::ours(
            "amount",
            "amount_invalid",
            "TWD in whole dollars only",
        ));
    }
    let manual = match form.text("capture_method") {
        "" | "automatic" | "automatic_async" => false,
        "manual" => true,
        other => return Err(Refusal::ours("fields", "parameter_invalid_string", other)),
    };
    let methods = form
        .get("payment_method_types[]")
        .or(form.get("payment_method_types[0]"));
    if methods.is_none() && form.text("automatic_payment_methods[enabled]") != "true" {
        return Err(Refusal::ours(
            "fields",
            "parameter_missing",
            "payment_method_types[]",
        ));
    }
    let metadata = metadata(form);
    let number = tx.next_number("stripe.intent");
    let id = format!("pi_sandbox{number:08}");
    let order = metadata.get("order_id").cloned().filter(|order| {
        !order.is_empty() && money::find::<Value>(tx, NAME, &account.id, order).is_none()
    });
    Ok(Trade {
        system: NAME.to_owned(),
        merchant: account.id.clone(),
        reference: order.unwrap_or_else(|| id.clone()),
        transaction: id.clone(),
        amount,
        currency: currency.to_owned(),
        created: now,
        charge: None,
        refunds: Vec::new(),
        details: Details {
            status: Status::RequiresPaymentMethod,
            client_secret: format!("{id}_secret_{number:016x}"),
            manual_capture: manual,
            metadata,
            return_url: form.text("return_url").to_owned(),
            last_four: String::new(),
            charge_id: String::new(),
            last_error: None,
            cancellation_reason: None,
        },
    })
}

/// The fields `metadata[…]`.
pub fn metadata(form: &Fields) -> BTreeMap<String, String> {
    form.iter()
        .filter_map(|(name, value)| {
            let name = name.strip_prefix("metadata[")?.strip_suffix(']')?;
            Some((name.to_owned(), value.to_owned()))
        })
        .collect()
}

fn confirm_with(
    call: &Call,
    tx: &mut Transaction<'_>,
    trade: &mut Trade,
    form: &Fields,
    now: Instant,
) -> Result<(), Refusal> {
    if trade.details.status != Status::RequiresPaymentMethod {
        return Err(unexpected_state(trade));
    }
    let last_four = Card::of_method(form.text("payment_method"))
        .ok_or_else(|| Refusal::ours("fields", "resource_missing", "No such payment_method"))?;
    if let Some(url) = form.get("return_url") {
        trade.details.return_url = url.to_owned();
    }
    trade.details.last_four = last_four.to_owned();
    let card = card(call, tx, last_four);
    confirm::apply(tx, trade, card, now);
    match &trade.details.last_error {
        None => Ok(()),
        Some(error) => {
            let text = |name: &str| error[name].as_str().unwrap_or_default();
            let refusal = Refusal::new(402, "card_error", text("code"), text("message"));
            let intent = view::intent(trade, &call.sandbox.public_url(NAME), false);
            Err(refusal
                .with("decline_code", error["decline_code"].clone())
                .with("payment_intent", intent))
        }
    }
}

/// The card's behaviour, or what a fault makes of it.
fn card(call: &Call, tx: &mut Transaction<'_>, last_four: &str) -> Card {
    if call.fault_in(tx, "require_action").is_some() {
        return Card::Challenge;
    }
    match call.fault_in(tx, "decline") {
        Some(fault) => Card::Declined {
            code: fault.text("code").unwrap_or("card_declined").to_owned(),
            decline_code: fault
                .text("decline_code")
                .unwrap_or("generic_decline")
                .to_owned(),
        },
        None => Card::by_last_four(last_four),
    }
}

fn give_up(tx: &mut Transaction<'_>, trade: &mut Trade, reason: Option<String>, now: Instant) {
    trade.details.status = Status::Canceled;
    trade.details.cancellation_reason = reason;
    if let Some(charge) = &mut trade.charge {
        charge.voided = true;
    }
    trade.save(tx);
    events::emit(tx, trade, "payment_intent.canceled", now);
}

pub fn arm_lapse(tx: &mut Transaction<'_>, trade: &Trade, due: Instant) {
    Timer {
        due,
        system: NAME.to_owned(),
        kind: LAPSE.to_owned(),
        key: trade.reference.clone(),
    }
    .set(tx);
}

/// An authorisation that nobody captured within seven days.
pub fn lapse(sandbox: &Sandbox, reference: &str) {
    let now = sandbox.clock.now();
    sandbox.state.change(|tx| {
        let trade = by_reference(tx, reference);
        let open = |trade: &Trade| trade.details.status == Status::RequiresCapture;
        if let Some(mut trade) = trade.filter(open) {
            give_up(tx, &mut trade, Some("automatic".to_owned()), now);
        }
    });
}
