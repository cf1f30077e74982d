use serde_json::{Value, json};

use super::{NAME, digest::digest};
use crate::testing::Bench;

const SECRET: &str = "yizhimai-loopback-secret-01";
const REFERENCE: &str = "YZM20260115A00001P01";

async fn call(bench: &Bench, path: &str, body: Option<Value>) -> Value {
    let url = bench.url(NAME, path);
    let (request, message) = match body {
        Some(body) => (
            bench.http.post(url).body(body.to_string()),
            body.to_string(),
        ),
        None => (
            bench.http.get(url),
            path.split('?').nth(1).unwrap_or("").to_owned(),
        ),
    };
    let request = request
        .header("content-type", "application/json")
        .header("api-key", "sandbox-api-key-01")
        .header("digest", digest(SECRET, message.as_bytes()));
    let text = request.send().await.unwrap().text().await.unwrap();
    serde_json::from_str(&text).unwrap()
}

fn order(bench: &Bench) -> Value {
    json!({
        "platform_order_id": REFERENCE,
        "store_id": "35f12dff-1581-11e9-a054-00505684fd45",
        "currency": "TWD", "total_price": 165, "final_price": 165, "unredeem": 0,
        "result_url": bench.shop.at("/result"),
        "result_display_url": bench.shop.at("/back"),
    })
}

async fn entry(bench: &Bench, order: Value) -> Value {
    call(bench, "/platform/entry", Some(order)).await
}

async fn status(bench: &Bench, ids: &str) -> Vec<Value> {
    let answer = call(
        bench,
        &format!("/platform/inquiry?platform_order_ids={ids}"),
        None,
    )
    .await;
    assert_eq!(answer["result"], "000");
    let transactions = answer["result_object"]["transactions"].as_array().unwrap();
    transactions
        .iter()
        .map(|transaction| transaction["status"].clone())
        .collect()
}

async fn refund(bench: &Bench, id: &str, amount: i64) -> Value {
    let body = json!({
        "platform_order_id": REFERENCE, "refund_order_id": id, "refund_amount": amount,
    });
    call(bench, "/platform/refund", Some(body)).await
}

fn pay() -> Value {
    json!({ "action": "pay", "reference": REFERENCE })
}

#[tokio::test]
async fn a_payment_is_found_by_inquiry_and_its_result_retried_until_200() {
    let bench = Bench::new().await;
    assert_eq!(entry(&bench, order(&bench)).await["result"], "000");
    assert_eq!(
        status(&bench, &format!("{REFERENCE},none")).await,
        ["101", "102"]
    );
    bench.shop.answer(&[(500, ""), (503, "")]);
    let outcome = bench.act(NAME, pay()).await;
    assert_eq!(outcome["browser"]["url"], bench.shop.at("/back"));
    // After two seconds, and four more.
    bench.advance(7).await;
    assert_eq!(bench.shop.received().len(), 3);
    assert_eq!(status(&bench, REFERENCE).await, ["0"]);
    assert_eq!(entry(&bench, order(&bench)).await["result"], "101");
    assert_eq!(bench.money(REFERENCE).await["charges"], 1);
    assert!(bench.violations().await.is_empty());
}

#[tokio::test]
async fn an_unanswered_result_is_given_up_after_twelve_retries() {
    let bench = Bench::new().await;
    entry(&bench, order(&bench)).await;
    bench.shop.usually(500, "");
    bench.act(NAME, pay()).await;
    bench.advance(3 * 3_600).await;
    assert_eq!(bench.shop.received().len(), 13);
}

#[tokio::test]
async fn the_shop_may_refuse_before_the_money_is_taken() {
    let bench = Bench::new().await;
    let mut order = order(&bench);
    order["confirm_url"] = json!(bench.shop.at("/confirm"));
    entry(&bench, order).await;
    bench.shop.answer(&[(200, r#"{"valid":false}"#)]);
    bench.act(NAME, pay()).await;
    assert_eq!(bench.money(REFERENCE).await["charges"], 0);
    bench.shop.answer(&[(500, ""), (200, r#"{"valid":true}"#)]);
    bench.act(NAME, pay()).await;
    assert_eq!(bench.money(REFERENCE).await["charges"], 1);
    assert!(bench.violations().await.is_empty());
}

#[tokio::test]
async fn the_link_lasts_twenty_minutes_and_the_same_content_renews_it() {
    let bench = Bench::new().await;
    entry(&bench, order(&bench)).await;
    bench.advance(20 * 60 + 1).await;
    let (refused, _) = bench
        .control(reqwest::Method::POST, "/jkopay/act", pay())
        .await;
    assert_eq!(refused, 409);
    assert_eq!(entry(&bench, order(&bench)).await["result"], "000");
    let mut other = order(&bench);
    other["final_price"] = json!(100);
    assert_eq!(entry(&bench, other).await["result"], "200");
    assert_eq!(bench.violations().await, ["unique reference"]);
    bench.act(NAME, pay()).await;
    assert_eq!(bench.money(REFERENCE).await["charged"], 165);
}

#[tokio::test]
async fn a_refund_is_repeatable_under_its_id_and_bounded() {
    let bench = Bench::new().await;
    entry(&bench, order(&bench)).await;
    bench
        .act(
            NAME,
            json!({ "action": "pay", "reference": REFERENCE, "coins": 100 }),
        )
        .await;
    let first = refund(&bench, "R1", 100).await["result_object"].clone();
    assert_eq!(
        (&first["debit_amount"], &first["redeem_amount"]),
        (&json!("65"), &json!("35"))
    );
    assert_eq!(refund(&bench, "R1", 100).await["result_object"], first);
    assert_eq!(refund(&bench, "R2", 66).await["result"], "922");
    bench
        .arm(json!({ "system": NAME, "fault": "balance_short" }))
        .await;
    assert_eq!(refund(&bench, "R3", 65).await["result"], "113");
    assert_eq!(refund(&bench, "R3", 65).await["result"], "000");
    assert_eq!(bench.money(REFERENCE).await["left"], 0);
    assert!(bench.violations().await.is_empty());
}

#[tokio::test]
async fn wrong_digests_and_encoded_commas_are_violations() {
    let bench = Bench::new().await;
    let url = bench.url(NAME, "/platform/entry");
    let request = bench
        .http
        .post(url)
        .json(&order(&bench))
        .header("digest", "00");
    request
        .header("api-key", "sandbox-api-key-01")
        .send()
        .await
        .unwrap();
    call(&bench, "/platform/inquiry?platform_order_ids=a%2Cb", None).await;
    assert_eq!(bench.violations().await, ["DIGEST", "query"]);
}
