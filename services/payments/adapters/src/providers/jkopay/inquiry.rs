//! Inquiry: answered with success even for an unknown order; each transaction has its own status.

use std::collections::BTreeMap;

use chassis::money::{Currency, Money};
use serde::Deserialize;

use super::{create::TIME_FORMAT, request};
use crate::{
    AttemptReference, CallError, Context, Report, State,
    calls::last_four,
    codes::unreadable,
    json::Exact,
    wire::{canonical_amount, parse_taipei},
};

pub(super) async fn query(
    context: Context<'_>,
    attempt: &AttemptReference,
) -> Result<Report, CallError> {
    let query = format!("platform_order_ids={}", attempt.ours);
    let inquiry: Inquiry = request::get(context, "/platform/inquiry", &query).await?;
    inquiry
        .transactions
        .iter()
        .find(|transaction| transaction.platform_order_id.0 == attempt.ours)
        .ok_or_else(|| unreadable("the answer names another payment"))?
        .report()
}

#[derive(Debug, Deserialize)]
struct Inquiry {
    transactions: Vec<Transaction>,
}

/// One payment.
#[derive(Debug, Deserialize)]
pub(super) struct Transaction {
    platform_order_id: Exact,
    status: Exact,
    #[serde(default, rename = "tradeNo")]
    trade_no: Option<Exact>,
    #[serde(default)]
    trans_time: Option<String>,
    #[serde(default)]
    currency: Option<String>,
    #[serde(default)]
    final_price: Option<Exact>,
    #[serde(default)]
    channel_type: Option<String>,
    #[serde(default)]
    invoice_vehicle: Option<String>,
    #[serde(default, rename = "maskNo")]
    mask_no: Option<String>,
    #[serde(default)]
    refund_history: Option<Vec<Refund>>,
}

#[derive(Debug, Deserialize)]
struct Refund {
    #[serde(default)]
    result: Option<Exact>,
    debit_amount: Exact,
    redeem_amount: Exact,
}

impl Transaction {
    pub(super) fn report(&self) -> Result<Report, CallError> {
        let state = match self.status.0.as_str() {
            "0" => State::Captured,
            "1" | "101" => State::Pending,
            "100" => State::Failed,
            "102" => State::Absent,
            _ => return Err(unreadable("the payment's status cannot be read")),
        };
        if state != State::Captured {
            return Ok(Report {
                code: (state == State::Failed).then(|| self.status.0.clone()),
                ..Report::of(state)
            });
        }
        let currency: Currency = match self.currency.as_deref() {
            None | Some("") => Currency::TWD,
            Some(code) => code
                .parse()
                .map_err(|_| unreadable("the currency cannot be read"))?,
        };
        let price = self
            .final_price
            .as_ref()
            .and_then(|price| canonical_amount(&price.0));
        let price = price.ok_or_else(|| unreadable("the paid amount cannot be read"))?;
        let refunded = self
            .refunded()
            .ok_or_else(|| unreadable("a refund cannot be read"))?;
        Ok(Report {
            amount: Some(Money::new(price, currency)),
            refunded: Some(Money::new(refunded, currency)),
            theirs: self.trade_no.as_ref().map(|number| number.0.clone()),
            extra: self.extra(),
            method: self
                .channel_type
                .clone()
                .filter(|method| !method.is_empty()),
            instrument: self
                .mask_no
                .as_deref()
                .and_then(last_four)
                .into_iter()
                .collect(),
            paid_at: self
                .trans_time
                .as_deref()
                .and_then(|time| parse_taipei(time, TIME_FORMAT)),
            ..Report::of(state)
        })
    }

    /// What went back in money and in points together.
    fn refunded(&self) -> Option<i64> {
        let history = self.refund_history.iter().flatten();
        history
            .filter(|refund| {
                refund
                    .result
                    .as_ref()
                    .is_none_or(|result| result.0 == "000")
            })
            .try_fold(0_i64, |sum, refund| {
                let money = amount_or_zero(&refund.debit_amount.0)?;
                let points = amount_or_zero(&refund.redeem_amount.0)?;
                sum.checked_add(money)?.checked_add(points)
            })
    }

    /// The customer's mobile barcode, for the invoice, when it is one.
    fn extra(&self) -> BTreeMap<String, String> {
        let is_barcode = |text: &str| {
            text.len() == 8
                && text.starts_with('/')
                && text[1..]
                    .bytes()
                    .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b"+-.".contains(&b))
        };
        let vehicle = self
            .invoice_vehicle
            .as_deref()
            .filter(|text| is_barcode(text));
        vehicle
            .map(|vehicle| ("invoice_vehicle".to_owned(), vehicle.to_owned()))
            .into_iter()
            .collect()
    }
}

fn amount_or_zero(text: &str) -> Option<i64> {
    if text == "0" {
        Some(0)
    } else {
        canonical_amount(text)
    }
}
