//! Holding: all or nothing, never too much, however many callers and repeats.

use crate::common::{Shop, hold, reason, shown};
use chassis::id::OrderId;
use chrono::TimeDelta;
use futures::future::join_all;
use proto::{
    capacity::v1::{CapacityReason, HoldRequest, OpenState},
    catalog::v1::BranchState,
};
use testkit::eventually;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn five_hundred_buyers_of_a_hundred_units_buy_exactly_a_hundred() {
    let shop = Shop::with_replicas(2).await;
    let sku = shop.running(100).await;
    let buyers = (0..500).map(|n| hold(shop.ordering_of(n % 2), shop.order(&[(sku, 1)])));
    let outcomes = join_all(buyers).await;

    let sold = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
    assert_eq!(sold, 100);
    for refused in outcomes.into_iter().filter_map(Result::err) {
        assert_eq!(refused.reason, "OUT_OF_STOCK");
        assert_eq!(refused.params["left"], "0");
    }
    assert_eq!(shop.counters(sku).await, (100, 100, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slot_takes_no_more_orders_than_its_limit() {
    let shop = Shop::with_replicas(2).await;
    shop.set_hours(|hours| hours.max_orders_per_slot = Some(20))
        .await
        .unwrap();
    let buyers = (0..200).map(|n| {
        hold(
            shop.ordering_of(n % 2),
            shop.order_at(&[], "2026-09-02T10:00:00Z"),
        )
    });
    let outcomes = join_all(buyers).await;

    assert_eq!(
        outcomes.iter().filter(|outcome| outcome.is_ok()).count(),
        20
    );
    let refused = outcomes.into_iter().find_map(Result::err).unwrap();
    assert_eq!(refused.reason, "SLOT_FULL");
    assert_eq!(refused.params["next_slot"], "2026-09-02T10:15:00Z");
    assert_eq!(
        shop.slots().await.into_values().collect::<Vec<_>>(),
        [(20, 0)]
    );
}

/// E6, as far as it concerns stock.
#[tokio::test]
async fn the_last_unit_is_sold_once() {
    let shop = Shop::open().await;
    let sku = shop.running(1).await;
    let (first, second) = tokio::join!(
        shop.hold(shop.order(&[(sku, 1)])),
        shop.hold(shop.order(&[(sku, 1)]))
    );
    let refused = [first, second]
        .into_iter()
        .filter_map(Result::err)
        .collect::<Vec<_>>();
    assert_eq!(refused.len(), 1);
    assert_eq!(refused[0].params["left"], "0");
    assert_eq!(refused[0].params["sku_id"], sku.to_string());
}

/// E7: each line alone would fit.
#[tokio::test]
async fn the_same_unit_in_several_lines_is_summed() {
    let shop = Shop::open().await;
    let pearls = shop.running(3).await;
    let refused = shop
        .hold(shop.order(&[(pearls, 2), (pearls, 2)]))
        .await
        .unwrap_err();
    assert_eq!(refused.reason, "OUT_OF_STOCK");
    assert_eq!(
        (&*refused.params["wanted"], &*refused.params["left"]),
        ("4", "3")
    );
}

#[tokio::test]
async fn a_refusal_names_every_problem_and_holds_nothing() {
    let shop = Shop::open().await;
    let (short, enough) = (shop.running(1).await, shop.running(9).await);
    let refused = shop
        .hold(shop.order_at(&[(short, 2), (enough, 2)], "2026-09-02T22:00:00Z"))
        .await
        .unwrap_err();
    let fields: Vec<_> = refused
        .fields
        .iter()
        .map(|found| (found.field.clone(), found.reason.clone()))
        .collect();
    let short_field = format!("skus[sku_id={short}]");
    assert_eq!(
        fields,
        [
            (short_field, CapacityReason::OutOfStock.into()),
            ("wanted_at".to_owned(), CapacityReason::Closed.into()),
        ]
    );
    assert_eq!(shop.counters(enough).await, (9, 0, 9));
}

#[tokio::test]
async fn wanted_times_are_refused_by_name() {
    let shop = Shop::open().await;
    for (wanted, expected) in [
        ("2026-09-02T03:00:00Z", "SLOT_PAST"),
        ("2026-09-02T04:00:00Z", "SLOT_PAST"),
        ("2026-09-02T04:20:00Z", "NO_SLOT"),
        ("2026-09-02T12:00:00Z", "CLOSED"),
        ("2026-09-20T04:00:00Z", "TOO_FAR_AHEAD"),
    ] {
        assert_eq!(
            reason(shop.hold(shop.order_at(&[], wanted)).await),
            expected,
            "{wanted}"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_repeated_key_answers_the_hold_that_exists() {
    let shop = Shop::with_replicas(2).await;
    let sku = shop.running(50).await;
    let body = shop.order(&[(sku, 2)]);
    let attempts = (0..40).map(|n| {
        let order_id = OrderId::new(&chassis::clock::SystemClock).to_string();
        hold(
            shop.ordering_of(n % 2),
            HoldRequest {
                order_id,
                ..body.clone()
            },
        )
    });
    let mut orders: Vec<_> = join_all(attempts)
        .await
        .into_iter()
        .map(|held| held.unwrap().order_id)
        .collect();
    orders.dedup();
    assert_eq!(orders.len(), 1);
    assert_eq!(shop.counters(sku).await, (50, 2, 48));
}

#[tokio::test]
async fn releasing_is_safe_to_repeat_and_gives_the_key_back() {
    let shop = Shop::open().await;
    shop.set_hours(|hours| hours.max_orders_per_slot = Some(9))
        .await
        .unwrap();
    let sku = shop.running(3).await;
    let body = shop.order(&[(sku, 3)]);
    let order: OrderId = shop
        .hold(body.clone())
        .await
        .unwrap()
        .order_id
        .parse()
        .unwrap();
    assert!(shop.release(order).await);
    assert!(!shop.release(order).await);
    assert_eq!(shop.counters(sku).await, (3, 0, 3));
    assert_eq!(
        shop.slots().await.into_values().collect::<Vec<_>>(),
        [(0, 0)]
    );

    let again = HoldRequest {
        order_id: OrderId::new(&chassis::clock::SystemClock).to_string(),
        ..body.clone()
    };
    assert_eq!(
        shop.hold(again.clone()).await.unwrap().order_id,
        again.order_id
    );
    let late = HoldRequest {
        hold_key: shop.order(&[]).hold_key,
        ..body
    };
    assert_eq!(reason(shop.hold(late).await), "HOLD_GONE");
}

#[tokio::test]
async fn an_asap_order_is_promised_after_the_lead() {
    let shop = Shop::open().await;
    shop.clock.advance(TimeDelta::seconds(1));
    let held = shop.hold(shop.order(&[])).await.unwrap();
    assert_eq!(shown(&held.promised_at), "2026-09-02T04:20:00Z");
    assert_eq!(shown(&held.slot_starts_at), "2026-09-02T04:15:00Z");
    assert_eq!(shown(&held.expires_at), "2026-09-02T04:02:01Z");
    assert_eq!(held.business_day, "2026-09-02");
}

#[tokio::test]
async fn a_test_order_is_checked_and_counted_nowhere() {
    let shop = Shop::open().await;
    let sku = shop.running(1).await;
    let test = |units| HoldRequest {
        test: true,
        ..shop.order(&[(sku, units)])
    };
    shop.hold(test(1)).await.unwrap();
    shop.hold(test(1)).await.unwrap();
    assert_eq!(reason(shop.hold(test(2)).await), "OUT_OF_STOCK");
    assert_eq!(shop.counters(sku).await, (1, 0, 1));
    assert!(shop.slots().await.is_empty());
}

#[tokio::test]
async fn a_branch_being_set_up_takes_test_orders_only() {
    let shop = Shop::open().await;
    shop.publish_branch(BranchState::Setup, 2).await;
    eventually(async || shop.availability().await.state() != OpenState::Open).await;
    assert_eq!(reason(shop.hold(shop.order(&[])).await), "CLOSED");
    shop.hold(HoldRequest {
        test: true,
        ..shop.order(&[])
    })
    .await
    .unwrap();

    shop.publish_branch(BranchState::Suspended, 3).await;
    eventually(async || {
        shop.hold(HoldRequest {
            test: true,
            ..shop.order(&[])
        })
        .await
        .is_err()
    })
    .await;
}
