use serde_json::{Value, json};

use super::{NAME, signature::sign};
use crate::testing::Bench;

const CHANNEL: &str = "1656001001";
const SECRET: &str = "a917ab6a2367b536f8e5a6e2977e06f4";
const REFERENCE: &str = "YZM20260115A00001P01";

async fn send(bench: &Bench, post: bool, path: &str, payload: &str, nonce: &str) -> Value {
    let url = bench.url(NAME, path);
    let request = if post {
        bench.http.post(url).body(payload.to_owned())
    } else {
        bench
            .http
            .get(format!("{url}?{payload}").trim_end_matches('?'))
    };
    let request = request
        .header("content-type", "application/json")
        .header("x-line-channelid", CHANNEL)
        .header("x-line-authorization-nonce", nonce)
        .header("x-line-authorization", sign(SECRET, path, payload, nonce));
    let text = request.send().await.unwrap().text().await.unwrap();
    serde_json::from_str(&text).unwrap()
}

/// A signed call; every call has a nonce of its own.
async fn call(bench: &Bench, post: bool, path: &str, payload: &str) -> Value {
    let count = bench.get("/requests").await.as_array().unwrap().len();
    send(bench, post, path, payload, &format!("nonce-{count}")).await
}

fn order(bench: &Bench, reference: &str, more: Value) -> String {
    let mut order = json!({
        "amount": 165, "currency": "TWD", "orderId": reference,
        "packages": [{ "id": "tp01", "amount": 165, "name": "一號店",
            "products": [{ "name": "珍珠奶茶", "quantity": 3, "price": 55 }] }],
        "redirectUrls": { "confirmUrl": bench.shop.at("/confirm?a=1"),
            "cancelUrl": bench.shop.at("/cancel") },
    });
    for (name, value) in more.as_object().unwrap() {
        order[name] = value.clone();
    }
    order.to_string()
}

async fn request(bench: &Bench, more: Value) -> String {
    let body = order(bench, REFERENCE, more);
    let answer = call(bench, true, "/v3/payments/request", &body).await;
    assert_eq!(answer["returnCode"], "0000", "{answer}");
    let id = answer["info"]["transactionId"].as_u64().unwrap();
    assert!(id > 1 << 53);
    id.to_string()
}

async fn post(bench: &Bench, path: String, body: Value) -> String {
    let answer = call(bench, true, &path, &body.to_string()).await;
    answer["returnCode"].as_str().unwrap().to_owned()
}

async fn confirm(bench: &Bench, id: &str, amount: i64) -> String {
    let body = json!({ "amount": amount, "currency": "TWD" });
    post(bench, format!("/v3/payments/{id}/confirm"), body).await
}

async fn check(bench: &Bench, id: &str) -> String {
    let path = format!("/v3/payments/requests/{id}/check");
    bench.advance(1).await;
    let answer = call(bench, false, &path, "").await;
    answer["returnCode"].as_str().unwrap().to_owned()
}

async fn act(bench: &Bench, action: &str) -> Value {
    bench
        .act(NAME, json!({ "action": action, "reference": REFERENCE }))
        .await
}

#[tokio::test]
async fn money_moves_when_the_shop_confirms_and_only_once() {
    let bench = Bench::new().await;
    let id = request(&bench, json!({})).await;
    assert_eq!(check(&bench, &id).await, "0000");
    let outcome = act(&bench, "pay").await;
    let url = outcome["browser"]["url"].as_str().unwrap();
    assert!(url.ends_with(&format!(
        "/confirm?a=1&transactionId={id}&orderId={REFERENCE}"
    )));
    assert_eq!(check(&bench, &id).await, "0110");
    assert_eq!(bench.money(REFERENCE).await["charges"], 0);
    assert!(bench.violations().await.is_empty());
    assert_eq!(confirm(&bench, &id, 100).await, "1153");
    assert_eq!(bench.violations().await, ["amount"]);
    assert_eq!(confirm(&bench, &id, 165).await, "0000");
    assert_eq!(confirm(&bench, &id, 165).await, "1152");
    assert_eq!(check(&bench, &id).await, "0123");
    assert_eq!(bench.money(REFERENCE).await["charged"], 165);
}

#[tokio::test]
async fn a_confirm_during_another_is_a_duplicate() {
    let bench = Bench::new().await;
    let id = request(&bench, json!({})).await;
    act(&bench, "pay").await;
    bench
        .arm(json!({ "system": NAME, "fault": "slow_confirm", "value": { "seconds": 600 } }))
        .await;
    let first = confirm(&bench, &id, 165);
    let second = async {
        bench.arrived(2).await;
        let answer = confirm(&bench, &id, 165).await;
        bench.advance(600).await;
        answer
    };
    let answers = futures::join!(first, second);
    assert_eq!(answers, ("0000".to_owned(), "1198".to_owned()));
    assert_eq!(bench.money(REFERENCE).await["charged"], 165);
}

#[tokio::test]
async fn a_confirm_without_answer_has_taken_effect_and_the_details_show_it() {
    let bench = Bench::new().await;
    let id = request(&bench, json!({})).await;
    act(&bench, "pay").await;
    let reset = json!({ "system": NAME, "call": "confirm", "fault": "html", "commit": true });
    bench.arm(reset).await;
    let path = format!("/v3/payments/{id}/confirm");
    let body = r#"{"amount":165,"currency":"TWD"}"#;
    let answer = bench
        .http
        .post(bench.url(NAME, &path))
        .header("content-type", "application/json")
        .header("x-line-channelid", CHANNEL)
        .header("x-line-authorization-nonce", "n")
        .header("x-line-authorization", sign(SECRET, &path, body, "n"));
    let text = answer
        .body(body)
        .send()
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    assert!(text.contains("<html>"));
    let query = format!("transactionId={id}&orderId={REFERENCE}");
    let details = call(&bench, false, "/v3/payments", &query).await;
    assert_eq!(details["info"][0]["payStatus"], "CAPTURE");
    assert_eq!(details["info"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_request_lapses_after_twenty_minutes() {
    let bench = Bench::new().await;
    let id = request(&bench, json!({})).await;
    act(&bench, "pay").await;
    bench.advance(20 * 60).await;
    assert_eq!(check(&bench, &id).await, "0121");
    assert_eq!(confirm(&bench, &id, 165).await, "1180");
}

#[tokio::test]
async fn an_authorisation_is_captured_in_part_or_given_up() {
    let bench = Bench::new().await;
    let options = json!({ "options": { "payment": { "capture": false } } });
    let id = request(&bench, options).await;
    act(&bench, "pay").await;
    confirm(&bench, &id, 165).await;
    let capture = format!("/v3/payments/authorizations/{id}/capture");
    let body = |amount: i64| json!({ "amount": amount, "currency": "TWD" });
    assert_eq!(post(&bench, capture.clone(), body(200)).await, "1184");
    assert_eq!(post(&bench, capture, body(100)).await, "0000");
    let void = format!("/v3/payments/authorizations/{id}/void");
    assert_eq!(post(&bench, void, json!({})).await, "1179");
    assert_eq!(bench.money(REFERENCE).await["charged"], 100);
}

#[tokio::test]
async fn refunds_are_repeatable_up_to_what_is_left() {
    let bench = Bench::new().await;
    let id = request(&bench, json!({})).await;
    act(&bench, "pay").await;
    confirm(&bench, &id, 165).await;
    let path = format!("/v3/payments/{id}/refund");
    assert_eq!(
        post(&bench, path.clone(), json!({ "refundAmount": 65 })).await,
        "0000"
    );
    assert_eq!(
        post(&bench, path.clone(), json!({ "refundAmount": 101 })).await,
        "1164"
    );
    assert_eq!(post(&bench, path.clone(), json!({})).await, "0000");
    assert_eq!(post(&bench, path, json!({})).await, "1165");
    let details = call(
        &bench,
        false,
        "/v3/payments",
        &format!("orderId={REFERENCE}"),
    )
    .await;
    assert_eq!(details["info"][0]["refundList"][0]["refundAmount"], -65);
    assert_eq!(bench.money(REFERENCE).await["left"], 0);
}

#[tokio::test]
async fn what_the_platform_does_wrong_is_a_violation() {
    let bench = Bench::new().await;
    let id = request(&bench, json!({})).await;
    assert_eq!(confirm(&bench, &id, 165).await, "1169");
    for (reference, more, code) in [
        (REFERENCE, json!({}), "1172"),
        ("B1", json!({ "amount": 166 }), "1124"),
        ("B2", json!({ "currency": "USD" }), "1178"),
        ("", json!({}), "2101"),
    ] {
        let body = order(&bench, reference, more);
        let answer = call(&bench, true, "/v3/payments/request", &body).await;
        assert_eq!(answer["returnCode"], code);
    }
    let twice = order(&bench, "B3", json!({}));
    send(&bench, true, "/v3/payments/request", &twice, "same").await;
    let answer = send(&bench, true, "/v3/payments/request", &twice, "same").await;
    assert_eq!(answer["returnCode"], "1106");
    let rules = [
        "confirm before authentication",
        "unique reference",
        "sum of amounts",
        "currency",
        "fields",
        "header or signature",
    ];
    assert_eq!(bench.violations().await, rules);
}

#[tokio::test]
async fn the_server_type_calls_the_confirm_url_itself() {
    let bench = Bench::new().await;
    let urls = json!({ "redirectUrls": { "confirmUrl": bench.shop.at("/confirm"),
        "cancelUrl": bench.shop.at("/cancel"), "confirmUrlType": "SERVER" } });
    let id = request(&bench, urls).await;
    act(&bench, "pay").await;
    let path = &bench.shop.received()[0].path;
    assert_eq!(
        *path,
        format!("/confirm?transactionId={id}&orderId={REFERENCE}")
    );
}
