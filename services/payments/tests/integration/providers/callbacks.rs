//! S5 to S9: repeated, late, forged and unfitting callbacks.

use chrono::TimeDelta;
use proto::payments::v1::{AttemptState, PaymentStatus};
use serde_json::{Value, json};

use super::{Bench, Gateway, for_providers};

fn all_acknowledged(attempts: &[Value]) -> bool {
    attempts
        .iter()
        .all(|attempt| attempt["acknowledged"] == true)
}

for_providers!(s05_repeated_also_in_parallel: ecpay, newebpay, jkopay, tappay, stripe);
async fn s05_repeated_also_in_parallel(gateway: Gateway) {
    let bench = Bench::open(gateway).await;
    let value = json!({ "times": 6, "parallel": true });
    bench
        .arm(json!({ "fault": "duplicate", "value": value }))
        .await;
    let order = bench.order(165);
    let checkout = bench.checkout("k", &order).await.unwrap();
    bench.pay(&checkout).await;
    bench.until_captured(&order).await;
    let deliveries = bench.deliveries(&checkout.reference).await;
    let attempts = deliveries[0]["attempts"].as_array().unwrap();
    assert_eq!(attempts.len(), 6);
    assert!(all_acknowledged(attempts), "{attempts:#?}");
    let again = json!({ "times": 4, "parallel": false });
    let again = bench.send_callback(&checkout.reference, again).await;
    assert!(all_acknowledged(&again), "{again:#?}");
    bench.assert_money(&order, 1, 165).await;
}

for_providers!(s06_resent_with_other_bytes: ecpay, newebpay, jkopay, tappay, stripe);
async fn s06_resent_with_other_bytes(gateway: Gateway) {
    let bench = Bench::open(gateway).await;
    bench.arm(json!({ "fault": "ack_lost" })).await;
    let order = bench.order(165);
    let checkout = bench.checkout("k", &order).await.unwrap();
    bench.pay(&checkout).await;
    bench.advance(TimeDelta::minutes(11)).await;
    bench.until_captured(&order).await;
    let deliveries = bench.deliveries(&checkout.reference).await;
    let attempts = deliveries[0]["attempts"].as_array().unwrap();
    assert_eq!(attempts.len(), 2, "{attempts:#?}");
    assert!(all_acknowledged(attempts), "{attempts:#?}");
    bench.assert_money(&order, 1, 165).await;
}

for_providers!(s07_late_after_the_query: ecpay, newebpay, jkopay, tappay, stripe);
async fn s07_late_after_the_query(gateway: Gateway) {
    let bench = Bench::open(gateway).await;
    bench.arm(json!({ "fault": "never", "times": 9 })).await;
    let order = bench.order(165);
    let checkout = bench.checkout("k", &order).await.unwrap();
    bench.pay(&checkout).await;
    bench
        .until_last_attempt(&order, AttemptState::Captured)
        .await;
    let late = bench.send_callback(&checkout.reference, json!({})).await;
    assert!(all_acknowledged(&late), "{late:#?}");
    bench.assert_money(&order, 1, 165).await;
}

for_providers!(s07_paid_after_the_order_ended: ecpay, newebpay, linepay, jkopay, tappay, stripe);
async fn s07_paid_after_the_order_ended(gateway: Gateway) {
    let bench = Bench::open(gateway).await;
    let order = bench.order(165);
    let checkout = bench.checkout("k", &order).await.unwrap();
    bench.shop.close(&order).await;
    let Ok(way_back) = bench.pay_if_possible(&checkout).await else {
        // The page was closed with the order.
        bench.assert_money(&order, 0, 0).await;
        return;
    };
    if way_back["url"].is_string() {
        bench.return_to_shop(&way_back).await;
    }
    bench.advance(TimeDelta::minutes(25)).await;
    let charged = bench.get("/money").await["charges"].as_i64().unwrap();
    bench
        .wait_for(async || {
            let payment = bench.shop.payment(&order).await;
            payment.refunded == 165 * charged
        })
        .await;
    bench.assert_money(&order, charged, 0).await;
}

for_providers!(s08_forged: ecpay, newebpay, stripe);
async fn s08_forged(gateway: Gateway) {
    let altered = match gateway.name {
        "ecpay" => json!({ "TradeAmt": "1" }),
        "newebpay" => json!({ "TradeSha": "0".repeat(64) }),
        _ => json!({ "data": { "object": { "amount_received": 1 } } }),
    };
    let bench = Bench::open(gateway).await;
    bench.arm(json!({ "fault": "never", "times": 9 })).await;
    let order = bench.order(165);
    let checkout = bench.checkout("k", &order).await.unwrap();
    bench.pay(&checkout).await;
    let before = bench.shop.payment(&order).await;
    for fault in [
        json!({ "fault": "bad_signature" }),
        json!({ "fault": "foreign_key" }),
        json!({ "fault": "alter", "value": altered }),
    ] {
        let sent = bench
            .send_callback(&checkout.reference, json!({ "faults": [fault] }))
            .await;
        assert!(!all_acknowledged(&sent), "{sent:#?}");
    }
    assert_eq!(bench.shop.payment(&order).await, before);
    let rejected = "SELECT count(*) FROM rejected_callbacks";
    assert_eq!(bench.shop.count(rejected).await, 3);
    let genuine = bench.send_callback(&checkout.reference, json!({})).await;
    assert!(all_acknowledged(&genuine), "{genuine:#?}");
    bench.assert_money(&order, 1, 165).await;
}

for_providers!(s08_unsigned_is_only_a_hint: jkopay, tappay);
async fn s08_unsigned_is_only_a_hint(gateway: Gateway) {
    let forged = match gateway.name {
        "jkopay" => json!({ "transaction": { "status": "0", "final_price": "165" } }),
        _ => json!({ "status": 0, "msg": "Success" }),
    };
    let bench = Bench::open(gateway).await;
    let order = bench.order(165);
    let checkout = bench.checkout("k", &order).await.unwrap();
    let fault = json!({ "fault": "set", "value": forged });
    let sent = bench
        .send_callback(&checkout.reference, json!({ "faults": [fault] }))
        .await;
    assert!(all_acknowledged(&sent), "{sent:#?}");
    let payment = bench.shop.payment(&order).await;
    assert_eq!(payment.attempts[0].state(), AttemptState::Pending);
    assert_eq!(
        bench.calls(bench.gateway.query).await,
        1,
        "the provider was queried"
    );
    bench.assert_money(&order, 0, 0).await;
}

for_providers!(s09_signed_but_does_not_fit: ecpay, newebpay, stripe);
async fn s09_signed_but_does_not_fit(gateway: Gateway) {
    let (amount, reference) = match gateway.name {
        "ecpay" => (
            json!({ "TradeAmt": "164" }),
            json!({ "MerchantTradeNo": "7K2MXP01UNKNOWN" }),
        ),
        "newebpay" => (
            json!({ "Result": { "Amt": 164 } }),
            json!({ "Result": { "MerchantOrderNo": "7K2MXP01UNKNOWN" } }),
        ),
        _ => (
            json!({ "data": { "object": { "amount_received": 16400 } } }),
            json!({ "data": { "object": { "metadata": { "order_id": "7K2MXP01UNKNOWN" } } } }),
        ),
    };
    let bench = Bench::open(gateway).await;
    bench.arm(json!({ "fault": "never", "times": 9 })).await;
    let order = bench.order(165);
    let checkout = bench.checkout("k", &order).await.unwrap();
    bench.pay(&checkout).await;
    let before = bench.shop.payment(&order).await;
    for value in [amount, reference] {
        let fault = json!({ "fault": "set", "value": value });
        let sent = bench
            .send_callback(&checkout.reference, json!({ "faults": [fault] }))
            .await;
        assert!(
            all_acknowledged(&sent),
            "a resend cannot cure it: {sent:#?}"
        );
    }
    assert_eq!(bench.shop.payment(&order).await, before);
    let mismatches = "SELECT count(*) FROM callbacks WHERE outcome = 'mismatch'";
    assert_eq!(bench.shop.count(mismatches).await, 2);
    let right = bench.send_callback(&checkout.reference, json!({})).await;
    assert!(all_acknowledged(&right), "{right:#?}");
    assert_eq!(bench.shop.payment(&order).await.captured, 165);
    bench.assert_money(&order, 1, 165).await;
}

// Refunded before the callback about the payment arrives; LINE Pay sends none, there the browser is late.
for_providers!(s16_refunded_before_the_capture_is_reported: ecpay, newebpay, linepay, jkopay, tappay, stripe);
async fn s16_refunded_before_the_capture_is_reported(gateway: Gateway) {
    let bench = Bench::open(gateway).await;
    bench.arm(json!({ "fault": "never", "times": 9 })).await;
    let order = bench.order(165);
    let checkout = bench.checkout("k", &order).await.unwrap();
    let way_back = bench.pay(&checkout).await;
    bench
        .until_last_attempt(&order, AttemptState::Captured)
        .await;
    bench
        .advance_by(TimeDelta::minutes(10), TimeDelta::minutes(630))
        .await;
    bench.refund(&order, 27).await.unwrap();
    bench.until(&order, |payment| payment.refunded == 27).await;
    let before = bench.shop.payment(&order).await;
    if bench.gateway.callback.is_empty() {
        bench.return_to_shop(&way_back).await;
    } else {
        let late = bench.send_callback(&checkout.reference, json!({})).await;
        assert!(all_acknowledged(&late), "{late:#?}");
    }
    let after = bench.shop.payment(&order).await;
    assert_eq!(after.state(), PaymentStatus::PartlyRefunded);
    assert_eq!((after.captured, after.refunded), (165, 27));
    assert_eq!(after.state(), before.state());
    bench.assert_money(&order, 1, 138).await;
}

/// Stripe's event about the charge comes before the one about the payment, while nothing is known yet.
#[tokio::test]
async fn s16_event_about_the_charge_comes_first() {
    let bench = Bench::open(super::gateway::stripe()).await;
    bench.arm(json!({ "fault": "never", "times": 9 })).await;
    let order = bench.order(165);
    let checkout = bench.checkout("k", &order).await.unwrap();
    bench.pay(&checkout).await;
    let kind = "charge.refunded";
    let early = json!({ "system": "stripe", "reference": checkout.reference, "kind": kind });
    let early = bench.post("/deliveries", early).await;
    assert_eq!(early[0]["acknowledged"], true, "{early:#}");
    assert_eq!(bench.shop.payment(&order).await.captured, 165);
    let late = bench.send_callback(&checkout.reference, json!({})).await;
    assert!(all_acknowledged(&late), "{late:#?}");
    bench.assert_money(&order, 1, 165).await;
}
