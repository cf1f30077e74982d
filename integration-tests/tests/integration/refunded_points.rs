//! E1 and E2 of the worked examples through ordering, payments and membership: an order with everything is paid,
//! completed and refunded in parts; points come back, and those that it earned are taken back.

use anyhow::Context as _;
use devtool::demo::client::text;
use integration_tests::{Customer, Marketing, Member, Platform, Shop, rule};
use reqwest::Method;
use serde_json::{Value, json};

use crate::paying::Waiting;

/// Rules A to C and the code of the example. Pearls are in the price of the red tea here, so three cost 30 more.
async fn rules(
    marketing: &Marketing<'_>,
    shop: &Shop,
    [red, green]: [&str; 2],
) -> anyhow::Result<String> {
    let of_product = |product: &str, mut rule: Value| {
        rule["target"] = json!({"product_ids": [product]});
        rule
    };
    let spend = |off: i64| json!({"order": {"thresholds": [{"at": 150, "off": {"amount": off}}]}});
    let a = rule(
        shop,
        "綠茶九折",
        json!({"item": {"off": {"percent_bp": 1_000}}}),
    );
    let b = rule(shop, "任選三杯", json!({"any_n": {"n": 3, "price": 129}}));
    marketing.promotion(of_product(green, a)).await?;
    marketing.promotion(of_product(red, b)).await?;
    marketing
        .promotion(rule(shop, "滿 150 折 10", spend(10)))
        .await?;
    let code = format!("SAVE{}", shop.organisation.to_uppercase());
    marketing
        .code(&code, rule(shop, "折 20", spend(20)))
        .await?;
    Ok(code)
}

/// Staff refunds units of a line and what they came to.
async fn refund(
    shop: &Shop,
    order: &Value,
    line: &str,
    units: i64,
    amount: i64,
) -> anyhow::Result<()> {
    let path = format!("/orders/{}/refunds", text(order, "/order_id")?);
    let body = json!({
        "selection": {"whole": false, "units": [{"line_id": line, "quantity": units}]},
        "reason": "珍珠賣完", "paid_out_by": "", "expected_amount": amount,
    });
    shop.owner.call(Method::POST, &path, body).await?;
    Ok(())
}

#[tokio::test]
async fn points_that_a_refunded_unit_earned_are_taken_back() -> anyhow::Result<()> {
    let platform = Platform::find()?;
    let shop = platform.shop(100).await?;
    shop.take_payments(&platform.endpoints, &["linepay"])
        .await?;
    let marketing = Marketing::of(&shop).await?;
    let red = marketing.sells("珍珠紅茶", 45).await?;
    let green = marketing.sells("翠玉綠茶", 30).await?;
    marketing.points(30, 2_000).await?;
    let gold = marketing.gold(500, 15_000).await?;
    let products = [red.product_id.as_str(), green.product_id.as_str()];
    let code = rules(&marketing, &shop, products).await?;
    let member = Member::join(&platform, &shop).await?;
    member.until_points(30).await?;
    marketing.set_tier(&member.id, &gold).await?;

    // E1: 195 at list, 116 to pay, 16 points to earn; 28 of the 30 points that were wished for are used.
    let mut cart = Customer::cart(&[(&red, 3), (&green, 2)]);
    cart["entered"] = json!({"codes": [code], "points": 30});
    let customer = member.customer.clone();
    let quote = marketing.until_total(&customer, &cart, 116).await?;
    let points = &quote["benefits"]["points"];
    assert_eq!(
        (&points["used"], &points["to_earn"]),
        (&json!(28), &json!(16))
    );
    let waiting = Waiting::place(platform, shop, customer, &cart, "line_pay").await?;
    let started = waiting.start("line_pay").await?;
    assert_eq!(started.status, 200, "{started:?}");
    waiting.pay("linepay", &started.body["next"]).await?;
    waiting.until(|order| order["state"] == "placed").await?;
    let shop = &waiting.shop;
    let path = format!("/orders/{}", text(&waiting.order, "/order_id")?);
    let placed = shop.owner.call(Method::GET, &path, Value::Null).await?["order"].clone();
    let ready = shop.transition(&placed, json!({"to": "ready"})).await?;
    let done = shop.transition(&ready, json!({"to": "completed"})).await?;
    member.until_points(30 - 28 + 16).await?;

    let refundable = format!("{path}/refunds");
    let found = shop
        .owner
        .call(Method::GET, &refundable, Value::Null)
        .await?;
    let mut lines = found["lines"].as_array().into_iter().flatten();
    let reds = lines.find(|line| line["product_name"] == "珍珠紅茶");
    let reds = reds.with_context(|| format!("no red tea in {found}"))?;
    assert_eq!(
        (&reds["nets"], &reds["points"]),
        (&json!([27, 27, 28]), &json!([6, 7, 7]))
    );
    let line = text(reds, "/line_id")?;

    // E2: the last red unit is 27 dollars and 6 points; the goods that are left earn 12, so 4 are taken back.
    refund(shop, &done, line, 1, 27).await?;
    waiting.until(|order| order["refunded"] == 27).await?;
    member.until_points(18 + 6 - 4).await?;

    // All three reds give back 82 dollars and 20 points; what is left earns 4.
    refund(shop, &done, line, 2, 55).await?;
    waiting.until(|order| order["refunded"] == 82).await?;
    member.until_points(20 + 14 - 8).await?;
    Ok(())
}
