//! Limits: what a branch takes in a time, by whatever it is counted, and never more.

use crate::common::{
    Shop, hold,
    limits::{
        HALF_PAST, QUARTER_PAST, SIX, each_slot, of_category, overbooked, rolling, rule, state_of,
        units, units_of, whole_day,
    },
    reason, shown,
};
use chassis::{clock::SystemClock, id::CategoryId};
use futures::future::join_all;
use proto::{
    capacity::v1::{
        ChannelShare, GetAvailabilityRequest, HoldRequest, LimitMeasure, LimitRule, SlotState,
    },
    common::v1::Channel,
};
use testkit::{eventually, identities};

/// E9: 10 cakes and 4 orders a slot.
#[tokio::test]
async fn a_slot_with_one_cake_left_is_full_for_two() {
    let shop = Shop::open().await;
    let cakes = CategoryId::new(&SystemClock);
    let rules = vec![
        of_category(cakes, rule(LimitMeasure::Units, each_slot(), 10)),
        rule(LimitMeasure::Orders, each_slot(), 4),
    ];
    let [_, orders] = shop
        .set_limits(rules)
        .await
        .unwrap()
        .rules
        .try_into()
        .unwrap();
    for _ in 0..3 {
        let cart = [units_of(cakes, 3)];
        shop.hold(shop.cart_at(&cart, SIX)).await.unwrap();
    }
    let (one, two) = ([units_of(cakes, 1)], [units_of(cakes, 2)]);
    assert!(shop.has_capacity(&one, SIX).await);
    assert!(!shop.has_capacity(&two, SIX).await);
    assert!(shop.offered(&two).await.by_cart);
    let refused = shop.hold(shop.cart_at(&two, SIX)).await.unwrap_err();
    assert_eq!(refused.reason, "SLOT_FULL");
    assert_eq!(refused.params["next_slot"], QUARTER_PAST);

    shop.hold(shop.cart_at(&one, SIX)).await.unwrap();
    assert!(!shop.has_capacity(&[units(1)], SIX).await);
    assert_eq!(reason(shop.book(1, SIX).await), "SLOT_FULL");
    assert_eq!(
        shop.counted(&orders).await,
        [(SIX.to_owned(), (4, 0))].into()
    );
}

#[tokio::test]
async fn staff_see_which_limit_is_in_the_way_and_customers_do_not() {
    let shop = Shop::open().await;
    let rules = vec![rule(LimitMeasure::Units, each_slot(), 2)];
    let limits = shop.set_limits(rules).await.unwrap();
    shop.book(2, SIX).await.unwrap();
    let listed_rules = async |identity| {
        let cart = GetAvailabilityRequest {
            lines: vec![units(1)],
            ..GetAvailabilityRequest::default()
        };
        let offered = shop.offered_to(&identity, cart).await;
        assert_eq!(state_of(&offered, SIX), SlotState::Full);
        let slot = offered
            .slots
            .into_iter()
            .find(|it| shown(&it.starts_at) == SIX);
        slot.unwrap().full_rule_ids
    };
    let staff = listed_rules(identities::owner(shop.org)).await;
    assert_eq!(staff, [limits.rules[0].rule_id.clone()]);
    let customer = listed_rules(identities::customer(shop.org)).await;
    assert_eq!(customer, Vec::<String>::new());
}

#[tokio::test]
async fn any_thirty_minutes_in_a_row_take_no_more_than_their_limit() {
    let shop = Shop::open().await;
    shop.set_limits(vec![rule(LimitMeasure::Units, rolling(30), 10)])
        .await
        .unwrap();
    shop.book(6, SIX).await.unwrap();
    shop.book(4, QUARTER_PAST).await.unwrap();
    assert_eq!(reason(shop.book(1, SIX).await), "SLOT_FULL");
    let before = "2026-09-02T09:45:00Z";
    assert_eq!(reason(shop.book(5, before).await), "SLOT_FULL");
    assert_eq!(reason(shop.book(7, HALF_PAST).await), "SLOT_FULL");
    shop.book(4, before).await.unwrap();
    shop.book(6, HALF_PAST).await.unwrap();
}

#[tokio::test]
async fn a_full_day_is_offered_the_next() {
    let shop = Shop::open().await;
    shop.set_limits(vec![rule(LimitMeasure::Orders, whole_day(), 3)])
        .await
        .unwrap();
    for slot in [SIX, QUARTER_PAST, HALF_PAST] {
        shop.book(1, slot).await.unwrap();
    }
    let refused = shop.book(1, "2026-09-02T08:00:00Z").await.unwrap_err();
    assert_eq!(refused.reason, "SLOT_FULL");
    assert!(
        refused.params["next_slot"].starts_with("2026-09-03T02:"),
        "{refused:?}"
    );
    shop.book(1, "2026-09-03T04:00:00Z").await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixty_buyers_at_two_replicas_get_exactly_the_units_of_a_slot() {
    let shop = Shop::with_replicas(2).await;
    let limits = shop
        .set_limits(vec![
            rule(LimitMeasure::Units, each_slot(), 20),
            rule(LimitMeasure::Units, rolling(60), 21),
        ])
        .await
        .unwrap();
    let buyers = (0..60).map(|n| hold(shop.ordering_of(n % 2), shop.cart_at(&[units(1)], SIX)));
    let outcomes = join_all(buyers).await;
    let sold = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
    assert_eq!(sold, 20);
    for refused in outcomes.into_iter().filter_map(Result::err) {
        assert_eq!(refused.reason, "SLOT_FULL");
    }
    let counted = shop.counted(&limits.rules[0]).await;
    assert_eq!(counted, [(SIX.to_owned(), (20, 0))].into());
}

#[tokio::test]
async fn a_lowered_limit_keeps_what_is_booked_and_a_raised_one_opens_at_once() {
    let shop = Shop::open().await;
    let limits = shop
        .set_limits(vec![rule(LimitMeasure::Units, each_slot(), 10)])
        .await
        .unwrap();
    let booked = shop.book(4, SIX).await.unwrap();
    shop.book(2, SIX).await.unwrap();
    let units_of_slot = |limit| {
        vec![LimitRule {
            limit,
            ..limits.rules[0].clone()
        }]
    };
    let rule_id = limits.rules[0].rule_id.as_str();

    let lowered = shop.set_limits(units_of_slot(4)).await.unwrap();
    assert_eq!(overbooked(&lowered), [(rule_id, SIX.to_owned(), 6, 4)]);
    assert_eq!(shop.stored(booked).await.0, "held");
    assert_eq!(reason(shop.book(1, SIX).await), "SLOT_FULL");

    assert!(shop.has_capacity(&[units(4)], QUARTER_PAST).await);
    let raised = shop.set_limits(units_of_slot(7)).await.unwrap();
    assert_eq!(overbooked(&raised), []);
    assert!(shop.has_capacity(&[units(1)], SIX).await);
    shop.book(1, SIX).await.unwrap();
    assert_eq!(reason(shop.book(1, SIX).await), "SLOT_FULL");

    shop.set_limits(units_of_slot(4)).await.unwrap();
    assert!(shop.release(booked).await);
    assert_eq!(overbooked(&shop.get_limits().await), []);
    shop.book(1, SIX).await.unwrap();
}

#[tokio::test]
async fn longer_slots_count_their_orders_anew() {
    let shop = Shop::open().await;
    let limits = shop
        .set_limits(vec![rule(LimitMeasure::Units, each_slot(), 10)])
        .await
        .unwrap();
    let rule = &limits.rules[0];
    let later = shop.book(4, QUARTER_PAST).await.unwrap();
    shop.book(4, SIX).await.unwrap();
    shop.set_hours(|hours| hours.slot_minutes = 30)
        .await
        .unwrap();
    assert_eq!(shop.counted(rule).await, [(SIX.to_owned(), (8, 0))].into());
    assert_eq!(reason(shop.book(3, SIX).await), "SLOT_FULL");
    shop.book(2, SIX).await.unwrap();
    assert!(shop.release(later).await);
    assert_eq!(shop.counted(rule).await, [(SIX.to_owned(), (6, 0))].into());
}

#[tokio::test]
async fn counters_follow_their_orders() {
    let shop = Shop::open().await;
    let limits = shop
        .set_limits(vec![
            rule(LimitMeasure::Units, each_slot(), 20),
            rule(LimitMeasure::MakeMinutes, rolling(30), 40),
        ])
        .await
        .unwrap();
    let [placed, released, cancelled, used_up] = [
        shop.book(1, SIX).await.unwrap(),
        shop.book(2, SIX).await.unwrap(),
        shop.book(4, SIX).await.unwrap(),
        shop.book(8, SIX).await.unwrap(),
    ];
    assert_eq!(shop.counted(&limits.rules[0]).await[SIX], (15, 0));
    for order in [placed, cancelled, used_up] {
        shop.publish_placed(order, 1).await;
    }
    assert!(shop.release(released).await);
    shop.publish_cancelled(cancelled, 2, true).await;
    shop.publish_cancelled(used_up, 2, false).await;
    eventually(async || shop.stored(used_up).await.1 == 2).await;
    eventually(async || shop.stored(cancelled).await.0 == "released").await;
    eventually(async || shop.stored(placed).await.0 == "committed").await;
    assert_eq!(shop.counted(&limits.rules[0]).await[SIX], (0, 9));
    let seconds = shop.counted(&limits.rules[1]).await;
    let windows = [
        ("2026-09-02T09:45:00Z".to_owned(), (0, 540)),
        (SIX.to_owned(), (0, 540)),
    ];
    assert_eq!(seconds, windows.into());
}

#[tokio::test]
async fn what_no_slot_can_ever_take_is_too_large_and_what_is_closed_has_no_slot() {
    let shop = Shop::open().await;
    shop.set_limits(vec![rule(LimitMeasure::Units, each_slot(), 5)])
        .await
        .unwrap();
    let refused = shop.book(6, SIX).await.unwrap_err();
    assert_eq!(refused.reason, "ORDER_TOO_LARGE");
    assert_eq!(refused.fields[0].field, "lines");

    shop.set_hours(|hours| hours.days_ahead = 0).await.unwrap();
    shop.set_limits(vec![rule(LimitMeasure::Orders, whole_day(), 1)])
        .await
        .unwrap();
    shop.book(1, SIX).await.unwrap();
    assert_eq!(reason(shop.book(1, SIX).await), "NO_SLOT");
    shop.set_limits(vec![rule(LimitMeasure::Amount, each_slot(), 0)])
        .await
        .unwrap();
    assert_eq!(reason(shop.book(1, QUARTER_PAST).await), "NO_SLOT");
}

/// An order of one unit that came by a channel.
async fn book_by(shop: &Shop, channel: Channel) -> Result<String, chassis::error::Problem> {
    let order = HoldRequest {
        channel: channel.into(),
        ..shop.cart_at(&[units(1)], SIX)
    };
    shop.hold(order).await.map(|held| held.order_id)
}

#[tokio::test]
async fn a_channel_takes_no_more_than_its_share() {
    let shop = Shop::open().await;
    let shared = LimitRule {
        shares: vec![ChannelShare {
            channel: Channel::Line.into(),
            percent: 50,
        }],
        reserved_for_counter: 1,
        ..rule(LimitMeasure::Orders, each_slot(), 4)
    };
    shop.set_limits(vec![shared]).await.unwrap();
    book_by(&shop, Channel::Line).await.unwrap();
    book_by(&shop, Channel::Line).await.unwrap();
    assert_eq!(reason(book_by(&shop, Channel::Line).await), "SLOT_FULL");
    book_by(&shop, Channel::Web).await.unwrap();
    assert_eq!(reason(book_by(&shop, Channel::Web).await), "SLOT_FULL");
    book_by(&shop, Channel::Counter).await.unwrap();
    assert_eq!(reason(book_by(&shop, Channel::Counter).await), "SLOT_FULL");
}

#[tokio::test]
async fn platforms_overbook_and_staff_see_it() {
    let shop = Shop::open().await;
    let limits = shop
        .set_limits(vec![rule(LimitMeasure::Orders, each_slot(), 1)])
        .await
        .unwrap();
    book_by(&shop, Channel::Web).await.unwrap();
    let theirs = book_by(&shop, Channel::UberEats).await.unwrap();
    let rule_id = limits.rules[0].rule_id.as_str();
    let now = shop.get_limits().await;
    assert_eq!(overbooked(&now), [(rule_id, SIX.to_owned(), 2, 1)]);
    assert_eq!(reason(book_by(&shop, Channel::Web).await), "SLOT_FULL");

    assert!(shop.release(theirs.parse().unwrap()).await);
    assert_eq!(overbooked(&shop.get_limits().await), []);
    assert_eq!(reason(book_by(&shop, Channel::Web).await), "SLOT_FULL");
}

/// The last guard, should everything before it be wrong.
#[tokio::test]
async fn the_database_refuses_what_passes_a_limit() {
    let shop = Shop::open().await;
    shop.set_limits(vec![rule(LimitMeasure::Units, each_slot(), 3)])
        .await
        .unwrap();
    shop.book(3, SIX).await.unwrap();
    let mut superuser = shop.db.superuser().await;
    for statement in [
        "UPDATE limit_counters SET held = held + 1",
        "UPDATE limit_counters SET committed = committed + 1",
        "UPDATE limit_counters SET limit_amount = limit_amount - 1",
    ] {
        let refused = sqlx::query(statement).execute(&mut superuser).await;
        let refused = refused.unwrap_err();
        let constraint = refused.as_database_error().unwrap().constraint();
        assert_eq!(constraint, Some("counter_not_overbooked"), "{statement}");
    }
}
