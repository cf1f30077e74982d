//! Hours, slots and what the storefront shows of them.

use crate::common::{Shop, reason, shown};
use chrono::TimeDelta;
use proto::capacity::v1::{OpenState, Period, SlotState};

fn period(weekday: i32, open_minute: i32, close_minute: i32) -> Period {
    Period {
        weekday,
        open_minute,
        close_minute,
    }
}

#[tokio::test]
async fn hours_are_replaced_under_their_version() {
    let shop = Shop::open().await;
    let set = shop
        .set_hours(|hours| hours.periods = vec![period(5, 1020, 120)])
        .await
        .unwrap();
    assert_eq!(set.version, 2);
    assert_eq!(set.periods, [period(5, 1020, 120)]);
    assert_eq!(
        reason(shop.set_hours(|hours| hours.version = 1).await),
        "VERSION_CONFLICT"
    );
}

#[tokio::test]
async fn bad_hours_are_refused_by_name() {
    let shop = Shop::open().await;
    for (periods, expected) in [
        (vec![period(1, 600, 1500)], "HOURS_INVALID"),
        (vec![period(1, 600, 600)], "HOURS_INVALID"),
        (
            vec![period(1, 600, 720), period(1, 700, 800)],
            "HOURS_OVERLAP",
        ),
    ] {
        assert_eq!(
            reason(shop.set_hours(|hours| hours.periods = periods).await),
            expected
        );
    }
    assert_eq!(
        reason(shop.set_hours(|hours| hours.slot_minutes = 7).await),
        "SETTING_RANGE"
    );
}

/// E11, as the storefront sees it.
#[tokio::test]
async fn an_evening_past_midnight_is_one_opening() {
    let shop = Shop::open().await;
    shop.set_hours(|hours| hours.periods = vec![period(5, 1020, 120)])
        .await
        .unwrap();
    // Friday 23:50 in Taipei.
    shop.clock.set("2026-09-04T15:50:00Z".parse().unwrap());
    let seen = shop.availability().await;
    assert_eq!(seen.state(), OpenState::Open);
    assert_eq!(shown(&seen.promised_at), "2026-09-04T16:05:00Z");
    assert_eq!(shown(&seen.last_order_at), "2026-09-04T17:45:00Z");
    let last = seen
        .slots
        .iter()
        .rfind(|slot| slot.business_day == "2026-09-04")
        .unwrap();
    assert_eq!(shown(&last.starts_at), "2026-09-04T17:45:00Z");
    let held = shop.hold(shop.order(&[])).await.unwrap();
    assert_eq!(shown(&held.promised_at), "2026-09-04T16:05:00Z");
    assert_eq!(held.business_day, "2026-09-04");

    shop.clock.set("2026-09-04T18:00:00Z".parse().unwrap());
    let seen = shop.availability().await;
    assert_eq!(seen.state(), OpenState::OutsideHours);
    assert!(seen.promised_at.is_none());
    assert_eq!(shown(&seen.opens_at), "2026-09-11T09:00:00Z");
}

#[tokio::test]
async fn slots_fill_and_the_earliest_available_is_returned() {
    let shop = Shop::open().await;
    shop.set_hours(|hours| hours.max_orders_per_slot = Some(5))
        .await
        .unwrap();
    let state = async || {
        let seen = shop.availability().await;
        let slot = seen
            .slots
            .iter()
            .find(|slot| shown(&slot.starts_at) == "2026-09-02T04:15:00Z");
        (slot.unwrap().state(), shown(&seen.earliest_slot_at))
    };
    assert_eq!(
        state().await,
        (SlotState::Open, "2026-09-02T04:15:00Z".to_owned())
    );
    for _ in 0..4 {
        shop.held(&[]).await;
    }
    assert_eq!(state().await.0, SlotState::Filling);
    shop.held(&[]).await;
    assert_eq!(
        state().await,
        (SlotState::Full, "2026-09-02T04:30:00Z".to_owned())
    );
    shop.clock.advance(TimeDelta::minutes(1));
    assert_eq!(
        state().await,
        (SlotState::Past, "2026-09-02T04:30:00Z".to_owned())
    );
}

#[tokio::test]
async fn a_lowered_limit_keeps_the_bookings_and_takes_no_more() {
    let shop = Shop::open().await;
    shop.set_hours(|hours| hours.max_orders_per_slot = Some(5))
        .await
        .unwrap();
    let slot = "2026-09-02T10:00:00Z";
    let mut orders = Vec::new();
    for _ in 0..4 {
        orders.push(shop.hold(shop.order_at(&[], slot)).await.unwrap().order_id);
    }
    shop.set_hours(|hours| hours.max_orders_per_slot = Some(2))
        .await
        .unwrap();
    assert_eq!(
        reason(shop.hold(shop.order_at(&[], slot)).await),
        "SLOT_FULL"
    );
    for (left, order) in [3, 2, 1].into_iter().zip(&orders) {
        shop.release(order.parse().unwrap()).await;
        assert_eq!(shop.slots().await.into_values().next(), Some((left, 0)));
    }
    shop.hold(shop.order_at(&[], slot)).await.unwrap();
    assert_eq!(
        reason(shop.hold(shop.order_at(&[], slot)).await),
        "SLOT_FULL"
    );
}

#[tokio::test]
async fn a_branch_without_hours_is_closed() {
    let shop = Shop::open().await;
    shop.set_hours(|hours| hours.periods.clear()).await.unwrap();
    let seen = shop.availability().await;
    assert_eq!(seen.state(), OpenState::OutsideHours);
    assert!(seen.slots.is_empty() && seen.opens_at.is_none());
    assert_eq!(reason(shop.hold(shop.order(&[])).await), "CLOSED");
}
