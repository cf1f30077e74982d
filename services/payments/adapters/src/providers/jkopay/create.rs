//! Entry: makes the payment and returns its page.

use serde::{Deserialize, Serialize};

use super::request;
use crate::{
    Attempt, CallError, Context, Item, NextStep, Report, Started, State,
    calls::{cut_chars, dollars, our_address, page},
    wire::taipei,
};

pub(super) const TIME_FORMAT: &str = "%Y-%m-%d %H:%M:%S";

pub(super) async fn start(context: Context<'_>, attempt: &Attempt) -> Result<Started, CallError> {
    let entry = entry(attempt, context.credentials.get("store_id"))?;
    let result: Entered = request::post(context, "/platform/entry", &entry).await?;
    Ok(Started {
        next: NextStep::Redirect {
            url: page(&result.payment_url)?,
            app: None,
        },
        report: Report::of(State::Pending),
    })
}

#[derive(Deserialize)]
struct Entered {
    payment_url: String,
}

#[derive(Debug, Serialize)]
pub(super) struct Entry<'a> {
    platform_order_id: &'a str,
    store_id: &'a str,
    currency: &'static str,
    total_price: i64,
    final_price: i64,
    valid_time: String,
    confirm_url: &'a str,
    result_url: &'a str,
    result_display_url: &'a str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    products: Vec<Product>,
}

#[derive(Debug, Serialize)]
struct Product {
    name: String,
    unit_count: u32,
    unit_price: i64,
    unit_final_price: i64,
}

/// The question before the charge and the result go to the same address: they differ by what
/// they hold.
pub(super) fn entry<'a>(attempt: &'a Attempt, store_id: &'a str) -> Result<Entry<'a>, CallError> {
    let amount = dollars(attempt.amount)?;
    let notify = our_address(&attempt.urls.notify, 500)?;
    let expires_at = attempt.expires_at.with_timezone(&taipei());
    Ok(Entry {
        platform_order_id: &attempt.reference.ours,
        store_id,
        currency: "TWD",
        total_price: amount,
        final_price: amount,
        valid_time: expires_at.format(TIME_FORMAT).to_string(),
        confirm_url: notify,
        result_url: notify,
        result_display_url: our_address(&attempt.urls.result, 500)?,
        products: products(&attempt.items, amount).unwrap_or_default(),
    })
}

/// The items, when none is a discount and they add up; the page shows the amount alone otherwise.
fn products(items: &[Item], amount: i64) -> Option<Vec<Product>> {
    let mut sum = 0_i64;
    let mut products = Vec::with_capacity(items.len());
    for item in items {
        if item.name.is_empty() || item.quantity == 0 || item.unit_amount < 0 {
            return None;
        }
        let net = item.unit_amount.checked_mul(i64::from(item.quantity))?;
        sum = sum.checked_add(net)?;
        products.push(Product {
            name: cut_chars(&item.name, 100),
            unit_count: item.quantity,
            unit_price: item.unit_amount,
            unit_final_price: item.unit_amount,
        });
    }
    (sum == amount).then_some(products)
}
