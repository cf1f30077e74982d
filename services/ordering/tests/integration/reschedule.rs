//! Rescheduling an order: both sides change, or neither does.

use crate::common::{Client, Shop, cancel, fakes, reason, to, to_slot, transitioned};
use chassis::{clock::Clock as _, error::Problem};
use chrono::{DateTime, TimeDelta, Utc};
use proto::{
    capacity::v1::{CapacityReason, SlotState},
    ordering::v1::{
        GetOrderByTokenRequest, GetOrderRequest, GetOrderResponse, Order, OrderState,
        RescheduleOrderRequest, ScheduleChanged, UndoTransitionRequest,
    },
};
use testkit::eventually;

async fn reschedule_order(
    client: &mut Client,
    request: RescheduleOrderRequest,
) -> Result<Order, Problem> {
    match client.reschedule_order(request).await {
        Ok(answer) => Ok(answer.into_inner().order.unwrap()),
        Err(status) => Err(Problem::from_status(&status)),
    }
}

async fn read(shop: &Shop, order: &Order) -> GetOrderResponse {
    let request = GetOrderRequest {
        order_id: order.order_id.clone(),
    };
    let answer = shop.counter().get_order(request).await;
    answer.unwrap().into_inner()
}

fn reschedules(shop: &Shop) -> Vec<DateTime<Utc>> {
    let state = shop.capacity.state.lock();
    state.reschedules.iter().map(|(_, at)| *at).collect()
}

fn in_minutes(shop: &Shop, minutes: i64) -> DateTime<Utc> {
    shop.service.clock().now() + TimeDelta::minutes(minutes)
}

#[tokio::test]
async fn a_rescheduled_order_shows_its_new_time_and_the_reason() {
    let shop = Shop::open().await;
    let mut events = shop.service.listen(&["ordering.schedule.*.v1"]).await;
    let (order, token) = shop.placed("k").await;
    let request = to_slot(&shop, &order, 60);
    let after = reschedule_order(&mut shop.counter(), request.clone())
        .await
        .unwrap();
    assert_eq!((after.version, after.state()), (2, OrderState::Placed));
    assert_eq!(after.wanted_at, request.wanted_at);
    assert_eq!(after.promised_at, request.wanted_at);
    assert_eq!(after.pickup_number, order.pickup_number);
    assert_eq!(reschedules(&shop), [in_minutes(&shop, 60)]);

    let customers = shop
        .customer()
        .get_order_by_token(GetOrderByTokenRequest {
            access_token: token,
        })
        .await
        .unwrap()
        .into_inner()
        .order
        .unwrap();
    assert_eq!(customers.promised_at, request.wanted_at);
    assert_eq!(customers.rescheduled_from, order.promised_at);
    assert_eq!(customers.reschedule_reason, "冰櫃故障");

    let entry = read(&shop, &order).await.events.pop().unwrap();
    assert_eq!(
        (entry.from(), entry.to()),
        (OrderState::Placed, OrderState::Placed)
    );
    assert_eq!(
        (entry.promised_before, entry.promised_after),
        (order.promised_at, request.wanted_at)
    );
    assert_eq!(
        (entry.reason.as_str(), entry.actor_kind.as_str()),
        ("冰櫃故障", "staff")
    );

    let event = events.next().await;
    assert_eq!(event.type_, "ordering.schedule.changed.v1");
    let changed: ScheduleChanged = event.decode().unwrap();
    assert_eq!(changed.promised_before, order.promised_at);
    let change = changed.change.unwrap();
    assert_eq!((change.version, change.promised_at), (2, request.wanted_at));
    assert_eq!(
        (change.branch_id, change.reason),
        (order.branch_id, "冰櫃故障".to_owned())
    );
}

#[tokio::test]
async fn repeating_a_rescheduling_changes_nothing() {
    let shop = Shop::open().await;
    let (order, _) = shop.placed("k").await;
    let request = to_slot(&shop, &order, 60);
    let mut counter = shop.counter();
    let once = reschedule_order(&mut counter, request.clone())
        .await
        .unwrap();
    let again = reschedule_order(&mut counter, request.clone())
        .await
        .unwrap();
    assert_eq!((again.version, again.promised_at), (2, once.promised_at));
    assert_eq!(reschedules(&shop).len(), 1);
    let other = to_slot(&shop, &order, 75);
    let refused = reschedule_order(&mut counter, other).await.unwrap_err();
    assert_eq!(refused.reason, "VERSION_CONFLICT");
    assert_eq!(refused.params["actual"], "2");
    // Also when the order has gone on since.
    transitioned(&mut counter, to(&again, OrderState::Accepted))
        .await
        .unwrap();
    let late = reschedule_order(&mut counter, request).await.unwrap();
    assert_eq!((late.version, late.promised_at), (3, once.promised_at));
}

#[tokio::test]
async fn simultaneous_repeats_of_a_rescheduling_all_get_the_first_answer() {
    let shop = Shop::open().await;
    let (order, _) = shop.placed("k").await;
    let request = to_slot(&shop, &order, 60);
    let attempts = (0..6).map(|_| {
        let (mut client, request) = (shop.counter(), request.clone());
        async move { reschedule_order(&mut client, request).await }
    });
    for answer in futures::future::join_all(attempts).await {
        let answer = answer.unwrap();
        assert_eq!((answer.version, answer.promised_at), (2, request.wanted_at));
    }
    assert_eq!(read(&shop, &order).await.events.len(), 2);
    assert_eq!(reschedules_under_way(&shop).await, 0);
}

#[tokio::test]
async fn an_order_that_is_made_or_finished_stays_where_it_is() {
    let shop = Shop::open().await;
    let mut manager = shop.manager();
    for (key, state) in [
        ("k1", OrderState::Preparing),
        ("k2", OrderState::Ready),
        ("k3", OrderState::Cancelled),
    ] {
        let (order, _) = shop.placed(key).await;
        let request = if state == OrderState::Cancelled {
            cancel(&order)
        } else {
            to(&order, state)
        };
        let order = transitioned(&mut manager, request).await.unwrap();
        let refused = reschedule_order(&mut manager, to_slot(&shop, &order, 60)).await;
        let refused = refused.unwrap_err();
        assert_eq!(refused.reason, "ILLEGAL_TRANSITION", "{state:?}");
        assert_eq!(
            refused.params["state"],
            state
                .as_str_name()
                .trim_start_matches("ORDER_STATE_")
                .to_lowercase()
        );
    }
    let (order, _) = shop.placed("k4").await;
    let order = transitioned(&mut manager, to(&order, OrderState::Accepted)).await;
    let order = order.unwrap();
    let after = reschedule_order(&mut manager, to_slot(&shop, &order, 60)).await;
    assert_eq!(after.unwrap().state(), OrderState::Accepted);
    assert_eq!(reschedules(&shop).len(), 1);
}

#[tokio::test]
async fn the_customer_is_owed_a_reason() {
    let shop = Shop::open().await;
    let (order, _) = shop.placed("k").await;
    let with = |reason: String| RescheduleOrderRequest {
        reason,
        ..to_slot(&shop, &order, 60)
    };
    let mut counter = shop.counter();
    for (given, refusal) in [
        (String::new(), "REASON_REQUIRED"),
        (" \n".to_owned(), "REASON_REQUIRED"),
        ("慢".repeat(201), "TEXT_TOO_LONG"),
    ] {
        let refused = reschedule_order(&mut counter, with(given))
            .await
            .unwrap_err();
        assert_eq!(refused.reason, refusal);
        assert_eq!(refused.fields[0].field, "reason");
    }
    let all = RescheduleOrderRequest::default();
    let refused = reschedule_order(&mut counter, all).await.unwrap_err();
    let named: Vec<_> = refused.fields.iter().map(|f| f.field.as_str()).collect();
    assert_eq!(named, ["order_id", "version", "wanted_at", "reason"]);
    assert!(reschedules(&shop).is_empty());
}

#[tokio::test]
async fn what_capacity_refuses_leaves_the_order_as_it_was() {
    let shop = Shop::open().await;
    let (order, _) = shop.placed("k").await;
    for refusal in [
        CapacityReason::SlotFull,
        CapacityReason::HoldGone,
        CapacityReason::OutOfStock,
    ] {
        let problem = Problem::new(refusal).field("wanted_at", refusal);
        shop.capacity.state.lock().reschedule_refusal = Some(problem);
        let refused = reschedule_order(&mut shop.counter(), to_slot(&shop, &order, 60)).await;
        let refused = refused.unwrap_err();
        assert!(refused.is(refusal), "{refused}");
        assert_eq!(refused.fields[0].field, "wanted_at");
    }
    // What another day lacks is reported at the line, with the name it was sold under.
    let params = [("sku_id", fakes::TEA_M.to_string()), ("left", "1".into())];
    let lacks = Problem::new(CapacityReason::OutOfStock).field_with(
        "skus[0]",
        CapacityReason::OutOfStock,
        params,
    );
    shop.capacity.state.lock().reschedule_refusal = Some(lacks);
    let refused = reschedule_order(&mut shop.counter(), to_slot(&shop, &order, 24 * 60)).await;
    let refused = refused.unwrap_err();
    assert_eq!(refused.fields[0].field, "lines[0]");
    assert_eq!(refused.fields[0].params["name"], "翠玉綠茶 M");

    let seen = read(&shop, &order).await;
    assert_eq!(seen.order.unwrap().promised_at, order.promised_at);
    assert_eq!(seen.events.len(), 1);
}

/// Lets the time pass after which a rescheduling counts as interrupted.
fn leave_behind(shop: &Shop) {
    shop.service.clock().advance(TimeDelta::seconds(31));
}

async fn reschedules_under_way(shop: &Shop) -> i64 {
    let mut superuser = shop.service.db().superuser().await;
    let count = sqlx::query_scalar("SELECT count(*) FROM reschedules");
    count.fetch_one(&mut superuser).await.unwrap()
}

#[tokio::test]
async fn a_rescheduling_that_cannot_be_written_is_done_as_soon_as_it_can() {
    let shop = Shop::open().await;
    let mut events = shop.service.listen(&["ordering.schedule.*.v1"]).await;
    let (order, _) = shop.placed("k").await;
    let mut superuser = shop.service.db().superuser().await;
    sqlx::query(
        "ALTER TABLE order_events ADD CONSTRAINT no_reschedules CHECK (kind <> 'rescheduled')",
    )
    .execute(&mut superuser)
    .await
    .unwrap();
    let request = to_slot(&shop, &order, 60);
    let refused = reschedule_order(&mut shop.counter(), request.clone()).await;
    assert_eq!(refused.unwrap_err().reason, "TEMPORARILY_UNAVAILABLE");
    let seen = read(&shop, &order).await.order.unwrap();
    assert_eq!((seen.version, seen.promised_at), (1, order.promised_at));
    assert_eq!(reschedules_under_way(&shop).await, 1);

    sqlx::query("ALTER TABLE order_events DROP CONSTRAINT no_reschedules")
        .execute(&mut superuser)
        .await
        .unwrap();
    leave_behind(&shop);
    let changed: ScheduleChanged = events.next().await.decode().unwrap();
    let change = changed.change.unwrap();
    assert_eq!((change.version, change.promised_at), (2, request.wanted_at));
    let seen = read(&shop, &order).await;
    assert_eq!(seen.order.unwrap().promised_at, request.wanted_at);
    assert_eq!(seen.events[1].actor_kind, "staff");
    assert_eq!(reschedules_under_way(&shop).await, 0);
}

#[tokio::test]
async fn a_rescheduling_without_a_response_is_continued() {
    let shop = Shop::open().await;
    let (order, _) = shop.placed("k").await;
    shop.capacity.state.lock().away = true;
    let request = to_slot(&shop, &order, 60);
    let refused = reschedule_order(&mut shop.counter(), request.clone()).await;
    assert_eq!(refused.unwrap_err().reason, "TEMPORARILY_UNAVAILABLE");
    shop.capacity.state.lock().away = false;
    leave_behind(&shop);
    eventually(async || read(&shop, &order).await.order.unwrap().promised_at == request.wanted_at)
        .await;
    assert_eq!(reschedules_under_way(&shop).await, 0);
}

#[tokio::test]
async fn capacity_follows_an_order_that_changed_while_it_was_being_rescheduled() {
    let shop = Shop::open().await;
    let now = shop.service.clock().now();
    // As soon as possible, for the quarter past: it counts in the slot that begins there.
    shop.capacity.state.lock().slots = vec![
        fakes::slot(now, 0, SlotState::Past, &[]),
        fakes::slot(now, 15, SlotState::Open, &[]),
        fakes::slot(now, 30, SlotState::Open, &[]),
    ];
    let (order, _) = shop.placed("k").await;
    shop.capacity.state.lock().away = true;
    let mut counter = shop.counter();
    let refused = reschedule_order(&mut counter, to_slot(&shop, &order, 60)).await;
    assert_eq!(refused.unwrap_err().reason, "TEMPORARILY_UNAVAILABLE");
    let made = transitioned(&mut counter, to(&order, OrderState::Preparing)).await;
    let made = made.unwrap();

    shop.capacity.state.lock().away = false;
    let back = now + TimeDelta::minutes(15);
    leave_behind(&shop);
    eventually(async || reschedules(&shop) == [back]).await;
    eventually(async || reschedules_under_way(&shop).await == 0).await;
    let seen = read(&shop, &order).await.order.unwrap();
    assert_eq!(
        (seen.version, seen.promised_at),
        (made.version, order.promised_at)
    );
}

/// Repeating a rescheduling while capacity is away leaves one behind, and no order has many.
#[tokio::test]
async fn reschedulings_that_cannot_be_carried_out_do_not_pile_up() {
    let shop = Shop::open().await;
    let (order, _) = shop.placed("k").await;
    shop.capacity.state.lock().away = true;
    let mut counter = shop.counter();
    for _ in 0..3 {
        let refused = reschedule_order(&mut counter, to_slot(&shop, &order, 60)).await;
        assert_eq!(refused.unwrap_err().reason, "TEMPORARILY_UNAVAILABLE");
        assert_eq!(reschedules_under_way(&shop).await, 1);
    }
    for minutes in 61..80 {
        let refused = reschedule_order(&mut counter, to_slot(&shop, &order, minutes)).await;
        assert_eq!(refused.unwrap_err().reason, "TEMPORARILY_UNAVAILABLE");
    }
    assert_eq!(reschedules_under_way(&shop).await, 10);
}

#[tokio::test]
async fn reschedulings_that_fail_again_and_again_keep_nobody_waiting() {
    let shop = Shop::open().await;
    let (order, _) = shop.placed("k").await;
    shop.capacity.state.lock().away = true;
    let request = to_slot(&shop, &order, 60);
    let refused = reschedule_order(&mut shop.counter(), request.clone()).await;
    assert_eq!(refused.unwrap_err().reason, "TEMPORARILY_UNAVAILABLE");
    // More than a turn takes, of another organisation and due before, for orders that are not there.
    let mut superuser = shop.service.db().superuser().await;
    sqlx::query(
        "INSERT INTO reschedules (
             org_id, reschedule_id, order_id, version, wanted_at, reason, account_id, account_name, due_at
         )
         SELECT $1, gen_random_uuid(), gen_random_uuid(), 1, $2, 'r', gen_random_uuid(), 'n', $2
         FROM generate_series(1, 250)",
    )
    .bind(testkit::organisation().as_uuid())
    .bind(DateTime::<Utc>::UNIX_EPOCH)
    .execute(&mut superuser)
    .await
    .unwrap();
    shop.capacity.state.lock().away = false;
    leave_behind(&shop);
    eventually(async || read(&shop, &order).await.order.unwrap().promised_at == request.wanted_at)
        .await;
}

#[tokio::test]
async fn a_refused_rescheduling_leaves_nothing_under_way() {
    let shop = Shop::open().await;
    let (order, _) = shop.placed("k").await;
    let full = Problem::new(CapacityReason::SlotFull).field("wanted_at", CapacityReason::SlotFull);
    shop.capacity.state.lock().reschedule_refusal = Some(full);
    let refused = reschedule_order(&mut shop.counter(), to_slot(&shop, &order, 60)).await;
    assert_eq!(refused.unwrap_err().reason, "SLOT_FULL");
    assert_eq!(reschedules_under_way(&shop).await, 0);
    let stale = RescheduleOrderRequest {
        version: 7,
        ..to_slot(&shop, &order, 60)
    };
    let refused = reschedule_order(&mut shop.counter(), stale).await;
    assert_eq!(refused.unwrap_err().reason, "VERSION_CONFLICT");
    assert_eq!(reschedules_under_way(&shop).await, 0);
}

#[tokio::test]
async fn a_step_before_a_rescheduling_can_no_longer_be_undone() {
    let shop = Shop::open().await;
    let (order, _) = shop.placed("k").await;
    let mut counter = shop.counter();
    let order = transitioned(&mut counter, to(&order, OrderState::Accepted)).await;
    let order = order.unwrap();
    let order = reschedule_order(&mut counter, to_slot(&shop, &order, 60)).await;
    let order = order.unwrap();
    let undo = |version| UndoTransitionRequest {
        order_id: order.order_id.clone(),
        version,
    };
    let undone = counter.undo_transition(undo(order.version)).await;
    assert_eq!(reason(undone), "ILLEGAL_TRANSITION");
    // A later request can, and the slot stays.
    let made = transitioned(&mut counter, to(&order, OrderState::Preparing)).await;
    let back = counter.undo_transition(undo(made.unwrap().version)).await;
    let back = back.unwrap().into_inner().order.unwrap();
    assert_eq!(
        (back.state(), back.promised_at),
        (OrderState::Accepted, order.promised_at)
    );
}
