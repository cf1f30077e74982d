//! What becomes of holds when their orders move on.

use crate::common::Shop;
use proto::ordering::v1::OrderState;
use testkit::eventually;

#[tokio::test]
async fn a_placed_order_is_committed_once() {
    let shop = Shop::open().await;
    shop.set_hours(|hours| hours.max_orders_per_slot = Some(9))
        .await
        .unwrap();
    let sku = shop.running(10).await;
    let order = shop.held(&[(sku, 3)]).await;
    assert_eq!(shop.counters(sku).await, (10, 3, 7));
    shop.publish_placed(order, 1).await;
    shop.publish_placed(order, 1).await;
    shop.eventually_counts(sku, (7, 0, 7)).await;
    assert_eq!(
        shop.slots().await.into_values().collect::<Vec<_>>(),
        [(0, 1)]
    );
    assert!(!shop.release(order).await, "a committed hold is left alone");
    assert_eq!(shop.counters(sku).await, (7, 0, 7));
}

#[tokio::test]
async fn a_cancelled_order_gives_back_what_was_not_used_up() {
    let shop = Shop::open().await;
    shop.set_hours(|hours| hours.max_orders_per_slot = Some(9))
        .await
        .unwrap();
    let sku = shop.running(10).await;
    let (returned, used_up) = (shop.held(&[(sku, 3)]).await, shop.held(&[(sku, 2)]).await);
    shop.publish_placed(returned, 1).await;
    shop.publish_placed(used_up, 1).await;
    shop.eventually_counts(sku, (5, 0, 5)).await;
    shop.publish_cancelled(returned, 2, true).await;
    shop.publish_cancelled(returned, 2, true).await;
    shop.publish_cancelled(used_up, 5, false).await;
    shop.eventually_counts(sku, (8, 0, 8)).await;
    eventually(async || shop.stored(used_up).await == ("committed".to_owned(), 5)).await;
    assert_eq!(shop.stored(returned).await, ("released".to_owned(), 2));
    assert_eq!(
        shop.slots().await.into_values().collect::<Vec<_>>(),
        [(0, 1)]
    );
}

#[tokio::test]
async fn what_waits_for_its_payment_is_held_until_it_is_paid_or_expires() {
    let shop = Shop::open().await;
    let sku = shop.running(10).await;
    let (paid, unpaid) = (shop.held(&[(sku, 3)]).await, shop.held(&[(sku, 2)]).await);
    for order in [paid, unpaid] {
        let waits = OrderState::PendingPayment;
        shop.ordering.knows(order, waits, 1).await;
        shop.publish_waiting(order, waits, 1).await;
    }
    let witness = shop.held(&[(sku, 1)]).await;
    shop.publish_placed(witness, 1).await;
    shop.eventually_counts(sku, (9, 5, 4)).await;
    shop.publish_waiting(paid, OrderState::Placed, 2).await;
    shop.eventually_counts(sku, (6, 2, 4)).await;
    shop.publish_waiting(unpaid, OrderState::Expired, 2).await;
    shop.publish_waiting(unpaid, OrderState::Expired, 2).await;
    shop.eventually_counts(sku, (6, 0, 6)).await;
    assert_eq!(shop.stored(unpaid).await, ("released".to_owned(), 2));
}

#[tokio::test]
async fn a_cancellation_may_arrive_before_the_placing() {
    let shop = Shop::open().await;
    let sku = shop.running(10).await;
    let order = shop.held(&[(sku, 3)]).await;
    shop.publish_cancelled(order, 2, true).await;
    shop.eventually_counts(sku, (10, 0, 10)).await;
    let witness = shop.held(&[(sku, 1)]).await;
    shop.publish_placed(order, 1).await;
    shop.publish_placed(witness, 1).await;
    shop.eventually_counts(sku, (9, 0, 9)).await;
    assert_eq!(shop.stored(order).await, ("released".to_owned(), 2));
}

#[tokio::test]
async fn a_placing_after_the_hold_was_given_back_takes_nothing() {
    let shop = Shop::open().await;
    let sku = shop.running(10).await;
    let (late, witness) = (shop.held(&[(sku, 3)]).await, shop.held(&[(sku, 1)]).await);
    assert!(shop.release(late).await);
    shop.publish_placed(late, 1).await;
    shop.publish_placed(witness, 1).await;
    shop.eventually_counts(sku, (9, 0, 9)).await;
    eventually(async || shop.stored(late).await == ("released".to_owned(), 1)).await;
}
