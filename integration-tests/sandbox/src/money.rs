//! Payments, as every provider stores them: what was taken and what was given back.

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Value, json};

use crate::{clock::Instant, state::Transaction};

const PAYMENTS: &str = "payment.";

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Payment<D> {
    pub system: String,
    pub merchant: String,
    /// The merchant's reference.
    pub reference: String,
    /// The provider's own number.
    pub transaction: String,
    /// In the unit of the wire.
    pub amount: i64,
    pub currency: String,
    pub created: Instant,
    pub charge: Option<Charge>,
    pub refunds: Vec<Refund>,
    pub details: D,
}

/// Money taken from the customer.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Charge {
    pub amount: i64,
    pub at: Instant,
    /// False while it is only authorised.
    pub captured: bool,
    /// True when an authorisation was given up.
    pub voided: bool,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Refund {
    /// The provider's number of it.
    pub id: String,
    pub amount: i64,
    pub at: Instant,
}

impl Charge {
    pub fn captured(amount: i64, at: Instant) -> Self {
        Self {
            captured: true,
            ..Self::authorised(amount, at)
        }
    }

    pub fn authorised(amount: i64, at: Instant) -> Self {
        Self {
            amount,
            at,
            captured: false,
            voided: false,
        }
    }
}

impl<D> Payment<D> {
    pub fn refunded(&self) -> i64 {
        self.refunds.iter().map(|refund| refund.amount).sum()
    }

    /// What the provider holds for the merchant.
    pub fn left(&self) -> i64 {
        let charged = self.charge.as_ref().filter(|charge| !charge.voided);
        charged.map_or(0, |charge| charge.amount - self.refunded())
    }

    pub fn paid(&self) -> bool {
        self.charge.is_some()
    }

    pub fn refund(&mut self, id: impl Into<String>, amount: i64, at: Instant) {
        let id = id.into();
        self.refunds.push(Refund { id, amount, at });
    }
}

impl<D: Serialize + DeserializeOwned> Payment<D> {
    pub fn save(&self, tx: &mut Transaction<'_>) {
        let key = key(&self.merchant, &self.reference);
        tx.put(&collection(&self.system), &key, self);
        let index = transactions(&self.system);
        if tx.get::<String>(&index, &self.transaction).is_none() {
            tx.put(&index, &self.transaction, &key);
        }
    }
}

pub fn find<D: DeserializeOwned>(
    tx: &Transaction<'_>,
    system: &str,
    merchant: &str,
    reference: &str,
) -> Option<Payment<D>> {
    tx.get(&collection(system), &key(merchant, reference))
}

pub fn all<D: DeserializeOwned>(tx: &Transaction<'_>, system: &str) -> Vec<Payment<D>> {
    tx.list(&collection(system))
}

/// The payment with the merchant's `reference`, whichever merchant that is.
pub fn by_reference<D: DeserializeOwned>(
    tx: &Transaction<'_>,
    system: &str,
    reference: &str,
) -> Option<Payment<D>> {
    let found = tx.list_with_suffix(&collection(system), &format!("/{reference}"));
    found.into_iter().next()
}

pub fn by_transaction<D: DeserializeOwned>(
    tx: &Transaction<'_>,
    system: &str,
    transaction: &str,
) -> Option<Payment<D>> {
    let key: String = tx.get(&transactions(system), transaction)?;
    tx.get(&collection(system), &key)
}

fn transactions(system: &str) -> String {
    format!("transaction.{system}")
}

fn collection(system: &str) -> String {
    format!("{PAYMENTS}{system}")
}

fn key(merchant: &str, reference: &str) -> String {
    format!("{merchant}/{reference}")
}

/// Payments and sums of those that match; empty texts match all.
pub fn report(tx: &Transaction<'_>, system: &str, reference: &str) -> Value {
    let mut payments: Vec<Payment<Value>> = Vec::new();
    for name in tx.collections(PAYMENTS) {
        let suffix = match reference {
            "" => String::new(),
            reference => format!("/{reference}"),
        };
        payments.extend(tx.list_with_suffix(&name, &suffix));
    }
    payments.retain(|payment: &Payment<Value>| system.is_empty() || payment.system == system);
    let charges = payments.iter().filter(|payment| payment.paid()).count();
    let charged: i64 = payments
        .iter()
        .map(|payment| payment.left() + payment.refunded())
        .sum();
    let refunded: i64 = payments.iter().map(Payment::refunded).sum();
    json!({
        "charges": charges,
        "charged": charged,
        "refunded": refunded,
        "left": charged - refunded,
        "payments": payments,
    })
}
