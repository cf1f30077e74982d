//! An order whose hold was given back before it was confirmed is cancelled, and says why.

use crate::common::{Shop, cancel, reason, to, transitioned};
use chassis::{id::OrderId, outbox::Event};
use proto::{
    capacity::v1::HoldGone,
    ordering::v1::{
        CancelReason, GetOrderByTokenRequest, GetOrderRequest, Order, OrderChanged, OrderEvent,
        OrderState, TransitionOrderRequest,
    },
};
use testkit::eventually;
use uuid::Uuid;

fn gone(order_id: &str, version: i64) -> Event {
    let body = HoldGone {
        order_id: order_id.to_owned(),
        branch_id: String::new(),
    };
    let order: Uuid = order_id.parse().unwrap();
    Event::new("capacity.hold.gone.v1", order, version, &body)
}

/// Publishes a lost hold again and again until it is consumed: from then on every event is.
async fn until_it_listens(shop: &Shop) {
    let (order, _) = shop.placed("first").await;
    eventually(async || {
        let event = gone(&order.order_id, 1);
        shop.service.deliver(shop.org, &[event]).await;
        read(shop, &order).await.0.state() == OrderState::Cancelled
    })
    .await;
}

async fn read(shop: &Shop, order: &Order) -> (Order, Vec<OrderEvent>) {
    let request = GetOrderRequest {
        order_id: order.order_id.clone(),
    };
    let answer = shop.counter().get_order(request).await.unwrap();
    let answer = answer.into_inner();
    (answer.order.unwrap(), answer.events)
}

#[tokio::test]
async fn it_is_cancelled_by_the_system_and_the_customer_sees_why() {
    let shop = Shop::open().await;
    until_it_listens(&shop).await;
    let (order, token) = shop.placed("k").await;
    let (accepted, _) = shop.placed("k2").await;
    let accepted = transitioned(&mut shop.counter(), to(&accepted, OrderState::Accepted))
        .await
        .unwrap();
    let mut events = shop.service.listen(&["ordering.order.cancelled.v1"]).await;
    shop.service
        .deliver(
            shop.org,
            &[gone(&order.order_id, 1), gone(&accepted.order_id, 1)],
        )
        .await;

    let mut both = [order.order_id.clone(), accepted.order_id.clone()];
    both.sort();
    let mut cancelled = Vec::new();
    while cancelled.len() < 2 {
        let changed: OrderChanged = events.next().await.decode().unwrap();
        let change = changed.change.unwrap();
        assert!(change.return_stock, "nothing was used up");
        // The event of an earlier order, by which it was seen that the service listens, may still come.
        if both.contains(&change.order_id) {
            cancelled.push(change.order_id);
        }
    }
    cancelled.sort();
    assert_eq!(cancelled, both, "each once");
    let (seen, entries) = read(&shop, &order).await;
    assert_eq!(seen.state(), OrderState::Cancelled);
    assert_eq!(entries[1].actor_kind, "system");
    let request = GetOrderByTokenRequest {
        access_token: token,
    };
    let customers = shop.customer().get_order_by_token(request).await.unwrap();
    let customers = customers.into_inner().order.unwrap();
    assert_eq!(customers.cancel_reason(), CancelReason::HoldGone);
}

#[tokio::test]
async fn cancelled_twice_or_too_late_it_changes_nothing_more() {
    let shop = Shop::open().await;
    until_it_listens(&shop).await;
    let (order, _) = shop.placed("k1").await;
    let (cancelled, _) = shop.placed("k2").await;
    let cancelled = transitioned(&mut shop.counter(), cancel(&cancelled)).await;
    let cancelled = cancelled.unwrap();
    let (witness, _) = shop.placed("k3").await;
    let nobody = OrderId::new(shop.service.clock()).to_string();
    for event in [
        gone(&nobody, 1),
        gone(&cancelled.order_id, 1),
        gone(&order.order_id, 1),
        gone(&order.order_id, 2),
        gone(&witness.order_id, 1),
    ] {
        shop.service.deliver(shop.org, &[event]).await;
    }
    eventually(async || {
        let state = read(&shop, &witness).await.0.state();
        state == OrderState::Cancelled
    })
    .await;
    eventually(async || {
        let state = read(&shop, &order).await.0.state();
        state == OrderState::Cancelled
    })
    .await;
    assert_eq!(read(&shop, &order).await.1.len(), 2);
    let (seen, entries) = read(&shop, &cancelled).await;
    assert_eq!(entries.len(), 2);
    assert_eq!(seen.cancel_reason(), CancelReason::TooBusy);
}

#[tokio::test]
async fn staff_cannot_give_the_reason_that_is_the_systems() {
    let shop = Shop::open().await;
    let (order, _) = shop.placed("k").await;
    let request = TransitionOrderRequest {
        cancel_reason: Some(CancelReason::HoldGone.into()),
        ..cancel(&order)
    };
    let refused = shop.counter().transition_order(request).await;
    assert_eq!(reason(refused), "VALIDATION_FAILED");
}
