//! 列印後自動收單: the first slip of an order accepts it, and nothing else does.

use crate::common::{Shop, to, transitioned};
use chassis::outbox::Event;
use proto::{
    ordering::v1::{GetOrderRequest, Order, OrderEvent, OrderState},
    printing::v1::OrderPrinted,
};
use testkit::eventually;
use uuid::Uuid;

fn printed(order: &Order) -> Event {
    let id: Uuid = order.order_id.parse().unwrap();
    let body = OrderPrinted {
        order_id: order.order_id.clone(),
        ..Default::default()
    };
    Event::new("printing.order.printed.v1", id, 1, &body)
}

async fn read(shop: &Shop, order: &Order) -> (Order, Vec<OrderEvent>) {
    let request = GetOrderRequest {
        order_id: order.order_id.clone(),
    };
    let answer = shop.counter().get_order(request).await.unwrap();
    let answer = answer.into_inner();
    (answer.order.unwrap(), answer.events)
}

/// Publishes that an order was printed until it is accepted.
async fn until_accepted(shop: &Shop, order: &Order) {
    eventually(async || {
        shop.service.deliver(shop.org, &[printed(order)]).await;
        read(shop, order).await.0.state() == OrderState::Accepted
    })
    .await;
}

#[tokio::test]
async fn an_order_is_accepted_once_by_the_system() {
    let shop = Shop::open().await;
    let (order, _) = shop.placed("k").await;
    until_accepted(&shop, &order).await;
    let (_, entries) = read(&shop, &order).await;
    assert_eq!(entries.len(), 2, "placed and accepted, each once");
    assert_eq!(entries[1].actor_kind, "system");
}

#[tokio::test]
async fn an_order_that_went_on_or_ended_stays_as_it_is() {
    let shop = Shop::open().await;
    let (made, _) = shop.placed("a").await;
    let request = to(&made, OrderState::Preparing);
    transitioned(&mut shop.counter(), request).await.unwrap();
    let (last, _) = shop.placed("b").await;
    let events = [printed(&made), printed(&last)];
    shop.service.deliver(shop.org, &events).await;
    until_accepted(&shop, &last).await;
    assert_eq!(read(&shop, &made).await.0.state(), OrderState::Preparing);
}
