//! S15 and case C01: a reference that is used already, and retries with references of their own.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use proto::payments::v1::AttemptState;
use serde_json::json;

use super::{Bench, Gateway, for_providers};

// The provider calls a fresh reference used and knows nothing of it: the customer gets another one.
for_providers!(s15_duplicate_reference_of_a_call: linepay, jkopay, tappay);
async fn s15_duplicate_reference_of_a_call(gateway: Gateway) {
    let mut fault = match gateway.name {
        "jkopay" => json!({ "fault": "refuse", "value": { "code": "101", "message": "重複" } }),
        _ => json!({ "fault": "duplicate_reference" }),
    };
    let bench = Bench::open(gateway).await;
    fault["call"] = json!(bench.gateway.start);
    bench.arm(fault).await;
    let order = bench.order(165);
    let checkout = bench.checkout("k", &order).await.unwrap();
    let payment = bench.shop.payment(&order).await;
    let states: Vec<_> = payment
        .attempts
        .iter()
        .map(|attempt| attempt.state())
        .collect();
    assert_eq!(states, [AttemptState::Failed, AttemptState::Pending]);
    assert_eq!(checkout.reference, payment.attempts[1].reference);
    bench.pay(&checkout).await;
    bench
        .until_last_attempt(&order, AttemptState::Captured)
        .await;
    bench.assert_money(&order, 1, 165).await;
}

// It always does: the attempts are over, so that the next request takes a new reference.
for_providers!(s15_every_reference_is_a_duplicate: linepay);
async fn s15_every_reference_is_a_duplicate(gateway: Gateway) {
    let bench = Bench::open(gateway).await;
    let fault = json!({ "fault": "duplicate_reference", "call": bench.gateway.start, "times": 2 });
    bench.arm(fault).await;
    let order = bench.order(165);
    bench.checkout("k", &order).await.unwrap_err();
    // The second one is queried a second later: the account is called no more often.
    bench
        .until(&order, |payment| {
            let mut attempts = payment.attempts.iter();
            attempts.all(|attempt| attempt.state() == AttemptState::Failed)
        })
        .await;
    let checkout = bench.checkout("k", &order).await.unwrap();
    bench.pay(&checkout).await;
    bench
        .until_last_attempt(&order, AttemptState::Captured)
        .await;
    bench.assert_money(&order, 1, 165).await;
}

// The page says so; the customer presses 再次付款 and pays by another reference.
for_providers!(s15_duplicate_reference_of_a_form: ecpay, newebpay);
async fn s15_duplicate_reference_of_a_form(gateway: Gateway) {
    let bench = Bench::open(gateway).await;
    let fault =
        json!({ "fault": "duplicate_reference", "call": "create", "value": { "paid": false } });
    bench.arm(fault).await;
    let order = bench.order(165);
    let first = bench.checkout("k1", &order).await.unwrap();
    let code = match bench.gateway.name {
        "ecpay" => "10300028",
        _ => "MPG03008",
    };
    assert!(first.page.contains(code), "{}", first.page);
    let second = bench.checkout("k2", &order).await.unwrap();
    assert_ne!(first.reference, second.reference);
    bench.pay(&second).await;
    bench.until_captured(&order).await;
    bench.assert_money(&order, 1, 165).await;
}

/// The reference is used because it is paid: captured, and no second page.
#[tokio::test]
async fn c01_duplicate_that_is_paid_is_captured() {
    let bench = Bench::open(super::gateway::ecpay()).await;
    let fault =
        json!({ "fault": "duplicate_reference", "call": "create", "value": { "paid": true } });
    bench.arm(fault).await;
    let order = bench.order(165);
    bench.checkout("k1", &order).await.unwrap();
    bench
        .until_last_attempt(&order, AttemptState::Captured)
        .await;
    let order = bench.prolonged(&order);
    let refused = bench.checkout("k2", &order).await;
    assert_eq!(crate::common::reason(refused), "ALREADY_PAID");
    bench.assert_money(&order, 1, 165).await;
}

// The first page is left open and paid after the second one: that money goes back.
for_providers!(c01_both_pages_are_paid: ecpay, newebpay, linepay, jkopay, tappay, stripe);
async fn c01_both_pages_are_paid(gateway: Gateway) {
    let bench = Bench::open(gateway).await;
    let order = bench.order(165);
    let first = bench.checkout("k1", &order).await.unwrap();
    let second = bench.checkout("k2", &order).await.unwrap();
    bench.pay(&second).await;
    bench.until_captured(&order).await;
    let paid_twice = bench.pay_if_possible(&first).await.is_ok();
    bench.advance(TimeDelta::minutes(12)).await;
    let charges = bench.get("/money").await["charges"].as_i64().unwrap();
    assert!(charges == 1 || paid_twice);
    bench
        .wait_for(async || {
            let payment = bench.shop.payment(&order).await;
            payment.captured == 165 * charges && payment.captured - payment.refunded == 165
        })
        .await;
    bench.assert_money(&order, charges, 165).await;
}

/// 再次付款 twice at the same moment, with a key for each press and with the same.
#[tokio::test]
async fn c01_two_presses_at_the_same_moment_have_references_of_their_own() {
    const ROUNDS: usize = 50;
    let bench = Bench::open(super::gateway::ecpay()).await;
    let mut references = BTreeSet::new();
    for _ in 0..ROUNDS {
        let order = bench.order(165);
        let start = |key| bench.shop.start(key, &order);
        let (first, second) = tokio::join!(start("a"), start("b"));
        let (first, second) = (first.unwrap(), second.unwrap());
        assert_eq!(first.payment_id, second.payment_id);
        let (once, again) = tokio::join!(start("c"), start("c"));
        assert!(once.is_ok() || again.is_ok());
        let payment = bench.shop.payment(&order).await;
        assert_eq!(payment.attempts.len(), 3, "one for each key");
        references.extend(payment.attempts.into_iter().map(|found| found.reference));
    }
    assert_eq!(references.len(), 3 * ROUNDS);
    assert_eq!(bench.shop.count("SELECT count(*) FROM refunds").await, 0);
}

// Payments is killed after the attempt was stored, before its page was answered.
for_providers!(c01_killed_before_the_page_was_answered: ecpay, linepay);
async fn c01_killed_before_the_page_was_answered(gateway: Gateway) {
    let bench = Bench::open(gateway).await;
    let order = bench.order(165);
    let first = bench.checkout("k", &order).await.unwrap();
    let mut superuser = bench.shop.service.db().superuser().await;
    // As the process that died has left it.
    sqlx::query(
        "UPDATE attempts SET state = 'created', next_step = NULL, provider_reference = NULL",
    )
    .execute(&mut superuser)
    .await
    .unwrap();
    assert!(bench.checkout("k", &order).await.is_err(), "under way");
    bench.advance(TimeDelta::seconds(61)).await;
    let second = bench.checkout("k", &order).await.unwrap();
    assert_ne!(first.reference, second.reference);
    bench.pay(&second).await;
    bench
        .until_last_attempt(&order, AttemptState::Captured)
        .await;
    let payment = bench
        .until(&order, |payment| {
            let first = payment.attempts[0].state();
            matches!(first, AttemptState::Failed | AttemptState::Expired)
        })
        .await;
    assert_eq!(payment.attempts.len(), 2);
    bench.assert_money(&order, 1, 165).await;
}
