use reqwest::Method;
use serde_json::{Value, json};

use super::{NAME, events::signature};
use crate::{fields::Fields, testing::Bench};

const REFERENCE: &str = "YZM20260115A00001P01";
const SECRET: &str = "whsec_yizhimai_dev";

async fn bench() -> Bench {
    let bench = Bench::new().await;
    let account = json!({
        "secret_key": "sk_test_sandbox1", "publishable_key": "pk_test_sandbox1",
        "webhook_url": bench.shop.at("/webhook"), "webhook_secrets": [SECRET],
    });
    let path = "/stripe/merchants/acct_sandbox1";
    assert_eq!(bench.control(Method::PUT, path, account).await.0, 204);
    bench
}

async fn post(bench: &Bench, path: &str, key: &str, form: &Fields) -> (u16, Value) {
    let request = bench
        .http
        .post(bench.url(NAME, path))
        .header("authorization", "Bearer sk_test_sandbox1")
        .header("stripe-version", "2025-09-30.clover")
        .header("idempotency-key", key)
        .header("content-type", "application/x-www-form-urlencoded");
    let response = request.body(form.encode()).send().await.unwrap();
    (response.status().as_u16(), response.json().await.unwrap())
}

fn order() -> Fields {
    Fields::from([
        ("amount", "16500"),
        ("currency", "twd"),
        ("payment_method_types[]", "card"),
        ("metadata[order_id]", REFERENCE),
    ])
}

async fn create(bench: &Bench, order: &Fields) -> Value {
    let (status, intent) = post(bench, "/v1/payment_intents", "create", order).await;
    assert_eq!(status, 200, "{intent}");
    intent
}

async fn act(bench: &Bench, action: &str) -> Value {
    bench
        .act(NAME, json!({ "action": action, "reference": REFERENCE }))
        .await
}

/// The types of the events that arrived, each with a right signature.
fn events(bench: &Bench) -> Vec<String> {
    let received = bench.shop.received();
    let events = received.iter().map(|received| {
        let header = received.headers["stripe-signature"].to_str().unwrap();
        let time = header[2..].split(',').next().unwrap().parse().unwrap();
        assert_eq!(
            header,
            signature(&[SECRET.to_owned()], time, &received.body)
        );
        let event: Value = serde_json::from_str(&received.body).unwrap();
        event["type"].as_str().unwrap().to_owned()
    });
    events.collect()
}

#[test]
fn the_published_signature_comes_out() {
    let body = r#"{"id":"evt_1YZM0001","object":"event","api_version":"2025-09-30","type":"payment_intent.succeeded","data":{"object":{"id":"pi_1YZM0001","object":"payment_intent","amount":16500,"amount_received":16500,"currency":"twd","status":"succeeded","metadata":{"order_id":"YZM20260115A00001"}}}}"#;
    assert_eq!(
        signature(&["whsec_test_secret".to_owned()], 1_768_449_690, body),
        "t=1768449690,v1=0ca02503bb07ad5206fea0a6037360f3f87f53b63728da926bf6c8cb46caa68c"
    );
}

#[tokio::test]
async fn a_payment_is_confirmed_by_the_script_and_reported_by_a_signed_event() {
    let bench = bench().await;
    let intent = create(&bench, &order()).await;
    let confirm = Fields::from([
        ("key", "pk_test_sandbox1"),
        ("client_secret", intent["client_secret"].as_str().unwrap()),
        ("number", "4242 4242 4242 4242"),
        ("return_url", "http://shop.example.test/back"),
    ]);
    let request = bench
        .http
        .post(bench.url(NAME, "/sandbox/confirm"))
        .header("content-type", "application/x-www-form-urlencoded");
    let answer: Value = request
        .body(confirm.encode())
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    assert_eq!(answer["paymentIntent"]["status"], "succeeded");
    bench.settle().await;
    assert_eq!(events(&bench), ["payment_intent.succeeded"]);
    assert_eq!(bench.money(REFERENCE).await["charged"], 16_500);
    assert!(bench.violations().await.is_empty());
}

#[tokio::test]
async fn a_key_makes_one_intent_and_replays_its_answer() {
    let bench = bench().await;
    let error = json!({ "system": NAME, "call": "create", "fault": "error", "commit": true });
    bench.arm(error).await;
    let path = "/v1/payment_intents";
    assert_eq!(post(&bench, path, "k", &order()).await.0, 500);
    assert_eq!(post(&bench, path, "k", &order()).await.0, 500);
    let other = order().with("amount", "100");
    let (status, body) = post(&bench, path, "k", &other).await;
    assert_eq!(
        (status, &body["error"]["type"]),
        (400, &json!("idempotency_error"))
    );
    assert_eq!(
        bench.money(REFERENCE).await["payments"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    assert_eq!(bench.violations().await, ["idempotency key"]);
}

#[tokio::test]
async fn the_same_key_at_the_same_time_conflicts() {
    let bench = bench().await;
    bench
        .arm(json!({ "system": NAME, "fault": "slow_call", "value": { "seconds": 3_600 } }))
        .await;
    let order = order();
    let first = post(&bench, "/v1/payment_intents", "k", &order);
    let second = async {
        bench.arrived(1).await;
        let answer = post(&bench, "/v1/payment_intents", "k", &order).await;
        bench.advance(3_600).await;
        answer
    };
    let (first, second) = futures::join!(first, second);
    assert_eq!((first.0, second.0), (200, 409));
}

#[tokio::test]
async fn a_card_may_be_declined_or_want_the_banks_page() {
    let bench = bench().await;
    create(&bench, &order()).await;
    act(&bench, "decline").await;
    act(&bench, "challenge").await;
    act(&bench, "pay").await;
    let kinds = events(&bench);
    let kinds: Vec<&str> = kinds.iter().map(String::as_str).collect();
    assert_eq!(
        kinds,
        [
            "payment_intent.payment_failed",
            "payment_intent.requires_action",
            "payment_intent.succeeded"
        ]
    );
    assert_eq!(bench.money(REFERENCE).await["charges"], 1);
}

#[tokio::test]
async fn an_authorisation_is_captured_in_part_or_lapses_after_seven_days() {
    let bench = bench().await;
    let manual = order().with("capture_method", "manual");
    let intent = create(&bench, &manual).await;
    act(&bench, "pay").await;
    let path = format!(
        "/v1/payment_intents/{}/capture",
        intent["id"].as_str().unwrap()
    );
    let part = Fields::from([("amount_to_capture", "10000")]);
    let (_, captured) = post(&bench, &path, "capture", &part).await;
    assert_eq!(captured["amount_received"], 10_000);
    let second = manual.with("metadata[order_id]", "OTHER");
    post(&bench, "/v1/payment_intents", "other", &second).await;
    bench
        .act(NAME, json!({ "action": "pay", "reference": "OTHER" }))
        .await;
    bench.advance(7 * 86_400).await;
    assert_eq!(bench.money("OTHER").await["charged"], 0);
    assert_eq!(events(&bench).last().unwrap(), "payment_intent.canceled");
}

#[tokio::test]
async fn refunds_are_bounded_and_reported() {
    let bench = bench().await;
    let intent = create(&bench, &order()).await;
    act(&bench, "pay").await;
    let refund = |amount: &str| {
        Fields::from([
            ("payment_intent", intent["id"].as_str().unwrap()),
            ("amount", amount),
        ])
    };
    assert_eq!(
        post(&bench, "/v1/refunds", "r1", &refund("5500")).await.0,
        200
    );
    assert_eq!(
        post(&bench, "/v1/refunds", "r1", &refund("5500")).await.0,
        200
    );
    let (status, error) = post(&bench, "/v1/refunds", "r2", &refund("11001")).await;
    assert_eq!(
        (status, &error["error"]["code"]),
        (400, &json!("amount_too_large"))
    );
    bench.settle().await;
    let kinds = events(&bench);
    assert!(kinds.contains(&"charge.refunded".to_owned()));
    assert!(kinds.contains(&"refund.updated".to_owned()));
    assert_eq!(bench.money(REFERENCE).await["refunded"], 5_500);
    assert!(bench.violations().await.is_empty());
}

#[tokio::test]
async fn an_event_is_retried_until_2xx_and_can_be_forged() {
    let bench = bench().await;
    create(&bench, &order()).await;
    bench.shop.answer(&[(500, ""), (204, "")]);
    act(&bench, "pay").await;
    bench.advance(130).await;
    assert_eq!(bench.shop.received().len(), 2);
    for fault in [
        json!({ "fault": "bad_signature" }),
        json!({ "fault": "foreign_key" }),
        json!({ "fault": "old_timestamp", "value": { "seconds": 301 } }),
        json!({ "fault": "alter", "value": { "type": "charge.refunded" } }),
    ] {
        bench.shop.answer(&[(400, "")]);
        let body = json!({ "system": NAME, "reference": REFERENCE,
            "kind": "payment_intent.succeeded", "faults": [fault] });
        let attempts = bench.post("/deliveries", body).await;
        assert_eq!(attempts[0]["acknowledged"], false);
    }
    assert!(bench.violations().await.is_empty());
}

#[tokio::test]
async fn what_the_platform_does_wrong_is_a_violation() {
    let bench = bench().await;
    for (key, order) in [
        ("a", order().with("amount", "16550")),
        ("b", order().with("currency", "TWD")),
        ("", order()),
    ] {
        assert_eq!(
            post(&bench, "/v1/payment_intents", key, &order).await.0,
            400
        );
    }
    assert_eq!(
        bench.violations().await,
        ["amount", "currency", "idempotency key"]
    );
}
