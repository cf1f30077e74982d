//! Cases C02 and C05: a payment that is reported again, less and failed, and a page that is older than the
//! order.

use proto::payments::v1::{AttemptState, ChangeAmountDueRequest, PayableItem, PayableOrder};
use serde_json::json;

use super::{Bench, Gateway, bench::Checkout, for_providers, gateway};

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
