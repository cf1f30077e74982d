//! An order is never in its own way, and gives back what it took once, however often that is response.

use crate::common::{
    Shop, hold,
    limits::{rolling, rule, state_of, units, whole_day},
    order_changed, reason, shown, timestamp,
};
use chassis::{
    clock::SystemClock,
    id::{OrderId, SkuId},
    outbox::Event,
};
use chrono::TimeDelta;
use futures::future::join_all;
use proto::{
    capacity::v1::{
        GetAvailabilityRequest, HoldRequest, LimitMeasure, ListStockMovementsRequest, MovementKind,
        SlotState, StockMovement,
    },
    ordering::v1::{OrderChange, OrderState},
};
use testkit::{eventually, identities};

const NOON: &str = "2026-09-05T04:00:00Z";
const QUARTER_PAST: &str = "2026-09-05T04:15:00Z";
const HALF_PAST: &str = "2026-09-05T04:30:00Z";
const QUARTER_TO: &str = "2026-09-05T04:45:00Z";
const ONE: &str = "2026-09-05T05:00:00Z";
const SIX: &str = "2026-09-05T10:00:00Z";
const NEXT_DAY: &str = "2026-09-06T10:00:00Z";

/// What an order that is to be moved is offered.
async fn offered_to_reschedule(shop: &Shop, order: OrderId, slot: &str) -> SlotState {
    let request = GetAvailabilityRequest {
        order_id: order.to_string(),
        ..GetAvailabilityRequest::default()
    };
    let service = identities::service("ordering", shop.org);
    state_of(&shop.offered_to(&service, request).await, slot)
}

#[tokio::test]
async fn an_order_is_rescheduled_within_a_day_that_is_full_with_it() {
    let shop = Shop::open().await;
    let limits = shop
        .set_limits(vec![rule(LimitMeasure::Orders, whole_day(), 3)])
        .await
        .unwrap();
    let mut orders = Vec::new();
    for at in [NOON, QUARTER_PAST, HALF_PAST] {
        orders.push(shop.book(1, at).await.unwrap());
    }
    assert!(!shop.has_capacity(&[units(1)], ONE).await);
    assert_ne!(
        offered_to_reschedule(&shop, orders[1], ONE).await,
        SlotState::Full
    );
    let before = shop.counted(&limits.rules[0]).await;
    let moved = shop.reschedule_to(orders[1], ONE).await.unwrap();
    assert_eq!(shown(&moved.slot_starts_at), ONE);
    assert_eq!(shop.counted(&limits.rules[0]).await, before);
    assert_eq!(before.into_values().collect::<Vec<_>>(), [(3, 0)]);
    assert_eq!(reason(shop.book(1, SIX).await), "SLOT_FULL");
}

#[tokio::test]
async fn rescheduling_to_the_same_slot_has_no_effect() {
    let shop = Shop::open().await;
    shop.set_hours(|hours| hours.max_orders_per_slot = Some(1))
        .await
        .unwrap();
    let order = shop.book(1, NOON).await.unwrap();
    let before = (shop.stored(order).await, shop.slots().await);
    shop.reschedule_to(order, NOON).await.unwrap();
    assert_eq!((shop.stored(order).await, shop.slots().await), before);
    assert_eq!(before.1.into_values().collect::<Vec<_>>(), [(1, 0)]);
}

#[tokio::test]
async fn a_rolling_hour_does_not_count_the_order_rescheduled_in_it() {
    let shop = Shop::open().await;
    shop.set_limits(vec![rule(LimitMeasure::Units, rolling(60), 2)])
        .await
        .unwrap();
    shop.book(1, NOON).await.unwrap();
    let second = shop.book(1, HALF_PAST).await.unwrap();
    for at in [QUARTER_TO, QUARTER_PAST] {
        shop.reschedule_to(second, at).await.unwrap();
        assert_eq!(reason(shop.book(1, HALF_PAST).await), "SLOT_FULL");
    }
}

#[tokio::test]
async fn a_daily_unit_is_rescheduled_within_its_day_and_not_to_a_day_that_has_none_left() {
    let shop = Shop::open().await;
    let sku = shop.daily(1).await;
    let held = shop.hold(shop.order_at(&[(sku, 1)], NOON)).await.unwrap();
    let order: OrderId = held.order_id.parse().unwrap();
    shop.hold(shop.order_at(&[(sku, 1)], NEXT_DAY))
        .await
        .unwrap();
    assert_ne!(
        offered_to_reschedule(&shop, order, SIX).await,
        SlotState::Full
    );
    assert_eq!(
        offered_to_reschedule(&shop, order, NEXT_DAY).await,
        SlotState::Full,
        "the unit of that day is sold"
    );
    let moved = shop.reschedule_to(order, SIX).await.unwrap();
    assert_eq!(shown(&moved.slot_starts_at), SIX);
    assert_eq!(
        reason(shop.reschedule_to(order, NEXT_DAY).await),
        "OUT_OF_STOCK"
    );
    let mut stored = shop.db.superuser().await;
    let slot: chrono::DateTime<chrono::Utc> =
        sqlx::query_scalar("SELECT slot_starts_at FROM holds WHERE order_id = $1")
            .bind(order.as_uuid())
            .fetch_one(&mut stored)
            .await
            .unwrap();
    assert_eq!(timestamp(SIX).seconds, slot.timestamp());

    shop.publish_placed(order, 1).await;
    eventually(async || shop.stored(order).await.0 == "committed").await;
    let of_day = journal(&shop, sku).await.into_iter();
    let sold = of_day.filter(|movement| movement.business_day() == "2026-09-05");
    let sold = sold.filter(|movement| movement.kind() != MovementKind::DailyReset);
    assert_eq!(sum(sold), -1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn attempts_of_one_key_share_the_last_unit_and_another_key_finds_none() {
    let shop = Shop::open().await;
    let sku = shop.running(1).await;
    let first = shop.order(&[(sku, 1)]);
    let twins = (0..5).map(|_| HoldRequest {
        order_id: OrderId::new(&SystemClock).to_string(),
        ..first.clone()
    });
    let twins = twins.map(|twin| hold(shop.ordering_of(0), twin));
    let orders: Vec<_> = join_all(twins)
        .await
        .into_iter()
        .map(|held| held.unwrap().order_id)
        .collect();
    assert!(orders.iter().all(|order| *order == orders[0]));

    let problem = shop.hold(shop.order(&[(sku, 1)])).await.unwrap_err();
    assert_eq!(problem.reason, "OUT_OF_STOCK");
    assert_eq!(problem.params["wanted"], "1");
    assert_eq!(problem.params["left"], "0");
    shop.publish_placed(orders[0].parse().unwrap(), 1).await;
    shop.eventually_counts(sku, (0, 0, 0)).await;
}

/// The journal of a unit, oldest first.
async fn journal(shop: &Shop, sku: SkuId) -> Vec<StockMovement> {
    let request = ListStockMovementsRequest {
        branch_id: shop.branch.to_string(),
        sku_id: sku.to_string(),
        page_size: 100,
        ..ListStockMovementsRequest::default()
    };
    let page = shop
        .owner()
        .stock
        .list_stock_movements(request)
        .await
        .unwrap();
    let mut movements = page.into_inner().movements;
    movements.reverse();
    movements
}

/// What movements did to the balance.
fn sum(movements: impl IntoIterator<Item = StockMovement>) -> i64 {
    movements
        .into_iter()
        .filter(|one| !matches!(one.kind(), MovementKind::Held | MovementKind::Released))
        .map(|one| one.quantity)
        .sum()
}

fn next_state(shop: &Shop, order: OrderId, version: i64, state: OrderState, back: bool) -> Event {
    let word = match state {
        OrderState::Cancelled => "cancelled",
        OrderState::Completed => "completed",
        _ => "changed",
    };
    let body = order_changed(OrderChange {
        order_id: order.to_string(),
        branch_id: shop.branch.to_string(),
        version,
        from: OrderState::Placed.into(),
        to: state.into(),
        return_stock: back,
        ..OrderChange::default()
    });
    let type_ = match word {
        "cancelled" => "ordering.order.cancelled.v1",
        "completed" => "ordering.order.completed.v1",
        _ => "ordering.order.changed.v1",
    };
    Event::new(type_, order.as_uuid(), version, &body)
}

#[tokio::test]
async fn stock_comes_back_once_whatever_an_order_goes_through() {
    use OrderState::{Accepted, Cancelled, Completed, Placed, Preparing, Ready};

    let shop = Shop::open().await;
    // States after the placing, each with whether its units come back; what is on hand at the end.
    type Way = (&'static str, &'static [(OrderState, bool)], i64);
    let ways: [Way; 5] = [
        ("cancelled", &[(Cancelled, true)], 10),
        (
            "accepted, undone, cancelled",
            &[(Accepted, false), (Placed, false), (Cancelled, true)],
            10,
        ),
        (
            "made and cancelled",
            &[(Preparing, false), (Cancelled, false)],
            5,
        ),
        (
            "completed and reopened, twice",
            &[
                (Completed, false),
                (Ready, false),
                (Completed, false),
                (Ready, false),
            ],
            5,
        ),
        (
            "cancelled three times",
            &[(Cancelled, true), (Cancelled, true), (Cancelled, true)],
            10,
        ),
    ];
    for (way, states, left) in ways {
        let sku = shop.running(10).await;
        let order = shop.held(&[(sku, 5)]).await;
        let mut events = vec![shop.placed(order, 1)];
        let later = states.iter().zip(2..);
        events.extend(
            later.map(|(&(state, back), version)| next_state(&shop, order, version, state, back)),
        );
        // Published twice: a delivery may be repeated.
        shop.publish(&events).await;
        shop.publish(&events).await;
        let last = i64::try_from(events.len()).unwrap();
        eventually(async || shop.stored(order).await.1 == last).await;
        // What is settled after it is settled after all events of it.
        let witness = shop.held(&[(sku, 1)]).await;
        shop.publish_placed(witness, 1).await;
        eventually(async || shop.stored(witness).await.0 == "committed").await;
        assert!(!shop.release(order).await, "{way}");

        assert_eq!(shop.counters(sku).await, (left - 1, 0, left - 1), "{way}");
        let movements = journal(&shop, sku).await;
        let of_order = |kind: MovementKind| {
            let own = movements
                .iter()
                .filter(|one| one.order_id() == order.to_string());
            own.filter(|one| one.kind() == kind).count()
        };
        assert_eq!(of_order(MovementKind::Committed), 1, "{way}");
        let returned = usize::from(left == 10);
        assert_eq!(of_order(MovementKind::Returned), returned, "{way}");
        assert_eq!(movements.last().unwrap().on_hand_after, left - 1, "{way}");
        assert_eq!(sum(movements), left - 1, "{way}");
    }
}

#[tokio::test]
async fn a_cancelled_order_gives_back_to_its_own_day_and_stays_given_back() {
    let shop = Shop::open().await;
    let sku = shop.daily(20).await;
    let held = shop.hold(shop.order_at(&[(sku, 2)], NOON)).await.unwrap();
    let order: OrderId = held.order_id.parse().unwrap();
    shop.publish_placed(order, 1).await;
    eventually(async || shop.stored(order).await.0 == "committed").await;
    let on = async |day: &str| {
        let request = GetAvailabilityRequest {
            business_day: day.to_owned(),
            ..GetAvailabilityRequest::default()
        };
        let customer = identities::customer(shop.org);
        let offered = shop.offered_to(&customer, request).await;
        offered.skus[0].available
    };
    assert_eq!((on("2026-09-05").await, on("").await), (18, 20));
    shop.publish_cancelled(order, 2, true).await;
    eventually(async || on("2026-09-05").await == 20).await;
    assert_eq!(on("").await, 20);

    // Its hold would have lapsed long ago, and the service starts anew.
    shop.clock.advance(TimeDelta::minutes(3));
    let another = shop.start_another().await;
    let witness = shop.held(&[(sku, 1)]).await;
    shop.clock.advance(TimeDelta::minutes(3));
    eventually(async || shop.stored(witness).await.0 == "released").await;
    assert_eq!((on("2026-09-05").await, on("").await), (20, 20));
    assert_eq!(shop.stored(order).await, ("released".to_owned(), 2));
    another.stop().await;
}
