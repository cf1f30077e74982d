//! What is to be paid, as an adapter needs to know it.

use std::fmt;

use chassis::money::Money;
use chrono::{DateTime, Utc};
use url::Url;

/// One attempt to pay: one reference at the provider, which is never used again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// Names it at the provider.
    pub reference: AttemptReference,
    /// When it was made; providers that want a local time get it from this.
    pub created_at: DateTime<Utc>,
    /// When it ends unpaid.
    pub expires_at: DateTime<Utc>,
    /// What the customer pays.
    pub amount: Money,
    /// What the provider's page shows; their sum is `amount`.
    pub items: Vec<Item>,
    /// The branch's name, at most 100 characters.
    pub branch_name: String,
    /// The branch's code at the provider, up to ten of `[A-Za-z0-9]`; empty when it has none.
    pub store_code: String,
    /// The provider's word for how the customer pays (`Credit`, `ATM`, `LINEPAY`); empty for all that
    /// the account has.
    pub method: String,
    /// Whether money moves at once or only when [`crate::Adapter::capture`] is called.
    pub capture_at_once: bool,
    /// The one-time token that the provider's fields in our page made of the card (TapPay's prime).
    pub token: Option<chassis::secret::Secret>,
    /// Who pays, for the bank's check of fraud. Personal data: it goes to the provider and nowhere else.
    pub payer: Payer,
    /// Where the provider leads the customer and sends its callbacks.
    pub urls: ReturnUrls,
}

/// Who pays, as far as it is known; empty texts where it is not.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Payer {
    /// Name as given with the order.
    pub name: String,
    /// Phone in E.164 form.
    pub phone: String,
    /// E-mail address.
    pub email: String,
}

impl fmt::Debug for Payer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Payer(***)")
    }
}

/// An item on the provider's page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// Its name as sold.
    pub name: String,
    /// How many.
    pub quantity: u32,
    /// Net of one, in minor units; negative for a discount of its own.
    pub unit_amount: i64,
}

/// Addresses of ours that a provider gets. They differ from one another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReturnUrls {
    /// Its servers report here.
    pub notify: Url,
    /// The browser comes back here with a result.
    pub result: Url,
    /// The browser comes back here without one.
    pub back: Url,
}

/// What names an attempt at its provider later.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttemptReference {
    /// Our reference, at most 20 of `[A-Za-z0-9]`, so that every provider takes it.
    pub ours: String,
    /// The provider's own number, once it gave one.
    pub theirs: Option<String>,
    /// More that a provider's later calls need (ECPay's `gwsr`, Stripe's charge), as it named it.
    pub extra: std::collections::BTreeMap<String, String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_payer_is_not_shown() {
        let payer = Payer {
            name: "王小明".to_owned(),
            phone: "+886912345678".to_owned(),
            email: "ming@example.com".to_owned(),
        };
        assert_eq!(format!("{payer:?}"), "Payer(***)");
    }
}
