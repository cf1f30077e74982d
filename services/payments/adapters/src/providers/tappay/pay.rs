//! Paying: TapPay's fields in our page first, then pay-by-prime with what they made. It is called once
//! for an attempt; without an answer the record says what came of it.

use std::collections::BTreeMap;

use chassis::{money::Money, secret::Secret};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

use super::request::send;
use crate::{
    Attempt, CallError, Context, NextStep, Report, Started, State,
    calls::{cut_chars, dollars, is_token, page},
    codes::{invalid, unreadable},
};

const PRODUCTION: &str = "prod.tappaysdk.com";
const MAX_AMOUNT: i64 = 20_000_000;
const MAX_PRIME_BYTES: usize = 71;
const MAX_DETAILS_CHARS: usize = 100;
const MAX_NAME_CHARS: usize = 50;

/// When money is taken after the customer paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Capture {
    /// With the day's batch, without a further call.
    Automatic,
    /// By a call of ours.
    Separate,
}

impl Capture {
    const NAME: &str = "capture";

    /// Its word in [`Report::extra`].
    pub(super) fn extra(self) -> BTreeMap<String, String> {
        let word = match self {
            Self::Automatic => "automatic",
            Self::Separate => "separate",
        };
        BTreeMap::from([(Self::NAME.to_owned(), word.to_owned())])
    }

    /// The one that an attempt was started with, once that is known.
    pub(super) fn of(extra: &BTreeMap<String, String>) -> Option<Self> {
        match extra.get(Self::NAME)?.as_str() {
            "automatic" => Some(Self::Automatic),
            "separate" => Some(Self::Separate),
            _ => None,
        }
    }
}

/// Our key of the payment at TapPay: sixteen letters and digits, which every acquirer takes. That of an
/// attempt with a separate capture differs, so that a record found after an unanswered call says which
/// of the two was asked for.
pub(super) fn bank_transaction_id(ours: &str, capture: Capture) -> String {
    if capture == Capture::Automatic && ours.len() <= 16 {
        return ours.to_owned();
    }
    let suffix = match capture {
        Capture::Automatic => "",
        Capture::Separate => "/separate",
    };
    let digest = Sha256::digest(format!("{ours}{suffix}"));
    hex::encode(&digest[..8]).to_uppercase()
}

/// The card is entered into TapPay's fields.
pub(super) fn fields(context: Context<'_>, attempt: &Attempt) -> Result<Started, CallError> {
    let endpoints = context.endpoints;
    let script = endpoints
        .extra
        .join("/sdk/tpdirect/v5.20.0")
        .map_err(|_| invalid("the script's address cannot be built"))?;
    let app_id = context.credentials.get("app_id");
    let app_id = app_id
        .parse::<u64>()
        .map_or_else(|_| Value::from(app_id), Value::from);
    let live = endpoints.api.host_str() == Some(PRODUCTION);
    Ok(Started {
        next: NextStep::Fields {
            script,
            settings: json!({
                "app_id": app_id,
                "app_key": context.credentials.get("app_key"),
                "server_type": if live { "production" } else { "sandbox" },
            }),
        },
        report: Report {
            extra: capture_of(attempt).extra(),
            ..Report::of(State::Pending)
        },
    })
}

/// Charges the card behind `prime`.
pub(super) async fn by_prime(
    context: Context<'_>,
    attempt: &Attempt,
    prime: &Secret,
) -> Result<Started, CallError> {
    let merchant = context.credentials.get("merchant_id");
    let arguments = arguments(attempt, prime, merchant)?;
    let answer = send::<Paid>(context, "pay-by-prime", arguments, &[0]).await?;
    let paid = answer.map_err(|refusal| {
        if refusal.is_duplicate() {
            CallError::Duplicate
        } else {
            refusal.error()
        }
    })?;
    paid.started(context, attempt)
}

fn capture_of(attempt: &Attempt) -> Capture {
    if attempt.capture_at_once {
        Capture::Automatic
    } else {
        Capture::Separate
    }
}

pub(super) fn arguments(
    attempt: &Attempt,
    prime: &Secret,
    merchant: &str,
) -> Result<Map<String, Value>, CallError> {
    let prime = prime.reveal();
    if prime.is_empty()
        || prime.len() > MAX_PRIME_BYTES
        || !prime.bytes().all(|b| b.is_ascii_graphic())
    {
        return Err(invalid("the prime has another form"));
    }
    let amount = dollars(attempt.amount)?;
    if amount > MAX_AMOUNT {
        return Err(invalid("the amount is above the provider's limit"));
    }
    let ours = &attempt.reference.ours;
    let capture = capture_of(attempt);
    let mut arguments = Map::new();
    let mut put = |name: &str, value: Value| arguments.insert(name.to_owned(), value);
    put("prime", Value::from(prime.as_str()));
    put("merchant_id", Value::from(merchant));
    put("amount", Value::from(amount));
    put("currency", Value::from("TWD"));
    put("details", Value::from(details(attempt)));
    put(
        "cardholder",
        json!({
            "phone_number": attempt.payer.phone,
            "name": cut_chars(&attempt.payer.name, MAX_NAME_CHARS),
            "email": attempt.payer.email,
            "zip_code": "",
            "address": "",
            "national_id": "",
        }),
    );
    put("order_number", Value::from(ours.as_str()));
    put(
        "bank_transaction_id",
        Value::from(bank_transaction_id(ours, capture)),
    );
    put("three_domain_secure", Value::from(true));
    put(
        "result_url",
        json!({
            "frontend_redirect_url": attempt.urls.result.as_str(),
            "backend_notify_url": attempt.urls.notify.as_str(),
        }),
    );
    let delay = match capture {
        Capture::Automatic => 0,
        Capture::Separate => -1,
    };
    put("delay_capture_in_days", Value::from(delay));
    Ok(arguments)
}

/// The items on one line, or the branch when there are none.
fn details(attempt: &Attempt) -> String {
    let items: Vec<String> = attempt
        .items
        .iter()
        .map(|item| format!("{}x{}", item.name, item.quantity))
        .collect();
    let text = match (items.is_empty(), attempt.branch_name.as_str()) {
        (false, _) => items.join(" "),
        (true, "") => attempt.reference.ours.clone(),
        (true, branch) => branch.to_owned(),
    };
    cut_chars(&text, MAX_DETAILS_CHARS)
}

/// The answer of pay-by-prime.
#[derive(Debug, Deserialize)]
struct Paid {
    rec_trade_id: String,
    #[serde(default)]
    order_number: Option<String>,
    #[serde(default)]
    amount: Option<i64>,
    #[serde(default)]
    payment_url: Option<String>,
    #[serde(default)]
    card_info: Option<Card>,
    #[serde(default)]
    transaction_time_millis: Option<i64>,
}

/// What is shown of a card.
#[derive(Debug, Deserialize)]
struct Card {
    #[serde(default)]
    last_four: Option<String>,
}

impl Paid {
    fn started(self, context: Context<'_>, attempt: &Attempt) -> Result<Started, CallError> {
        let ours = &attempt.reference.ours;
        if !is_token(&self.rec_trade_id, 64)
            || self.order_number.is_some_and(|number| number != *ours)
        {
            return Err(unreadable("the answer names another payment"));
        }
        let capture = capture_of(attempt);
        let mut report = Report {
            theirs: Some(self.rec_trade_id),
            extra: capture.extra(),
            ..Report::of(State::Pending)
        };
        // With a page to go to, the payment has only begun.
        if let Some(url) = self.payment_url.filter(|url| !url.is_empty()) {
            let next = NextStep::Redirect {
                url: page(&url)?,
                app: None,
            };
            return Ok(Started { next, report });
        }
        let amount = self
            .amount
            .ok_or_else(|| unreadable("the answer has no amount"))?;
        report.amount = Some(Money::new(amount, attempt.amount.currency()));
        if let Some(digits) = self.card_info.and_then(|card| card.last_four) {
            report.instrument.insert("last_four".to_owned(), digits);
        }
        report.state = match capture {
            Capture::Automatic => State::Captured,
            Capture::Separate => State::Authorized,
        };
        if capture == Capture::Automatic {
            let paid_at = self
                .transaction_time_millis
                .and_then(chrono::DateTime::from_timestamp_millis);
            report.paid_at = Some(paid_at.unwrap_or(context.now));
        }
        Ok(Started {
            next: NextStep::Nothing,
            report,
        })
    }
}
