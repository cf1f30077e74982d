//! 當日扣: orders ahead take from what is expected for their day, and that arrives when the day begins.

use crate::common::{Shop, response};
use chassis::id::{OrderId, SkuId};
use chrono::TimeDelta;
use proto::{
    capacity::v1::{
        DateAmount, ListStockMovementsRequest, MovementKind, RescheduleHoldRequest,
        SetStockItemRequest, StockDeduct, StockItem, StockMode, StockRules,
    },
    ordering::v1::OrderState,
};
use testkit::eventually;

/// It is Wednesday noon; the next day begins at 04:00 in Taipei.
const UNTIL_THURSDAY: TimeDelta = TimeDelta::hours(16);
const THURSDAY: &str = "2026-09-03";
const THURSDAY_NOON: &str = "2026-09-03T04:00:00Z";
const THURSDAY_EVENING: &str = "2026-09-03T10:00:00Z";
const FRIDAY: &str = "2026-09-04";
const FRIDAY_NOON: &str = "2026-09-04T04:00:00Z";

fn plan(dates: &[(&str, i64)]) -> StockRules {
    let date = |&(day, amount): &(&str, i64)| DateAmount {
        business_day: day.to_owned(),
        amount,
    };
    StockRules {
        date_amounts: dates.iter().map(date).collect(),
        deduct: StockDeduct::OnDay.into(),
        ..StockRules::default()
    }
}

/// A unit of which there are `there`, and more expected on other days.
async fn expecting(shop: &Shop, there: i64, dates: &[(&str, i64)]) -> SkuId {
    let sku = shop.running(there).await;
    shop.set_rules(sku, plan(dates)).await.unwrap();
    sku
}

async fn held_for(shop: &Shop, sku: SkuId, units: i64, at: &str) -> OrderId {
    let held = shop.hold(shop.order_at(&[(sku, units)], at)).await.unwrap();
    held.order_id.parse().unwrap()
}

/// Units left, as a refusal for that time names them.
async fn left_for(shop: &Shop, sku: SkuId, at: &str) -> i64 {
    let refused = shop.hold(shop.order_at(&[(sku, 99)], at)).await;
    let refused = refused.unwrap_err();
    assert_eq!(refused.reason, "OUT_OF_STOCK");
    assert_eq!(refused.fields[0].field, format!("skus[sku_id={sku}]"));
    refused.params["left"].parse().unwrap()
}

async fn begin(shop: &Shop, skus: &[SkuId], day: &str, after: TimeDelta) {
    shop.clock.advance(after);
    for sku in skus {
        eventually(async || received_until(shop, *sku).await == day).await;
    }
}

async fn received_until(shop: &Shop, sku: SkuId) -> String {
    sqlx::query_scalar("SELECT received_until::text FROM stock_items WHERE sku_id = $1")
        .bind(sku.as_uuid())
        .fetch_one(&mut shop.db.superuser().await)
        .await
        .unwrap()
}

/// What arrived, oldest first: units and the day of the bucket, empty for the running one.
async fn arrivals(shop: &Shop, sku: SkuId) -> Vec<(i64, String)> {
    let request = ListStockMovementsRequest {
        branch_id: shop.branch.to_string(),
        sku_id: sku.to_string(),
        ..Default::default()
    };
    let page = response(shop.owner().stock.list_stock_movements(request).await).unwrap();
    let arrived = page.movements.into_iter().rev();
    arrived
        .filter(|movement| movement.kind() == MovementKind::Arrived)
        .map(|movement| {
            let day = movement.business_day.unwrap_or_default();
            (movement.quantity, day)
        })
        .collect()
}

#[tokio::test]
async fn an_order_ahead_takes_from_the_plan_and_leaves_today_alone() {
    let shop = Shop::open().await;
    let sku = expecting(&shop, 5, &[(THURSDAY, 20)]).await;
    held_for(&shop, sku, 18, THURSDAY_NOON).await;
    assert_eq!(left_for(&shop, sku, THURSDAY_EVENING).await, 2);
    assert_eq!(
        left_for(&shop, sku, FRIDAY_NOON).await,
        0,
        "none is planned"
    );
    assert_eq!(shop.counters(sku).await, (5, 0, 5));
    let days = shop.item(sku).await.days;
    let days: Vec<_> = days
        .iter()
        .map(|day| (&*day.business_day, day.planned, day.available))
        .collect();
    assert_eq!(days, [(THURSDAY, 20, 2)]);

    shop.held(&[(sku, 5)]).await;
    assert_eq!(left_for(&shop, sku, THURSDAY_EVENING).await, 2);
    assert_eq!(shop.availability().await.skus[0].available, 0);
}

#[tokio::test]
async fn what_is_expected_arrives_once_when_the_day_begins_on_two_replicas() {
    let shop = Shop::with_replicas(2).await;
    let booked = expecting(&shop, 5, &[(THURSDAY, 20)]).await;
    let alone = expecting(&shop, 0, &[(THURSDAY, 7)]).await;
    let order = held_for(&shop, booked, 4, THURSDAY_NOON).await;
    shop.publish_placed(order, 1).await;
    eventually(async || shop.stored(order).await.0 == "committed").await;

    shop.clock.advance(UNTIL_THURSDAY - TimeDelta::seconds(1));
    assert_eq!(shop.counters(booked).await, (5, 0, 5));
    begin(&shop, &[booked, alone], THURSDAY, TimeDelta::seconds(1)).await;
    assert_eq!(shop.counters(booked).await, (21, 0, 21));
    assert_eq!(shop.counters(alone).await, (7, 0, 7));
    let there = shop.availability().await.skus;
    assert_eq!(there.iter().map(|sku| sku.available).sum::<i64>(), 28);

    begin(&shop, &[booked, alone], FRIDAY, TimeDelta::days(1)).await;
    for (sku, units) in [(booked, 16), (alone, 7)] {
        let pair = [(-units, THURSDAY.to_owned()), (units, String::new())];
        assert_eq!(arrivals(&shop, sku).await, pair);
    }
}

#[tokio::test]
async fn what_comes_back_to_a_day_that_has_begun_can_be_sold_at_once() {
    let shop = Shop::open().await;
    let sku = expecting(&shop, 0, &[(THURSDAY, 5)]).await;
    let (waiting, placed) = (
        held_for(&shop, sku, 2, THURSDAY_EVENING).await,
        held_for(&shop, sku, 3, THURSDAY_EVENING).await,
    );
    shop.ordering
        .knows(waiting, OrderState::PendingPayment, 1)
        .await;
    shop.publish_placed(placed, 1).await;
    eventually(async || shop.stored(placed).await.0 == "committed").await;
    begin(&shop, &[sku], THURSDAY, UNTIL_THURSDAY).await;
    assert_eq!(shop.counters(sku).await, (0, 0, 0), "all of it is promised");

    assert!(shop.release(waiting).await);
    assert_eq!(shop.counters(sku).await, (2, 0, 2));
    shop.publish_cancelled(placed, 2, true).await;
    shop.eventually_counts(sku, (5, 0, 5)).await;
    held_for(&shop, sku, 5, THURSDAY_NOON).await;
}

#[tokio::test]
async fn an_order_settles_where_it_was_taken_whatever_the_item_turns_to() {
    let shop = Shop::open().await;
    let sku = expecting(&shop, 9, &[(THURSDAY, 20)]).await;
    let order = held_for(&shop, sku, 3, THURSDAY_NOON).await;
    let turn = async |mode: StockMode, deduct: StockDeduct| {
        let item = shop.item(sku).await;
        let mut rules = item.rules.clone().unwrap();
        rules.deduct = deduct.into();
        let item = StockItem {
            mode: mode.into(),
            rules: Some(rules),
            ..item
        };
        let request = SetStockItemRequest { item: Some(item) };
        response(shop.owner().stock.set_stock_item(request).await).unwrap();
    };
    turn(StockMode::Running, StockDeduct::AtOnce).await;
    assert_eq!(left_for(&shop, sku, THURSDAY_NOON).await, 9);
    shop.publish_placed(order, 1).await;
    eventually(async || shop.stored(order).await.0 == "committed").await;
    assert_eq!(shop.counters(sku).await, (9, 0, 9));

    turn(StockMode::Daily, StockDeduct::AtOnce).await;
    assert_eq!(left_for(&shop, sku, THURSDAY_NOON).await, 17);
    turn(StockMode::Running, StockDeduct::OnDay).await;
    assert_eq!(left_for(&shop, sku, THURSDAY_NOON).await, 17);
    begin(&shop, &[sku], THURSDAY, UNTIL_THURSDAY).await;
    assert_eq!(shop.counters(sku).await, (26, 0, 26));
}

#[tokio::test]
async fn a_plan_below_what_is_booked_is_taken_and_says_whose_orders_are_short() {
    let shop = Shop::open().await;
    let sku = expecting(&shop, 0, &[(THURSDAY, 20)]).await;
    let order = held_for(&shop, sku, 15, THURSDAY_NOON).await;
    let lowered = shop.set_rules(sku, plan(&[(THURSDAY, 12)])).await.unwrap();
    let thursday = &lowered.days[0];
    let response = (thursday.planned, thursday.available, thursday.shortfall);
    assert_eq!(response, (12, 0, 3));
    assert_eq!(shop.short_orders(sku).await, [(order, 15)]);

    shop.ordering
        .knows(order, OrderState::PendingPayment, 1)
        .await;
    begin(&shop, &[sku], THURSDAY, UNTIL_THURSDAY).await;
    let changed = shop.set_rules(sku, plan(&[(THURSDAY, 30)])).await.unwrap();
    assert_eq!(
        (changed.on_hand, changed.available),
        (0, 0),
        "a day that has begun is counted, not planned"
    );
}

#[tokio::test]
async fn a_rescheduled_order_takes_from_its_new_day() {
    let shop = Shop::open().await;
    let sku = expecting(&shop, 5, &[(THURSDAY, 4), (FRIDAY, 2)]).await;
    let order = shop.held(&[(sku, 3)]).await;
    let moved = async |at: &str| {
        let request = RescheduleHoldRequest {
            branch_id: shop.branch.to_string(),
            order_id: order.to_string(),
            wanted_at: Some(crate::common::timestamp(at)),
        };
        response(shop.ordering_of(0).holds.reschedule_hold(request).await)
    };
    moved(THURSDAY_NOON).await.unwrap();
    assert_eq!(shop.counters(sku).await, (5, 0, 5));
    assert_eq!(left_for(&shop, sku, THURSDAY_EVENING).await, 1);
    let refused = moved(FRIDAY_NOON).await.unwrap_err();
    assert_eq!(
        (&*refused.reason, &*refused.params["left"]),
        ("OUT_OF_STOCK", "2")
    );
    assert_eq!(left_for(&shop, sku, THURSDAY_EVENING).await, 1);
    moved("2026-09-02T10:00:00Z").await.unwrap();
    assert_eq!(shop.counters(sku).await, (5, 3, 2));
}

#[tokio::test]
async fn a_change_that_says_nothing_of_it_leaves_the_way_as_it_is() {
    let shop = Shop::open().await;
    let sku = expecting(&shop, 5, &[(THURSDAY, 4)]).await;
    let rules = StockRules {
        deduct: StockDeduct::Unspecified.into(),
        ..plan(&[(THURSDAY, 6)])
    };
    let item = shop.set_rules(sku, rules).await.unwrap();
    assert_eq!(item.rules.unwrap().deduct(), StockDeduct::OnDay);
    assert_eq!(left_for(&shop, sku, THURSDAY_NOON).await, 6);
}
