//! The notice to `backend_notify_url`: JSON without a signature.

use http::Method;
use serde_json::{Value, json};

use super::{
    NAME,
    pay::facts,
    trade::{self, Progress, Trade},
};
use crate::{
    act::Refused,
    delivery::{Delivery, Draft, Message},
    fault::Fault,
    payments::tamper,
    sandbox::Sandbox,
};

const NOTIFY: &str = "notify";

pub fn notice(trade: &Trade) -> Draft {
    let paid = trade.details.progress == Progress::Paid;
    let mut payload = facts(trade);
    payload["status"] = json!(if paid { 0 } else { 10_003 });
    payload["msg"] = json!(if paid { "Success" } else { "Card Error" });
    payload["bank_order_number"] = json!("");
    payload["pay_info"] = json!({ "method": "CREDIT_CARD", "masked_credit_card_number": "" });
    Draft {
        system: NAME.to_owned(),
        kind: NOTIFY.to_owned(),
        merchant: trade.merchant.clone(),
        reference: trade.reference.clone(),
        url: trade.details.backend_notify_url.clone(),
        payload,
    }
}

pub fn draft(sandbox: &Sandbox, reference: &str, kind: &str) -> Result<Draft, Refused> {
    let trade = sandbox
        .state
        .change(|tx| trade::by_reference(tx, reference));
    let trade: Trade = trade.ok_or_else(|| Refused::new(format!("no payment {reference:?}")))?;
    match kind {
        NOTIFY => Ok(notice(&trade)),
        _ => Err(Refused::new(format!("no callback {kind:?}"))),
    }
}

pub fn message(delivery: &Delivery, faults: &[Fault]) -> Message {
    let mut body: Value = delivery.draft.payload.clone();
    // Without a signature there is no before and after.
    tamper::merge(&mut body, faults, "set");
    tamper::merge(&mut body, faults, "alter");
    Message {
        method: Method::POST,
        url: delivery.draft.url.clone(),
        content_type: "application/json",
        headers: Vec::new(),
        body: body.to_string(),
        genuine: true,
    }
}
