//! Confirming an intent with a card: paid, declined, or sent to the bank's page.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::{
    events, intent,
    trade::{Status, Trade},
};
use crate::{clock::Instant, money::Charge, state::Transaction};

/// What a card does.
pub enum Card {
    Good,
    Declined { code: String, decline_code: String },
    Challenge,
}

impl Card {
    /// By the last four digits of Stripe's test cards.
    pub fn by_last_four(last_four: &str) -> Self {
        let declined = |code: &str, decline_code: &str| Self::Declined {
            code: code.to_owned(),
            decline_code: decline_code.to_owned(),
        };
        match last_four {
            "0002" => declined("card_declined", "generic_decline"),
            "9995" => declined("card_declined", "insufficient_funds"),
            "0069" => declined("expired_card", ""),
            "0127" => declined("incorrect_cvc", ""),
            "3220" | "3155" => Self::Challenge,
            _ => Self::Good,
        }
    }

    /// The digits of the card that a test payment method stands for.
    pub fn of_method(payment_method: &str) -> Option<&'static str> {
        Some(match payment_method {
            "pm_card_visa" => "4242",
            "pm_card_visa_chargeDeclined" | "pm_card_chargeDeclined" => "0002",
            "pm_card_chargeDeclinedInsufficientFunds" => "9995",
            "pm_card_chargeDeclinedExpiredCard" => "0069",
            "pm_card_threeDSecure2Required" | "pm_card_authenticationRequired" => "3220",
            _ => return None,
        })
    }
}

/// Applies `card` to an intent that waits for one and plans the events.
pub fn apply(tx: &mut Transaction<'_>, trade: &mut Trade, card: Card, now: Instant) {
    trade.details.last_error = None;
    match card {
        Card::Challenge => {
            trade.details.status = Status::RequiresAction;
            trade.save(tx);
            events::emit(tx, trade, "payment_intent.requires_action", now);
        }
        Card::Declined { code, decline_code } => fail(tx, trade, &code, &decline_code, now),
        Card::Good => take(tx, trade, now),
    }
}

fn take(tx: &mut Transaction<'_>, trade: &mut Trade, now: Instant) {
    trade.details.charge_id = format!("ch_sandbox{:08}", tx.next_number("stripe.charge"));
    if trade.details.manual_capture {
        trade.details.status = Status::RequiresCapture;
        trade.charge = Some(Charge::authorised(trade.amount, now));
        intent::arm_lapse(tx, trade, now + TimeDelta::days(7));
        trade.save(tx);
        events::emit(tx, trade, "payment_intent.amount_capturable_updated", now);
    } else {
        trade.details.status = Status::Succeeded;
        trade.charge = Some(Charge::captured(trade.amount, now));
        trade.save(tx);
        events::emit(tx, trade, "payment_intent.succeeded", now);
    }
}

pub fn fail(
    tx: &mut Transaction<'_>,
    trade: &mut Trade,
    code: &str,
    decline_code: &str,
    now: Instant,
) {
    trade.details.status = Status::RequiresPaymentMethod;
    trade.details.last_error = Some(error(code, decline_code));
    trade.save(tx);
    events::emit(tx, trade, "payment_intent.payment_failed", now);
}

fn error(code: &str, decline_code: &str) -> Value {
    let mut error = json!({
        "type": "card_error", "code": code, "message": "Your card was declined.",
    });
    if !decline_code.is_empty() {
        error["decline_code"] = json!(decline_code);
    }
    error
}
