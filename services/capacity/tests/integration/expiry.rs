//! Holds that lapse: given back only when ordering does not know the order.

use std::time::{Duration, Instant};

use crate::common::Shop;
use chrono::TimeDelta;
use proto::ordering::v1::OrderState;
use testkit::eventually_within;

#[tokio::test]
async fn a_lapsed_hold_is_sellable_again_within_a_second() {
    let shop = Shop::open().await;
    let sku = shop.running(1).await;
    let order = shop.held(&[(sku, 1)]).await;
    assert!(shop.hold(shop.order(&[(sku, 1)])).await.is_err());
    shop.clock.advance(TimeDelta::seconds(120));
    let lapsed = Instant::now();
    eventually_within(Duration::from_secs(1), async || {
        shop.hold(shop.order(&[(sku, 1)])).await.is_ok()
    })
    .await;
    assert!(lapsed.elapsed() < Duration::from_secs(1));
    assert_eq!(shop.stored(order).await.0, "released");
}

#[tokio::test]
async fn a_lapsed_hold_of_a_known_order_is_kept_or_committed() {
    let shop = Shop::open().await;
    let sku = shop.running(9).await;
    let waiting = shop.held(&[(sku, 1)]).await;
    let placed = shop.held(&[(sku, 2)]).await;
    let expired = shop.held(&[(sku, 3)]).await;
    shop.ordering
        .knows(waiting, OrderState::PendingPayment, 1)
        .await;
    shop.ordering.knows(placed, OrderState::Accepted, 2).await;
    shop.ordering.knows(expired, OrderState::Expired, 2).await;
    shop.clock.advance(TimeDelta::seconds(121));
    shop.eventually_counts(sku, (7, 1, 6)).await;
    assert_eq!(shop.stored(waiting).await, ("held".to_owned(), 0));
    assert_eq!(shop.stored(placed).await, ("committed".to_owned(), 2));
    assert_eq!(shop.stored(expired).await, ("released".to_owned(), 2));
}

#[tokio::test]
async fn asking_again_under_the_same_key_keeps_a_hold_alive() {
    let shop = Shop::open().await;
    let sku = shop.running(1).await;
    let body = shop.order(&[(sku, 1)]);
    shop.hold(body.clone()).await.unwrap();
    shop.clock.advance(TimeDelta::seconds(100));
    shop.hold(body).await.unwrap();
    shop.clock.advance(TimeDelta::seconds(100));
    tokio::time::sleep(Duration::from_millis(1_200)).await;
    assert_eq!(shop.counters(sku).await, (1, 1, 0));
}
