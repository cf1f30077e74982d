//! Events: verified over their raw bytes, then read.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::value::RawValue;

use super::{
    intent::{Charge, Intent, REFERENCE, Unreadable},
    sign::{TOLERANCE, verify},
};
use crate::{
    Callback, Credentials, Notice, Rejection, Report, State,
    calls::our_reference,
    json::from_bytes,
    wire::{MAX_CALLBACK_BYTES, excerpt},
};

#[derive(Debug, Deserialize)]
struct Event {
    id: String,
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    livemode: Option<bool>,
    data: Data,
}

#[derive(Debug, Deserialize)]
struct Data {
    object: Box<RawValue>,
}

/// A refund or a dispute: read for whom it concerns, and otherwise asked about.
#[derive(Debug, Deserialize)]
struct Other {
    id: String,
    #[serde(default)]
    status: Option<String>,
    #[serde(default)]
    payment_intent: Option<String>,
    #[serde(default)]
    metadata: Option<BTreeMap<String, String>>,
}

/// What a message is about, and what it says.
struct Content {
    reference: String,
    event: String,
    report: Option<Report>,
}

pub(super) fn parse(
    keys: &[Credentials],
    callback: &Callback,
    now: DateTime<Utc>,
) -> Result<Notice, Rejection> {
    if callback.body.len() > MAX_CALLBACK_BYTES {
        return Err(Rejection::Malformed);
    }
    let header = callback
        .header("stripe-signature")
        .ok_or(Rejection::Signature)?;
    let secrets = keys.iter().map(|keys| keys.get("webhook_secret"));
    verify(secrets, header, &callback.body, now, TOLERANCE)?;
    let event: Event = from_bytes(&callback.body).ok_or(Rejection::Malformed)?;
    let content = content(&event)?;
    Ok(Notice {
        reference: content.reference,
        event: content.event,
        merchant: None,
        theirs: None,
        report: content.report,
        simulated: event.livemode == Some(false),
        asks_for: None,
    })
}

/// Two events may report the same change: the object and its status distinguish, not the event's id.
fn content(event: &Event) -> Result<Content, Rejection> {
    let kind = event.kind.as_str();
    match kind {
        "payment_intent.succeeded"
        | "payment_intent.payment_failed"
        | "payment_intent.amount_capturable_updated"
        | "payment_intent.canceled"
        | "payment_intent.processing"
        | "payment_intent.requires_action" => {
            let intent: Intent = object(event)?;
            // A status of a later version of theirs is asked about.
            let report = match intent.report() {
                Ok(report) => Some(report),
                Err(Unreadable::Status) => None,
                Err(Unreadable::Amount) => return Err(Rejection::Amount),
            };
            Ok(Content {
                reference: reference(intent.reference(), Some(&intent.id)),
                event: excerpt(&format!("{kind}/{}/{}", intent.id, intent.status)),
                report,
            })
        }
        "charge.refunded" => {
            let charge: Charge = object(event)?;
            let money = |units| charge.money(units).ok_or(Rejection::Amount);
            let refunded = money(charge.amount_refunded)?;
            let captured = Some(charge.amount_captured).filter(|&units| units > 0);
            Ok(Content {
                reference: reference(
                    charge.metadata.get(REFERENCE).map(String::as_str),
                    charge.payment_intent.as_deref(),
                ),
                event: excerpt(&format!("{kind}/{}/{}", charge.id, charge.amount_refunded)),
                // What was captured is said by newer versions only; without it the state is asked.
                report: captured.map(money).transpose()?.map(|amount| Report {
                    amount: Some(amount),
                    refunded: Some(refunded),
                    theirs: charge.payment_intent.clone(),
                    ..Report::of(State::Captured)
                }),
            })
        }
        "refund.created"
        | "refund.updated"
        | "refund.failed"
        | "charge.refund.updated"
        | "charge.dispute.created"
        | "charge.dispute.closed" => {
            let other: Other = object(event)?;
            let metadata = other.metadata.unwrap_or_default();
            let status = other.status.unwrap_or_default();
            Ok(Content {
                reference: reference(
                    metadata.get(REFERENCE).map(String::as_str),
                    other.payment_intent.as_deref(),
                ),
                event: excerpt(&format!("{kind}/{}/{status}", other.id)),
                report: None,
            })
        }
        _ => Ok(Content {
            reference: String::new(),
            event: excerpt(&format!("{kind}/{}", event.id)),
            report: None,
        }),
    }
}

/// Our reference, or the intent's number where Stripe does not repeat ours (disputes). Nothing when the
/// message is about neither.
fn reference(ours: Option<&str>, intent: Option<&str>) -> String {
    ours.and_then(our_reference)
        .or_else(|| intent.map(excerpt))
        .unwrap_or_default()
}

fn object<T: DeserializeOwned>(event: &Event) -> Result<T, Rejection> {
    serde_json::from_str(event.data.object.get()).map_err(|_| Rejection::Malformed)
}
