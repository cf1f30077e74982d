//! Notify and the browser's return. Neither is signed: they name a payment and prove nothing.

use serde::Deserialize;

use crate::{
    Callback, Notice, Rejection,
    calls::{is_token, our_reference},
    json::{Exact, from_bytes},
    wire::{MAX_CALLBACK_BYTES, parse_form},
};

#[derive(Debug, Deserialize)]
struct Notify {
    rec_trade_id: String,
    order_number: String,
    status: Exact,
}

pub(super) fn parse(callback: &Callback) -> Result<Notice, Rejection> {
    if callback.body.len() > MAX_CALLBACK_BYTES {
        return Err(Rejection::Malformed);
    }
    let (kind, notify) = if callback.body.is_empty() {
        let mut fields = parse_form(callback.query.as_bytes())?;
        let mut take = |name: &str| fields.remove(name).ok_or(Rejection::Malformed);
        let notify = Notify {
            rec_trade_id: take("rec_trade_id")?,
            order_number: take("order_number")?,
            status: Exact(take("status").unwrap_or_default()),
        };
        ("return", notify)
    } else {
        let notify = from_bytes(&callback.body).ok_or(Rejection::Malformed)?;
        ("notify", notify)
    };
    let reference = our_reference(&notify.order_number).ok_or(Rejection::Malformed)?;
    let status = &notify.status.0;
    if !is_token(&notify.rec_trade_id, 64) || !(status.is_empty() || is_token(status, 10)) {
        return Err(Rejection::Malformed);
    }
    Ok(Notice {
        reference,
        event: format!("{kind}/{}/{status}", notify.rec_trade_id),
        merchant: None,
        theirs: Some(notify.rec_trade_id),
        report: None,
        simulated: false,
        asks_for: None,
    })
}
