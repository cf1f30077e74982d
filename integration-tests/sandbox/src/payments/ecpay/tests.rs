use reqwest::Method;
use serde_json::{Value, json};

use super::{NAME, check_code::Keys};
use crate::{
    fields::Fields,
    testing::{Bench, Shop, StateFile},
};

const REFERENCE: &str = "YZM20260115A00001P01";

fn keys() -> Keys {
    Keys {
        key: "pwFHCqoQZGmho4w6".to_owned(),
        iv: "EkRm7iFT261dpevs".to_owned(),
    }
}

fn order(shop: &Shop) -> Fields {
    Fields::from([
        ("MerchantID", "3002607"),
        ("MerchantTradeNo", REFERENCE),
        ("MerchantTradeDate", "2026/01/15 12:00:00"),
        ("PaymentType", "aio"),
        ("TotalAmount", "165"),
        ("TradeDesc", "一指買"),
        ("ItemName", "珍珠奶茶 x2#鹹酥雞 x1"),
        ("ReturnURL", &shop.at("/result")),
        ("PaymentInfoURL", &shop.at("/issued")),
        ("OrderResultURL", &shop.at("/browser")),
        ("ChoosePayment", "ALL"),
        ("EncryptType", "1"),
    ])
}

async fn send(bench: &Bench, path: &str, mut fields: Fields) -> (u16, String) {
    keys().sign(&mut fields);
    let request = bench
        .http
        .post(bench.url(NAME, path))
        .header("content-type", "application/x-www-form-urlencoded");
    let response = request.body(fields.encode()).send().await.unwrap();
    (response.status().as_u16(), response.text().await.unwrap())
}

async fn create(bench: &Bench, order: Fields) -> String {
    send(bench, "/Cashier/AioCheckOut/V5", order).await.1
}

async fn status(bench: &Bench) -> String {
    let now = bench.get("/clock").await["now"]
        .as_str()
        .unwrap()
        .to_owned();
    let now: chrono::DateTime<chrono::Utc> = now.parse().unwrap();
    let query = Fields::from([
        ("MerchantID", "3002607"),
        ("MerchantTradeNo", REFERENCE),
        ("TimeStamp", &now.timestamp().to_string()),
    ]);
    let (status, body) = send(bench, "/Cashier/QueryTradeInfo/V5", query).await;
    assert_eq!(status, 200);
    let fields = Fields::parse(body.as_bytes());
    assert!(keys().verifies(&fields));
    fields.text("TradeStatus").to_owned()
}

async fn do_action(bench: &Bench, action: &str, amount: i64) -> (String, String) {
    let trade_no = bench.money(REFERENCE).await["payments"][0]["transaction"].clone();
    let request = Fields::from([
        ("MerchantID", "3002607"),
        ("MerchantTradeNo", REFERENCE),
        ("TradeNo", trade_no.as_str().unwrap()),
        ("Action", action),
        ("TotalAmount", &amount.to_string()),
    ]);
    let (_, body) = send(bench, "/CreditDetail/DoAction", request).await;
    let fields = Fields::parse(body.as_bytes());
    (
        fields.text("RtnCode").to_owned(),
        fields.text("RtnMsg").to_owned(),
    )
}

fn pay() -> Value {
    json!({ "action": "pay", "reference": REFERENCE })
}

async fn paid(bench: &Bench) {
    let page = create(bench, order(&bench.shop)).await;
    assert!(page.contains("模擬付款，不會扣款"), "{page}");
    bench.act(NAME, pay()).await;
}

#[tokio::test]
async fn a_payment_is_reported_once_and_the_browser_carries_a_signed_copy() {
    let bench = Bench::new().await;
    let page = create(&bench, order(&bench.shop)).await;
    assert!(page.contains("NT$ 165") && page.contains("付款"));
    assert_eq!(status(&bench).await, "0");
    let outcome = bench.act(NAME, pay()).await;

    let received = bench.shop.received();
    assert_eq!(received.len(), 1);
    let result = Fields::parse(received[0].body.as_bytes());
    assert!(keys().verifies(&result));
    assert_eq!(result.text("RtnCode"), "1");
    assert_eq!(result.text("RtnMsg"), "交易成功");
    assert_eq!(result.text("TradeAmt"), "165");
    let copy: Fields = serde_json::from_value(outcome["browser"]["fields"].clone()).unwrap();
    assert!(keys().verifies(&copy));
    assert_eq!(copy.text("RtnMsg"), "Succeeded");

    assert_eq!(status(&bench).await, "1");
    let money = bench.money(REFERENCE).await;
    assert_eq!(
        (&money["charges"], &money["charged"]),
        (&json!(1), &json!(165))
    );
    assert!(bench.violations().await.is_empty());
}

#[tokio::test]
async fn a_person_clicks_through_the_banks_page_and_back_to_the_shop() {
    let bench = Bench::new().await;
    create(&bench, order(&bench.shop)).await;
    let click = async |action: &str| {
        let form = Fields::from([
            ("reference", REFERENCE),
            ("method", "Credit"),
            ("action", action),
        ]);
        let request = bench
            .http
            .post(bench.url(NAME, "/sandbox/act"))
            .header("content-type", "application/x-www-form-urlencoded");
        let response = request.body(form.encode()).send().await.unwrap();
        assert_eq!(response.headers()["x-frame-options"], "DENY");
        response.text().await.unwrap()
    };
    assert!(click("submit").await.contains("3D 驗證"));
    assert_eq!(bench.money(REFERENCE).await["charges"], 0);
    let back = click("pay").await;
    assert!(back.contains(&bench.shop.at("/browser")) && back.contains("CheckMacValue"));
    assert_eq!(bench.money(REFERENCE).await["charges"], 1);
    assert!(click("pay").await.contains("已付款"));
}

#[tokio::test]
async fn an_unacknowledged_result_comes_again_signed_anew_and_five_times_in_all() {
    let bench = Bench::new().await;
    bench.shop.usually(500, "");
    paid(&bench).await;
    bench.advance(3_600).await;
    let received = bench.shop.received();
    assert_eq!(received.len(), 5);
    let second = Fields::parse(received[1].body.as_bytes());
    assert_eq!(second.text("RtnMsg"), "paid");
    assert!(keys().verifies(&second));
    assert_eq!(bench.deliveries(REFERENCE).await[0]["state"], "given_up");
}

#[tokio::test]
async fn results_come_late_held_repeated_or_as_if_unanswered() {
    let bench = Bench::new().await;
    let fault = |fault: &str, value: Value| json!({ "system": NAME, "reference": REFERENCE, "fault": fault, "value": value });
    bench.arm(fault("late", json!({ "seconds": 300 }))).await;
    bench
        .arm(fault("duplicate", json!({ "times": 3, "parallel": true })))
        .await;
    bench.arm(fault("ack_lost", json!({}))).await;
    paid(&bench).await;
    assert!(bench.shop.received().is_empty());
    bench.advance(301).await;
    assert_eq!(bench.shop.received().len(), 3);
    bench.advance(600).await;
    assert_eq!(bench.shop.received().len(), 4);
    assert_eq!(
        bench.deliveries(REFERENCE).await[0]["state"],
        "acknowledged"
    );

    let other = "YZM20260115A00001P02";
    bench
        .arm(json!({ "system": NAME, "reference": other, "fault": "never" }))
        .await;
    let second = order(&bench.shop).with("MerchantTradeNo", other);
    create(&bench, second).await;
    bench
        .act(NAME, json!({ "action": "pay", "reference": other }))
        .await;
    bench.advance(86_400).await;
    assert_eq!(bench.shop.received().len(), 4);
    let id = bench.deliveries(other).await[0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    bench
        .post(&format!("/deliveries/{id}/send"), json!({}))
        .await;
    assert_eq!(bench.shop.received().len(), 5);
    assert!(bench.violations().await.is_empty());
}

#[tokio::test]
async fn an_undone_capture_without_answer_is_closed_again_unless_it_is_abandoned() {
    let bench = Bench::new().await;
    paid(&bench).await;
    let state = json!({ "state": "要關帳" });
    let path = format!("/ecpay/trades/{REFERENCE}/card");
    assert_eq!(bench.control(Method::PUT, &path, state).await.0, 200);
    assert_eq!(do_action(&bench, "E", 165).await.0, "1");
    let lost = json!({ "system": NAME, "call": "abandon", "fault": "empty", "commit": true });
    bench.arm(lost).await;
    assert_eq!(do_action(&bench, "N", 165).await.0, "");
    bench.advance(86_400).await;
    let money = bench.money(REFERENCE).await;
    assert_eq!(money["payments"][0]["details"]["card"]["state"], "已取消");
    assert_eq!(money["left"], 0);
}

#[tokio::test]
async fn anything_but_the_four_bytes_is_a_wrong_acknowledgement() {
    let bench = Bench::new().await;
    bench
        .shop
        .answer(&[(200, "1|OK\n"), (200, "OK"), (201, "1|OK")]);
    paid(&bench).await;
    bench.advance(3_600).await;
    assert_eq!(bench.shop.received().len(), 4);
    assert_eq!(bench.violations().await, ["acknowledgement"; 3]);
    assert_eq!(
        bench.deliveries(REFERENCE).await[0]["state"],
        "acknowledged"
    );
}

#[tokio::test]
async fn a_reference_is_spent_for_ever() {
    let file = StateFile::new("spent");
    let bench = Bench::with(file.settings(), Shop::open().await).await;
    create(&bench, order(&bench.shop)).await;
    bench
        .act(NAME, json!({ "action": "decline", "reference": REFERENCE }))
        .await;
    assert_eq!(status(&bench).await, "10200095");
    let shop = bench.shop.clone();
    bench.running.stop().await;

    let bench = Bench::with(file.settings(), shop).await;
    let page = create(&bench, order(&bench.shop)).await;
    assert!(page.contains("10300028"), "{page}");
    assert_eq!(bench.violations().await, ["unique reference"]);
}

#[tokio::test]
async fn an_outstanding_result_is_sent_after_a_restart() {
    let file = StateFile::new("outstanding");
    let bench = Bench::with(file.settings(), Shop::open().await).await;
    bench.shop.answer(&[(500, "")]);
    paid(&bench).await;
    let shop = bench.shop.clone();
    bench.running.stop().await;

    let bench = Bench::with(file.settings(), shop).await;
    // The new bench has set the clock back to noon, a little before the first attempt.
    bench.advance(660).await;
    assert_eq!(bench.shop.received().len(), 2);
    assert_eq!(
        bench.deliveries(REFERENCE).await[0]["state"],
        "acknowledged"
    );
    assert_eq!(bench.money(REFERENCE).await["charges"], 1);
}

#[tokio::test]
async fn what_the_platform_does_wrong_is_a_violation() {
    let bench = Bench::new().await;
    let at = |field: &str, value: &str| order(&bench.shop).with(field, value);
    let result = bench.shop.at("/result");
    let wrong = [
        at("MerchantTradeNo", "with-hyphen"),
        at("MerchantTradeNo", "A23456789012345678901"),
        at("TotalAmount", "165.00"),
        at("TradeDesc", ""),
        at("OrderResultURL", &result),
        at("ItemName", "bash 飲料"),
        at("ItemName", &"茶".repeat(200)),
    ];
    for order in wrong {
        create(&bench, order).await;
    }
    let rules = [
        "fields",
        "fields",
        "amount",
        "fields",
        "fields",
        "firewall",
        "CheckMacValue",
    ];
    assert_eq!(bench.violations().await, rules);
    let answer = bench
        .http
        .get(bench.url(NAME, "/Cashier/AioCheckOut/V4"))
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 404);
    assert_eq!(bench.violations().await.last().unwrap(), "path and method");
}

#[tokio::test]
async fn a_card_payment_follows_its_states_and_closes_at_a_quarter_past_eight() {
    let bench = Bench::new().await;
    paid(&bench).await;
    assert_eq!(do_action(&bench, "R", 100).await.0, "0");
    assert_eq!(bench.violations().await, ["action in this state"]);
    assert_eq!(do_action(&bench, "C", 165).await.0, "1");
    assert_eq!(do_action(&bench, "R", 65).await.0, "1");
    bench.set_clock("2026-01-15T12:16:00Z").await;
    assert_eq!(do_action(&bench, "R", 10).await.1, "error_time");
    bench.set_clock("2026-01-15T12:31:00Z").await;
    assert_eq!(do_action(&bench, "R", 101).await.1, "error_amount_R");
    bench
        .arm(json!({ "system": NAME, "fault": "balance_short" }))
        .await;
    assert_eq!(do_action(&bench, "R", 100).await.1, "error_balance");
    assert_eq!(do_action(&bench, "R", 100).await.0, "1");
    let money = bench.money(REFERENCE).await;
    assert_eq!(
        (&money["refunded"], &money["left"]),
        (&json!(165), &json!(0))
    );
    assert_eq!(money["payments"][0]["details"]["card"]["state"], "已關帳");
}

#[tokio::test]
async fn a_transfer_is_paid_with_its_number_and_can_be_late() {
    let bench = Bench::new().await;
    create(&bench, order(&bench.shop)).await;
    bench
        .act(
            NAME,
            json!({ "action": "pay", "reference": REFERENCE, "method": "ATM" }),
        )
        .await;
    let issued = Fields::parse(bench.shop.received()[0].body.as_bytes());
    assert_eq!(
        (issued.text("RtnCode"), issued.text("BankCode")),
        ("2", "812")
    );
    assert_eq!(status(&bench).await, "0");
    bench.advance(5 * 86_400).await;
    let (refused, _) = bench.control(Method::POST, "/ecpay/act", pay()).await;
    assert_eq!(refused, 409);
    let late = json!({ "action": "pay", "reference": REFERENCE, "late": "yes" });
    bench.act(NAME, late).await;
    assert_eq!(bench.money(REFERENCE).await["charged"], 165);
    assert_eq!(bench.shop.received()[1].path, "/result");
}

#[tokio::test]
async fn forged_and_repeated_results_are_sent_on_demand() {
    let bench = Bench::new().await;
    paid(&bench).await;
    let compose = |more: Value| {
        let mut body = json!({ "system": NAME, "reference": REFERENCE, "kind": "result" });
        body.as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        body
    };
    let twice = bench
        .post(
            "/deliveries",
            compose(json!({ "times": 2, "parallel": true })),
        )
        .await;
    assert_eq!(twice.as_array().unwrap().len(), 2);
    assert_eq!(twice[0]["answer"]["hex"], "317c4f4b");
    assert!(bench.violations().await.is_empty());
    for fault in [
        json!({ "fault": "bad_signature" }),
        json!({ "fault": "foreign_key" }),
        json!({ "fault": "md5" }),
        json!({ "fault": "alter", "value": { "TradeAmt": "1" } }),
    ] {
        bench.shop.answer(&[(200, "0|CheckMacValue Error")]);
        bench
            .post("/deliveries", compose(json!({ "faults": [fault] })))
            .await;
        let last = bench.shop.received().pop().unwrap();
        assert!(!keys().verifies(&Fields::parse(last.body.as_bytes())));
    }
    assert!(bench.violations().await.is_empty());
    // A shop that acknowledges a forged message is found out.
    let forged = compose(json!({ "faults": [{ "fault": "bad_signature" }] }));
    bench.post("/deliveries", forged).await;
    assert_eq!(bench.violations().await, ["forged callback"]);
    let simulated = json!({ "fault": "set", "value": { "SimulatePaid": "1", "Unknown": "x" } });
    bench
        .post("/deliveries", compose(json!({ "faults": [simulated] })))
        .await;
    let last = Fields::parse(bench.shop.received().pop().unwrap().body.as_bytes());
    assert!(keys().verifies(&last));
    assert_eq!(
        (last.text("SimulatePaid"), last.text("Unknown")),
        ("1", "x")
    );
}

#[tokio::test]
async fn connections_fail_before_or_after_the_call_takes_effect() {
    let bench = Bench::new().await;
    let fault = |fault: &str, commit: bool| json!({ "system": NAME, "call": "create", "fault": fault, "commit": commit });
    bench.arm(fault("reset", false)).await;
    let url = bench.url(NAME, "/Cashier/AioCheckOut/V5");
    let mut fields = order(&bench.shop);
    keys().sign(&mut fields);
    let post = || {
        let request = bench.http.post(&url).body(fields.encode());
        request
            .header("content-type", "application/x-www-form-urlencoded")
            .send()
    };
    assert!(post().await.is_err());
    assert_eq!(status(&bench).await, "10200047");

    bench.arm(fault("reset", true)).await;
    assert!(post().await.is_err());
    assert_eq!(status(&bench).await, "0");
    bench.arm(fault("html", false)).await;
    let answer = post().await.unwrap();
    assert_eq!(answer.headers()["content-type"], "text/html");
    bench
        .arm(json!({ "system": NAME, "fault": "status", "value": { "status": 502 } }))
        .await;
    assert_eq!(post().await.unwrap().status(), 502);
    let (refused, _) = bench
        .control(Method::POST, "/faults", fault("no_such", true))
        .await;
    assert_eq!(refused, 409);
}

#[tokio::test]
async fn too_many_queries_lock_the_merchant_out_for_half_an_hour() {
    let bench = Bench::new().await;
    create(&bench, order(&bench.shop)).await;
    bench
        .arm(json!({ "system": NAME, "call": "query", "fault": "rate_limit" }))
        .await;
    let query = Fields::from([("MerchantID", "3002607"), ("MerchantTradeNo", REFERENCE)]);
    assert_eq!(
        send(&bench, "/Cashier/QueryTradeInfo/V5", query.clone())
            .await
            .0,
        403
    );
    bench.advance(1_700).await;
    assert_eq!(
        send(&bench, "/Cashier/QueryTradeInfo/V5", query).await.0,
        403
    );
    bench.advance(200).await;
    assert_eq!(status(&bench).await, "0");
}

#[tokio::test]
async fn a_time_stamp_outside_three_minutes_is_refused() {
    let bench = Bench::new().await;
    let query = Fields::from([
        ("MerchantID", "3002607"),
        ("MerchantTradeNo", REFERENCE),
        ("TimeStamp", "1768449000"),
    ]);
    send(&bench, "/Cashier/QueryTradeInfo/V5", query).await;
    assert_eq!(bench.violations().await, ["timestamp"]);
}
