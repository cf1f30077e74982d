use serde_json::{Value, json};

use super::NAME;
use crate::testing::Bench;

const KEY: &str = "partner_TESTKEY0123456789abcdef";
const REFERENCE: &str = "YZM20260115A00001P01";
const BANK_ID: &str = "YZM0115A00001P01";
const PUBLIC_PRIME: &str = "test_3a2fb2b7e892b914a03c95dd4dd5dc7970c908df67a49527c0a648b2bc9";

async fn call(bench: &Bench, path: &str, mut body: Value) -> Value {
    body["partner_key"] = json!(KEY);
    let request = bench
        .http
        .post(bench.url(NAME, path))
        .header("x-api-key", KEY);
    request
        .json(&body)
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap()
}

fn payment(bench: &Bench, more: Value) -> Value {
    let mut body = json!({
        "prime": PUBLIC_PRIME, "merchant_id": "yizhimai_CTBC", "amount": 165, "currency": "TWD",
        "details": "珍珠奶茶x2", "order_number": REFERENCE, "bank_transaction_id": BANK_ID,
        "cardholder": { "phone_number": "+886912345678", "name": "客", "email": "a@example.test" },
        "result_url": { "frontend_redirect_url": bench.shop.at("/return"),
            "backend_notify_url": bench.shop.at("/notify") },
    });
    for (name, value) in more.as_object().unwrap() {
        body[name] = value.clone();
    }
    body
}

async fn pay(bench: &Bench, more: Value) -> Value {
    call(bench, "/tpc/payment/pay-by-prime", payment(bench, more)).await
}

async fn records(bench: &Bench) -> Value {
    let body = json!({ "records_per_page": 10, "page": 0,
        "filters": { "bank_transaction_id": BANK_ID } });
    call(bench, "/tpc/transaction/query", body).await
}

async fn prime(bench: &Bench, number: &str) -> String {
    let card = [
        ("app_id", "11327"),
        ("app_key", "app_TESTKEY0123456789abcdef"),
        ("number", number),
        ("expiry", "01/30"),
        ("ccv", "123"),
    ];
    let body: String = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(card)
        .finish();
    let request = bench
        .http
        .post(bench.url(NAME, "/sandbox/prime"))
        .header("content-type", "application/x-www-form-urlencoded");
    let answer: Value = request
        .body(body)
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    assert_eq!(answer["status"], 0, "{answer}");
    answer["prime"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_payment_is_charged_once_and_its_record_ends_the_list() {
    let bench = Bench::new().await;
    let paid = pay(&bench, json!({})).await;
    assert_eq!(paid["status"], 0, "{paid}");
    let found = records(&bench).await;
    assert_eq!(found["status"], 2);
    let record = &found["trade_records"][0];
    assert_eq!(
        (&record["record_status"], &record["amount"]),
        (&json!(1), &json!(165))
    );
    assert_eq!(bench.money(REFERENCE).await["charges"], 1);
    assert!(bench.violations().await.is_empty());
    assert_eq!(pay(&bench, json!({})).await["status"], 502);
    assert_eq!(bench.violations().await, ["unique reference"]);
}

#[tokio::test]
async fn a_prime_is_spent_by_its_first_use_and_lives_ninety_seconds() {
    let bench = Bench::new().await;
    let card = prime(&bench, "4242 4242 4242 4242").await;
    let old = prime(&bench, "4242424242424242").await;
    let with = |prime: &str, id: &str| json!({ "prime": prime, "bank_transaction_id": id });
    assert_eq!(pay(&bench, with(&card, "A1")).await["status"], 0);
    assert_eq!(pay(&bench, with(&card, "A2")).await["status"], 121);
    bench.advance(91).await;
    assert_eq!(pay(&bench, with(&old, "A3")).await["status"], 91);
    let declined = prime(&bench, "4000000000000002").await;
    assert_eq!(pay(&bench, with(&declined, "A4")).await["status"], 10_003);
    let requests = bench.get("/requests").await.to_string();
    assert!(!requests.contains("4242424242424242"));
}

#[tokio::test]
async fn a_redirected_payment_is_paid_on_the_page_and_reported_by_an_unsigned_notice() {
    let bench = Bench::new().await;
    let started = pay(&bench, json!({ "three_domain_secure": true })).await;
    let page = bench
        .http
        .get(started["payment_url"].as_str().unwrap())
        .send()
        .await
        .unwrap();
    assert!(page.text().await.unwrap().contains("NT$ 165"));
    assert_eq!(bench.money(REFERENCE).await["charges"], 0);
    assert_eq!(
        records(&bench).await["trade_records"][0]["record_status"],
        4
    );

    // A forged notice says paid; the record does not.
    let forged = json!({
        "system": NAME, "reference": REFERENCE, "kind": "notify",
        "faults": [{ "fault": "set", "value": { "status": 0 } }],
    });
    bench.post("/deliveries", forged).await;
    assert_eq!(
        records(&bench).await["trade_records"][0]["record_status"],
        4
    );

    let outcome = bench
        .act(NAME, json!({ "action": "pay", "reference": REFERENCE }))
        .await;
    assert!(
        outcome["browser"]["url"]
            .as_str()
            .unwrap()
            .contains("status=0")
    );
    let notice: Value = serde_json::from_str(&bench.shop.received()[1].body).unwrap();
    assert_eq!(
        (&notice["status"], &notice["amount"]),
        (&json!(0), &json!(165))
    );
    assert_eq!(bench.money(REFERENCE).await["charged"], 165);
}

#[tokio::test]
async fn the_record_shows_a_payment_without_answer_after_a_while() {
    let bench = Bench::new().await;
    let fault = |fault: &str, value: Value| {
        json!({ "system": NAME, "call": "pay_by_prime", "fault": fault, "commit": true,
            "value": value })
    };
    bench
        .arm(fault("record_delay", json!({ "seconds": 60 })))
        .await;
    bench.arm(fault("reset", json!({}))).await;
    let mut body = payment(&bench, json!({}));
    body["partner_key"] = json!(KEY);
    let url = bench.url(NAME, "/tpc/payment/pay-by-prime");
    assert!(
        bench
            .http
            .post(url)
            .header("x-api-key", KEY)
            .json(&body)
            .send()
            .await
            .is_err()
    );
    assert_eq!(records(&bench).await["number_of_transactions"], 0);
    bench.advance(61).await;
    assert_eq!(records(&bench).await["number_of_transactions"], 1);
}

#[tokio::test]
async fn manual_and_delayed_captures_and_refunds_follow_the_day() {
    let bench = Bench::new().await;
    let paid = pay(&bench, json!({ "delay_capture_in_days": 2 })).await;
    let id = paid["rec_trade_id"].clone();
    let refund = async |amount: i64| {
        let body = json!({ "rec_trade_id": id, "amount": amount });
        call(&bench, "/tpc/transaction/refund", body).await
    };
    bench.advance(86_400).await;
    assert_eq!(refund(65).await["status"], 92);
    bench.advance(86_400).await;
    let done = refund(65).await;
    assert_eq!(
        (&done["status"], &done["is_captured"]),
        (&json!(0), &json!(true))
    );
    assert_eq!(refund(101).await["status"], 503);
    let undone = call(
        &bench,
        "/tpc/transaction/refund/cancel",
        json!({ "rec_trade_id": id }),
    );
    assert_eq!(undone.await["status"], 0);
    assert_eq!(refund(165).await["status"], 0);
    assert_eq!(
        records(&bench).await["trade_records"][0]["record_status"],
        3
    );
    assert!(bench.violations().await.is_empty());
}

#[tokio::test]
async fn both_keys_are_checked() {
    let bench = Bench::new().await;
    let url = bench.url(NAME, "/tpc/transaction/query");
    let wrong = bench
        .http
        .post(&url)
        .header("x-api-key", "x")
        .json(&json!({}));
    let answer: Value = wrong.send().await.unwrap().json().await.unwrap();
    assert_eq!(answer["status"], 80);
    let wrong = bench
        .http
        .post(&url)
        .header("x-api-key", KEY)
        .json(&json!({}));
    let answer: Value = wrong.send().await.unwrap().json().await.unwrap();
    assert_eq!(answer["status"], 84);
    assert_eq!(bench.violations().await, ["x-api-key", "partner_key"]);
}
