//! Decisions that were saved with a change of hours: carried out once, whatever breaks on the way.

use crate::common::{
    Shop,
    decisions::{Batch, REASON, cancelled, rescheduled_to, rescheduled_to_next},
    fakes, reason, to, to_slot, transitioned,
};
use chassis::{
    authn::{Level, Scope},
    clock::Clock as _,
    error::{Problem, Reason},
    id::{BranchId, OrderId},
};
use chrono::{DateTime, TimeDelta, Utc};
use ordering::jobs::purge_decisions;
use proto::{
    capacity::v1::{CapacityReason, DecidedOrder, Decision, SlotState},
    ordering::v1::{
        CancelReason, GetDecisionBatchRequest, GetOrderRequest, GetOrderResponse,
        ListDecisionBatchesRequest, Order, OrderState,
    },
};
use testkit::{eventually, identities};

fn in_minutes(shop: &Shop, minutes: i64) -> DateTime<Utc> {
    shop.service.clock().now() + TimeDelta::minutes(minutes)
}

async fn read(shop: &Shop, order: &Order) -> GetOrderResponse {
    let request = GetOrderRequest {
        order_id: order.order_id.clone(),
    };
    let answer = shop.counter().get_order(request).await;
    answer.unwrap().into_inner()
}

/// Orders of the keys.
async fn placed<const N: usize>(shop: &Shop, keys: [&str; N]) -> [Order; N] {
    let mut orders = Vec::with_capacity(N);
    for key in keys {
        orders.push(shop.placed(key).await.0);
    }
    orders.try_into().unwrap()
}

fn offer(shop: &Shop, slots: &[(i64, SlotState)]) {
    let now = shop.service.clock().now();
    let slots = slots
        .iter()
        .map(|(minutes, state)| fakes::slot(now, *minutes, *state, &[]));
    shop.capacity.state.lock().slots = slots.collect();
}

fn asked(shop: &Shop, order: &Order) -> Vec<DateTime<Utc>> {
    let state = shop.capacity.state.lock();
    let asked = state.requested_reschedules.iter();
    asked
        .filter(|(id, _)| *id == order.order_id)
        .map(|(_, at)| *at)
        .collect()
}

/// So many decisions have an attempt behind them that came to nothing, and none under way.
async fn put_off(shop: &Shop, count: i64) {
    let sql = "SELECT count(*) FROM order_decisions WHERE state = 'waiting' AND reason <> ''";
    eventually(async || {
        let found: i64 = sqlx::query_scalar(sql)
            .fetch_one(&mut shop.service.db().superuser().await)
            .await
            .unwrap();
        found == count
    })
    .await;
}

async fn execute(shop: &Shop, sql: &'static str) {
    sqlx::query(sql)
        .execute(&mut shop.service.db().superuser().await)
        .await
        .unwrap();
}

#[tokio::test]
async fn orders_are_cancelled_and_rescheduled_and_what_is_refused_is_named() {
    let shop = Shop::open().await;
    let [gone, to_time, on, refused] = placed(&shop, ["a", "b", "c", "d"]).await;
    offer(&shop, &[(0, SlotState::Open), (90, SlotState::Filling)]);
    let full = in_minutes(&shop, 120);
    shop.capacity
        .state
        .lock()
        .slot_refusals
        .insert(full, CapacityReason::SlotFull.into());
    let batch = Batch::of(
        &shop,
        &[
            cancelled(&gone),
            rescheduled_to(&to_time, in_minutes(&shop, 60)),
            rescheduled_to_next(&on),
            rescheduled_to(&refused, full),
        ],
    );
    shop.decides(&batch).await;
    assert_eq!(shop.reasons(&batch).await, ["", "", "", "SLOT_FULL"]);

    let seen = read(&shop, &gone).await;
    let order = seen.order.unwrap();
    assert_eq!(
        (order.state(), order.cancel_reason()),
        (OrderState::Cancelled, CancelReason::Closed)
    );
    let entry = seen.events.last().unwrap();
    assert_eq!(
        (entry.actor_kind.as_str(), entry.actor.as_str()),
        ("staff", "林店長")
    );
    for (order, minutes) in [(&to_time, 60), (&on, 90)] {
        let seen = read(&shop, order).await;
        let slot = Some(fakes::timestamp(in_minutes(&shop, minutes)));
        assert_eq!(seen.order.unwrap().promised_at, slot);
        assert_eq!(seen.events.last().unwrap().reason, REASON);
    }
    let seen = read(&shop, &refused).await.order.unwrap();
    assert_eq!((seen.version, seen.promised_at), (1, refused.promised_at));

    let ended = shop.ended(&batch).await;
    let counts = ended.batch.unwrap();
    assert_eq!((counts.waiting, counts.done, counts.failed), (0, 3, 1));
    assert_eq!(
        (
            counts.decided_by.as_str(),
            counts.reschedule_reason.as_str()
        ),
        ("林店長", REASON)
    );
    let mut orders = ended.orders.into_iter();
    let outcome = orders.find(|one| one.order_id == on.order_id).unwrap();
    assert_eq!(outcome.decision(), Decision::RescheduleNext);
    assert_eq!(outcome.pickup_number(), on.pickup_number);
    assert_eq!(outcome.contact_name(), "陳小姐");
    let slot = Some(fakes::timestamp(in_minutes(&shop, 90)));
    assert_eq!(outcome.wanted_at, slot);
}

#[tokio::test]
async fn decisions_that_are_published_twice_are_carried_out_once() {
    let shop = Shop::open().await;
    let [gone, later] = placed(&shop, ["a", "b"]).await;
    let slot = in_minutes(&shop, 60);
    let batch = Batch::of(&shop, &[cancelled(&gone), rescheduled_to(&later, slot)]);
    shop.decides(&batch).await;
    shop.ended(&batch).await;
    shop.publish_decisions(&batch).await;
    // Whatever came second is through once a third batch is.
    let [third] = placed(&shop, ["c"]).await;
    let after = Batch::of(&shop, &[cancelled(&third)]);
    shop.decides(&after).await;
    assert_eq!(shop.reasons(&after).await, [""]);
    assert_eq!(shop.reasons(&batch).await, ["", ""]);
    assert_eq!(read(&shop, &gone).await.events.len(), 2);
    assert_eq!(read(&shop, &later).await.events.len(), 2);
    assert_eq!(asked(&shop, &later), [slot]);
}

/// As if the process had died before each of its commits: whatever is not written there and then is
/// written by the next attempt, and nothing is done twice.
#[tokio::test]
async fn a_decision_survives_a_failure_at_each_of_its_steps() {
    let shop = Shop::open().await;
    for (key, table, constraint) in [
        ("taken", "order_decisions", "attempts <> 1"),
        (
            "slot-found",
            "order_decisions",
            "wanted_at IS NULL OR action <> 'reschedule_next' OR attempts > 1",
        ),
        ("order-rescheduled", "order_events", "kind <> 'rescheduled'"),
        ("ended", "order_decisions", "state = 'waiting'"),
        (
            "published",
            "outbox",
            "type <> 'ordering.schedule.changed.v1'",
        ),
    ] {
        let [order] = placed(&shop, [key]).await;
        offer(&shop, &[(60, SlotState::Open), (75, SlotState::Open)]);
        let add =
            format!("ALTER TABLE {table} ADD CONSTRAINT fault CHECK ({constraint}) NOT VALID");
        let mut superuser = shop.service.db().superuser().await;
        sqlx::query(sqlx::AssertSqlSafe(add))
            .execute(&mut superuser)
            .await
            .unwrap();
        let batch = Batch::of(&shop, &[rescheduled_to_next(&order)]);
        shop.decides(&batch).await;
        // Nothing can be noted before the first commit; after it, that the attempt came to nothing.
        if key == "taken" {
            let seen = shop.find_batch(&batch).await.unwrap();
            assert_eq!(seen.batch.unwrap().waiting, 1);
        } else {
            put_off(&shop, 1).await;
        }
        let seen = read(&shop, &order).await;
        assert_eq!(seen.events.len(), 1, "{key}");

        let drop = format!("ALTER TABLE {table} DROP CONSTRAINT fault");
        sqlx::query(sqlx::AssertSqlSafe(drop))
            .execute(&mut superuser)
            .await
            .unwrap();
        // The first slot fills up meanwhile: who was given it before goes on with it all the same.
        if key != "taken" && key != "slot-found" {
            offer(&shop, &[(60, SlotState::Full), (75, SlotState::Open)]);
        }
        let slot = in_minutes(&shop, 60);
        shop.advance(6);
        assert_eq!(shop.reasons(&batch).await, [""], "{key}");
        let seen = read(&shop, &order).await;
        assert_eq!(seen.events.len(), 2, "{key}");
        assert_eq!(
            seen.order.unwrap().promised_at,
            Some(fakes::timestamp(slot)),
            "{key}"
        );
        let asked = asked(&shop, &order);
        assert!(asked.iter().all(|at| *at == slot), "{key}: {asked:?}");
    }
}

async fn attempts_of(shop: &Shop, batch: &Batch) -> i16 {
    sqlx::query_scalar(
        "SELECT coalesce(max(attempts), 0::smallint) FROM order_decisions WHERE batch_id = $1",
    )
    .bind(batch.id.as_uuid())
    .fetch_one(&mut shop.service.db().superuser().await)
    .await
    .unwrap()
}

#[tokio::test]
async fn an_outage_of_capacity_puts_new_times_off_and_cancels_no_less() {
    let shop = Shop::open().await;
    let [gone, later] = placed(&shop, ["a", "b"]).await;
    shop.capacity.state.lock().away = true;
    let batch = Batch::of(
        &shop,
        &[
            cancelled(&gone),
            rescheduled_to(&later, in_minutes(&shop, 60)),
        ],
    );
    shop.decides(&batch).await;
    put_off(&shop, 1).await;
    eventually(async || {
        let found = shop.find_batch(&batch).await.unwrap().batch.unwrap();
        (found.waiting, found.done) == (1, 1)
    })
    .await;

    shop.capacity.state.lock().away = false;
    shop.advance(6);
    assert_eq!(shop.reasons(&batch).await, ["", ""]);
}

#[tokio::test]
async fn attempts_are_bounded_and_end_with_capacity_where_the_order_is() {
    let shop = Shop::open().await;
    let now = shop.service.clock().now();
    let [later] = placed(&shop, ["a"]).await;
    // As soon as possible, for the quarter past: it counts in the slot that begins there.
    offer(&shop, &[(0, SlotState::Past), (15, SlotState::Open)]);
    let unknown = DecidedOrder {
        order_id: OrderId::new(shop.service.clock()).to_string(),
        ..cancelled(&later)
    };
    shop.capacity.state.lock().away = true;
    let batch = Batch::of(
        &shop,
        &[rescheduled_to(&later, in_minutes(&shop, 60)), unknown],
    );
    shop.decides(&batch).await;
    put_off(&shop, 2).await;

    // The last of the attempts has come to nothing.
    execute(&shop, "UPDATE order_decisions SET attempts = 20").await;
    shop.capacity.state.lock().away = false;
    shop.advance(301);
    assert_eq!(
        shop.reasons(&batch).await,
        ["TEMPORARILY_UNAVAILABLE", "NOT_FOUND"]
    );
    assert_eq!(
        asked(&shop, &later),
        [now + TimeDelta::minutes(15)],
        "capacity may have rescheduled it without a response: it is brought back"
    );
    let seen = read(&shop, &later).await.order.unwrap();
    assert_eq!((seen.version, seen.promised_at), (1, later.promised_at));
    assert_eq!(attempts_of(&shop, &batch).await, 21);
}

#[tokio::test]
async fn a_decision_whose_process_died_on_the_last_attempt_ends() {
    let shop = Shop::open().await;
    let [order] = placed(&shop, ["a"]).await;
    shop.capacity.state.lock().away = true;
    let batch = Batch::of(&shop, &[rescheduled_to(&order, in_minutes(&shop, 60))]);
    shop.decides(&batch).await;
    put_off(&shop, 1).await;
    execute(
        &shop,
        "UPDATE order_decisions SET attempts = 30, reason = ''",
    )
    .await;
    shop.advance(301);
    assert_eq!(shop.reasons(&batch).await, ["TEMPORARILY_UNAVAILABLE"]);
}

#[tokio::test]
async fn an_order_goes_to_the_next_slot_that_takes_it() {
    const DAY: i64 = 24 * 60;
    let shop = Shop::open().await;
    let [crowded, closed, stuck] = placed(&shop, ["a", "b", "c"]).await;
    let slots = [
        (10, SlotState::Open),
        (60, SlotState::Full),
        (75, SlotState::Open),
        (90, SlotState::Filling),
        (DAY, SlotState::Open),
    ];
    offer(&shop, &slots);
    let at = |minutes| in_minutes(&shop, minutes);
    let refuse = |refusals: &[(i64, CapacityReason)]| {
        let refusals = refusals
            .iter()
            .map(|(minutes, reason)| (at(*minutes), Reason::from(*reason)));
        shop.capacity.state.lock().slot_refusals = refusals.collect();
    };

    refuse(&[(75, CapacityReason::SlotFull)]);
    let batch = Batch::of(&shop, &[rescheduled_to_next(&crowded)]);
    shop.decides(&batch).await;
    assert_eq!(shop.reasons(&batch).await, [""]);
    assert_eq!(
        asked(&shop, &crowded),
        [at(75), at(90)],
        "somebody was faster"
    );

    refuse(&[(75, CapacityReason::Closed)]);
    let batch = Batch::of(&shop, &[rescheduled_to_next(&closed)]);
    shop.decides(&batch).await;
    assert_eq!(shop.reasons(&batch).await, [""]);
    assert_eq!(
        asked(&shop, &closed),
        [at(75), at(DAY)],
        "a day that is closed is left as a whole"
    );

    refuse(&[
        (75, CapacityReason::SlotFull),
        (90, CapacityReason::SlotFull),
        (DAY, CapacityReason::OutOfStock),
    ]);
    let batch = Batch::of(&shop, &[rescheduled_to_next(&stuck)]);
    shop.decides(&batch).await;
    assert_eq!(shop.reasons(&batch).await, ["OUT_OF_STOCK"]);
    assert_eq!(asked(&shop, &stuck), [at(75), at(90), at(DAY)]);

    offer(&shop, &[(10, SlotState::Open)]);
    let [without] = placed(&shop, ["d"]).await;
    let batch = Batch::of(&shop, &[rescheduled_to_next(&without)]);
    shop.decides(&batch).await;
    assert_eq!(shop.reasons(&batch).await, ["NO_SLOT"]);
}

#[tokio::test]
async fn the_search_for_a_slot_ends() {
    let shop = Shop::open().await;
    let [order] = placed(&shop, ["a"]).await;
    let slots: Vec<_> = (2..60).map(|n| (n * 15, SlotState::Open)).collect();
    offer(&shop, &slots);
    let refusals = slots
        .iter()
        .map(|(minutes, _)| (in_minutes(&shop, *minutes), CapacityReason::SlotFull.into()));
    shop.capacity.state.lock().slot_refusals = refusals.collect();
    let batch = Batch::of(&shop, &[rescheduled_to_next(&order)]);
    shop.decides(&batch).await;
    assert_eq!(shop.reasons(&batch).await, ["SLOT_FULL"]);
    assert_eq!(asked(&shop, &order).len(), 12);
}

#[tokio::test]
async fn an_order_that_changed_meanwhile_is_rescheduled_only_where_that_is_still_right() {
    let shop = Shop::open().await;
    let mut manager = shop.manager();
    let [accepted, made, elsewhere, cancelled_by_hand] = placed(&shop, ["a", "b", "c", "d"]).await;
    transitioned(&mut manager, to(&accepted, OrderState::Accepted))
        .await
        .unwrap();
    transitioned(&mut manager, to(&made, OrderState::Preparing))
        .await
        .unwrap();
    manager
        .reschedule_order(to_slot(&shop, &elsewhere, 45))
        .await
        .unwrap();
    transitioned(&mut manager, crate::common::cancel(&cancelled_by_hand))
        .await
        .unwrap();
    offer(&shop, &[(90, SlotState::Open)]);
    let batch = Batch::of(
        &shop,
        &[
            rescheduled_to_next(&accepted),
            rescheduled_to_next(&made),
            rescheduled_to_next(&elsewhere),
            cancelled(&cancelled_by_hand),
        ],
    );
    shop.decides(&batch).await;
    assert_eq!(
        shop.reasons(&batch).await,
        ["", "ILLEGAL_TRANSITION", "VERSION_CONFLICT", ""]
    );
    let state = read(&shop, &accepted).await.order.unwrap().state();
    assert_eq!(state, OrderState::Accepted);
    let at = read(&shop, &elsewhere).await.order.unwrap().promised_at;
    assert_eq!(at, Some(fakes::timestamp(in_minutes(&shop, 45))));
}

#[tokio::test]
async fn capacity_follows_an_order_that_changed_while_it_was_being_rescheduled() {
    let shop = Shop::open().await;
    let now = shop.service.clock().now();
    let [order] = placed(&shop, ["a"]).await;
    offer(&shop, &[(0, SlotState::Past), (15, SlotState::Open)]);
    execute(
        &shop,
        "ALTER TABLE order_events ADD CONSTRAINT fault CHECK (kind <> 'rescheduled')",
    )
    .await;
    let slot = in_minutes(&shop, 60);
    let batch = Batch::of(&shop, &[rescheduled_to(&order, slot)]);
    shop.decides(&batch).await;
    eventually(async || asked(&shop, &order) == [slot]).await;
    eventually(async || {
        let mut counter = shop.counter();
        let made = transitioned(&mut counter, to(&order, OrderState::Preparing)).await;
        made.is_ok()
    })
    .await;
    put_off(&shop, 1).await;
    shop.advance(6);
    assert_eq!(shop.reasons(&batch).await, ["ILLEGAL_TRANSITION"]);
    assert_eq!(asked(&shop, &order), [slot, now + TimeDelta::minutes(15)]);
}

#[tokio::test]
async fn an_accepted_order_is_cancelled_by_who_may_cancel_late() {
    let shop = Shop::open().await;
    let [first, second] = placed(&shop, ["a", "b"]).await;
    for (order, may_cancel_late, expected) in
        [(first, false, "PERMISSION_DENIED"), (second, true, "")]
    {
        transitioned(&mut shop.counter(), to(&order, OrderState::Accepted))
            .await
            .unwrap();
        let mut batch = Batch::of(&shop, &[cancelled(&order)]);
        batch.body.may_cancel_late = may_cancel_late;
        shop.decides(&batch).await;
        assert_eq!(shop.reasons(&batch).await, [expected]);
    }
}

#[tokio::test]
async fn a_batch_is_seen_within_the_scope_of_its_branches() {
    let shop = Shop::open().await;
    let [order] = placed(&shop, ["a"]).await;
    let elsewhere = BranchId::new(shop.service.clock());
    let other = DecidedOrder {
        order_id: OrderId::new(shop.service.clock()).to_string(),
        branch_id: elsewhere.to_string(),
        ..cancelled(&order)
    };
    let batch = Batch::of(&shop, &[cancelled(&order), other]);
    shop.decides(&batch).await;
    eventually(async || shop.find_batch(&batch).await.is_ok()).await;
    let seen = shop.find_batch(&batch).await.unwrap();
    assert_eq!(seen.orders.len(), 1, "that of the counter's own branch");
    assert_eq!(seen.orders[0].order_id, order.order_id);

    let staff_of = |branch: BranchId| {
        let scope = Scope {
            branches: [branch].into(),
            ..Scope::default()
        };
        identities::staff(shop.org, &[("ops.orders", Level::View)], scope)
    };
    let third = BranchId::new(shop.service.clock());
    for (identity, expected) in [
        (staff_of(third), "OUT_OF_SCOPE"),
        (identities::owner(testkit::organisation()), "NOT_FOUND"),
    ] {
        let mut client = shop.decisions(&identity);
        let get = GetDecisionBatchRequest {
            batch_id: batch.id.to_string(),
        };
        assert_eq!(reason(client.get_decision_batch(get).await), expected);
    }
    for (identity, counted) in [
        (staff_of(shop.branch()), Some(1)),
        (identities::owner(shop.org), Some(2)),
        (staff_of(third), None),
        (identities::owner(testkit::organisation()), None),
    ] {
        let mut client = shop.decisions(&identity);
        let list = client.list_decision_batches(of_brand()).await;
        let batches = list.unwrap().into_inner().batches;
        let orders = batches
            .iter()
            .map(|batch| batch.waiting + batch.done + batch.failed);
        assert_eq!(orders.collect::<Vec<_>>(), Vec::from_iter(counted));
    }
}

fn of_brand() -> ListDecisionBatchesRequest {
    ListDecisionBatchesRequest {
        brand_id: fakes::BRAND.to_string(),
        ..Default::default()
    }
}

#[tokio::test]
async fn batches_of_a_brand_are_listed_newest_first_a_page_at_a_time() {
    let shop = Shop::open().await;
    let [order] = placed(&shop, ["a"]).await;
    let mut ids = Vec::new();
    for _ in 0..21 {
        let batch = Batch::of(&shop, &[cancelled(&order)]);
        ids.push(batch.id.to_string());
        shop.decides(&batch).await;
        shop.ended(&batch).await;
        shop.advance(1);
    }
    ids.reverse();
    let mut client = shop.decisions(&shop.counter_identity());
    let mut request = of_brand();
    let first = client.list_decision_batches(request.clone()).await;
    let first = first.unwrap().into_inner();
    request.page_token = first.next_page_token.unwrap();
    let second = client.list_decision_batches(request.clone()).await;
    let second = second.unwrap().into_inner();
    let listed: Vec<_> = first.batches.iter().chain(&second.batches).collect();
    let listed_ids: Vec<_> = listed.iter().map(|batch| &batch.batch_id).collect();
    assert_eq!(listed_ids, ids.iter().collect::<Vec<_>>());
    assert!(listed.iter().all(|batch| batch.done == 1));
    assert_eq!(second.next_page_token, None);

    request.page_size = 7;
    request.page_token = "?".to_owned();
    let refused = client.list_decision_batches(request).await.unwrap_err();
    let fields = Problem::from_status(&refused).fields;
    let fields: Vec<_> = fields.iter().map(|field| field.field.as_str()).collect();
    assert_eq!(fields, ["page_size", "page_token"]);
}

#[tokio::test]
async fn decisions_are_deleted_after_ninety_days() {
    let shop = Shop::open().await;
    let [order] = placed(&shop, ["a"]).await;
    let batch = Batch::of(&shop, &[cancelled(&order)]);
    shop.decides(&batch).await;
    shop.ended(&batch).await;
    let context = shop.service.context();
    let purge = purge_decisions(context.db.clone(), context.clock.clone());
    shop.service.clock().advance(TimeDelta::days(89));
    purge.run_once().await.unwrap();
    assert_eq!(shop.count("order_decisions").await, 1);
    shop.service.clock().advance(TimeDelta::days(2));
    purge.run_once().await.unwrap();
    assert_eq!(shop.count("order_decisions").await, 0);
    assert_eq!(shop.count("decision_batches").await, 0);
}
