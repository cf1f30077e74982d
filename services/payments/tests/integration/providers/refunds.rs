//! S13 and S14, and case C03: refunds whose answer is lost, that are refused, and which call undoes a card
//! payment.

use chrono::TimeDelta;
use proto::payments::v1::{AttemptState, PayableOrder, RefundState};
use serde_json::json;
use testkit::eventually;

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

for_providers!(partly_then_the_rest: ecpay, newebpay, linepay, jkopay, tappay, stripe);
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

for_providers!(s14_balance_short: ecpay, newebpay, jkopay, stripe);
async fn s14_balance_short(gateway: Gateway) {
    let fault = match gateway.name {
        "stripe" => {
            let value = json!({ "status": 400, "code": "balance_insufficient" });
            json!({ "fault": "error", "call": "refund", "value": value })
        }
        _ => json!({ "fault": "balance_short", "call": "refund" }),
    };
    let bench = Bench::open(gateway).await;
    let order = paid_until_evening(&bench, 165).await;
    bench.arm(fault).await;
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

#[tokio::test]
async fn c03_closed_goes_back_in_parts_and_never_above_the_rest() {
    let bench = Bench::open(super::gateway::ecpay()).await;
    let order = paid_until_evening(&bench, 1_615).await;
    assert_eq!(
        reason(bench.refund(&order, 1_616).await),
        "REFUND_EXCEEDS_PAID"
    );
    for (amount, refunded) in [(415, 415), (1_200, 1_615)] {
        bench.refund(&order, amount).await.unwrap();
        until_refunded(&bench, &order, refunded).await;
    }
    assert_eq!(bench.calls("refund").await, 2);
    assert_eq!(bench.calls("abandon").await, 0);
    bench.assert_money(&order, 1, 0).await;
}

/// From 20:15 to 20:30 nothing is called; then the state is asked, and its call made.
#[tokio::test]
async fn c03_nothing_is_called_while_the_provider_closes() {
    let bench = Bench::open(super::gateway::ecpay()).await;
    let order = paid(&bench, 1_615).await;
    bench.advance_to(20, 16).await;
    bench.refund(&order, 415).await.unwrap();
    eventually(async || {
        let waits = "SELECT count(*) FROM refunds
             WHERE next_try_at - requested_at BETWEEN '5 minutes' AND '15 minutes'";
        bench.shop.count(waits).await == 1
    })
    .await;
    assert_eq!(bench.calls("query_card").await, 0);
    assert_eq!(bench.calls("refund").await, 0);
    let payment = bench.shop.payment(&order).await;
    assert_eq!(payment.refunds[0].state(), RefundState::Pending);
    bench.assert_money(&order, 1, 1_615).await;

    until_refunded(&bench, &order, 415).await;
    assert_eq!(bench.calls("query_card").await, 1);
    assert_eq!(bench.calls("refund").await, 1);
    bench.assert_money(&order, 1, 1_200).await;
}

#[tokio::test]
async fn c03_refusal_that_no_state_explains_needs_a_person() {
    let bench = Bench::open(super::gateway::ecpay()).await;
    let order = paid_until_evening(&bench, 1_615).await;
    let value = json!({ "code": "0", "message": "error_amount_R" });
    bench
        .arm(json!({ "fault": "refuse", "call": "refund", "value": value }))
        .await;
    bench.refund(&order, 415).await.unwrap();
    let payment = bench
        .until(&order, |payment| {
            payment.refunds[0].state() == RefundState::NeedsPerson
        })
        .await;
    let text = &payment.refunds[0].text;
    assert!(text.contains("error_amount_R"), "{text}");
    assert_eq!(bench.calls("query_card").await, 2);
    assert_eq!(bench.calls("refund").await, 1);
    bench.assert_money(&order, 1, 1_615).await;
}

#[tokio::test]
async fn c03_transfer_is_given_back_by_a_person() {
    let mut ecpay = super::gateway::ecpay();
    ecpay.setup.provider_method = "ATM";
    let bench = Bench::open(ecpay).await;
    let order = bench.order(1_615);
    let checkout = bench.checkout("k", &order).await.unwrap();
    for _ in ["a number is issued", "it is paid"] {
        let pay = json!({ "action": "pay", "method": "ATM" });
        bench.act(&checkout.reference, pay).await.unwrap();
        bench.settle().await;
    }
    bench.until_captured(&order).await;
    bench.refund(&order, 1_615).await.unwrap();
    let payment = bench
        .until(&order, |payment| {
            payment.refunds[0].state() == RefundState::NeedsPerson
        })
        .await;
    assert_eq!(payment.refunds[0].amount, 1_615);
    for call in ["query_card", "refund", "abandon", "undo_capture"] {
        assert_eq!(bench.calls(call).await, 0, "{call}");
    }
    bench.assert_money(&order, 1, 1_615).await;
}

/// A card payment at ECPay whose callback was lost: its number, by which its state is asked, is not known.
async fn paid_without_callback(bench: &Bench, total: i64) -> PayableOrder {
    bench.arm(json!({ "fault": "never", "times": 9 })).await;
    paid(bench, total).await
}

#[tokio::test]
async fn card_whose_callback_was_lost_goes_back_after_the_closing() {
    let bench = Bench::open(super::gateway::ecpay()).await;
    let order = paid_without_callback(&bench, 1_615).await;
    bench.refund(&order, 415).await.unwrap();
    bench.advance_to(20, 14).await;
    let payment = bench.shop.payment(&order).await;
    assert_eq!(payment.refunds[0].state(), RefundState::Pending);
    assert_eq!(
        bench.calls("refund").await,
        0,
        "it may still be only reserved"
    );
    until_refunded(&bench, &order, 415).await;
    bench.refund(&order, 1_200).await.unwrap();
    until_refunded(&bench, &order, 1_615).await;
    assert_eq!(bench.calls("refund").await, 2);
    assert_eq!(bench.calls("query_card").await, 0);
    bench.assert_money(&order, 1, 0).await;
}

/// Whether the call took effect cannot be asked, so it is not repeated.
#[tokio::test]
async fn unanswered_refund_of_a_card_whose_callback_was_lost_needs_a_person() {
    let bench = Bench::open(super::gateway::ecpay()).await;
    let order = paid_without_callback(&bench, 1_615).await;
    bench.advance_to(22, 0).await;
    bench
        .arm(json!({ "fault": "reset", "call": "refund", "commit": true }))
        .await;
    bench.refund(&order, 415).await.unwrap();
    bench
        .until(&order, |payment| {
            payment.refunds[0].state() == RefundState::NeedsPerson
        })
        .await;
    let money = bench.get("/money").await;
    assert_eq!(money["refunded"], 415, "{money:#}");
    assert_eq!(bench.calls("refund").await, 1);
}
