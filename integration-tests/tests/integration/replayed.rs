//! E20: a promotion is replayed over the orders of the last days. Every order is reproduced with the rules of its
//! time, whatever was used in it, and then priced by the new version.

use std::time::Duration;

use anyhow::Context as _;
use devtool::{demo::client::text, infra::wait_until};
use integration_tests::{Customer, Marketing, Member, Platform, Shop, new_key, order_off, rule};
use reqwest::Method;
use serde_json::{Value, json};

/// A replay of a handful of orders takes no longer.
const LIMIT: Duration = Duration::from_secs(60);

fn from(at: i64, off: i64) -> Value {
    json!({"order": {"thresholds": [{"at": at, "off": {"amount": off}}]}})
}

/// Orders a cart, with what is entered beside it.
async fn buy(customer: &Customer, cart: &Value) -> anyhow::Result<Value> {
    let quote = customer.quote(cart).await?;
    anyhow::ensure!(quote.status == 200, "no quote: {quote:?}");
    let order = customer.order(cart, &quote.body);
    let placed = customer.place(&new_key(), &order).await?;
    anyhow::ensure!(placed.status == 201, "it was refused: {placed:?}");
    Ok(placed.body["order"].clone())
}

async fn replay(shop: &Shop, promotion: &str, rule: Value) -> anyhow::Result<Value> {
    let body = json!({
        "brand_id": shop.brand_id, "promotion_id": promotion, "rule": rule, "days": 31,
    });
    let started = shop
        .owner
        .call(Method::POST, "/promotions/replays", body)
        .await?;
    let path = format!(
        "/promotions/replays/{}",
        text(&started, "/replay/replay_id")?
    );
    let mut replay = Value::Null;
    wait_until("the replay", LIMIT, async || {
        if let Ok(found) = shop.owner.call(Method::GET, &path, Value::Null).await {
            replay = found["replay"].clone();
        }
        replay["state"] == "finished"
    })
    .await
    .with_context(|| format!("it is {replay}"))?;
    Ok(replay["result"].clone())
}

#[tokio::test]
async fn every_order_is_reproduced_and_then_priced_anew() -> anyhow::Result<()> {
    let platform = Platform::find()?;
    let shop = platform.shop(100).await?;
    let marketing = Marketing::of(&shop).await?;
    let cake = marketing.sells("蛋糕", 90).await?;
    let tea = shop.items[0].clone();
    marketing.points(30, 10_000).await?;
    let gold = marketing.gold(500, 15_000).await?;
    let name = "滿 300 折 50";
    let promotion = marketing
        .promotion(rule(&shop, name, from(300, 50)))
        .await?;
    let code = format!("TEN{}", shop.organisation.to_uppercase());
    let mut limited = rule(&shop, "折 10", order_off(10));
    limited["limits"] = json!({"total": 2, "budget": 15});
    marketing.code(&code, limited).await?;
    let member = Member::join(&platform, &shop).await?;
    member.until_points(30).await?;
    marketing.set_tier(&member.id, &gold).await?;
    marketing
        .coupons(rule(&shop, "折 7", order_off(7)), &[member.id.as_str()])
        .await?;
    let coupon = member.coupons().await?.pop().context("no coupon")?;

    // Guests: 70 of two teas, 270 and 360 of cakes; two with a code whose budget leaves 5 to the second.
    let guest = Customer::of(&shop)?;
    let large = Customer::cart(&[(&cake, 4)]);
    marketing.until_total(&guest, &large, 310).await?;
    let mut with_code = Customer::cart(&[(&tea, 2)]);
    with_code["entered"] = json!({"codes": [code]});
    let mut totals = Vec::new();
    for cart in [
        &Customer::cart(&[(&tea, 2)]),
        &Customer::cart(&[(&cake, 3)]),
        &large,
        &with_code,
        &with_code,
        &with_code,
    ] {
        let order = buy(&Customer::of(&shop)?, cart).await?;
        totals.push(order["total"].as_i64().context("no total")?);
    }
    assert_eq!(totals, [70, 270, 310, 60, 65, 70]);
    // A member of gold with a coupon and points, in a cart of 270.
    let mut with_all = Customer::cart(&[(&cake, 3)]);
    with_all["entered"] = json!({"coupons": [coupon], "points": 20});
    let order = buy(&member.customer, &with_all).await?;
    assert_eq!(order["total"], 270 - 14 - 7 - 20);

    let path = format!("/promotions/{promotion}");
    let before = shop.owner.call(Method::GET, &path, Value::Null).await?;
    let result = replay(&shop, &promotion, rule(&shop, name, from(250, 50))).await?;
    assert_eq!(
        (&result["orders"], &result["reproduced"]),
        (&json!(7), &json!(7)),
        "{result:#}"
    );
    assert_eq!(result["mismatches"], json!([]));
    // The cart of 270 of the guest, and that of the member: 50 less and a little more of the tier's rate.
    assert_eq!(result["touched"], 2, "{result:#}");
    let day = &result["by_day"][0];
    assert_eq!(
        (&day["orders"], &day["week_before"]),
        (&json!(7), &Value::Null)
    );
    assert_eq!(day["net_before"], result["net_before"]);

    // Nothing in the live system changed.
    let after = shop.owner.call(Method::GET, &path, Value::Null).await?;
    assert_eq!(after, before);
    Ok(())
}
