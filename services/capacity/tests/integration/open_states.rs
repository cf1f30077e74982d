//! One answer to whether a branch is open: of one branch, of all branches of a brand, and to an order.

use std::collections::BTreeMap;

use crate::common::{
    Shop,
    limits::{each_slot, rule, units},
    pauses::{minutes, whole_branch},
    reason, response, shown,
};
use chassis::{
    clock::SystemClock,
    id::{BranchId, BrandId, OrderId},
};
use proto::{
    capacity::v1::{
        BranchOpenStatus, DayPeriod, HoldRequest, LimitMeasure, ListOpenStatusesRequest, OpenState,
        PauseTarget, Period, RemoveSpecialDayRequest, SaveSpecialDayRequest, SpecialDay,
    },
    catalog::v1::BranchState,
};
use testkit::{eventually, identities};

/// What availability, the brand's list and an order for now say, once they agree as they must.
async fn open_state(shop: &Shop) -> BranchOpenStatus {
    let (alone, listed) = (shop.availability().await, shop.open_status().await);
    assert_eq!(
        (alone.state(), alone.opens_at, alone.last_order_at),
        (listed.state(), listed.opens_at, listed.last_order_at)
    );
    assert_eq!(alone.promised_at, listed.promised_at);
    let order = shop.hold(shop.order(&[])).await;
    match listed.state() {
        OpenState::Open => {
            let held = order.unwrap();
            assert_eq!(held.promised_at, listed.promised_at);
            assert!(shop.release(held.order_id.parse().unwrap()).await);
        }
        OpenState::Paused => assert_eq!(reason(order), "PAUSED"),
        _ => assert_eq!(reason(order), "CLOSED"),
    }
    listed
}

async fn save(
    shop: &Shop,
    name: &str,
    (from, to): (&str, &str),
    periods: &[(i32, i32)],
) -> SpecialDay {
    let period = |&(open_minute, close_minute): &(i32, i32)| DayPeriod {
        open_minute,
        close_minute,
    };
    let request = SaveSpecialDayRequest {
        idempotency_key: OrderId::new(&SystemClock).to_string(),
        special_day: Some(SpecialDay {
            branch_id: Some(shop.branch.to_string()),
            name: name.to_owned(),
            from_date: from.to_owned(),
            to_date: to.to_owned(),
            periods: periods.iter().map(period).collect(),
            ..SpecialDay::default()
        }),
        ..SaveSpecialDayRequest::default()
    };
    response(shop.owner().hours.save_special_day(request).await)
        .unwrap()
        .special_day
        .unwrap()
}

async fn remove(shop: &Shop, day: &SpecialDay) {
    let request = RemoveSpecialDayRequest {
        special_day_id: day.special_day_id.clone(),
        version: day.version,
        ..RemoveSpecialDayRequest::default()
    };
    shop.owner()
        .hours
        .remove_special_day(request)
        .await
        .unwrap();
}

fn every_day(periods: &[(i32, i32)]) -> Vec<Period> {
    let of_day = |weekday| {
        let period = move |&(open_minute, close_minute): &(i32, i32)| Period {
            weekday,
            open_minute,
            close_minute,
        };
        periods.iter().map(period)
    };
    (1..=7).flat_map(of_day).collect()
}

#[tokio::test]
async fn a_branch_is_open_from_the_moment_catalog_says_that_it_is_live() {
    let shop = Shop::open().await;
    for (version, state, response) in [
        (2, BranchState::Setup, OpenState::Setup),
        (3, BranchState::Live, OpenState::Open),
        (4, BranchState::Suspended, OpenState::Suspended),
        (5, BranchState::Live, OpenState::Open),
        (6, BranchState::Closed, OpenState::Closed),
    ] {
        shop.publish_branch(state, version).await;
        eventually(async || shop.open_status().await.state() == response).await;
        eventually(async || shop.availability().await.state() == response).await;
        open_state(&shop).await;
    }
}

#[tokio::test]
async fn a_branch_that_is_paused_as_a_whole_is_not_open_until_the_pause_ends() {
    let shop = Shop::open().await;
    let mut request = shop.pause_of(whole_branch());
    request.end = minutes(30);
    let pause = shop.pause(request).await.unwrap();
    let paused = open_state(&shop).await;
    assert_eq!(paused.state(), OpenState::Paused);
    assert_eq!(shown(&paused.opens_at), "2026-09-02T04:30:00Z");

    shop.resume(&pause).await.unwrap();
    assert_eq!(open_state(&shop).await.state(), OpenState::Open);

    let mut tea = shop.pause_of(PauseTarget::default());
    tea.target = Some(crate::common::pauses::Tea::new().as_product());
    tea.end = minutes(30);
    shop.pause(tea).await.unwrap();
    let open = open_state(&shop).await;
    assert_eq!(open.state(), OpenState::Open, "only a product is paused");
}

#[tokio::test]
async fn a_full_slot_delays_the_promise_of_the_list_as_it_does_that_of_the_branch() {
    let shop = Shop::open().await;
    shop.set_limits(vec![rule(LimitMeasure::Orders, each_slot(), 1)])
        .await
        .unwrap();
    let first = open_state(&shop).await;
    assert_eq!(shown(&first.promised_at), "2026-09-02T04:15:00Z");
    shop.hold(shop.order(&[])).await.unwrap();
    let second = open_state(&shop).await;
    assert_eq!(shown(&second.promised_at), "2026-09-02T04:30:00Z");
}

#[tokio::test]
async fn a_queue_at_a_station_delays_the_promise_of_the_list_too() {
    let shop = Shop::open().await;
    shop.set_limits(vec![rule(LimitMeasure::MakeMinutes, each_slot(), 15)])
        .await
        .unwrap();
    shop.set_hours(|hours| hours.lead_minutes = 0)
        .await
        .unwrap();
    // A replica keeps its reading of a branch for a moment.
    let promises = async |expected: &str| {
        eventually(async || {
            let (alone, listed) = (shop.availability().await, shop.open_status().await);
            [alone.promised_at, listed.promised_at]
                .iter()
                .all(|at| shown(at) == expected)
        })
        .await;
    };
    promises("2026-09-02T04:05:00Z").await;
    // Twice 4 of the 15 minutes of the present slot: it has capacity, and the next order waits.
    for _ in 0..2 {
        let order = HoldRequest {
            lines: vec![units(4)],
            ..shop.order(&[])
        };
        shop.hold(order).await.unwrap();
    }
    promises("2026-09-02T04:10:00Z").await;
}

#[tokio::test]
async fn a_special_day_that_closes_a_part_of_the_day_applies_everywhere() {
    let shop = Shop::open().await;
    shop.set_hours(|hours| {
        hours.periods = every_day(&[(0, 1440)]);
        hours.slot_minutes = 10;
        hours.last_order_minutes = 10;
    })
    .await
    .unwrap();
    // Noon; from 12:30 to 13:50.
    save(
        &shop,
        "部分營業",
        ("2026-09-02", "2026-09-02"),
        &[(750, 830)],
    )
    .await;
    let closed = open_state(&shop).await;
    assert_eq!(closed.state(), OpenState::OutsideHours);
    assert_eq!(shown(&closed.opens_at), "2026-09-02T04:30:00Z");
    let early = shop.hold(shop.order_at(&[], "2026-09-02T04:20:00Z")).await;
    assert_eq!(reason(early), "CLOSED");

    let slots = shop.availability().await.slots;
    let starts: Vec<_> = slots.iter().map(|slot| shown(&slot.starts_at)).collect();
    assert_eq!(starts[0], "2026-09-02T04:30:00Z");
    assert_eq!(starts[7], "2026-09-02T05:40:00Z");
    // Midnight in Taipei: tomorrow is whole.
    assert_eq!(starts[8], "2026-09-02T16:00:00Z");
    assert_eq!(starts[9], "2026-09-02T16:10:00Z");
}

#[tokio::test]
async fn the_first_slot_after_days_that_are_closed_is_when_it_opens() {
    let shop = Shop::open().await;
    shop.set_hours(|hours| hours.periods = every_day(&[(690, 840), (1110, 1260)]))
        .await
        .unwrap();
    assert_eq!(open_state(&shop).await.state(), OpenState::Open);
    let holiday = save(&shop, "連假", ("2026-09-02", "2026-09-06"), &[]).await;
    let closed = open_state(&shop).await;
    assert_eq!(closed.state(), OpenState::OutsideHours);
    assert_eq!(shown(&closed.opens_at), "2026-09-07T03:30:00Z");
    let offered = shop.availability().await;
    assert_eq!(offered.slots[0].starts_at, closed.opens_at);
    assert_eq!(offered.earliest_slot_at, closed.opens_at);

    remove(&shop, &holiday).await;
    let open = open_state(&shop).await;
    assert_eq!(open.state(), OpenState::Open);
    assert_eq!(shown(&open.last_order_at), "2026-09-02T05:45:00Z");
}

#[tokio::test]
async fn a_night_goes_on_into_a_day_that_is_closed() {
    let shop = Shop::open().await;
    shop.set_hours(|hours| {
        hours.periods = vec![Period {
            weekday: 5,
            open_minute: 1080,
            close_minute: 120,
        }];
    })
    .await
    .unwrap();
    save(&shop, "週六公休", ("2026-09-05", "2026-09-05"), &[]).await;
    // 00:30 on Saturday.
    shop.clock.set("2026-09-04T16:30:00Z".parse().unwrap());
    let open = open_state(&shop).await;
    assert_eq!(open.state(), OpenState::Open);
    assert_eq!(shown(&open.last_order_at), "2026-09-04T17:45:00Z");
    let last = shop.hold(shop.order_at(&[], "2026-09-04T17:45:00Z")).await;
    last.unwrap();
}

#[tokio::test]
async fn the_branches_of_a_brand_are_listed_a_page_at_a_time_and_no_others() {
    let mut shop = Shop::open().await;
    let brand = shop.brand;
    let mut branches: Vec<BranchId> = vec![shop.branch];
    for _ in 0..2 {
        branches.push(shop.branch_of(brand).await);
    }
    shop.branch_of(BrandId::new(&SystemClock)).await;
    shop.other_organisation().await;
    let mut paused = shop.pause_of(whole_branch());
    paused.branch_ids = vec![branches[1].to_string()];
    paused.end = minutes(30);
    shop.pause(paused).await.unwrap();

    let expected: BTreeMap<_, _> = [
        (branches[0], OpenState::Open),
        (branches[1], OpenState::Paused),
        (branches[2], OpenState::Open),
    ]
    .map(|(branch, state)| (branch.to_string(), state))
    .into();
    for page_size in [0, 1, 2, 3, 1_000] {
        let listed = shop.open_statuses(page_size).await;
        assert_eq!(listed.len(), 3, "none twice");
        let listed: BTreeMap<_, _> = listed
            .iter()
            .map(|status| (status.branch_id.clone(), status.state()))
            .collect();
        assert_eq!(listed, expected, "{page_size} a page");
    }
    for page_size in [-1, 1_001] {
        let request = ListOpenStatusesRequest {
            brand_id: brand.to_string(),
            page_size,
            ..Default::default()
        };
        let mut gateway = shop.client(&identities::service("gateway", shop.org));
        let answer = response(gateway.availability.list_open_statuses(request).await);
        assert_eq!(reason(answer), "VALIDATION_FAILED");
    }
}
