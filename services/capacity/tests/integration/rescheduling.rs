//! Moving orders to another slot, and orders whose hold is gone.

use crate::common::{
    Shop,
    limits::{HALF_PAST, QUARTER_PAST, SIX, each_slot, rule, units},
    reason, shown, timestamp,
};
use chassis::id::{OrderId, SkuId};
use futures::StreamExt as _;
use proto::capacity::v1::{
    GetAvailabilityRequest, HoldGone, HoldRequest, LimitMeasure, RescheduleHoldRequest, SkuQuantity,
};
use testkit::{eventually, identities};

const SATURDAY: &str = "2026-09-05T10:00:00Z";
const SUNDAY: &str = "2026-09-06T10:00:00Z";

/// On hand and held of a unit on a business day, as stored.
async fn bucket(shop: &Shop, sku: SkuId, day: &str) -> Option<(i64, i64)> {
    sqlx::query_as(
        "SELECT on_hand, held FROM stock_buckets WHERE sku_id = $1 AND business_day = $2::date",
    )
    .bind(sku.as_uuid())
    .bind(day)
    .fetch_optional(&mut shop.db.superuser().await)
    .await
    .unwrap()
}

async fn held_for(shop: &Shop, sku: SkuId, units: i64, at: &str) -> OrderId {
    let held = shop.hold(shop.order_at(&[(sku, units)], at)).await.unwrap();
    held.order_id.parse().unwrap()
}

#[tokio::test]
async fn an_order_is_rescheduled_with_all_it_counts_for() {
    let shop = Shop::open().await;
    let limits = shop
        .set_limits(vec![rule(LimitMeasure::Units, each_slot(), 5)])
        .await
        .unwrap();
    let counted = async || shop.counted(&limits.rules[0]).await;
    let order = shop.book(3, SIX).await.unwrap();
    let moved = shop.reschedule_to(order, HALF_PAST).await.unwrap();
    assert_eq!(shown(&moved.promised_at), HALF_PAST);
    assert_eq!(counted().await, [(HALF_PAST.to_owned(), (3, 0))].into());
    assert!(shop.has_capacity(&[units(5)], SIX).await);
    assert!(!shop.has_capacity(&[units(3)], HALF_PAST).await);

    let again = shop.reschedule_to(order, HALF_PAST).await.unwrap();
    assert_eq!(again, moved);
    assert_eq!(counted().await, [(HALF_PAST.to_owned(), (3, 0))].into());

    assert!(shop.release(order).await);
    assert_eq!(counted().await, [].into());
}

#[tokio::test]
async fn a_committed_order_is_rescheduled_and_gives_back_its_new_slot() {
    let shop = Shop::open().await;
    shop.set_hours(|hours| hours.max_orders_per_slot = Some(1))
        .await
        .unwrap();
    let limits = shop
        .set_limits(vec![rule(LimitMeasure::Units, each_slot(), 5)])
        .await
        .unwrap();
    let order = shop.book(2, SIX).await.unwrap();
    shop.publish_placed(order, 1).await;
    eventually(async || shop.stored(order).await.0 == "committed").await;
    shop.reschedule_to(order, QUARTER_PAST).await.unwrap();
    let counted = shop.counted(&limits.rules[0]).await;
    assert_eq!(counted, [(QUARTER_PAST.to_owned(), (0, 2))].into());
    shop.book(1, SIX).await.unwrap();
    assert_eq!(reason(shop.book(1, QUARTER_PAST).await), "SLOT_FULL");

    shop.publish_cancelled(order, 2, true).await;
    eventually(async || shop.stored(order).await.0 == "released").await;
    let counted = shop.counted(&limits.rules[0]).await;
    assert_eq!(counted, [(SIX.to_owned(), (1, 0))].into());
}

#[tokio::test]
async fn a_full_slot_rejects_rescheduling_and_nothing_changes() {
    let shop = Shop::open().await;
    let limits = shop
        .set_limits(vec![rule(LimitMeasure::Units, each_slot(), 5)])
        .await
        .unwrap();
    let order = shop.book(3, SIX).await.unwrap();
    shop.book(3, QUARTER_PAST).await.unwrap();
    let before = shop.counted(&limits.rules[0]).await;
    let refused = shop.reschedule_to(order, QUARTER_PAST).await.unwrap_err();
    assert_eq!(refused.reason, "SLOT_FULL");
    assert_eq!(refused.params["next_slot"], HALF_PAST);
    for (slot, expected) in [
        ("2026-09-02T03:00:00Z", "SLOT_PAST"),
        ("2026-09-02T13:00:00Z", "CLOSED"),
        ("2026-09-02T10:05:00Z", "NO_SLOT"),
    ] {
        assert_eq!(reason(shop.reschedule_to(order, slot).await), expected);
    }
    assert_eq!(shop.counted(&limits.rules[0]).await, before);
    assert!(shop.release(order).await);
    let left = [(QUARTER_PAST.to_owned(), (3, 0))];
    assert_eq!(shop.counted(&limits.rules[0]).await, left.into());
}

/// E8: 18 of Saturday's 20 are booked on a Wednesday.
#[tokio::test]
async fn an_order_takes_its_units_to_the_bucket_of_its_new_day() {
    let shop = Shop::open().await;
    let sku = shop.daily(20).await;
    let order = held_for(&shop, sku, 18, SATURDAY).await;
    assert_eq!(shop.counters(sku).await, (20, 0, 20));
    assert_eq!(bucket(&shop, sku, "2026-09-05").await, Some((20, 18)));

    shop.reschedule_to(order, SUNDAY).await.unwrap();
    assert_eq!(bucket(&shop, sku, "2026-09-05").await, Some((20, 0)));
    assert_eq!(bucket(&shop, sku, "2026-09-06").await, Some((20, 18)));
    let cart = GetAvailabilityRequest {
        skus: vec![SkuQuantity {
            sku_id: sku.to_string(),
            quantity: 3,
        }],
        ..GetAvailabilityRequest::default()
    };
    let offered = shop.offered_to(&identities::customer(shop.org), cart).await;
    let full_days = offered
        .slots
        .iter()
        .filter(|slot| slot.state() == proto::capacity::v1::SlotState::Full);
    let mut full_days: Vec<_> = full_days.map(|slot| slot.business_day.as_str()).collect();
    full_days.dedup();
    assert_eq!(full_days, ["2026-09-06"]);

    shop.publish_placed(order, 1).await;
    eventually(async || bucket(&shop, sku, "2026-09-06").await == Some((2, 0))).await;
    shop.reschedule_to(order, SATURDAY).await.unwrap();
    assert_eq!(bucket(&shop, sku, "2026-09-05").await, Some((2, 0)));
    assert_eq!(bucket(&shop, sku, "2026-09-06").await, Some((20, 0)));
    shop.publish_cancelled(order, 2, true).await;
    eventually(async || bucket(&shop, sku, "2026-09-05").await == Some((20, 0))).await;
}

#[tokio::test]
async fn a_day_that_has_too_few_rejects_rescheduling_and_nothing_changes() {
    let shop = Shop::open().await;
    let sku = shop.daily(5).await;
    let limits = shop
        .set_limits(vec![rule(LimitMeasure::Orders, each_slot(), 5)])
        .await
        .unwrap();
    let order = held_for(&shop, sku, 3, SATURDAY).await;
    held_for(&shop, sku, 3, SUNDAY).await;
    let before = shop.counted(&limits.rules[0]).await;
    let refused = shop.reschedule_to(order, SUNDAY).await.unwrap_err();
    assert_eq!(refused.reason, "OUT_OF_STOCK");
    assert_eq!(
        (&*refused.params["wanted"], &*refused.params["left"]),
        ("3", "2")
    );
    assert_eq!(bucket(&shop, sku, "2026-09-05").await, Some((5, 3)));
    assert_eq!(bucket(&shop, sku, "2026-09-06").await, Some((5, 3)));
    assert_eq!(shop.counted(&limits.rules[0]).await, before);
}

#[tokio::test]
async fn running_stock_stays_where_it_was_taken() {
    let shop = Shop::open().await;
    let sku = shop.running(4).await;
    let order = held_for(&shop, sku, 3, SATURDAY).await;
    shop.reschedule_to(order, SUNDAY).await.unwrap();
    assert_eq!(shop.counters(sku).await, (4, 3, 1));
}

#[tokio::test]
async fn what_is_gone_or_unknown_is_not_rescheduled() {
    let mut shop = Shop::open().await;
    let order = shop.book(1, SIX).await.unwrap();
    assert!(shop.release(order).await);
    assert_eq!(
        reason(shop.reschedule_to(order, HALF_PAST).await),
        "HOLD_GONE"
    );
    let unknown = OrderId::new(&chassis::clock::SystemClock);
    assert_eq!(
        reason(shop.reschedule_to(unknown, HALF_PAST).await),
        "NOT_FOUND"
    );

    let ours = shop.book(1, SIX).await.unwrap();
    let (other, its_branch) = shop.other_organisation().await;
    let outsider = identities::service("ordering", other);
    for branch in [shop.branch, its_branch] {
        let request = RescheduleHoldRequest {
            order_id: ours.to_string(),
            branch_id: branch.to_string(),
            wanted_at: Some(timestamp(HALF_PAST)),
        };
        let answer = shop.client(&outsider).holds.reschedule_hold(request).await;
        assert_eq!(reason(crate::common::response(answer)), "NOT_FOUND");
    }
}

#[tokio::test]
async fn a_test_order_is_rescheduled_and_counts_nowhere() {
    let shop = Shop::open().await;
    let sku = shop.daily(5).await;
    let test = HoldRequest {
        test: true,
        ..shop.order_at(&[(sku, 5)], SATURDAY)
    };
    let held = shop.hold(test).await.unwrap();
    let moved = shop
        .reschedule_to(held.order_id.parse().unwrap(), SUNDAY)
        .await
        .unwrap();
    assert_eq!(moved.business_day, "2026-09-06");
    held_for(&shop, sku, 5, SUNDAY).await;
}

#[tokio::test]
async fn an_order_placed_after_its_hold_was_given_back_is_published() {
    let shop = Shop::open().await;
    let mut gone = shop.listen(&["capacity.hold.gone.v1"]).await;
    let order = shop.book(1, SIX).await.unwrap();
    assert!(shop.release(order).await);
    shop.publish_placed(order, 1).await;
    let event = gone.next().await.unwrap();
    let response: HoldGone = event.decode().unwrap();
    assert_eq!(response.order_id, order.to_string());
    assert_eq!(response.branch_id, shop.branch.to_string());
}
