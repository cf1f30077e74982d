//! Order numbers and pickup numbers: given once, by the branch's counter, never drawn again.

use std::collections::{HashMap, HashSet};

use crate::common::{Shop, cancel, reason, to, to_slot, transitioned};
use chassis::clock::Clock as _;
use chrono::{DateTime, TimeDelta, Utc};
use futures::{StreamExt as _, future::join_all, stream};
use proto::ordering::v1::{
    GetOrderByTokenRequest, GetOrderRequest, ListOrdersRequest, Order, OrderState,
    PlaceOrderRequest, TransitionOrderRequest, UndoTransitionRequest,
};

/// Places `count` orders, two at a time.
async fn place_many(shop: &Shop, name: &str, count: usize) -> Vec<Order> {
    let template = shop.request("", 1).await;
    let request = |n: usize| PlaceOrderRequest {
        idempotency_key: format!("{name}{n}"),
        ..template.clone()
    };
    let mut placed = Vec::with_capacity(count);
    for n in (0..count).step_by(2) {
        let one = shop.place(request(n));
        let other = async {
            match n + 1 < count {
                true => Some(shop.place(request(n + 1)).await),
                false => None,
            }
        };
        let (one, other) = tokio::join!(one, other);
        placed.push(one.unwrap().order.unwrap());
        placed.extend(other.map(|other| other.unwrap().order.unwrap()));
    }
    placed
}

/// Places `count` orders at once.
async fn place_at_once(shop: &Shop, name: &str, count: usize) -> Vec<Order> {
    let template = shop.request("", 1).await;
    let placed = (0..count).map(|n| {
        shop.place(PlaceOrderRequest {
            idempotency_key: format!("{name}{n}"),
            ..template.clone()
        })
    });
    let placed = join_all(placed).await.into_iter();
    placed
        .map(|placed| placed.unwrap().order.unwrap())
        .collect()
}

fn numbers(orders: &[Order]) -> Vec<&str> {
    let mut numbers: Vec<_> = orders.iter().map(|o| o.pickup_number.as_str()).collect();
    numbers.sort_unstable();
    numbers
}

/// The next business day's first instant.
fn next_day(shop: &Shop) {
    let cutoff: DateTime<Utc> = "2026-09-02T20:00:00Z".parse().unwrap();
    let now = shop.service.clock().now();
    let days = (now - cutoff).num_days() + i64::from(now >= cutoff);
    let next = cutoff + TimeDelta::days(days);
    shop.service.clock().advance(next - now);
}

/// Brings the counter of the branch to `last`, as if so many orders had been placed today.
async fn count_up(shop: &Shop, last: i32) {
    let mut superuser = shop.service.db().superuser().await;
    sqlx::query("UPDATE order_counters SET last_pickup_number = $1")
        .bind(last)
        .execute(&mut superuser)
        .await
        .unwrap();
}

async fn finish(shop: &Shop, order: &Order) -> Order {
    let paid = TransitionOrderRequest {
        cash_received: true,
        ..to(order, OrderState::Completed)
    };
    transitioned(&mut shop.manager(), paid).await.unwrap()
}

#[tokio::test]
async fn a_hundred_and_twenty_open_orders_have_each_a_number_of_their_own() {
    let shop = Shop::open().await;
    let placed = place_many(&shop, "k", 120).await;
    let expected: Vec<_> = (1..=120).map(|n| format!("{n:03}")).collect();
    assert_eq!(numbers(&placed), expected);
    let order_numbers: HashSet<_> = placed.iter().map(|o| o.order_number.as_str()).collect();
    assert_eq!(order_numbers.len(), 120);
}

/// More open orders lie over the cut-off than anything that tries a few times could get past.
#[tokio::test]
async fn however_many_orders_stay_open_the_next_day_begins_after_them() {
    let shop = Shop::open().await;
    let open = place_many(&shop, "old", 70).await;
    next_day(&shop);
    let first = place_many(&shop, "new", 3).await;
    assert_eq!(numbers(&first), ["071", "072", "073"]);
    for order in &open[..2] {
        transitioned(&mut shop.counter(), cancel(order))
            .await
            .unwrap();
    }
    // The counter goes on, and what became free comes with the next day.
    assert_eq!(shop.placed("later").await.0.pickup_number, "074");
    next_day(&shop);
    assert_eq!(shop.placed("next").await.0.pickup_number, "001");
}

#[tokio::test]
async fn numbers_still_open_are_skipped_and_the_gaps_between_them_are_filled() {
    let shop = Shop::open().await;
    let mut placed = place_many(&shop, "old", 7).await;
    placed.sort_by(|a, b| a.pickup_number.cmp(&b.pickup_number));
    for order in &placed {
        if !["002", "003", "007"].contains(&order.pickup_number.as_str()) {
            transitioned(&mut shop.counter(), cancel(order))
                .await
                .unwrap();
        }
    }
    next_day(&shop);
    let new = place_many(&shop, "new", 6).await;
    assert_eq!(numbers(&new), ["001", "004", "005", "006", "008", "009"]);
}

#[tokio::test]
async fn the_thousandth_order_of_a_day_has_four_digits() {
    let shop = Shop::open().await;
    shop.placed("k1").await;
    count_up(&shop, 998).await;
    let placed = place_many(&shop, "late", 3).await;
    assert_eq!(numbers(&placed), ["1000", "1001", "999"]);
}

/// A day of 1,001 orders of which one is never fetched.
#[tokio::test]
async fn a_thousand_and_one_orders_of_a_day_count_on_and_no_open_number_comes_twice() {
    let shop = Shop::open().await;
    let mut open: HashMap<String, Order> = HashMap::new();
    let mut given = Vec::new();
    for (hundred, count) in std::iter::repeat_n(100, 10).chain([1]).enumerate() {
        for order in place_at_once(&shop, &format!("h{hundred}-"), count).await {
            given.push(order.pickup_number.parse::<u32>().unwrap());
            let twice = open.insert(order.pickup_number.clone(), order);
            assert!(twice.is_none(), "{twice:?}");
        }
        let left = open.remove("005").unwrap();
        stream::iter(open.drain())
            .for_each_concurrent(8, async |(_, order)| {
                finish(&shop, &order).await;
            })
            .await;
        open.insert("005".to_owned(), left);
    }
    given.sort_unstable();
    assert_eq!(given, (1..=1_001).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_number_is_the_same_wherever_and_however_often_it_is_read() {
    let shop = Shop::open().await;
    let request = shop.request("k", 2).await;
    let placed = shop.place(request.clone()).await.unwrap();
    let (order, access_token) = (placed.order.unwrap(), placed.access_token);
    let mut seen = Vec::new();
    for _ in 0..5 {
        let again = shop.place(request.clone()).await.unwrap();
        seen.push(again.order.unwrap());
        let get = GetOrderByTokenRequest {
            access_token: access_token.clone(),
        };
        let page = shop.customer().get_order_by_token(get).await.unwrap();
        seen.push(page.into_inner().order.unwrap());
    }
    let list = ListOrdersRequest {
        branch_id: shop.branch().to_string(),
        ..Default::default()
    };
    let board = shop.counter().list_orders(list).await.unwrap();
    seen.extend(board.into_inner().orders);
    let get = GetOrderRequest {
        order_id: order.order_id.clone(),
    };
    let detail = shop.counter().get_order(get).await.unwrap();
    seen.extend(detail.into_inner().order);
    assert_eq!(seen.len(), 12);
    for one in seen {
        assert_eq!(one.pickup_number, "001");
        assert_eq!(one.order_number, order.order_number);
    }
}

#[tokio::test]
async fn an_order_keeps_its_number_when_it_is_rescheduled_to_another_day() {
    let shop = Shop::open().await;
    shop.placed("k1").await;
    let (second, _) = shop.placed("k2").await;
    shop.capacity.state.lock().rescheduled_day = "2026-09-03".to_owned();
    let request = to_slot(&shop, &second, 24 * 60);
    let answer = shop.counter().reschedule_order(request).await.unwrap();
    let second = answer.into_inner().order.unwrap();
    assert_eq!(second.business_day, "2026-09-03");
    assert_eq!(second.pickup_number, "002");
    assert_eq!(shop.placed("k3").await.0.pickup_number, "003");
    // On its new day the number is still in use, and so are the others.
    next_day(&shop);
    assert_eq!(shop.placed("k4").await.0.pickup_number, "004");
}

#[tokio::test]
async fn an_order_that_is_opened_again_has_its_number_although_the_counter_came_by() {
    let shop = Shop::open().await;
    let mut placed = place_many(&shop, "old", 4).await;
    placed.sort_by(|a, b| a.pickup_number.cmp(&b.pickup_number));
    for order in &placed[..3] {
        transitioned(&mut shop.counter(), cancel(order))
            .await
            .unwrap();
    }
    next_day(&shop);
    // 004 is closed today: until the day ends it may be opened again.
    let done = finish(&shop, &placed[3]).await;
    let new = place_many(&shop, "new", 4).await;
    assert_eq!(numbers(&new), ["001", "002", "003", "005"]);
    let reopen = TransitionOrderRequest {
        reason: "少一杯".into(),
        ..to(&done, OrderState::Preparing)
    };
    let again = transitioned(&mut shop.manager(), reopen.clone())
        .await
        .unwrap();
    assert_eq!(again.pickup_number, "004");

    // On the next day it may not, and its number is free.
    let done = finish(&shop, &again).await;
    for order in &new {
        transitioned(&mut shop.counter(), cancel(order))
            .await
            .unwrap();
    }
    next_day(&shop);
    let next = place_many(&shop, "next", 4).await;
    assert_eq!(numbers(&next), ["001", "002", "003", "004"]);
    let reopen = TransitionOrderRequest {
        version: done.version,
        ..reopen
    };
    let refused = transitioned(&mut shop.manager(), reopen).await.unwrap_err();
    assert_eq!(refused.reason, "ILLEGAL_TRANSITION");
    assert_eq!(refused.params["state"], "completed");
}

#[tokio::test]
async fn a_last_step_taken_back_over_the_cutoff_has_its_number() {
    let shop = Shop::open().await;
    let (order, _) = shop.placed("k1").await;
    next_day(&shop);
    shop.service.clock().advance(TimeDelta::seconds(-5));
    let mut manager = shop.manager();
    let paid = TransitionOrderRequest {
        cash_received: true,
        ..to(&order, OrderState::Completed)
    };
    let done = transitioned(&mut manager, paid).await.unwrap();
    shop.advance(7);
    assert_eq!(shop.placed("k2").await.0.pickup_number, "002");
    let undo = UndoTransitionRequest {
        order_id: done.order_id,
        version: done.version,
    };
    let back = manager.undo_transition(undo).await.unwrap();
    let back = back.into_inner().order.unwrap();
    assert_eq!(
        (back.state(), back.pickup_number.as_str()),
        (OrderState::Placed, "001")
    );
}

/// Replicas whose clocks disagree at the cut-off: one opens an order again whose number the other has
/// given away.
#[tokio::test]
async fn a_number_that_is_taken_after_all_refuses_to_open_the_order_again() {
    let shop = Shop::open().await;
    let (order, _) = shop.placed("k1").await;
    let done = finish(&shop, &order).await;
    count_up(&shop, 0).await;
    let mut superuser = shop.service.db().superuser().await;
    sqlx::query("UPDATE orders SET closed_day = closed_day - 1, undo_until = NULL")
        .execute(&mut superuser)
        .await
        .unwrap();
    assert_eq!(shop.placed("k2").await.0.pickup_number, "001");
    let reopen = TransitionOrderRequest {
        reason: "少一杯".into(),
        ..to(&done, OrderState::Preparing)
    };
    let refused = transitioned(&mut shop.manager(), reopen).await.unwrap_err();
    assert_eq!(refused.reason, "ILLEGAL_TRANSITION");
}

/// Capacity may remember the hold of a key that was forgotten here.
#[tokio::test]
async fn an_order_whose_key_was_forgotten_is_found_by_its_hold() {
    let shop = Shop::open().await;
    let request = shop.request("k", 2).await;
    let first = shop.place(request.clone()).await.unwrap();
    let mut superuser = shop.service.db().superuser().await;
    sqlx::query("UPDATE orders SET idempotency_key = NULL, request_hash = NULL")
        .execute(&mut superuser)
        .await
        .unwrap();
    let again = shop.place(request).await.unwrap();
    assert!(again.replayed);
    assert_eq!(first.order, again.order);
    assert_eq!(shop.count("orders").await, 1);
    assert_eq!(
        reason(shop.place(PlaceOrderRequest::default()).await),
        "VALIDATION_FAILED"
    );
}
