//! The browser's return (`confirmUrl`): it names the payment and proves nothing.

use crate::{Callback, Notice, Rejection, calls::our_reference, wire::parse_form};

pub(super) fn parse(callback: &Callback) -> Result<Notice, Rejection> {
    let fields = parse_form(callback.query.as_bytes())?;
    let reference = fields
        .get("orderId")
        .and_then(|order| our_reference(order))
        .ok_or(Rejection::Malformed)?;
    let transaction = fields
        .get("transactionId")
        .filter(|id| (1..=20).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_digit()))
        .ok_or(Rejection::Malformed)?;
    Ok(Notice {
        reference,
        event: format!("return/{transaction}"),
        merchant: None,
        theirs: Some(transaction.clone()),
        report: None,
        simulated: false,
        asks_for: None,
    })
}
