//! Which columns of a file mean what. No provider documents the columns of its file, so staff choose them,
//! the account remembers them, and the usual names are a first proposal.

use chassis::text;
use serde::{Deserialize, Serialize};

/// Most columns whose fees are added up.
pub const MOST_FEES: usize = 4;

/// Columns by their names in the header; `None` is not in the file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Mapping {
    /// The provider's number.
    pub provider_reference: Option<String>,
    /// Our reference.
    pub reference: Option<String>,
    /// Amount before fees.
    pub amount: Option<String>,
    /// Word for what the row is.
    pub kind: Option<String>,
    /// Fees that the provider kept.
    pub fees: Vec<String>,
    /// What was paid out.
    pub net: Option<String>,
    /// Day.
    pub date: Option<String>,
    /// Currency.
    pub currency: Option<String>,
}

impl Mapping {
    /// Every column it names.
    pub fn columns(&self) -> impl Iterator<Item = &str> {
        let single = [
            &self.provider_reference,
            &self.reference,
            &self.amount,
            &self.kind,
            &self.net,
            &self.date,
            &self.currency,
        ];
        let single = single.into_iter().flatten();
        single.chain(&self.fees).map(String::as_str)
    }

    /// Names an amount and what a row is found by.
    #[must_use]
    pub const fn is_complete(&self) -> bool {
        self.amount.is_some() && (self.provider_reference.is_some() || self.reference.is_some())
    }

    /// What the usual names say; `None` where they do not say enough.
    #[must_use]
    pub fn guess(header: &[String]) -> Option<Self> {
        let find = |names: &[&str]| {
            names.iter().find_map(|name| {
                let mut columns = header.iter();
                columns.find(|column| key(column) == key(name)).cloned()
            })
        };
        let is_fee = |column: &&String| FEES.iter().any(|name| key(name) == key(column));
        let guessed = Self {
            provider_reference: find(&PROVIDER_REFERENCES),
            reference: find(&REFERENCES),
            amount: find(&AMOUNTS),
            kind: find(&KINDS),
            fees: header
                .iter()
                .filter(is_fee)
                .take(MOST_FEES)
                .cloned()
                .collect(),
            net: find(&NETS),
            date: find(&DATES),
            currency: find(&CURRENCIES),
        };
        guessed.is_complete().then_some(guessed)
    }
}

/// A name as it is compared: case, width, blanks and `_` make no difference.
#[must_use]
pub fn key(name: &str) -> String {
    let folded = text::folded(name);
    folded
        .chars()
        .filter(|c| !c.is_whitespace() && *c != '_')
        .collect()
}

const PROVIDER_REFERENCES: [&str; 12] = [
    "綠界訂單編號",
    "綠界交易編號",
    "綠界科技交易編號",
    "藍新金流交易序號",
    "藍新交易序號",
    "金流交易編號",
    "交易序號",
    "交易編號",
    "TradeNo",
    "transaction_id",
    "rec_trade_id",
    "payment_intent_id",
];
const REFERENCES: [&str; 11] = [
    "特店交易編號",
    "特店訂單編號",
    "廠商訂單編號",
    "廠商交易編號",
    "商店訂單編號",
    "商店交易編號",
    "訂單編號",
    "MerchantTradeNo",
    "MerchantOrderNo",
    "platform_order_id",
    "order_id",
];
const AMOUNTS: [&str; 7] = [
    "交易金額",
    "訂單金額",
    "付款金額",
    "請款金額",
    "金額",
    "amount",
    "gross",
];
const KINDS: [&str; 7] = [
    "交易類型",
    "交易類別",
    "款項類別",
    "帳務類型",
    "類型",
    "類別",
    "type",
];
const FEES: [&str; 8] = [
    "手續費",
    "交易手續費",
    "金流手續費",
    "平台手續費",
    "處理費",
    "交易處理費",
    "fee",
    "fees",
];
const NETS: [&str; 8] = [
    "撥款金額",
    "應撥款金額",
    "實際撥款金額",
    "撥款淨額",
    "淨額",
    "入帳金額",
    "net",
    "net_amount",
];
const DATES: [&str; 7] = [
    "撥款日期",
    "撥款日",
    "交易日期",
    "交易時間",
    "付款日期",
    "date",
    "created",
];
const CURRENCIES: [&str; 2] = ["幣別", "currency"];

#[cfg(test)]
mod tests {
    use super::*;

    fn header(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn usual_names_are_proposed() {
        let names = [
            "特店訂單編號",
            "Trade No",
            "金額",
            "交易金額",
            "處理費",
            "手續費",
            "備註",
            "撥款日期",
        ];
        let guessed = Mapping::guess(&header(&names)).unwrap();
        let expected = Mapping {
            provider_reference: Some("Trade No".to_owned()),
            reference: Some("特店訂單編號".to_owned()),
            amount: Some("交易金額".to_owned()),
            fees: header(&["處理費", "手續費"]),
            date: Some("撥款日期".to_owned()),
            ..Mapping::default()
        };
        assert_eq!(guessed, expected);
    }

    #[test]
    fn nothing_is_proposed_without_an_amount_and_a_number() {
        assert_eq!(Mapping::guess(&header(&["交易金額", "手續費"])), None);
        assert_eq!(Mapping::guess(&header(&["交易編號", "手續費"])), None);
        assert_eq!(Mapping::guess(&[]), None);
    }
}
