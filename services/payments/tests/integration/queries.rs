//! What becomes of attempts that nobody reported on.

use chrono::TimeDelta;
use payment_adapters::{CallError, State};
use proto::payments::v1::{AttemptState, PaymentStatus};

use crate::common::{Shop, report, script, twd};

fn unknown() -> CallError {
    CallError::Unknown("no answer in time".to_owned())
}

#[tokio::test]
async fn a_call_without_an_answer_is_unknown_until_the_provider_was_asked() {
    for (said, expected, captured) in [
        (
            report(State::Captured, twd(165)),
            AttemptState::Captured,
            165,
        ),
        (report(State::Absent, None), AttemptState::Failed, 0),
    ] {
        let shop = Shop::open().await;
        let order = shop.order(165);
        script(&shop.merchant, |script| {
            script.starts.push_back(Err(unknown()))
        });
        let started = shop.start("k", &order).await.unwrap();
        let attempt = started.attempt.unwrap();
        assert_eq!(attempt.state(), AttemptState::Unknown);
        let again = shop.start("k", &order).await.unwrap();
        assert_eq!(again.attempt.unwrap().reference, attempt.reference);
        script(&shop.merchant, |script| {
            script.states.insert(attempt.reference.clone(), Ok(said));
        });
        shop.advance(TimeDelta::seconds(6));
        let payment = shop
            .until(&order, |payment| payment.attempts[0].state() == expected)
            .await;
        assert_eq!(payment.captured, captured);
        let starts = shop
            .calls()
            .into_iter()
            .filter(|call| call.starts_with("start"));
        assert_eq!(starts.count(), 1);
    }
}

#[tokio::test]
async fn an_attempt_that_nobody_pays_expires_and_late_money_is_still_found() {
    let shop = Shop::open().await;
    let order = shop.order(165);
    let reference = shop.pay("k", &order).await;
    shop.advance(TimeDelta::minutes(21));
    let expired =
        |payment: &proto::payments::v1::Payment| payment.state() == PaymentStatus::Expired;
    shop.until(&order, expired).await;
    script(&shop.merchant, |script| {
        let late = Ok(report(State::Captured, twd(165)));
        script.states.insert(reference, late);
    });
    shop.advance(TimeDelta::hours(1));
    shop.until(&order, |payment| payment.captured == 165).await;
}

#[tokio::test]
async fn a_report_of_another_amount_is_not_applied() {
    let shop = Shop::open().await;
    let order = shop.order(1_050);
    let reference = shop.pay("k", &order).await;
    script(&shop.merchant, |script| {
        let other = Ok(report(State::Captured, twd(105)));
        script.states.insert(reference.clone(), other);
    });
    shop.advance(TimeDelta::seconds(6));
    testkit::eventually(async || shop.calls().contains(&format!("query {reference}"))).await;
    assert_eq!(shop.payment(&order).await.captured, 0);
}

#[tokio::test]
async fn an_account_that_was_called_too_often_waits() {
    let shop = Shop::open().await;
    let order = shop.order(165);
    let reference = shop.pay("k", &order).await;
    script(&shop.merchant, |script| {
        let limited = CallError::RateLimited {
            wait: std::time::Duration::from_secs(1_800),
        };
        script.states.insert(reference.clone(), Err(limited));
    });
    shop.advance(TimeDelta::seconds(6));
    let queries = || {
        let calls = shop.calls().into_iter();
        calls.filter(|call| call.starts_with("query")).count()
    };
    testkit::eventually(async || queries() == 1).await;
    let waits = "SELECT count(*) FROM account_calls WHERE next_call_at > '2026-09-02T04:20:00Z'";
    testkit::eventually(async || shop.count(waits).await == 1).await;
    script(&shop.merchant, |script| {
        let paid = Ok(report(State::Captured, twd(165)));
        script.states.insert(reference.clone(), paid);
    });
    shop.advance(TimeDelta::minutes(31));
    shop.until(&order, |payment| payment.captured == 165).await;
    assert_eq!(queries(), 2);
}

#[tokio::test]
async fn an_earlier_page_is_ended_where_the_provider_can_end_it() {
    let shop = Shop::open().await;
    let order = shop.order(165);
    let first = shop.pay("k1", &order).await;
    shop.pay("k2", &order).await;
    testkit::eventually(async || shop.calls().contains(&format!("void {first}"))).await;
    let voided = |payment: &proto::payments::v1::Payment| {
        payment.attempts[0].state() == AttemptState::Voided
    };
    let payment = shop.until(&order, voided).await;
    assert_eq!(payment.state(), PaymentStatus::Pending);
}
