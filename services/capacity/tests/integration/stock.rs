//! Stock as staff count and change it.

use crate::common::{Shop, reason, response, timestamp};
use chassis::{error::Problem, id::SkuId};
use chrono::TimeDelta;
use futures::StreamExt as _;
use proto::capacity::v1::{
    DateAmount, GetAvailabilityRequest, ListStockMovementsRequest, MovementKind,
    SetStockItemRequest, StockItem, StockLow, StockMode, StockMovement, StockRules, WeekdayAmount,
};
use testkit::{eventually, identities};

async fn journal(shop: &Shop, sku: SkuId) -> Vec<StockMovement> {
    let request = ListStockMovementsRequest {
        branch_id: shop.branch.to_string(),
        sku_id: sku.to_string(),
        ..Default::default()
    };
    let page = response(shop.owner().stock.list_stock_movements(request).await);
    page.expect("the journal can be read").movements
}

#[tokio::test]
async fn a_count_below_what_is_held_is_accepted_with_nothing_left_to_sell() {
    let shop = Shop::open().await;
    let sku = shop.running(10).await;
    let order = shop.held(&[(sku, 5)]).await;
    let counted = shop
        .record_movement(sku, MovementKind::Counted, 3)
        .await
        .unwrap();
    assert_eq!(
        (counted.on_hand, counted.held, counted.available),
        (3, 5, 0)
    );
    assert_eq!(
        reason(shop.hold(shop.order(&[(sku, 1)])).await),
        "OUT_OF_STOCK"
    );

    shop.publish_placed(order, 1).await;
    shop.eventually_counts(sku, (0, 0, 0)).await;
    let received = shop
        .record_movement(sku, MovementKind::Received, 10)
        .await
        .unwrap();
    assert_eq!(received.available, 8, "two of them were promised already");
}

#[tokio::test]
async fn staff_cannot_take_more_than_there_is() {
    let shop = Shop::open().await;
    let sku = shop.running(2).await;
    for (kind, quantity) in [(MovementKind::Scrapped, 3), (MovementKind::Adjusted, -3)] {
        assert_eq!(
            reason(shop.record_movement(sku, kind, quantity).await),
            "STOCK_NEGATIVE"
        );
    }
    assert_eq!(shop.counters(sku).await, (2, 0, 2));
}

#[tokio::test]
async fn a_repeated_movement_counts_once() {
    let shop = Shop::open().await;
    let sku = shop.running(2).await;
    let request = shop.movement(sku, MovementKind::Received, 5);
    let first = shop
        .owner()
        .stock
        .record_stock_movement(request.clone())
        .await
        .unwrap()
        .into_inner();
    shop.held(&[(sku, 1)]).await;
    let second = shop
        .owner()
        .stock
        .record_stock_movement(request.clone())
        .await
        .unwrap()
        .into_inner();
    assert_eq!(first, second);
    assert_eq!(shop.counters(sku).await, (7, 1, 6));

    let mut other = request;
    other.quantity = 6;
    assert_eq!(
        reason(response(
            shop.owner().stock.record_stock_movement(other).await
        )),
        "IDEMPOTENCY_MISMATCH"
    );
}

#[tokio::test]
async fn the_journal_has_every_movement_with_the_balance_after_it() {
    let shop = Shop::open().await;
    let sku = shop.running(10).await;
    let order = shop.held(&[(sku, 3)]).await;
    shop.publish_placed(order, 1).await;
    shop.eventually_counts(sku, (7, 0, 7)).await;
    shop.publish_cancelled(order, 2, true).await;
    shop.eventually_counts(sku, (10, 0, 10)).await;
    shop.record_movement(sku, MovementKind::Counted, 8)
        .await
        .unwrap();

    let response: Vec<_> = journal(&shop, sku)
        .await
        .iter()
        .map(|movement| {
            (
                movement.kind(),
                movement.quantity,
                movement.on_hand_after,
                movement.held_after,
            )
        })
        .collect();
    assert_eq!(
        response,
        [
            (MovementKind::Counted, -2, 8, 0),
            (MovementKind::Returned, 3, 10, 0),
            (MovementKind::Committed, -3, 7, 0),
            (MovementKind::Held, 3, 10, 3),
            (MovementKind::Received, 10, 10, 0),
        ]
    );
}

#[tokio::test]
async fn the_journal_is_read_a_page_at_a_time() {
    let shop = Shop::open().await;
    let sku = shop.running(1).await;
    for _ in 0..24 {
        shop.record_movement(sku, MovementKind::Received, 1)
            .await
            .unwrap();
    }
    let mut request = ListStockMovementsRequest {
        branch_id: shop.branch.to_string(),
        sku_id: sku.to_string(),
        page_size: 20,
        page_token: String::new(),
    };
    let first = shop
        .owner()
        .stock
        .list_stock_movements(request.clone())
        .await
        .unwrap()
        .into_inner();
    assert_eq!(first.movements.len(), 20);
    request.page_token = first.next_page_token.unwrap();
    let last = shop
        .owner()
        .stock
        .list_stock_movements(request)
        .await
        .unwrap()
        .into_inner();
    assert_eq!((last.movements.len(), last.next_page_token), (5, None));
}

/// E8: Saturday's twenty are Saturday's.
#[tokio::test]
async fn future_orders_take_from_their_own_days_bucket() {
    let shop = Shop::open().await;
    let sku = shop.daily(20).await;
    let booked = shop.order_at(&[(sku, 18)], "2026-09-05T04:00:00Z");
    let booked = shop.hold(booked).await.unwrap().order_id.parse().unwrap();
    assert_eq!(
        shop.counters(sku).await,
        (20, 0, 20),
        "Wednesday's own are untouched"
    );
    let refused = shop
        .hold(shop.order_at(&[(sku, 3)], "2026-09-05T05:00:00Z"))
        .await;
    assert_eq!(refused.unwrap_err().params["left"], "2");
    shop.publish_placed(booked, 1).await;
    eventually(async || shop.stored(booked).await.0 == "committed").await;

    // Saturday 04:00 in Taipei.
    shop.clock
        .advance(TimeDelta::hours(64) - TimeDelta::minutes(1));
    assert_eq!(shop.availability().await.skus[0].available, 20);
    shop.clock.advance(TimeDelta::minutes(1));
    assert_eq!(shop.availability().await.skus[0].available, 2);
}

#[tokio::test]
async fn another_day_shows_what_is_left_on_it() {
    let shop = Shop::open().await;
    let (daily, running) = (shop.daily(20).await, shop.running(7).await);
    shop.record_movement(daily, MovementKind::Counted, 0)
        .await
        .unwrap();
    shop.hold(shop.order_at(&[(daily, 18)], "2026-09-05T04:00:00Z"))
        .await
        .unwrap();

    let response = async |day: &str| {
        let request = GetAvailabilityRequest {
            branch_id: shop.branch.to_string(),
            business_day: day.to_owned(),
            ..Default::default()
        };
        let storefront = shop.client(&identities::customer(shop.org));
        let answer = response(
            storefront
                .availability
                .clone()
                .get_availability(request)
                .await,
        );
        let availability = answer?.availability.unwrap();
        let left = |sku: SkuId| {
            let mut skus = availability.skus.iter();
            skus.find(|it| it.sku_id == sku.to_string())
                .map(|it| it.available)
        };
        let left = (left(daily), left(running));
        Ok::<_, Problem>((availability.stock_day.clone(), left))
    };
    for (asked, day, left) in [
        ("", "2026-09-02", 0),
        ("2026-09-02", "2026-09-02", 0),
        ("2026-09-03", "2026-09-03", 20),
        ("2026-09-05", "2026-09-05", 2),
        ("2026-08-31", "2026-09-02", 0),
    ] {
        let expected = (day.to_owned(), (Some(left), Some(7)));
        assert_eq!(response(asked).await.unwrap(), expected, "{asked}");
    }
    let refused = response("2026-09-31").await.unwrap_err();
    assert_eq!(refused.fields[0].field, "business_day");
}

#[tokio::test]
async fn a_changed_daily_amount_holds_from_today_on() {
    let shop = Shop::open().await;
    let sku = shop.daily(20).await;
    shop.held(&[(sku, 5)]).await;
    let raised = shop.set_item(sku, StockMode::Daily, 30, 1).await.unwrap();
    assert_eq!(
        (raised.on_hand, raised.available, raised.version),
        (30, 25, 2)
    );
    let lowered = shop.set_item(sku, StockMode::Daily, 3, 2).await.unwrap();
    assert_eq!(
        (lowered.on_hand, lowered.held, lowered.available),
        (3, 5, 0)
    );
    assert_eq!(
        reason(shop.set_item(sku, StockMode::Daily, 9, 2).await),
        "VERSION_CONFLICT"
    );
}

#[tokio::test]
async fn what_is_not_tracked_is_sold_without_end() {
    let shop = Shop::open().await;
    let sku = shop.running(1).await;
    shop.set_item(sku, StockMode::Untracked, 0, 1)
        .await
        .unwrap();
    shop.held(&[(sku, 500)]).await;
    assert!(shop.availability().await.skus.is_empty());
    let refused = shop.record_movement(sku, MovementKind::Received, 1).await;
    assert_eq!(reason(refused), "VALIDATION_FAILED");
}

fn amounts(weekdays: &[(i32, i64)], dates: &[(&str, i64)]) -> StockRules {
    let weekday = |&(weekday, amount): &(i32, i64)| WeekdayAmount { weekday, amount };
    let date = |&(day, amount): &(&str, i64)| DateAmount {
        business_day: day.to_owned(),
        amount,
    };
    StockRules {
        weekday_amounts: weekdays.iter().map(weekday).collect(),
        date_amounts: dates.iter().map(date).collect(),
        ..StockRules::default()
    }
}

#[tokio::test]
async fn a_date_beats_the_weekday_and_the_weekday_the_default() {
    let shop = Shop::open().await;
    let sku = shop.daily(20).await;
    // It is Wednesday, 2 September.
    let rules = amounts(&[(3, 30), (6, 40)], &[("2026-09-02", 7)]);
    let today = shop.set_rules(sku, rules).await.unwrap();
    assert_eq!(today.available, 7);
    for (at, left) in [
        ("2026-09-04T04:00:00Z", "20"),
        ("2026-09-05T04:00:00Z", "40"),
    ] {
        let refused = shop.hold(shop.order_at(&[(sku, 41)], at)).await;
        assert_eq!(refused.unwrap_err().params["left"], left, "{at}");
    }
    shop.clock.advance(TimeDelta::days(7));
    assert_eq!(shop.counters(sku).await, (30, 0, 30));
}

#[tokio::test]
async fn an_amount_lowered_below_what_is_sold_leaves_a_shortfall_and_says_whose() {
    let shop = Shop::open().await;
    let sku = shop.daily(20).await;
    let mut orders = Vec::new();
    for units in [9, 6, 3] {
        let body = shop.order_at(&[(sku, units)], "2026-09-05T04:00:00Z");
        let held = shop.hold(body).await.unwrap();
        orders.push(held.order_id.parse().unwrap());
        shop.clock.advance(TimeDelta::seconds(1));
    }
    shop.publish_placed(orders[0], 1).await;
    eventually(async || shop.stored(orders[0]).await.0 == "committed").await;
    let lowered = shop
        .set_rules(sku, amounts(&[], &[("2026-09-05", 10)]))
        .await
        .unwrap();
    let saturday = &lowered.days[0];
    assert_eq!((saturday.available, saturday.shortfall), (0, 8));
    assert_eq!(lowered.shortfall, 0, "today is untouched");
    assert_eq!(
        shop.short_orders(sku).await,
        [(orders[2], 3), (orders[1], 6)],
        "the newest, as far as the shortfall reaches"
    );
    let back = shop.set_rules(sku, amounts(&[], &[])).await.unwrap();
    assert_eq!((back.days[0].available, back.days[0].shortfall), (2, 0));
    assert!(shop.short_orders(sku).await.is_empty());
}

#[tokio::test]
async fn a_count_below_what_is_held_names_the_newest_orders() {
    let shop = Shop::open().await;
    let sku = shop.running(10).await;
    shop.held(&[(sku, 4)]).await;
    shop.clock.advance(TimeDelta::seconds(1));
    let newest = shop.held(&[(sku, 4)]).await;
    let counted = shop
        .record_movement(sku, MovementKind::Counted, 6)
        .await
        .unwrap();
    assert_eq!(counted.shortfall, 2);
    assert_eq!(shop.short_orders(sku).await, [(newest, 4)]);
}

#[tokio::test]
async fn an_order_may_not_have_more_than_the_item_allows() {
    let shop = Shop::open().await;
    let sku = shop.running(50).await;
    let rules = StockRules {
        max_per_order: 3,
        show_last: 12,
        ..StockRules::default()
    };
    shop.set_rules(sku, rules).await.unwrap();
    let refused = shop.hold(shop.order(&[(sku, 4)])).await.unwrap_err();
    assert_eq!(refused.reason, "ORDER_TOO_LARGE");
    assert_eq!(refused.fields[0].field, format!("skus[sku_id={sku}]"));
    assert_eq!(
        (&*refused.params["wanted"], &*refused.params["max"]),
        ("4", "3")
    );
    shop.held(&[(sku, 3)]).await;
    let response = shop.availability().await;
    assert_eq!(
        (response.order_limits[0].max, response.skus[0].show_last),
        (3, 12)
    );
}

#[tokio::test]
async fn a_change_without_further_settings_keeps_them() {
    let shop = Shop::open().await;
    let sku = shop.daily(20).await;
    let with = shop.set_rules(sku, amounts(&[(6, 40)], &[])).await.unwrap();
    let kept = shop
        .set_item(sku, StockMode::Daily, 25, with.version)
        .await
        .unwrap();
    assert_eq!(kept.rules, with.rules);
}

#[tokio::test]
async fn running_low_is_published_once_per_crossing() {
    let shop = Shop::open().await;
    let sku = shop.running(8).await;
    let item = StockItem {
        low_threshold: 5,
        ..shop.item(sku).await
    };
    let request = SetStockItemRequest { item: Some(item) };
    shop.owner().stock.set_stock_item(request).await.unwrap();
    let mut events = shop.listen(&["capacity.stock.low.v1"]).await;
    for quantity in [2, 1, 1] {
        shop.held(&[(sku, quantity)]).await;
    }
    shop.record_movement(sku, MovementKind::Received, 9)
        .await
        .unwrap();
    shop.record_movement(sku, MovementKind::Scrapped, 10)
        .await
        .unwrap();
    for left in [5, 3] {
        let event = events.next().await.unwrap();
        let low = event.decode::<StockLow>().unwrap();
        assert_eq!(low.branch_id, shop.branch.to_string());
        let response: Vec<_> = low
            .units
            .iter()
            .map(|it| (it.available, it.low_threshold))
            .collect();
        assert_eq!(response, [(left, 5)]);
    }
}

/// A change written by one replica is read at another by a client that was notified of it.
#[tokio::test]
async fn every_replica_returns_a_change_to_a_client_notified_of_it() {
    let shop = Shop::with_replicas(2).await;
    let sku = shop.running(5).await;
    let left = async |replica, not_before: Option<&str>| {
        let request = GetAvailabilityRequest {
            branch_id: shop.branch.to_string(),
            not_before: not_before.map(timestamp),
            ..Default::default()
        };
        let mut storefront = shop.client_of(replica, &identities::customer(shop.org));
        let answer = response(storefront.availability.get_availability(request).await).unwrap();
        answer.availability.unwrap().skus[0].available
    };
    assert_eq!(left(1, None).await, 5);
    shop.record_movement(sku, MovementKind::Counted, 0)
        .await
        .unwrap();
    shop.clock.advance(TimeDelta::milliseconds(100));
    assert_eq!(left(1, Some("2026-09-02T04:00:00.100Z")).await, 0);
}
