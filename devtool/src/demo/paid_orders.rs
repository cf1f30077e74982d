//! Orders that are paid online at the providers that the sandbox plays: one of them refunded in part, and
//! the file of what ECPay paid out, with what does not match.

use std::time::Duration;

use anyhow::Context as _;
use chassis::clock::{Clock as _, SystemClock};
use chrono::TimeDelta;
use reqwest::{Client, Method};
use serde_json::{Value, json};

use super::{
    client::{Staff, checked, text},
    orders, payments,
};
use crate::{endpoints::Endpoints, infra::wait_until};

const LIMIT: Duration = Duration::from_secs(30);
/// Kinds of the methods that orders are paid by, and their providers.
const PAID_BY: [(&str, &str); 4] = [
    ("card", "ecpay"),
    ("card", "ecpay"),
    ("card", "ecpay"),
    ("line_pay", "linepay"),
];
/// What staff gives back of the first one.
const GIVEN_BACK: i64 = 10;

/// Places and pays the orders, refunds one and imports the file.
pub async fn place(
    staff: &Staff,
    endpoints: &Endpoints,
    brand_id: &str,
    shop: &str,
) -> anyhow::Result<()> {
    let http = Client::new();
    let menu = orders::menu(&http, shop).await?;
    let mut paid = Vec::new();
    for (index, (kind, provider)) in PAID_BY.into_iter().enumerate() {
        let order = pay(staff, endpoints, (shop, &menu), (kind, provider), index).await;
        paid.push(order.with_context(|| format!("paying by {provider}"))?);
    }
    let refund = json!({
        "selection": {"whole": false, "units": [], "amount": GIVEN_BACK},
        "reason": "珍珠賣完", "paid_out_by": "", "expected_amount": GIVEN_BACK,
    });
    let path = format!("/orders/{}/refunds", paid[0].order_id);
    staff.call(Method::POST, &path, refund).await?;
    import_settlement(staff, brand_id, &paid)
        .await
        .context("importing a settlement")
}

/// An order that is paid.
struct Paid {
    order_id: String,
    reference: String,
    amount: i64,
}

async fn pay(
    staff: &Staff,
    endpoints: &Endpoints,
    (shop, menu): (&str, &Value),
    (kind, provider): (&str, &str),
    index: usize,
) -> anyhow::Result<Paid> {
    // Another customer has another device.
    let http = Client::builder().cookie_store(true).build()?;
    let url = format!("{shop}/payment-methods?method=pickup&amount=100");
    let listed = checked("payment methods", http.get(url).send().await?).await?;
    let mut methods = listed["methods"].as_array().into_iter().flatten();
    let method = methods.find(|method| method["kind"] == kind);
    let method_id = &method.context("it is not offered")?["method_id"];

    let placed = orders::place_paid_by(&http, shop, menu, method_id, index).await?;
    let order_id = text(&placed, "/order/order_id")?.to_owned();
    let page = format!("{shop}/orders/{}", text(&placed, "/access_token")?);
    let body = json!({"payment_method_id": method_id, "provider_token": null});
    let start = http.post(format!("{page}/pay")).json(&body);
    let start = start.header("idempotency-key", format!("demo-{order_id}"));
    let started = checked("a payment", start.send().await?).await?;
    let path = format!("/orders/{order_id}/payment");
    let payment = staff.call(Method::GET, &path, Value::Null).await?;
    let attempts = payment["payment"]["attempts"].as_array();
    let latest = attempts.and_then(|all| all.last());
    let reference = text(latest.context("no attempt")?, "/reference")?.to_owned();
    payments::pay(endpoints, provider, &reference, &started["next"]).await?;

    let mut order = Value::Null;
    wait_until("a paid order", LIMIT, async || {
        if let Ok(response) = http.get(&page).send().await
            && let Ok(found) = checked("an order", response).await
        {
            order = found["order"].clone();
        }
        order["state"] == "placed"
    })
    .await
    .with_context(|| format!("it is {order}"))?;
    Ok(Paid {
        order_id,
        reference,
        amount: order["paid"].as_i64().context("nothing is paid")?,
    })
}

/// The file of a provider as it might be: one payment as it was taken, one with another amount, one that
/// is missing, and one that belongs to no order.
async fn import_settlement(staff: &Staff, brand_id: &str, paid: &[Paid]) -> anyhow::Result<()> {
    let path = format!("/brands/{brand_id}/payment-accounts");
    let found = staff.call(Method::GET, &path, Value::Null).await?;
    let mut accounts = found["accounts"].as_array().into_iter().flatten();
    let account = accounts.find(|account| account["provider"] == "ecpay");
    let account_id = text(account.context("no account at ECPay")?, "/account_id")?;
    let [matching, other, ..] = paid else {
        anyhow::bail!("too few orders are paid")
    };
    let file = format!(
        "特店訂單編號,交易金額,手續費\n{},{},0\n{},{},0\nYZM2026A0001P01,120,0\n",
        matching.reference,
        matching.amount,
        other.reference,
        other.amount - 5,
    );
    let today = (SystemClock.now() + TimeDelta::hours(8)).format("%Y-%m-%d");
    let path =
        format!("/payment-accounts/{account_id}/settlements?file_name=ecpay.csv&paid_on={today}");
    let imported = staff.upload(&path, file).await?;
    anyhow::ensure!(
        !imported["settlement"].is_null(),
        "it was not imported: {imported}"
    );
    Ok(())
}
