//! An order that is not paid in time: payments is asked first, an attempt under way is waited for once.

use crate::common::{
    Shop,
    payments::{CARD, amount, paid},
};
use proto::{
    ordering::v1::{FindOrderStatesRequest, Order, OrderChanged, OrderState, PaymentState},
    payments::v1::{AttemptState, PaymentChanged, PaymentStatus},
};

const PAY_WITHIN_SECS: i64 = 15 * 60;
const EXTENSION_SECS: i64 = 5 * 60;

fn is_expired(order: &Order) -> bool {
    order.state() == OrderState::Expired
}

/// An order whose customer is at the provider.
async fn at_provider(shop: &Shop, key: &str) -> (Order, String) {
    let (order, token) = shop.waiting(key, CARD).await;
    shop.pay(&token, key, CARD).await.unwrap();
    (order, token)
}

#[tokio::test]
async fn it_expires_at_its_time_and_what_it_held_goes_back() {
    let shop = Shop::open().await;
    let (order, token) = shop.waiting("k", CARD).await;
    let mut events = shop.service.listen(&["ordering.order.expired.v1"]).await;
    shop.advance(PAY_WITHIN_SECS - 1);
    let (later, _) = shop.waiting("later", CARD).await;
    let request = FindOrderStatesRequest {
        order_ids: vec![order.order_id.clone()],
    };
    let known = shop.peer().find_order_states(request).await.unwrap();
    let state = known.into_inner().orders[0].state();
    assert_eq!(state, OrderState::PendingPayment, "capacity keeps its hold");

    shop.advance(1);
    let seen = shop.until(&order, is_expired).await;
    assert_eq!(seen.events.last().unwrap().actor_kind, "system");
    assert_eq!(seen.order.pickup_number, "");
    let change: OrderChanged = events.next().await.decode().unwrap();
    let change = change.change.unwrap();
    assert_eq!(change.order_id, order.order_id);
    assert_eq!(change.from(), OrderState::PendingPayment);
    assert_eq!(shop.read_by_token(&token).await.pay_by, None);
    let later = shop.read(&later.order_id).await.order;
    assert_eq!(later.state(), OrderState::PendingPayment);
}

#[tokio::test]
async fn an_attempt_under_way_is_waited_for_once() {
    let shop = Shop::open().await;
    let (order, _) = at_provider(&shop, "k").await;
    shop.advance(PAY_WITHIN_SECS);
    let extended = shop.until(&order, |now| now.pay_by != order.pay_by).await;
    let extended = extended.order;
    assert_eq!(extended.state(), OrderState::PendingPayment);
    let more = extended.pay_by.unwrap().seconds - order.pay_by.unwrap().seconds;
    assert_eq!(more, EXTENSION_SECS);
    shop.advance(EXTENSION_SECS);
    shop.until(&order, is_expired).await;
}

#[tokio::test]
async fn an_attempt_that_has_failed_is_not_waited_for() {
    let shop = Shop::open().await;
    let (order, _) = at_provider(&shop, "k").await;
    shop.payment(&order, |payment| {
        payment.state = PaymentStatus::Failed.into();
        payment.attempts[0].state = AttemptState::Failed.into();
    });
    shop.advance(PAY_WITHIN_SECS);
    shop.until(&order, is_expired).await;
}

#[tokio::test]
async fn money_whose_event_has_not_come_yet_places_it() {
    let shop = Shop::open().await;
    let (order, _) = at_provider(&shop, "k").await;
    shop.payment(&order, |payment| {
        payment.version = 3;
        payment.state = PaymentStatus::Captured.into();
        payment.captured = 50;
        payment.attempts[0].state = AttemptState::Captured.into();
    });
    shop.advance(PAY_WITHIN_SECS);
    let placed = shop
        .until(&order, |order| order.state() == OrderState::Placed)
        .await;
    assert_eq!(placed.order.pickup_number, "001");
    assert_eq!(amount(&placed.order.paid), 50);

    // Its event changes nothing more.
    let (witness, _) = shop.waiting("witness", CARD).await;
    let reports = [paid(&order, 3), paid(&witness, 2)];
    testkit::eventually(async || {
        shop.report(&reports).await;
        let seen = shop.read(&witness.order_id).await.order;
        seen.state() == OrderState::Placed
    })
    .await;
    assert_eq!(shop.read(&order.order_id).await.events.len(), 2);
}

#[tokio::test]
async fn while_payments_is_away_it_waits_once_and_no_longer() {
    let shop = Shop::open().await;
    let (order, _) = shop.waiting("k", CARD).await;
    shop.payments.state.lock().away = true;
    shop.advance(PAY_WITHIN_SECS);
    let extended = shop.until(&order, |now| now.pay_by != order.pay_by).await;
    assert_eq!(extended.order.state(), OrderState::PendingPayment);
    shop.advance(EXTENSION_SECS);
    shop.until(&order, is_expired).await;
}

/// Worked example: late money.
#[tokio::test]
async fn late_money_is_shown_and_changes_nothing_else() {
    let shop = Shop::open().await;
    let (order, token) = shop.waiting("k", CARD).await;
    shop.advance(PAY_WITHIN_SECS);
    shop.until(&order, is_expired).await;

    let late = PaymentChanged {
        refunding: 50,
        ..paid(&order, 2)
    };
    shop.report_until(&[late], |order| order.refunding == 50)
        .await;
    let seen = shop.read_by_token(&token).await;
    assert!(is_expired(&seen));
    assert_eq!((amount(&seen.paid), seen.refunding), (50, 50));
    let returned = PaymentChanged {
        state: PaymentStatus::Refunded.into(),
        refunded: 50,
        ..paid(&order, 3)
    };
    shop.report_until(&[returned], |order| order.refunded == 50)
        .await;
    let seen = shop.read(&order.order_id).await;
    assert!(is_expired(&seen.order));
    assert_eq!(seen.order.payment_state(), PaymentState::Refunded);
    assert_eq!(amount(&seen.order.paid), 0);
    assert_eq!(seen.order.pickup_number, "");
    assert_eq!(seen.events.len(), 2);
}
