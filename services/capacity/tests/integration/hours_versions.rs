//! Hours by their time: changes that wait, take effect by themselves, are taken back and restored.

use crate::common::{Shop, reason, response, shown, timestamp};
use chassis::error::Problem;
use chrono::TimeDelta;
use futures::StreamExt as _;
use proto::{
    capacity::v1::{
        Decision, GetHoursRequest, GetHoursResponse, Hours, HoursVersion, HoursVersionState,
        ListHoursVersionsRequest, MethodHours, OrderDecision, OrderDecisions, OrdersDecided,
        OutsideHours, Period, PlannedHours, PreviewHoursRequest, PreviewHoursResponse,
        SetHoursRequest, SetHoursResponse, WithdrawHoursRequest, WithdrawHoursResponse,
        preview_hours_request::Change,
    },
    common::v1::Method,
};
use testkit::eventually;

/// Wednesday 10:00–20:00 in Taipei is open; the test begins at its noon.
const EVENING: &str = "2026-09-02T11:00:00Z";
const MONDAY: &str = "2026-09-06T16:00:00Z";

fn week(open_minute: i32, close_minute: i32) -> Vec<Period> {
    let period = |weekday| Period {
        weekday,
        open_minute,
        close_minute,
    };
    (1..=7).map(period).collect()
}

async fn hours(shop: &Shop) -> GetHoursResponse {
    let request = GetHoursRequest {
        branch_id: shop.branch.to_string(),
    };
    shop.owner()
        .hours
        .get_hours(request)
        .await
        .unwrap()
        .into_inner()
}

/// A change to `periods` of what there is, at once and without decisions.
async fn change(shop: &Shop, periods: Vec<Period>) -> SetHoursRequest {
    let now = hours(shop).await.hours.unwrap();
    SetHoursRequest {
        hours: Some(Hours { periods, ..now }),
        ..SetHoursRequest::default()
    }
}

async fn set(shop: &Shop, request: SetHoursRequest) -> Result<SetHoursResponse, Problem> {
    response(shop.owner().hours.set_hours(request).await)
}

async fn schedule(
    shop: &Shop,
    periods: Vec<Period>,
    at: &str,
) -> Result<SetHoursResponse, Problem> {
    let request = SetHoursRequest {
        effective_at: Some(timestamp(at)),
        ..change(shop, periods).await
    };
    set(shop, request).await
}

async fn versions(shop: &Shop) -> Vec<HoursVersion> {
    let request = ListHoursVersionsRequest {
        branch_id: shop.branch.to_string(),
        ..ListHoursVersionsRequest::default()
    };
    let answer = shop
        .owner()
        .hours
        .list_hours_versions(request)
        .await
        .unwrap();
    answer.into_inner().versions
}

async fn withdraw(shop: &Shop, number: i64) -> Result<WithdrawHoursResponse, Problem> {
    let request = WithdrawHoursRequest {
        branch_id: shop.branch.to_string(),
        number,
        version: hours(shop).await.hours.unwrap().version,
        ..WithdrawHoursRequest::default()
    };
    response(shop.owner().hours.withdraw_hours(request).await)
}

async fn preview(shop: &Shop, change: Option<Change>) -> PreviewHoursResponse {
    let request = PreviewHoursRequest {
        branch_id: shop.branch.to_string(),
        change,
        ..PreviewHoursRequest::default()
    };
    shop.owner()
        .hours
        .preview_hours(request)
        .await
        .unwrap()
        .into_inner()
}

fn decide(order_id: &str, decision: Decision) -> OrderDecision {
    OrderDecision {
        order_id: order_id.to_owned(),
        decision: decision.into(),
        wanted_at: None,
    }
}

#[tokio::test]
async fn a_change_waits_for_its_time_and_rules_the_slots_beyond_it() {
    let shop = Shop::open().await;
    let answer = schedule(&shop, week(840, 1320), MONDAY).await.unwrap();
    assert_eq!(answer.hours.unwrap().periods, week(600, 1200), "not yet");
    assert_eq!(answer.pending.len(), 1);
    assert_eq!(shown(&answer.pending[0].effective_at), MONDAY);

    // Monday in Taipei: 14:00–22:00 by then.
    let closed = shop.order_at(&[], "2026-09-07T02:00:00Z");
    assert_eq!(reason(shop.hold(closed).await), "CLOSED");
    shop.hold(shop.order_at(&[], "2026-09-07T13:00:00Z"))
        .await
        .unwrap();
    // Sunday is as it was.
    shop.hold(shop.order_at(&[], "2026-09-06T02:00:00Z"))
        .await
        .unwrap();

    shop.clock.set(MONDAY.parse().unwrap());
    let now = hours(&shop).await;
    assert_eq!(now.hours.unwrap().periods, week(840, 1320));
    assert!(now.pending.is_empty());
    let states: Vec<_> = versions(&shop)
        .await
        .iter()
        .map(HoursVersion::state)
        .collect();
    assert_eq!(
        states,
        [HoursVersionState::InForce, HoursVersionState::Past]
    );
}

#[tokio::test]
async fn storefronts_are_notified_when_hours_take_effect() {
    let shop = Shop::open().await;
    schedule(&shop, week(840, 1320), MONDAY).await.unwrap();
    let response = async || {
        let row: (i64,) =
            sqlx::query_as("SELECT availability_version FROM branches WHERE branch_id = $1")
                .bind(shop.branch.as_uuid())
                .fetch_one(&mut shop.db.superuser().await)
                .await
                .unwrap();
        row.0
    };
    let before = response().await;
    shop.clock.set(MONDAY.parse().unwrap());
    eventually(async || response().await == before + 1).await;
    shop.clock.advance(TimeDelta::minutes(10));
    // Each replica asks every second: a second one would have announced it again.
    let again: (i64,) =
        sqlx::query_as("SELECT count(*) FROM hours_versions WHERE announced_at IS NULL")
            .fetch_one(&mut shop.db.superuser().await)
            .await
            .unwrap();
    assert_eq!((again.0, response().await), (0, before + 1));
}

#[tokio::test]
async fn two_changes_cannot_wait_for_one_instant_but_one_can_be_replaced() {
    let shop = Shop::open().await;
    let first = schedule(&shop, week(840, 1320), MONDAY).await.unwrap();
    assert_eq!(
        reason(schedule(&shop, week(600, 900), MONDAY).await),
        "EFFECTIVE_CONFLICT"
    );
    let replacing = SetHoursRequest {
        effective_at: Some(timestamp(MONDAY)),
        replaces: first.pending[0].number,
        ..change(&shop, week(600, 900)).await
    };
    let second = set(&shop, replacing).await.unwrap();
    assert_eq!(second.pending.len(), 1);
    let pending = second.pending[0].hours.as_ref().unwrap();
    assert_eq!(pending.periods, week(600, 900));
    for (at, expected) in [
        ("2026-09-02T03:59:00Z", "IN_THE_PAST"),
        ("2027-09-02T04:01:00Z", "SETTING_RANGE"),
    ] {
        assert_eq!(reason(schedule(&shop, week(600, 900), at).await), expected);
    }
}

#[tokio::test]
async fn what_waits_can_be_withdrawn_and_what_was_can_be_restored() {
    let shop = Shop::open().await;
    let number = schedule(&shop, week(840, 1320), MONDAY)
        .await
        .unwrap()
        .pending[0]
        .number;
    let after = withdraw(&shop, number).await.unwrap();
    assert!(after.pending.is_empty());
    assert_eq!(reason(withdraw(&shop, number).await), "NOT_FOUND");
    shop.clock.set(MONDAY.parse().unwrap());
    assert_eq!(
        hours(&shop).await.hours.unwrap().periods,
        week(600, 1200),
        "it never took effect"
    );

    set(&shop, change(&shop, week(0, 1440)).await)
        .await
        .unwrap();
    let first = versions(&shop).await.pop().unwrap();
    let restoring = SetHoursRequest {
        restores: first.number,
        ..change(&shop, first.hours.unwrap().periods).await
    };
    set(&shop, restoring).await.unwrap();
    let all = versions(&shop).await;
    assert_eq!(all[0].state(), HoursVersionState::InForce);
    assert_eq!(all[0].restored_from, Some(first.number));
    assert_eq!(all[2].state(), HoursVersionState::Withdrawn);
    assert_eq!(all.len(), 4, "history is kept");
    let unknown = SetHoursRequest {
        restores: 99,
        ..change(&shop, week(600, 1200)).await
    };
    assert_eq!(reason(set(&shop, unknown).await), "NOT_FOUND");
}

#[tokio::test]
async fn booked_orders_outside_need_a_decision_each() {
    let shop = Shop::open().await;
    let mut orders = Vec::new();
    for _ in 0..3 {
        let held = shop.hold(shop.order_at(&[], EVENING)).await.unwrap();
        orders.push(held.order_id);
    }
    shop.held(&[]).await;
    let earlier = change(&shop, week(600, 1080)).await;

    let planned = PlannedHours {
        hours: earlier.hours.clone(),
        ..PlannedHours::default()
    };
    let seen = preview(&shop, Some(Change::Hours(planned))).await;
    assert_eq!(seen.affected_total, 3);
    assert!(
        seen.affected
            .iter()
            .all(|order| shown(&order.promised_at) == EVENING)
    );

    let refused = set(&shop, earlier.clone()).await.unwrap_err();
    assert_eq!(refused.reason, "ORDERS_AFFECTED");
    assert_eq!(refused.params["count"], "3");
    assert_eq!(refused.fields.len(), 3);

    let mut deciding = SetHoursRequest {
        decisions: Some(OrderDecisions {
            orders: vec![
                decide(&orders[0], Decision::Keep),
                decide(&orders[1], Decision::Cancel),
            ],
            ..OrderDecisions::default()
        }),
        ..earlier.clone()
    };
    let refused = set(&shop, deciding.clone()).await.unwrap_err();
    assert_eq!(refused.params["count"], "1", "the undecided one");
    assert_eq!(
        hours(&shop).await.hours.unwrap().periods,
        week(600, 1200),
        "nothing was changed"
    );
    let mut published = shop.listen(&["capacity.orders.decided.v1"]).await;
    deciding.decisions.as_mut().unwrap().keep_others = true;
    let started = set(&shop, deciding).await.unwrap().started.unwrap();
    assert_eq!(started.orders, 1);
    let decided: OrdersDecided = published.next().await.unwrap().decode().unwrap();
    assert_eq!(decided.batch_id, started.batch_id);
    let acted_on: Vec<_> = decided.orders.iter().map(|one| &one.order_id).collect();
    assert_eq!(acted_on, [&orders[1]]);

    // What is kept is not asked about again; what is still to be cancelled is.
    let again = set(&shop, change(&shop, week(600, 1070)).await).await;
    assert_eq!(again.unwrap_err().params["count"], "1");
    shop.release(orders[1].parse().unwrap()).await;
    set(&shop, change(&shop, week(600, 1070)).await)
        .await
        .unwrap();
}

#[tokio::test]
async fn a_finished_order_is_not_asked_about() {
    let shop = Shop::open().await;
    let order = shop.hold(shop.order_at(&[], EVENING)).await.unwrap();
    let order = order.order_id.parse().unwrap();
    shop.publish_placed(order, 1).await;
    eventually(async || shop.stored(order).await.0 == "committed").await;
    assert_eq!(
        reason(set(&shop, change(&shop, week(600, 1080)).await).await),
        "ORDERS_AFFECTED"
    );
    shop.publish_completed(order, 2).await;
    eventually(async || {
        set(&shop, change(&shop, week(600, 1080)).await)
            .await
            .is_ok()
    })
    .await;
}

#[tokio::test]
async fn withdrawing_longer_hours_asks_about_what_they_let_in() {
    let shop = Shop::open().await;
    let pending = schedule(&shop, week(600, 1320), MONDAY)
        .await
        .unwrap()
        .pending;
    let number = pending[0].number;
    let late = shop.order_at(&[], "2026-09-07T13:00:00Z");
    shop.hold(late).await.unwrap();
    assert_eq!(
        preview(&shop, Some(Change::WithdrawnNumber(number)))
            .await
            .affected_total,
        1
    );
    assert_eq!(reason(withdraw(&shop, number).await), "ORDERS_AFFECTED");
}

#[tokio::test]
async fn a_preview_shows_a_week_and_changes_nothing() {
    let shop = Shop::open().await;
    let now = preview(&shop, None).await;
    assert_eq!(now.days.len(), 8);
    assert_eq!(now.days[0].business_day, "2026-09-02");
    assert_eq!(shown(&now.days[0].openings[0].to), "2026-09-02T12:00:00Z");
    assert_eq!(
        shown(&now.days[0].slots.first().cloned()),
        "2026-09-02T04:15:00Z"
    );
    let offered = shop.availability().await.slots;
    let response: usize = now.days.iter().map(|day| day.slots.len()).sum();
    assert_eq!(
        response,
        offered
            .iter()
            .filter(|slot| slot.state() == proto::capacity::v1::SlotState::Open)
            .count(),
        "exactly what the storefront offers"
    );

    let later = PlannedHours {
        hours: change(&shop, week(840, 1320)).await.hours,
        effective_at: Some(timestamp(MONDAY)),
        replaces: 0,
    };
    let then = preview(&shop, Some(Change::Hours(later))).await;
    assert_eq!(
        then.days[0].business_day, "2026-09-06",
        "as of its time: midnight belongs to Sunday's business day"
    );
    assert_eq!(
        shown(&then.days[1].openings[0].from),
        "2026-09-07T06:00:00Z"
    );
    assert_eq!(hours(&shop).await.hours.unwrap().version, 1);
}

#[tokio::test]
async fn a_method_follows_its_own_week() {
    let shop = Shop::open().await;
    let mut request = change(&shop, week(600, 1200)).await;
    let hours = request.hours.as_mut().unwrap();
    hours.methods = vec![MethodHours {
        method: Method::Delivery.into(),
        own_week: true,
        periods: week(660, 1020),
        last_order_minutes: Some(30),
        lead_minutes: Some(45),
    }];
    hours.outside_hours = OutsideHours::FutureOnly.into();
    let sent = hours.clone();
    let saved = set(&shop, request).await.unwrap().hours.unwrap();
    assert_eq!(saved.methods, sent.methods);

    let mut order = shop.order_at(&[], EVENING);
    shop.hold(order.clone()).await.unwrap();
    order.order_id = shop.order(&[]).order_id;
    order.hold_key = shop.order(&[]).hold_key;
    order.method = Method::Delivery.into();
    assert_eq!(reason(shop.hold(order).await), "CLOSED");
}

#[tokio::test]
async fn a_branch_may_take_no_orders_while_closed() {
    let shop = Shop::open().await;
    let mut request = change(&shop, week(600, 1200)).await;
    request.hours.as_mut().unwrap().outside_hours = OutsideHours::None.into();
    set(&shop, request).await.unwrap();
    // 22:00 in Taipei.
    shop.clock.set("2026-09-02T14:00:00Z".parse().unwrap());
    let tomorrow = shop.order_at(&[], "2026-09-03T04:00:00Z");
    assert_eq!(reason(shop.hold(tomorrow).await), "CLOSED");
    assert!(shop.availability().await.slots.is_empty());
}
