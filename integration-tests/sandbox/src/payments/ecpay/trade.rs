//! A trade at ECPay and the merchant it belongs to.

use serde::{Deserialize, Serialize};

use super::{NAME, check_code::Keys};
use crate::{
    clock::{Instant, taipei},
    money::{self, Payment},
    sandbox::merchants,
    state::Transaction,
};

pub type Trade = Payment<Details>;

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Details {
    /// The fields as the shop sent them.
    pub order: crate::fields::Fields,
    /// `PaymentType` of the callback, once a method was chosen.
    pub payment_type: Option<String>,
    pub issued: Option<Issued>,
    pub card: Option<Card>,
    /// The failure that ended the last try.
    pub failed: Option<(String, String)>,
}

/// The number with which the customer pays later.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Issued {
    pub fields: crate::fields::Fields,
    pub until: Instant,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Card {
    pub gwsr: u64,
    pub state: CardState,
    /// What is left to capture, or was captured.
    pub closing: i64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum CardState {
    #[serde(rename = "已授權")]
    Authorised,
    #[serde(rename = "要關帳")]
    Closing,
    #[serde(rename = "已關帳")]
    Closed,
    #[serde(rename = "已取消")]
    Cancelled,
}

#[derive(Debug, Clone, Deserialize)]
pub struct Merchant {
    pub hash_key: String,
    pub hash_iv: String,
    #[serde(default)]
    pub shop: String,
    #[serde(default)]
    pub credit_check_code: String,
    #[serde(default)]
    pub manual_close: bool,
}

impl Merchant {
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

pub fn find(tx: &Transaction<'_>, merchant: &str, reference: &str) -> Option<Trade> {
    money::find(tx, NAME, merchant, reference)
}

pub fn by_reference(tx: &Transaction<'_>, reference: &str) -> Option<Trade> {
    money::by_reference(tx, NAME, reference)
}

/// ECPay's form of a local time.
pub fn local(instant: Instant) -> String {
    taipei(instant).format("%Y/%m/%d %H:%M:%S").to_string()
}
