//! S1 to S4: the customer pays, and the callback and the browser come in any order or not at all.

use chrono::TimeDelta;
use proto::payments::v1::{AttemptState, PaymentChanged, PaymentStatus};
use serde_json::json;

use super::{Bench, Gateway, for_providers};

for_providers!(s01_paid_once: ecpay, newebpay, linepay, jkopay, tappay, stripe);
async fn s01_paid_once(gateway: Gateway) {
    let bench = Bench::open(gateway).await;
    let keys = ["payments.payment.captured.v1"];
    let mut events = bench.shop.service.listen(&keys).await;
    let order = bench.order(165);
    let checkout = bench.checkout("k", &order).await.unwrap();
    let way_back = bench.pay(&checkout).await;
    bench.return_to_shop(&way_back).await;
    let payment = bench.until_captured(&order).await;
    assert_eq!(payment.state(), PaymentStatus::Captured);
    assert_eq!(payment.attempts.len(), 1);
    let captured: PaymentChanged = events.next().await.decode().unwrap();
    assert_eq!(
        (captured.order_id, captured.amount),
        (order.order_id.clone(), 165)
    );
    bench.assert_money(&order, 1, 165).await;
}

for_providers!(s02_callback_before_the_browser: ecpay, newebpay, jkopay, tappay, stripe);
async fn s02_callback_before_the_browser(gateway: Gateway) {
    let bench = Bench::open(gateway).await;
    let order = bench.order(165);
    let checkout = bench.checkout("k", &order).await.unwrap();
    let way_back = bench.pay(&checkout).await;
    let payment = bench.shop.payment(&order).await;
    assert_eq!(payment.captured, 165, "paid before the browser is back");
    bench.return_to_shop(&way_back).await;
    bench.assert_money(&order, 1, 165).await;
}

for_providers!(s03_callback_minutes_after_the_browser: ecpay, newebpay, jkopay, tappay, stripe);
async fn s03_callback_minutes_after_the_browser(gateway: Gateway) {
    let bench = Bench::open(gateway).await;
    bench
        .arm(json!({ "fault": "late", "value": { "seconds": 180 } }))
        .await;
    let order = bench.order(165);
    let checkout = bench.checkout("k", &order).await.unwrap();
    let way_back = bench.pay(&checkout).await;
    bench.return_to_shop(&way_back).await;
    bench.advance(TimeDelta::minutes(4)).await;
    bench.until_captured(&order).await;
    let deliveries = bench.deliveries(&checkout.reference).await;
    assert_eq!(deliveries[0]["state"], "acknowledged");
    bench.assert_money(&order, 1, 165).await;
}

// What the browser brings back is signed by the provider and carries all that the callback does.
for_providers!(s03_signed_copy_of_the_browser: ecpay, newebpay);
async fn s03_signed_copy_of_the_browser(gateway: Gateway) {
    let bench = Bench::open(gateway).await;
    bench.arm(json!({ "fault": "never", "times": 9 })).await;
    let order = bench.order(165);
    let checkout = bench.checkout("k", &order).await.unwrap();
    let way_back = bench.pay(&checkout).await;
    let asked = bench.calls(bench.gateway.query).await;
    bench.return_to_shop(&way_back).await;
    assert_eq!(bench.shop.payment(&order).await.captured, 165);
    assert_eq!(bench.calls(bench.gateway.query).await, asked);
    if bench.gateway.name == "ecpay" {
        // With the number of the card payment a refund need not wait for the closing of the day.
        bench.refund(&order, 27).await.unwrap();
        bench.until(&order, |payment| payment.refunded == 27).await;
        bench.assert_money(&order, 1, 138).await;
    } else {
        bench.assert_money(&order, 1, 165).await;
    }
    let late = bench.send_callback(&checkout.reference, json!({})).await;
    assert_eq!(late[0]["acknowledged"], true, "{late:#?}");
}

for_providers!(s04_neither_browser_nor_callback: ecpay, newebpay, linepay, jkopay, tappay, stripe);
async fn s04_neither_browser_nor_callback(gateway: Gateway) {
    let bench = Bench::open(gateway).await;
    bench.arm(json!({ "fault": "never", "times": 9 })).await;
    let order = bench.order(165);
    let checkout = bench.checkout("k", &order).await.unwrap();
    bench.pay(&checkout).await;
    bench
        .until_last_attempt(&order, AttemptState::Captured)
        .await;
    bench.assert_money(&order, 1, 165).await;
}

for_providers!(declined_then_paid: ecpay, newebpay, linepay, jkopay, tappay);
async fn declined_then_paid(gateway: Gateway) {
    let bench = Bench::open(gateway).await;
    let order = bench.order(165);
    let first = bench.checkout("k1", &order).await.unwrap();
    let declined = json!({ "action": "decline" });
    bench.act(&first.reference, declined).await.unwrap();
    bench.settle().await;
    bench.until_last_attempt(&order, AttemptState::Failed).await;
    let order = bench.prolonged(&order);
    let second = bench.checkout("k2", &order).await.unwrap();
    assert_ne!(first.reference, second.reference);
    bench.pay(&second).await;
    bench
        .until_last_attempt(&order, AttemptState::Captured)
        .await;
    bench.assert_money(&order, 1, 165).await;
}
