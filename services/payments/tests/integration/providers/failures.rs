//! S10 to S12 and S17 to S19: answers that do not come, that come broken, and refusals to answer.

use chrono::TimeDelta;
use proto::payments::v1::{AttemptState, NoteReturnRequest, RefundState};
use serde_json::json;
use testkit::eventually;

use super::{Bench, Gateway, for_providers};

// The connection breaks after the request was carried out, as it does when the answer takes too long.
for_providers!(s10_unanswered_but_carried_out: ecpay, newebpay, linepay, jkopay, tappay, stripe);
async fn s10_unanswered_but_carried_out(gateway: Gateway) {
    let bench = Bench::open(gateway).await;
    bench.arm(json!({ "fault": "never", "times": 9 })).await;
    let call = match bench.gateway.name {
        "linepay" => "confirm",
        _ => bench.gateway.query,
    };
    bench
        .arm(json!({ "fault": "reset", "call": call, "commit": true }))
        .await;
    let order = bench.order(165);
    let checkout = bench.checkout("k", &order).await.unwrap();
    bench.pay(&checkout).await;
    bench
        .until_last_attempt(&order, AttemptState::Captured)
        .await;
    bench.assert_money(&order, 1, 165).await;
}

// The start was carried out, but the answer with its page was lost.
for_providers!(s10_unanswered_start: linepay, jkopay, tappay, stripe);
async fn s10_unanswered_start(gateway: Gateway) {
    unanswered_start(gateway, true).await;
}

for_providers!(s11_unanswered_and_not_carried_out: linepay, jkopay, tappay, stripe);
async fn s11_unanswered_and_not_carried_out(gateway: Gateway) {
    unanswered_start(gateway, false).await;
}

async fn unanswered_start(gateway: Gateway, commit: bool) {
    let bench = Bench::open(gateway).await;
    // Stripe is called once more under the same key.
    let times = if bench.gateway.name == "stripe" { 2 } else { 1 };
    let call = bench.gateway.start;
    let fault = json!({ "fault": "reset", "call": call, "commit": commit, "times": times });
    bench.arm(fault).await;
    let order = bench.order(165);
    let first = bench.checkout("k1", &order).await.unwrap();
    let payment = bench.shop.payment(&order).await;
    assert_eq!(payment.attempts[0].state(), AttemptState::Unknown);

    // A query that comes too early proves nothing.
    let reference = first.reference.clone();
    let mut edge = bench.shop.gateway();
    edge.note_return(NoteReturnRequest {
        reference,
        ..Default::default()
    })
    .await
    .unwrap();
    bench.advance(TimeDelta::seconds(2)).await;
    bench
        .wait_for(async || {
            let state = bench.shop.payment(&order).await.attempts[0].state();
            matches!(state, AttemptState::Failed | AttemptState::Expired)
        })
        .await;

    let order = bench.prolonged(&order);
    let second = bench.checkout("k2", &order).await.unwrap();
    assert_ne!(first.reference, second.reference);
    bench.pay(&second).await;
    bench
        .until_last_attempt(&order, AttemptState::Captured)
        .await;
    bench.assert_money(&order, 1, 165).await;
}

// A form that never arrives at the provider.
for_providers!(s11_form_that_was_never_posted: ecpay, newebpay);
async fn s11_form_that_was_never_posted(gateway: Gateway) {
    let bench = Bench::open(gateway).await;
    let order = bench.order(165);
    bench.shop.start("k1", &order).await.unwrap();
    bench
        .until_last_attempt(&order, AttemptState::Expired)
        .await;
    let order = bench.prolonged(&order);
    let second = bench.checkout("k2", &order).await.unwrap();
    bench.pay(&second).await;
    bench.until_captured(&order).await;
    bench.assert_money(&order, 1, 165).await;
}

for_providers!(s12_broken_answers: ecpay, newebpay, linepay, jkopay, tappay, stripe);
async fn s12_broken_answers(gateway: Gateway) {
    let bench = Bench::open(gateway).await;
    bench.arm(json!({ "fault": "never", "times": 9 })).await;
    let order = bench.order(165);
    let checkout = bench.checkout("k", &order).await.unwrap();
    bench.pay(&checkout).await;
    let call = match bench.gateway.name {
        "linepay" => "check",
        _ => bench.gateway.query,
    };
    bench
        .control(reqwest::Method::DELETE, "/faults", json!(null))
        .await;
    for fault in ["reset", "status", "html", "empty"] {
        bench.arm(json!({ "fault": fault, "call": call })).await;
    }
    bench.until_faults_are_met().await;
    bench
        .until_last_attempt(&order, AttemptState::Captured)
        .await;
    bench.assert_money(&order, 1, 165).await;
}

for_providers!(s17_too_many_calls: ecpay, newebpay, stripe);
async fn s17_too_many_calls(gateway: Gateway) {
    let (mut fault, minutes) = match gateway.name {
        "ecpay" => (json!({ "fault": "rate_limit" }), 29),
        "newebpay" => {
            let value = json!({ "code": "TRA10071", "message": "查詢鎖定" });
            (json!({ "fault": "refuse", "value": value }), 230)
        }
        _ => (json!({ "fault": "rate_limit" }), 0),
    };
    let bench = Bench::open(gateway).await;
    bench.arm(json!({ "fault": "never", "times": 9 })).await;
    let order = bench.order(165);
    let checkout = bench.checkout("k", &order).await.unwrap();
    bench.pay(&checkout).await;
    bench
        .control(reqwest::Method::DELETE, "/faults", json!(null))
        .await;
    let query = bench.gateway.query;
    fault["call"] = json!(query);
    bench.arm(fault).await;
    bench.until_faults_are_met().await;
    let calls = bench.calls(query).await;
    let reference = checkout.reference.clone();
    let mut edge = bench.shop.gateway();
    edge.note_return(NoteReturnRequest {
        reference,
        ..Default::default()
    })
    .await
    .unwrap();
    bench
        .advance_by(TimeDelta::minutes(5), TimeDelta::minutes(minutes))
        .await;
    assert_eq!(bench.calls(query).await, calls, "the account is left alone");
    bench
        .until_last_attempt(&order, AttemptState::Captured)
        .await;
    bench.assert_money(&order, 1, 165).await;
}

// Our clock is eleven minutes fast. The provider refuses the time of our queries: a fault of configuration
// that proves nothing about the payment, and that is over with the clock's.
for_providers!(s18_time_of_our_queries_is_refused: ecpay, newebpay);
async fn s18_time_of_our_queries_is_refused(gateway: Gateway) {
    let bench = Bench::open(gateway).await;
    bench.arm(json!({ "fault": "never", "times": 9 })).await;
    let order = bench.order(165);
    let checkout = bench.checkout("k", &order).await.unwrap();
    bench.pay(&checkout).await;
    bench.advance_ours(TimeDelta::minutes(11));
    eventually(async || bench.get("/violations").await != json!([])).await;
    let payment = bench.shop.payment(&order).await;
    assert_eq!(payment.attempts[0].state(), AttemptState::Pending);
    let broken = bench.take_violations().await;
    assert!(!broken.is_empty() && broken.iter().all(|rule| rule == "timestamp"));

    bench.set_their_clock().await;
    bench
        .until_last_attempt(&order, AttemptState::Captured)
        .await;
    bench.assert_money(&order, 1, 165).await;
}

// A refund under the wrong clock waits, and staff read why.
for_providers!(s18_time_of_a_refund_is_refused: newebpay);
async fn s18_time_of_a_refund_is_refused(gateway: Gateway) {
    let bench = Bench::open(gateway).await;
    let order = bench.order(165);
    let checkout = bench.checkout("k", &order).await.unwrap();
    bench.pay(&checkout).await;
    bench.until_captured(&order).await;
    bench.advance_to(22, 30).await;
    bench.advance_ours(TimeDelta::minutes(11));
    bench.refund(&order, 27).await.unwrap();
    eventually(async || {
        let payment = bench.shop.payment(&order).await;
        payment.refunds[0].text.contains("TRA40014")
    })
    .await;
    let payment = bench.shop.payment(&order).await;
    assert_eq!(payment.refunds[0].state(), RefundState::Pending);
    let text = &payment.refunds[0].text;
    assert!(text.contains("configuration"), "{text}");
    let broken = bench.take_violations().await;
    assert!(broken.iter().all(|rule| rule == "timestamp"), "{broken:?}");

    bench.set_their_clock().await;
    bench.until(&order, |payment| payment.refunded == 27).await;
    bench.assert_money(&order, 1, 138).await;
}

// An event that looks too old is not believed; the query finds the payment all the same.
for_providers!(s18_event_looks_too_old: stripe);
async fn s18_event_looks_too_old(gateway: Gateway) {
    let bench = Bench::open(gateway).await;
    let order = bench.order(165);
    let checkout = bench.checkout("k", &order).await.unwrap();
    bench.advance_ours(TimeDelta::minutes(11));
    bench.pay(&checkout).await;
    let stale = "SELECT count(*) FROM rejected_callbacks WHERE reason LIKE '%time%'";
    assert!(bench.shop.count(stale).await > 0);
    bench.until_captured(&order).await;
    bench.set_their_clock().await;
    let again = bench.send_callback(&checkout.reference, json!({})).await;
    assert_eq!(again[0]["acknowledged"], true, "{again:#?}");
    bench.assert_money(&order, 1, 165).await;
}

// Protocols without our time: a fast clock changes nothing.
for_providers!(s18_no_time_is_signed: linepay, jkopay, tappay);
async fn s18_no_time_is_signed(gateway: Gateway) {
    let bench = Bench::open(gateway).await;
    bench.advance_ours(TimeDelta::minutes(11));
    let order = bench.order(165);
    let checkout = bench.checkout("k", &order).await.unwrap();
    let way_back = bench.pay(&checkout).await;
    bench.return_to_shop(&way_back).await;
    bench
        .until_last_attempt(&order, AttemptState::Captured)
        .await;
    bench.assert_money(&order, 1, 165).await;
}

// The provider is restarted while the callback, or for LINE Pay the confirmation, is outstanding.
for_providers!(s19_provider_is_restarted: ecpay, newebpay, linepay, jkopay, tappay, stripe);
async fn s19_provider_is_restarted(gateway: Gateway) {
    let bench = Bench::open_stored(gateway).await;
    if !bench.gateway.callback.is_empty() {
        let late = json!({ "fault": "late", "value": { "seconds": 180 } });
        bench.arm(late).await;
    }
    let order = bench.order(165);
    let checkout = bench.checkout("k", &order).await.unwrap();
    let way_back = bench.pay(&checkout).await;
    let bench = bench.restart_sandbox().await;
    if bench.gateway.callback.is_empty() {
        bench.return_to_shop(&way_back).await;
    }
    bench.advance(TimeDelta::minutes(4)).await;
    bench.until_captured(&order).await;
    if !bench.gateway.callback.is_empty() {
        let deliveries = bench.deliveries(&checkout.reference).await;
        assert_eq!(deliveries[0]["state"], "acknowledged", "{deliveries:#?}");
    }
    bench.assert_money(&order, 1, 165).await;
}
