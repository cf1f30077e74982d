//! Weeks in which the clocks change: hours are what the clock on the wall shows, whatever its offset.

use crate::common::{
    Shop,
    limits::{rule, units},
    reason, shown,
};
use proto::{
    capacity::v1::{LimitMeasure, LimitWindow, LimitWindowKind, Period},
    catalog::v1::BranchState,
};
use testkit::eventually;

const ZONE: &str = "America/New_York";

/// A shop in New York with slots of half an hour, open as `periods` say, at a moment.
async fn shop(now: &str, periods: &[Period]) -> Shop {
    let shop = Shop::open().await;
    shop.publish_branch_in(ZONE, BranchState::Live, 2).await;
    eventually(async || shop.availability().await.time_zone == ZONE).await;
    shop.clock.set(now.parse().unwrap());
    shop.set_hours(|hours| {
        hours.periods = periods.to_vec();
        hours.slot_minutes = 30;
        hours.last_order_minutes = 30;
    })
    .await
    .unwrap();
    shop
}

fn period(weekday: i32, open_minute: i32, close_minute: i32) -> Period {
    Period {
        weekday,
        open_minute,
        close_minute,
    }
}

/// Starts of the slots of a business day.
async fn slots(shop: &Shop, day: &str) -> Vec<String> {
    let offered = shop.availability().await.slots;
    let of_day = offered.iter().filter(|slot| slot.business_day == day);
    of_day.map(|slot| shown(&slot.starts_at)).collect()
}

/// Whether an order for a time is taken, or why not.
async fn wanted(shop: &Shop, at: &str) -> String {
    match shop.hold(shop.order_at(&[], at)).await {
        Ok(_) => "taken".to_owned(),
        Err(problem) => problem.reason.to_string(),
    }
}

#[tokio::test]
async fn an_afternoon_keeps_its_hours_on_the_day_on_which_the_clocks_change() {
    let weekend = [period(6, 780, 1080), period(7, 780, 1080)];
    let shop = shop("2027-03-10T17:00:00Z", &weekend).await;
    for (day, first, last, [before, after]) in [
        (
            "2027-03-13",
            "2027-03-13T18:00:00Z",
            "2027-03-13T22:30:00Z",
            ["2027-03-13T17:30:00Z", "2027-03-13T23:00:00Z"],
        ),
        (
            "2027-03-14",
            "2027-03-14T17:00:00Z",
            "2027-03-14T21:30:00Z",
            ["2027-03-14T16:30:00Z", "2027-03-14T22:00:00Z"],
        ),
    ] {
        let slots = slots(&shop, day).await;
        assert_eq!(slots.len(), 10, "{day}");
        assert_eq!((&*slots[0], &*slots[9]), (first, last));
        assert_eq!(wanted(&shop, first).await, "taken");
        assert_eq!(wanted(&shop, last).await, "taken");
        assert_eq!(wanted(&shop, before).await, "CLOSED");
        assert_eq!(wanted(&shop, after).await, "CLOSED");
    }
}

#[tokio::test]
async fn a_night_lacks_the_skipped_hour_and_has_the_doubled_one_once() {
    let night = [period(6, 1320, 240)];
    for (now, day, expected) in [
        (
            "2027-03-10T17:00:00Z",
            "2027-03-13",
            // 22:00 to 01:30, then 03:00 and 03:30.
            vec![
                "2027-03-14T03:00:00Z",
                "2027-03-14T03:30:00Z",
                "2027-03-14T04:00:00Z",
                "2027-03-14T04:30:00Z",
                "2027-03-14T05:00:00Z",
                "2027-03-14T05:30:00Z",
                "2027-03-14T06:00:00Z",
                "2027-03-14T06:30:00Z",
                "2027-03-14T07:00:00Z",
                "2027-03-14T07:30:00Z",
            ],
        ),
        (
            "2027-11-03T17:00:00Z",
            "2027-11-06",
            // Nothing in the second hour from 01:00 to 02:00, 06:00Z to 07:00Z.
            vec![
                "2027-11-07T02:00:00Z",
                "2027-11-07T02:30:00Z",
                "2027-11-07T03:00:00Z",
                "2027-11-07T03:30:00Z",
                "2027-11-07T04:00:00Z",
                "2027-11-07T04:30:00Z",
                "2027-11-07T05:00:00Z",
                "2027-11-07T05:30:00Z",
                "2027-11-07T07:00:00Z",
                "2027-11-07T07:30:00Z",
                "2027-11-07T08:00:00Z",
                "2027-11-07T08:30:00Z",
            ],
        ),
    ] {
        let shop = shop(now, &night).await;
        assert_eq!(slots(&shop, day).await, expected);
        for slot in [expected[0], expected[expected.len() - 1]] {
            assert_eq!(wanted(&shop, slot).await, "taken", "{slot}");
        }
        let half_an_hour = chrono::TimeDelta::minutes(30);
        let first: chrono::DateTime<chrono::Utc> = expected[0].parse().unwrap();
        let last: chrono::DateTime<chrono::Utc> = expected[expected.len() - 1].parse().unwrap();
        for outside in [first - half_an_hour, last + half_an_hour] {
            let outside = outside.format("%FT%TZ").to_string();
            assert_eq!(wanted(&shop, &outside).await, "CLOSED", "{outside}");
        }
    }
}

#[tokio::test]
async fn a_part_of_the_day_counts_the_same_orders_before_and_after_the_change() {
    let nights = [period(6, 1320, 240), period(7, 1320, 240)];
    for (now, first_night, second_night) in [
        // Saturday's night has the change, Sunday's has not.
        (
            "2027-03-10T17:00:00Z",
            [
                "2027-03-14T05:00:00Z",
                "2027-03-14T05:30:00Z",
                "2027-03-14T06:00:00Z",
                "2027-03-14T06:30:00Z",
            ],
            [
                "2027-03-15T04:00:00Z",
                "2027-03-15T04:30:00Z",
                "2027-03-15T05:00:00Z",
                "2027-03-15T05:30:00Z",
            ],
        ),
        (
            "2027-11-03T17:00:00Z",
            [
                "2027-11-07T04:00:00Z",
                "2027-11-07T04:30:00Z",
                "2027-11-07T05:00:00Z",
                "2027-11-07T05:30:00Z",
            ],
            [
                "2027-11-08T05:00:00Z",
                "2027-11-08T05:30:00Z",
                "2027-11-08T06:00:00Z",
                "2027-11-08T06:30:00Z",
            ],
        ),
    ] {
        let shop = shop(now, &nights).await;
        let small_hours = LimitWindow {
            kind: LimitWindowKind::Daypart.into(),
            name: Some("宵夜".to_owned()),
            from_minute: Some(0),
            to_minute: Some(180),
            ..LimitWindow::default()
        };
        shop.set_limits(vec![rule(LimitMeasure::Orders, small_hours, 4)])
            .await
            .unwrap();
        for night in [first_night, second_night] {
            for at in night {
                shop.hold(shop.cart_at(&[units(1)], at)).await.unwrap();
            }
            let fifth = shop.hold(shop.cart_at(&[units(1)], night[3])).await;
            assert_eq!(reason(fifth), "SLOT_FULL", "{night:?}");
        }
    }
}
