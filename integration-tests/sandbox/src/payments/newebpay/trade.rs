//! A trade at NewebPay and the store it belongs to.

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{NAME, cipher::Keys};
use crate::{
    clock::{Instant, taipei},
    fields::Fields,
    incoming::Call,
    money::{self, Payment},
    payments::rules::within,
    sandbox::{Sandbox, merchants},
    state::Transaction,
};

pub const TIME_WINDOW: TimeDelta = TimeDelta::seconds(120);

pub type Trade = Payment<Details>;

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Details {
    /// The decrypted `TradeInfo`.
    pub order: Fields,
    /// `PaymentType` once a method was chosen.
    pub payment_type: Option<String>,
    pub issued: Option<Issued>,
    /// 0 none, 1 waiting to be sent, 2 in process, 3 done.
    pub close_status: u8,
    pub close_amount: i64,
    pub back_status: u8,
    pub cancelled: bool,
    pub failed: Option<(String, String)>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Issued {
    pub result: Value,
    pub until: Instant,
}

#[derive(Debug, Clone, Deserialize)]
pub struct Store {
    pub hash_key: String,
    pub hash_iv: String,
    #[serde(default)]
    pub shop: String,
    #[serde(default)]
    pub manual_close: bool,
}

impl Store {
    pub fn find(tx: &Transaction<'_>, id: &str) -> Option<Self> {
        tx.get(&merchants(NAME), id)
    }

    pub fn keys(&self) -> Keys {
        Keys {
            key: self.hash_key.clone(),
            iv: self.hash_iv.clone(),
        }
    }
}

pub fn find(tx: &Transaction<'_>, store: &str, reference: &str) -> Option<Trade> {
    money::find(tx, NAME, store, reference)
}

pub fn by_reference(tx: &Transaction<'_>, reference: &str) -> Option<Trade> {
    money::by_reference(tx, NAME, reference)
}

/// What the encrypted part of `form` says, with the order number also where it names the trade;
/// empty when it cannot be read.
pub fn encrypted(sandbox: &Sandbox, form: &Fields) -> Fields {
    const PARTS: [(&str, &str); 3] = [
        ("MerchantID", "TradeInfo"),
        ("MerchantID_", "PostData_"),
        ("UID_", "EncryptData_"),
    ];
    let part = PARTS.iter().find(|(store, _)| form.get(store).is_some());
    let Some((store, data)) = part else {
        return Fields::default();
    };
    sandbox.state.change(|tx| {
        let store = Store::find(tx, form.text(store));
        let text = store.and_then(|store| store.keys().decrypt(form.text(data)));
        let text = text.unwrap_or_default();
        if let Ok(json) = serde_json::from_str::<Value>(&text) {
            let reference = json["MerchantOrderNo"].as_str().unwrap_or_default();
            return Fields::from([("MerchantOrderNo", reference)]);
        }
        let mut fields = Fields::parse(text.as_bytes());
        if fields.text("MerchantOrderNo").is_empty()
            && let Some(trade) = money::by_transaction::<Value>(tx, NAME, fields.text("TradeNo"))
        {
            fields.set("MerchantOrderNo", trade.reference);
        }
        fields
    })
}

/// The code and the words of a refusal.
pub type Refusal = (String, String);

pub fn refusal(code: &str, message: &str) -> Refusal {
    (code.to_owned(), message.to_owned())
}

/// The refusal that a fault `refuse` asks for.
pub fn armed_refusal(call: &Call, tx: &mut Transaction<'_>) -> Option<Refusal> {
    let fault = call.fault_in(tx, "refuse")?;
    let code = fault.text("code").unwrap_or("TRA10045");
    Some(refusal(code, fault.text("message").unwrap_or("refused")))
}

pub fn answer(result: Result<(String, Value), Refusal>) -> Value {
    match result {
        Ok((message, result)) => {
            json!({ "Status": "SUCCESS", "Message": message, "Result": result })
        }
        Err((code, message)) => json!({ "Status": code, "Message": message, "Result": [] }),
    }
}

/// The trade that a decrypted `PostData_` names, after the checks that all such calls share.
pub fn of_post_data(
    call: &Call,
    tx: &mut Transaction<'_>,
    version: &str,
) -> Result<(Fields, Trade), Problem> {
    let form = call.incoming.form();
    let store = form.text("MerchantID_").to_owned();
    let keys = Store::find(tx, &store).ok_or(Problem::new("merchant", "TRA10008", "查無商店"))?;
    let data = keys.keys().decrypt(form.text("PostData_"));
    let data = data.ok_or(Problem::new("PostData_", "TRA10006", "資料解密失敗"))?;
    let data = Fields::parse(data.as_bytes());
    if data.text("Version") != version || data.text("RespondType").is_empty() {
        return Err(Problem::new(
            "fields",
            "TRA10009",
            "Version 或 RespondType 錯誤",
        ));
    }
    if !within(
        call.sandbox.clock.now(),
        data.number("TimeStamp"),
        TIME_WINDOW,
    ) {
        return Err(Problem::new("timestamp", "TRA40014", "TimeStamp 錯誤"));
    }
    let trade = match data.text("IndexType") {
        "1" => find(tx, &store, data.text("MerchantOrderNo")),
        "2" => money::by_transaction(tx, NAME, data.text("TradeNo")),
        _ => return Err(Problem::new("fields", "TRA10003", "IndexType 錯誤")),
    };
    let trade = trade.filter(|trade: &Trade| trade.merchant == store);
    let trade = trade.ok_or(Problem::new("known trade", "TRA10021", "查無交易"))?;
    if data.number("Amt").is_none_or(|amount| amount < 1) {
        return Err(Problem::new("amount", "TRA10002", "Amt 錯誤"));
    }
    Ok((data, trade))
}

/// A refusal with the broken rule where it is the platform's fault.
pub struct Problem {
    rule: Option<&'static str>,
    code: String,
    message: String,
}

impl Problem {
    pub fn new(rule: &'static str, code: &str, message: &str) -> Self {
        Self {
            rule: Some(rule),
            ..Self::from(refusal(code, message))
        }
    }

    /// Records the broken rule, outside the change in which it was found.
    pub fn report(self, call: &Call) -> Refusal {
        if let Some(rule) = self.rule {
            call.violation(rule, format!("{} {}", self.code, self.message));
        }
        (self.code, self.message)
    }
}

impl From<Refusal> for Problem {
    fn from((code, message): Refusal) -> Self {
        Self {
            rule: None,
            code,
            message,
        }
    }
}

/// NewebPay's form of a local time.
pub fn local(instant: Instant) -> String {
    taipei(instant).format("%Y-%m-%d %H:%M:%S").to_string()
}
