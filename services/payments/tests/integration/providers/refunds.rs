//! S13 and S14, and case C03: refunds whose answer is lost, that are refused, and which call undoes a card
//! payment.

use chrono::TimeDelta;
use proto::payments::v1::{AttemptState, PayableOrder, RefundState};
use serde_json::json;

use super::{Bench, Gateway, for_providers};
use crate::common::reason;

/// A paid order, at half past ten in the evening: cards are closed.
async fn paid_until_evening(bench: &Bench, total: i64) -> PayableOrder {
    let order = paid(bench, total).await;
    bench
        .advance_by(TimeDelta::minutes(10), TimeDelta::minutes(630))
        .await;
    order
}

async fn paid(bench: &Bench, total: i64) -> PayableOrder {
    let order = bench.order(total);
    let checkout = bench.checkout("k", &order).await.unwrap();
    bench.pay(&checkout).await;
    bench
        .until_last_attempt(&order, AttemptState::Captured)
        .await;
    order
}

async fn until_refunded(bench: &Bench, order: &PayableOrder, amount: i64) {
    bench
        .wait_for(async || bench.shop.payment(order).await.refunded == amount)
        .await;
}

for_providers!(partly_then_the_rest: ecpay, newebpay, linepay, jkopay, tappay);
async fn partly_then_the_rest(gateway: Gateway) {
    let bench = Bench::open(gateway).await;
    let order = paid_until_evening(&bench, 165).await;
    bench.refund(&order, 27).await.unwrap();
    until_refunded(&bench, &order, 27).await;
    bench.assert_money(&order, 1, 138).await;
    bench.refund(&order, 138).await.unwrap();
    until_refunded(&bench, &order, 165).await;
    bench.assert_money(&order, 1, 0).await;
}

for_providers!(s13_unanswered_after_it_was_carried_out: ecpay, newebpay, linepay, jkopay, tappay, stripe);
async fn s13_unanswered_after_it_was_carried_out(gateway: Gateway) {
    let bench = Bench::open(gateway).await;
    let order = paid_until_evening(&bench, 165).await;
    bench
        .arm(json!({ "fault": "reset", "call": "refund", "commit": true }))
        .await;
    bench.refund(&order, 27).await.unwrap();
    until_refunded(&bench, &order, 27).await;
    let money = bench.get("/money").await;
    let refunds = money["payments"][0]["refunds"].as_array().unwrap();
    assert_eq!(refunds.len(), 1, "{money:#}");
    bench.assert_money(&order, 1, 138).await;
}

for_providers!(s13_unanswered_and_not_carried_out: ecpay, newebpay, linepay, jkopay, tappay, stripe);
async fn s13_unanswered_and_not_carried_out(gateway: Gateway) {
    let bench = Bench::open(gateway).await;
    let order = paid_until_evening(&bench, 165).await;
    bench
        .arm(json!({ "fault": "reset", "call": "refund", "commit": false }))
        .await;
    bench.refund(&order, 27).await.unwrap();
    until_refunded(&bench, &order, 27).await;
    bench.assert_money(&order, 1, 138).await;
}

for_providers!(s14_above_the_rest: ecpay, newebpay, linepay, jkopay, tappay, stripe);
async fn s14_above_the_rest(gateway: Gateway) {
    let bench = Bench::open(gateway).await;
    let order = paid_until_evening(&bench, 165).await;
    assert_eq!(
        reason(bench.refund(&order, 166).await),
        "REFUND_EXCEEDS_PAID"
    );
    assert_eq!(bench.calls("refund").await, 0);
    bench.assert_money(&order, 1, 165).await;
}

for_providers!(s14_balance_short: ecpay, jkopay);
async fn s14_balance_short(gateway: Gateway) {
    let bench = Bench::open(gateway).await;
    let order = paid_until_evening(&bench, 165).await;
    bench
        .arm(json!({ "fault": "balance_short", "call": "refund" }))
        .await;
    bench.refund(&order, 27).await.unwrap();
    let payment = bench
        .until(&order, |payment| !payment.refunds[0].text.is_empty())
        .await;
    let state = payment.refunds[0].state();
    assert!(
        matches!(state, RefundState::Pending | RefundState::NeedsPerson),
        "{state:?}"
    );
    bench.assert_money(&order, 1, 165).await;
}

/// Case C03: before the closing a whole refund gives the authorisation back.
#[tokio::test]
async fn c03_whole_before_the_closing_is_abandoned() {
    let bench = Bench::open(super::gateway::ecpay()).await;
    let order = paid(&bench, 1_615).await;
    bench.refund(&order, 1_615).await.unwrap();
    until_refunded(&bench, &order, 1_615).await;
    assert_eq!(bench.calls("abandon").await, 1);
    assert_eq!(bench.calls("refund").await, 0);
    bench.assert_money(&order, 1, 0).await;
}

#[tokio::test]
async fn c03_part_before_the_closing_never_abandons() {
    let bench = Bench::open(super::gateway::ecpay()).await;
    let order = paid(&bench, 1_615).await;
    bench.refund(&order, 415).await.unwrap();
    until_refunded(&bench, &order, 415).await;
    assert_eq!(bench.calls("abandon").await, 0);
    assert_eq!(bench.calls("refund").await, 1);
    bench.assert_money(&order, 1, 1_200).await;
}

#[tokio::test]
async fn c03_whole_while_closing_undoes_the_capture_first() {
    let bench = Bench::open(super::gateway::ecpay()).await;
    let order = paid(&bench, 1_615).await;
    bench.set_card_state("要關帳").await;
    bench.refund(&order, 1_615).await.unwrap();
    until_refunded(&bench, &order, 1_615).await;
    assert_eq!(bench.calls("undo_capture").await, 1);
    assert_eq!(bench.calls("abandon").await, 1);
    bench.assert_money(&order, 1, 0).await;
}

#[tokio::test]
async fn c03_part_while_closing_is_refunded() {
    let bench = Bench::open(super::gateway::ecpay()).await;
    let order = paid(&bench, 1_615).await;
    bench.set_card_state("要關帳").await;
    bench.refund(&order, 415).await.unwrap();
    until_refunded(&bench, &order, 415).await;
    assert_eq!(bench.calls("refund").await, 1);
    bench.assert_money(&order, 1, 1_200).await;
}

#[tokio::test]
async fn c03_unanswered_abandon_is_asked_about_before_it_is_repeated() {
    let bench = Bench::open(super::gateway::ecpay()).await;
    let order = paid(&bench, 1_615).await;
    bench.set_card_state("要關帳").await;
    bench
        .arm(json!({ "fault": "reset", "call": "abandon", "commit": false }))
        .await;
    bench.refund(&order, 1_615).await.unwrap();
    bench.until_faults_are_met().await;
    let payment = bench.shop.payment(&order).await;
    assert_eq!(payment.refunds[0].state(), RefundState::Pending);
    let queries = bench.calls("query_card").await;
    until_refunded(&bench, &order, 1_615).await;
    assert!(bench.calls("query_card").await > queries);
    assert_eq!(bench.calls("abandon").await, 2);
    bench.assert_money(&order, 1, 0).await;
}
