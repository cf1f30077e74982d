//! Request (reserve): the amount is the sum of the package's products, or LINE Pay refuses it.

use std::{collections::BTreeMap, time::Duration};

use serde::{Deserialize, Serialize};
use url::Url;

use super::request;
use crate::{
    Attempt, CallError, Context, Item, NextStep, Report, Started, State,
    calls::{cut_chars, dollars, is_token, our_address, page},
    codes::{invalid, unreadable},
    json::Exact,
};

const TIMEOUT: Duration = Duration::from_secs(20);
const MAX_NAME_CHARS: usize = 4000;

/// In [`Report::extra`] of an attempt whose money is captured by a call of its own.
pub(super) const SEPARATE: (&str, &str) = ("capture", "separate");

pub(super) async fn start(context: Context<'_>, attempt: &Attempt) -> Result<Started, CallError> {
    let reply = request::post(context, "/payments/request", body(attempt)?, TIMEOUT).await?;
    let info: Info = reply.info()?;
    let theirs = info.transaction_id.0;
    if !is_token(&theirs, 32) {
        return Err(unreadable("the transaction's number cannot be read"));
    }
    let mut extra = BTreeMap::new();
    if !attempt.capture_at_once {
        extra.insert(SEPARATE.0.to_owned(), SEPARATE.1.to_owned());
    }
    Ok(Started {
        next: NextStep::Redirect {
            url: page(&info.payment_url.web)?,
            app: info.payment_url.app.and_then(|app| Url::parse(&app).ok()),
        },
        report: Report {
            theirs: Some(theirs),
            extra,
            ..Report::of(State::Pending)
        },
    })
}

#[derive(Deserialize)]
struct Info {
    #[serde(rename = "transactionId")]
    transaction_id: Exact,
    #[serde(rename = "paymentUrl")]
    payment_url: PaymentUrl,
}

#[derive(Deserialize)]
struct PaymentUrl {
    web: String,
    #[serde(default)]
    app: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Body<'a> {
    amount: i64,
    currency: &'static str,
    order_id: &'a str,
    packages: [Package<'a>; 1],
    redirect_urls: RedirectUrls<'a>,
    options: Options<'a>,
}

#[derive(Serialize)]
struct Package<'a> {
    id: &'a str,
    amount: i64,
    name: String,
    products: Vec<Product>,
}

#[derive(Debug, PartialEq, Eq, Serialize)]
struct Product {
    name: String,
    quantity: u32,
    price: i64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RedirectUrls<'a> {
    confirm_url: &'a str,
    cancel_url: &'a str,
}

#[derive(Serialize)]
struct Options<'a> {
    payment: Payment,
    display: Display,
    #[serde(skip_serializing_if = "Option::is_none")]
    extra: Option<Extra<'a>>,
}

#[derive(Serialize)]
struct Payment {
    capture: bool,
}

#[derive(Serialize)]
struct Display {
    locale: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Extra<'a> {
    branch_name: String,
    branch_id: &'a str,
}

pub(super) fn body(attempt: &Attempt) -> Result<Vec<u8>, CallError> {
    let amount = dollars(attempt.amount)?;
    let store = attempt.store_code.as_str();
    let body = Body {
        amount,
        currency: "TWD",
        order_id: &attempt.reference.ours,
        packages: [Package {
            id: if store.is_empty() { "1" } else { store },
            amount,
            name: cut_chars(&attempt.branch_name, 100),
            products: products(&attempt.items, amount).unwrap_or_else(|| {
                vec![Product {
                    name: whole_order(attempt),
                    quantity: 1,
                    price: amount,
                }]
            }),
        }],
        redirect_urls: RedirectUrls {
            confirm_url: our_address(&attempt.urls.result, 500)?,
            cancel_url: our_address(&attempt.urls.back, 500)?,
        },
        options: Options {
            payment: Payment {
                capture: attempt.capture_at_once,
            },
            display: Display { locale: "zh_TW" },
            extra: (!store.is_empty()).then(|| Extra {
                branch_name: cut_chars(&attempt.branch_name, 100),
                branch_id: store,
            }),
        },
    };
    serde_json::to_vec(&body).map_err(|_| invalid("the request cannot be written"))
}

/// The items as products; `None` when they break a rule of the page, which then shows one line.
fn products(items: &[Item], amount: i64) -> Option<Vec<Product>> {
    let mut sum = 0_i64;
    let mut products = Vec::with_capacity(items.len());
    for item in items {
        if item.name.is_empty() || item.quantity == 0 {
            return None;
        }
        let net = item.unit_amount.checked_mul(i64::from(item.quantity))?;
        sum = sum.checked_add(net)?;
        products.push(Product {
            name: cut_chars(&item.name, MAX_NAME_CHARS),
            quantity: item.quantity,
            price: item.unit_amount,
        });
    }
    (sum == amount && !products.is_empty()).then_some(products)
}

fn whole_order(attempt: &Attempt) -> String {
    let name = if attempt.branch_name.is_empty() {
        &attempt.reference.ours
    } else {
        &attempt.branch_name
    };
    cut_chars(name, 100)
}
