//! The encrypted forms that NewebPay posts: notice, return, issued number.

use http::Method;
use serde_json::{Value, json};

use super::{
    NAME, card,
    cipher::Keys,
    trade::{self, Store, Trade, local},
};
use crate::{
    act::Refused,
    delivery::{Delivery, Draft, Message},
    fault::Fault,
    fields::Fields,
    payments::tamper,
    sandbox::Sandbox,
    state::Transaction,
};

const NOTIFY: &str = "notify";
const OTHER_STORE: &str = "MS100000002";

pub fn notice(trade: &Trade) -> Draft {
    Draft {
        system: NAME.to_owned(),
        kind: NOTIFY.to_owned(),
        merchant: trade.merchant.clone(),
        reference: trade.reference.clone(),
        url: trade.details.order.text("NotifyURL").to_owned(),
        payload: result(trade),
    }
}

pub fn draft(sandbox: &Sandbox, reference: &str, kind: &str) -> Result<Draft, Refused> {
    let trade = sandbox
        .state
        .change(|tx| trade::by_reference(tx, reference));
    let trade = trade.ok_or_else(|| Refused::new(format!("no trade {reference:?}")))?;
    match kind {
        NOTIFY => Ok(notice(&trade)),
        _ => Err(Refused::new(format!("no callback {kind:?}"))),
    }
}

/// The decrypted result of a payment, good or bad.
pub fn result(trade: &Trade) -> Value {
    let mut result = common(trade);
    let paid_at = trade
        .charge
        .as_ref()
        .map_or(trade.created, |charge| charge.at);
    let kind = trade.details.payment_type.as_deref().unwrap_or("CREDIT");
    let more = if card::is_card(trade) {
        result["PaymentType"] = json!("CREDIT");
        json!({
            "RespondCode": "00", "Auth": "930637", "Card6No": "400022", "Card4No": "1111",
            "AuthBank": "KGI", "Inst": 0, "InstFirst": 0, "InstEach": 0, "ECI": "5",
            "TokenUseStatus": 0, "PaymentMethod": kind,
        })
    } else {
        match kind {
            "VACC" => json!({ "PayBankCode": "809", "PayerAccount5Code": "12345" }),
            "CVS" => json!({ "CodeNo": "CVC00000000001", "StoreType": "1", "StoreID": "002611" }),
            "BARCODE" => json!({ "RepayTimes": 1, "PayStore": "SEVEN" }),
            _ => json!({ "ChannelID": kind, "ChannelNo": trade.transaction }),
        }
    };
    result["PayTime"] = json!(local(paid_at));
    extend(&mut result, &more);
    let (status, message) = match &trade.details.failed {
        Some((code, message)) => (code.clone(), message.clone()),
        None => ("SUCCESS".to_owned(), "授權成功".to_owned()),
    };
    json!({ "Status": status, "Message": message, "Result": result })
}

pub fn issued(trade: &Trade) -> Value {
    let mut result = common(trade);
    if let Some(issued) = &trade.details.issued {
        extend(&mut result, &issued.result);
    }
    json!({ "Status": "SUCCESS", "Message": "取號成功", "Result": result })
}

fn common(trade: &Trade) -> Value {
    json!({
        "MerchantID": trade.merchant,
        "Amt": trade.amount,
        "TradeNo": trade.transaction,
        "MerchantOrderNo": trade.reference,
        "PaymentType": trade.details.payment_type,
        "RespondType": "JSON",
        "IP": "203.0.113.7",
        "EscrowBank": "HNCB",
    })
}

fn extend(target: &mut Value, more: &Value) {
    for (name, value) in more.as_object().into_iter().flatten() {
        target[name] = value.clone();
    }
}

/// The form that the customer's browser posts.
pub fn browser_copy(tx: &Transaction<'_>, trade: &Trade, inner: Value) -> Fields {
    let store = Store::find(tx, &trade.merchant);
    store.map_or_else(Fields::default, |store| {
        envelope(&store.keys(), &trade.merchant, &inner)
    })
}

fn envelope(keys: &Keys, merchant: &str, inner: &Value) -> Fields {
    let hex = keys.encrypt(&inner.to_string());
    let status = inner["Status"].as_str().unwrap_or("SUCCESS");
    Fields::from([
        ("Status", status),
        ("MerchantID", merchant),
        ("Version", "2.3"),
        ("TradeInfo", &hex),
        ("TradeSha", &keys.sha(&hex)),
    ])
}

pub fn message(sandbox: &Sandbox, delivery: &Delivery, faults: &[Fault]) -> Message {
    let draft = &delivery.draft;
    let mut inner = draft.payload.clone();
    tamper::merge(&mut inner, faults, "set");
    let foreign_key = tamper::has(faults, "foreign_key");
    let signer = if foreign_key {
        OTHER_STORE
    } else {
        &draft.merchant
    };
    let store = sandbox.state.change(|tx| Store::find(tx, signer));
    let mut fields = store.map_or_else(Fields::default, |store| {
        envelope(&store.keys(), &draft.merchant, &inner)
    });
    let mut genuine = !foreign_key;
    if tamper::set(&mut fields, faults, "alter") {
        genuine = false;
    }
    if tamper::has(faults, "bad_signature") {
        let flipped = tamper::flip_last_digit(fields.text("TradeInfo"));
        fields.set("TradeInfo", flipped);
        genuine = false;
    }
    Message {
        method: Method::POST,
        url: draft.url.clone(),
        content_type: "application/x-www-form-urlencoded",
        headers: Vec::new(),
        body: fields.encode(),
        genuine,
    }
}
