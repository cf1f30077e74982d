//! The signed forms that ECPay posts: result, issued number, and the browser's copy.

use chrono::TimeDelta;
use http::Method;
use serde_json::Value;

use super::{
    NAME,
    check_code::Keys,
    trade::{self, Merchant, Trade, local},
};
use crate::{
    act::Refused,
    delivery::{Acknowledgement, Answer, Delivery, Draft, Message},
    fault::Fault,
    fields::Fields,
    payments::tamper,
    sandbox::Sandbox,
    state::Transaction,
};

const RESULT: &str = "result";
const ISSUED: &str = "issued";
const ACKNOWLEDGED: &str = "1|OK";
const FIRST_MESSAGE: &str = "交易成功";
const EXTRA_EMPTY: &[&str] = &[
    "PeriodType",
    "Frequency",
    "ExecTimes",
    "PeriodAmount",
    "TotalSuccessTimes",
    "TotalSuccessAmount",
    "ATMAccBank",
    "ATMAccNo",
    "WebATMBankName",
    "WebATMAccBank",
    "WebATMAccNo",
    "PaymentNo",
    "PayFrom",
    "TenpayTradeNo",
];

pub fn paid(trade: &Trade) -> Draft {
    draft_of(
        trade,
        RESULT,
        "ReturnURL",
        result(trade, "1", FIRST_MESSAGE),
    )
}

pub fn failed(trade: &Trade) -> Draft {
    draft_of(trade, RESULT, "ReturnURL", failure(trade))
}

pub fn issued(trade: &Trade) -> Draft {
    draft_of(trade, ISSUED, "PaymentInfoURL", issue(trade))
}

/// The copy that the customer's browser posts, signed.
pub fn browser_copy(tx: &Transaction<'_>, trade: &Trade) -> Fields {
    let mut fields = match trade.details.failed {
        Some(_) => failure(trade),
        None => result(trade, "1", "Succeeded"),
    };
    if let Some(merchant) = Merchant::find(tx, &trade.merchant) {
        merchant.keys().sign(&mut fields);
    }
    fields
}

pub fn draft(sandbox: &Sandbox, reference: &str, kind: &str) -> Result<Draft, Refused> {
    sandbox.state.change(|tx| {
        let trade = trade::by_reference(tx, reference)
            .ok_or_else(|| Refused::new(format!("no trade {reference:?}")))?;
        match kind {
            RESULT if trade.details.failed.is_some() => Ok(failed(&trade)),
            RESULT => Ok(paid(&trade)),
            ISSUED if trade.details.issued.is_some() => Ok(issued(&trade)),
            _ => Err(Refused::new(format!("no callback {kind:?} of this trade"))),
        }
    })
}

fn draft_of(trade: &Trade, kind: &str, url_field: &str, fields: Fields) -> Draft {
    Draft {
        system: NAME.to_owned(),
        kind: kind.to_owned(),
        merchant: trade.merchant.clone(),
        reference: trade.reference.clone(),
        url: trade.details.order.text(url_field).to_owned(),
        payload: serde_json::to_value(fields).unwrap_or(Value::Null),
    }
}

fn failure(trade: &Trade) -> Fields {
    let (code, message) = trade.details.failed.clone().unwrap_or_default();
    result(trade, &code, &message)
}

fn result(trade: &Trade, code: &str, message: &str) -> Fields {
    let order = &trade.details.order;
    let paid_at = trade
        .charge
        .as_ref()
        .map_or(trade.created, |charge| charge.at);
    let paid_at = local(paid_at);
    let amount = trade.amount.to_string();
    let kind = trade.details.payment_type.as_deref();
    let mut fields = Fields::from([
        ("MerchantID", trade.merchant.as_str()),
        ("MerchantTradeNo", &trade.reference),
        ("StoreID", order.text("StoreID")),
        ("RtnCode", code),
        ("RtnMsg", message),
        ("TradeNo", &trade.transaction),
        ("TradeAmt", &amount),
        ("PaymentDate", &paid_at),
        ("PaymentType", kind.unwrap_or("Credit_CreditCard")),
        ("PaymentTypeChargeFee", "5"),
        ("TradeDate", &local(trade.created)),
        ("PlatformID", order.text("PlatformID")),
        ("SimulatePaid", "0"),
        ("CustomField1", order.text("CustomField1")),
        ("CustomField2", order.text("CustomField2")),
        ("CustomField3", order.text("CustomField3")),
        ("CustomField4", order.text("CustomField4")),
    ]);
    if order.text("NeedExtraPaidInfo") == "Y" {
        add_extra(&mut fields, trade, &paid_at);
    }
    fields
}

fn add_extra(fields: &mut Fields, trade: &Trade, paid_at: &str) {
    let gwsr = trade
        .details
        .card
        .as_ref()
        .map(|card| card.gwsr.to_string());
    let card = gwsr.is_some();
    let of_card = |value: &str| {
        if card {
            value.to_owned()
        } else {
            String::new()
        }
    };
    fields.set("gwsr", gwsr.clone().unwrap_or_default());
    fields.set("process_date", paid_at);
    fields.set("auth_code", of_card("777777"));
    fields.set("amount", trade.amount.to_string());
    fields.set("eci", of_card("5"));
    fields.set("card4no", of_card("2222"));
    fields.set("card6no", of_card("431195"));
    for name in [
        "stage",
        "stast",
        "staed",
        "red_dan",
        "red_de_amt",
        "red_ok_amt",
        "red_yet",
    ] {
        fields.set(name, "0");
    }
    for name in EXTRA_EMPTY {
        fields.set(name, "");
    }
    let kind = trade.details.payment_type.as_deref().unwrap_or_default();
    if kind.starts_with("ATM_") {
        fields.set("ATMAccBank", "005");
        fields.set("ATMAccNo", "12345");
    }
    if let Some(issued) = &trade.details.issued
        && let Some(code) = issued.fields.get("PaymentNo")
    {
        fields.set("PaymentNo", code);
        fields.set("PayFrom", "family");
    }
}

fn issue(trade: &Trade) -> Fields {
    let order = &trade.details.order;
    let kind = trade.details.payment_type.as_deref().unwrap_or_default();
    let (code, message) = if kind.starts_with("ATM_") {
        ("2", "Get VirtualAccount Succeeded")
    } else {
        ("10100073", "Get CVS Code Succeeded.")
    };
    let mut fields = Fields::from([
        ("MerchantID", trade.merchant.as_str()),
        ("MerchantTradeNo", &trade.reference),
        ("StoreID", order.text("StoreID")),
        ("RtnCode", code),
        ("RtnMsg", message),
        ("TradeNo", &trade.transaction),
        ("TradeAmt", &trade.amount.to_string()),
        ("PaymentType", kind),
        ("TradeDate", &local(trade.created)),
        ("CustomField1", order.text("CustomField1")),
        ("CustomField2", order.text("CustomField2")),
        ("CustomField3", order.text("CustomField3")),
        ("CustomField4", order.text("CustomField4")),
    ]);
    if let Some(issued) = &trade.details.issued {
        for (name, value) in issued.fields.iter() {
            fields.set(name, value);
        }
    }
    fields
}

/// Signs the fields anew for each attempt: a resend says "paid" where the first said 交易成功.
pub fn message(sandbox: &Sandbox, delivery: &Delivery, faults: &[Fault]) -> Message {
    let draft = &delivery.draft;
    let mut fields: Fields = serde_json::from_value(draft.payload.clone()).unwrap_or_default();
    if !delivery.attempts.is_empty() && fields.text("RtnMsg") == FIRST_MESSAGE {
        fields.set("RtnMsg", "paid");
    }
    let mut genuine = true;
    tamper::set(&mut fields, faults, "set");
    if tamper::has(faults, "shuffle") {
        fields.reverse();
    }
    let (own, foreign) = sandbox.state.change(|tx| {
        let own = Merchant::find(tx, &draft.merchant).map(|merchant| merchant.keys());
        let other = if draft.merchant == "2000132" {
            "3002607"
        } else {
            "2000132"
        };
        (
            own,
            Merchant::find(tx, other).map(|merchant| merchant.keys()),
        )
    });
    let foreign_key = tamper::has(faults, "foreign_key");
    let keys = if foreign_key { foreign } else { own };
    let keys = keys.unwrap_or(Keys {
        key: String::new(),
        iv: String::new(),
    });
    genuine &= !foreign_key;
    keys.sign(&mut fields);
    if tamper::has(faults, "md5") {
        let code = keys.md5(&fields);
        fields.set("CheckMacValue", code);
        genuine = false;
    }
    if tamper::set(&mut fields, faults, "alter") {
        genuine = false;
    }
    if tamper::has(faults, "bad_signature") {
        let code = tamper::flip_last_digit(fields.text("CheckMacValue"));
        fields.set("CheckMacValue", code);
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

/// Accepted are status 200 and exactly these four bytes.
pub fn acknowledgement(answer: &Answer) -> Acknowledgement {
    match answer.status {
        Some(200) if answer.body == ACKNOWLEDGED => Acknowledgement::Accepted,
        Some(200) if answer.body.starts_with("0|") => Acknowledgement::Refused,
        Some(400..=599) | None => Acknowledgement::Refused,
        Some(status) => Acknowledgement::Wrong(format!("{status} {:?}", answer.body)),
    }
}

/// One delivery and four more, ten minutes apart (ECPay says 5 to 15 minutes, four a day).
pub fn redelivery(attempts: usize) -> Option<TimeDelta> {
    const MOST: usize = 5;
    (attempts < MOST).then(|| TimeDelta::minutes(10))
}
