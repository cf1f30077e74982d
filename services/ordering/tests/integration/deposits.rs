//! 訂金: a part is paid online before the order is placed, the rest on site.

use crate::common::{
    Shop,
    payments::{DEPOSIT, amount, paid},
    to, transitioned,
};
use proto::{
    ordering::v1::{Order, OrderChanged, OrderState, PaymentState, TransitionOrderRequest},
    payments::v1::{PaymentChanged, PaymentStatus},
};

/// An order of 50 that is placed by a deposit of 20.
async fn placed(shop: &Shop) -> Order {
    let (order, _) = shop.waiting("k", DEPOSIT).await;
    assert_eq!((order.pay_now, amount(&order.total)), (20, 50));
    let little = PaymentChanged {
        state: PaymentStatus::Pending.into(),
        captured: 19,
        ..paid(&order, 2)
    };
    shop.report_until(&[little], |order| amount(&order.paid) == 19)
        .await;
    let waits = shop.read(&order.order_id).await.order;
    assert_eq!(waits.state(), OrderState::PendingPayment, "too little");
    shop.report_until(&[paid(&order, 3)], |order| {
        order.state() == OrderState::Placed
    })
    .await;
    shop.read(&order.order_id).await.order
}

#[tokio::test]
async fn the_rest_is_due_when_the_order_is_handed_over() {
    let shop = Shop::open().await;
    let order = placed(&shop).await;
    assert_eq!(amount(&order.paid), 20);
    assert_eq!(order.payment_state(), PaymentState::Unpaid);
    let mut manager = shop.manager();
    let ready = transitioned(&mut manager, to(&order, OrderState::Ready)).await;
    let ready = ready.unwrap();
    let unpaid = transitioned(&mut manager, to(&ready, OrderState::Completed)).await;
    let unpaid = unpaid.unwrap_err();
    assert_eq!(unpaid.reason, "PAYMENT_DUE");
    assert_eq!(unpaid.params["due"], "30");

    let mut events = shop.service.listen(&["ordering.order.completed.v1"]).await;
    let with_cash = TransitionOrderRequest {
        cash_received: true,
        ..to(&ready, OrderState::Completed)
    };
    let done = transitioned(&mut manager, with_cash).await.unwrap();
    assert_eq!(amount(&done.paid), 50);
    assert_eq!(done.payment_state(), PaymentState::Paid);
    let completed: OrderChanged = events.next().await.decode().unwrap();
    let change = completed.change.unwrap();
    assert_eq!(
        (change.paid, change.paid_on_site, change.received),
        (50, 30, 30)
    );
}

#[tokio::test]
async fn a_deposit_that_goes_back_leaves_what_was_paid_on_site() {
    let shop = Shop::open().await;
    let order = placed(&shop).await;
    let with_cash = TransitionOrderRequest {
        cash_received: true,
        ..to(&order, OrderState::Completed)
    };
    transitioned(&mut shop.manager(), with_cash).await.unwrap();
    let given_back = PaymentChanged {
        state: PaymentStatus::Refunded.into(),
        captured: 20,
        refunded: 20,
        ..paid(&order, 4)
    };
    shop.report_until(&[given_back], |order| order.refunded == 20)
        .await;
    let seen = shop.read(&order.order_id).await.order;
    assert_eq!(amount(&seen.paid), 30);
    assert_eq!(seen.payment_state(), PaymentState::PartlyRefunded);
}
