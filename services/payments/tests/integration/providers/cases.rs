//! Cases C02 and C05: a payment that is reported again, less and failed, and a page that is older than the
//! order.

use proto::{
    ordering::v1::PaymentMethod,
    payments::v1::{
        AttemptState, ChangeAmountDueRequest, PayableItem, PayableOrder, PaymentChanged,
    },
};
use serde_json::{Value, json};
use url::Url;

use super::{Bench, Gateway, bench::Checkout, for_providers, gateway};
use crate::order_events::{self, completed};

#[tokio::test]
async fn c02_paid_then_reported_again_less_and_failed() {
    let mut ecpay = gateway::ecpay();
    ecpay.setup.provider_method = "";
    let bench = Bench::open(ecpay).await;
    let order = bench.order(480);
    let card = bench.checkout("k1", &order).await.unwrap();
    let atm = bench.checkout("k2", &order).await.unwrap();
    let by_atm = || json!({ "action": "pay", "method": "ATM" });
    bench.act(&atm.reference, by_atm()).await.unwrap();
    bench.settle().await;
    let payment = bench.shop.payment(&order).await;
    assert_eq!(
        (payment.captured, payment.attempts[1].state()),
        (0, AttemptState::Pending)
    );
    bench.act(&atm.reference, by_atm()).await.unwrap();
    bench.settle().await;
    assert_eq!(bench.shop.payment(&order).await.captured, 480);

    let issued = json!({ "system": "ecpay", "reference": atm.reference, "kind": "issued" });
    let again = bench.post("/deliveries", issued).await;
    assert_eq!(again[0]["acknowledged"], true, "{again:#}");
    let parallel = json!({ "times": 2, "parallel": true });
    for attempt in bench.send_callback(&atm.reference, parallel).await {
        assert_eq!(attempt["answer"]["body"], "1|OK");
    }
    let forged = json!({ "faults": [{ "fault": "bad_signature" }] });
    let forged = bench.send_callback(&atm.reference, forged).await;
    assert_eq!(forged[0]["answer"]["body"], "0|CheckMacValue Error");
    let declined = json!({ "action": "decline" });
    bench.act(&card.reference, declined).await.unwrap();
    bench.settle().await;

    let payment = bench.shop.payment(&order).await;
    assert_eq!(payment.attempts[0].state(), AttemptState::Failed);
    assert_eq!(payment.attempts[1].state(), AttemptState::Captured);
    bench.assert_money(&order, 1, 480).await;

    let handed_over = completed(5, 480, PaymentMethod::Online);
    order_events::until(&bench.shop, &order, handed_over, async || {
        bench.shop.balance("revenue").await != 0
    })
    .await;
    let revenue = bench.shop.balance("revenue").await;
    let late = bench.send_callback(&atm.reference, json!({})).await;
    assert_eq!(late[0]["answer"]["hex"], "317c4f4b");
    assert_eq!(bench.shop.balance("revenue").await, revenue);
    assert_eq!(bench.shop.balance("customer").await, 0);
    bench.assert_money(&order, 1, 480).await;
}

async fn change_due(bench: &Bench, order: &PayableOrder, total: i64) -> PayableOrder {
    let request = ChangeAmountDueRequest {
        order_id: order.order_id.clone(),
        total,
        currency: "TWD".to_owned(),
    };
    bench
        .shop
        .ordering()
        .change_amount_due(request)
        .await
        .unwrap();
    PayableOrder {
        total,
        items: vec![PayableItem {
            name: "紅玉紅茶".to_owned(),
            quantity: 1,
            unit_amount: total,
        }],
        ..order.clone()
    }
}

async fn pay_old_page(bench: &Bench, total: i64) -> (PayableOrder, Checkout) {
    let order = bench.order(165);
    let checkout = bench.checkout("k1", &order).await.unwrap();
    let order = change_due(bench, &order, total).await;
    bench.pay(&checkout).await;
    let order = bench.prolonged(&order);
    bench.until_captured(&order).await;
    (order, checkout)
}

for_providers!(c05_old_page_above_the_order: ecpay, newebpay, linepay, jkopay, tappay, stripe);
async fn c05_old_page_above_the_order(gateway: Gateway) {
    let bench = Bench::open(gateway).await;
    let (order, _) = pay_old_page(&bench, 105).await;
    bench.until(&order, |payment| payment.refunded == 60).await;
    bench.assert_money(&order, 1, 105).await;
}

for_providers!(c05_old_page_below_the_order: ecpay, newebpay, linepay, jkopay, tappay, stripe);
async fn c05_old_page_below_the_order(gateway: Gateway) {
    let bench = Bench::open(gateway).await;
    let (order, first) = pay_old_page(&bench, 205).await;
    let second = bench.checkout("k2", &order).await.unwrap();
    assert_ne!(first.reference, second.reference);
    bench.pay(&second).await;
    bench.until(&order, |payment| payment.captured == 205).await;
    bench.assert_money(&order, 2, 205).await;
}

#[tokio::test]
async fn c05_only_the_exact_amount_pays() {
    let bench = Bench::open(gateway::ecpay()).await;
    bench.arm(json!({ "fault": "never", "times": 9 })).await;
    let order = bench.order(165);
    let checkout = bench.checkout("k", &order).await.unwrap();
    bench.pay(&checkout).await;
    for amount in ["165.00", "0165", "164"] {
        let fault = json!({ "fault": "set", "value": { "TradeAmt": amount } });
        let sending = json!({ "faults": [fault] });
        bench.send_callback(&checkout.reference, sending).await;
        assert_eq!(bench.shop.payment(&order).await.captured, 0, "{amount}");
    }
    bench.send_callback(&checkout.reference, json!({})).await;
    assert_eq!(bench.shop.payment(&order).await.captured, 165);
    bench.assert_money(&order, 1, 165).await;
}

// 再次付款 after the order was edited: what is still missing, and the first page is closed where it can be.
for_providers!(c05_another_page_after_the_edit: ecpay, newebpay, linepay, jkopay, tappay, stripe);
async fn c05_another_page_after_the_edit(gateway: Gateway) {
    let bench = Bench::open(gateway).await;
    let order = bench.order(165);
    let first = bench.checkout("k1", &order).await.unwrap();
    let order = change_due(&bench, &order, 205).await;
    let second = bench.checkout("k2", &order).await.unwrap();
    assert_ne!(first.reference, second.reference);
    let amounts: Vec<i64> = bench
        .shop
        .payment(&order)
        .await
        .attempts
        .iter()
        .map(|found| found.amount)
        .collect();
    assert_eq!(amounts, [165, 205]);
    bench.pay(&second).await;
    bench
        .until_last_attempt(&order, AttemptState::Captured)
        .await;
    if bench.gateway.name == "stripe" {
        bench
            .until(&order, |payment| {
                payment.attempts[0].state() == AttemptState::Expired
            })
            .await;
        assert!(bench.pay_if_possible(&first).await.is_err());
    }
    bench.assert_money(&order, 1, 205).await;
}

/// The browser comes back to the dear order with the number of the cheap one's payment.
#[tokio::test]
async fn c05_foreign_number_in_the_return_pays_nothing_else() {
    let bench = Bench::open(gateway::linepay()).await;
    let (cheap, dear) = (bench.order(105), bench.order(1_050));
    let paid = bench.checkout("k1", &cheap).await.unwrap();
    let open = bench.checkout("k2", &dear).await.unwrap();
    let pay = json!({ "action": "pay" });
    let way_back = bench.act(&paid.reference, pay).await.unwrap()["browser"].clone();
    let mut forged: Url = way_back["url"].as_str().unwrap().parse().unwrap();
    assert!(forged.path().ends_with(&paid.reference));
    let path = forged.path().replace(&paid.reference, &open.reference);
    forged.set_path(&path);
    let forged = json!({ "method": "GET", "url": forged.as_str(), "fields": [] });
    bench.return_to_shop(&forged).await;
    // The same with the order's own reference beside the number of the other payment.
    let renamed = forged["url"].as_str().unwrap();
    let renamed = renamed.replace(&paid.reference, &open.reference);
    bench
        .return_to_shop(&json!({ "method": "GET", "url": renamed, "fields": [] }))
        .await;
    let alarms = "SELECT count(*) FROM callbacks WHERE outcome = 'mismatch'";
    assert_eq!(bench.shop.count(alarms).await, 2);
    bench
        .until_last_attempt(&cheap, AttemptState::Captured)
        .await;
    let other = bench.shop.payment(&dear).await;
    assert_eq!(other.captured, 0);
    assert_ne!(other.attempts[0].state(), AttemptState::Captured);
    assert_eq!(bench.calls("confirm").await, 1);
    bench.assert_money(&cheap, 1, 105).await;
}

#[tokio::test]
async fn c05_cents_and_other_currencies_pay_nothing() {
    let bench = Bench::open(gateway::stripe()).await;
    bench.arm(json!({ "fault": "never", "times": 9 })).await;
    let order = bench.order(165);
    let checkout = bench.checkout("k", &order).await.unwrap();
    bench.pay(&checkout).await;
    for object in [
        json!({ "amount_received": 165 }),
        json!({ "amount_received": 16_550 }),
        json!({ "amount_received": 16_500, "currency": "usd" }),
    ] {
        let value = json!({ "data": { "object": object } });
        let fault = json!({ "fault": "set", "value": value });
        let sending = json!({ "faults": [fault] });
        let sent = bench.send_callback(&checkout.reference, sending).await;
        assert_eq!(sent[0]["acknowledged"], true, "a resend cannot cure it");
        assert_eq!(bench.shop.payment(&order).await.captured, 0, "{object}");
    }
    let booked = "SELECT count(*) FROM ledger_transactions";
    assert_eq!(bench.shop.count(booked).await, 0);
    bench.send_callback(&checkout.reference, json!({})).await;
    assert_eq!(bench.shop.payment(&order).await.captured, 165);
    bench.assert_money(&order, 1, 165).await;
}

/// The bank's check of fraud gets name and phone; they are stored nowhere.
#[tokio::test]
async fn payer_is_passed_on_and_not_kept() {
    let bench = Bench::open(gateway::tappay()).await;
    let keys = ["payments.payment.captured.v1"];
    let mut events = bench.shop.service.listen(&keys).await;
    let order = bench.order(165);
    let checkout = bench.checkout("k", &order).await.unwrap();
    bench.pay(&checkout).await;
    bench.until_captured(&order).await;
    let requests = bench.get("/requests?system=tappay&call=pay_by_prime").await;
    let body: Value = serde_json::from_str(requests[0]["body"].as_str().unwrap()).unwrap();
    let payer = order.payer.as_ref().unwrap();
    assert_eq!(body["cardholder"]["name"], payer.name);
    assert_eq!(body["cardholder"]["phone_number"], payer.phone);
    let kept = "SELECT (SELECT count(*) FROM attempts WHERE attempts::text LIKE '%911123456%')
              + (SELECT count(*) FROM payments WHERE payments::text LIKE '%911123456%')";
    assert_eq!(bench.shop.count(kept).await, 0);
    let captured: PaymentChanged = events.next().await.decode().unwrap();
    assert!(!format!("{captured:?}").contains("911123456"));
    bench.assert_money(&order, 1, 165).await;
}
