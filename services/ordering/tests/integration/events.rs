//! The body of each event, by value.

use crate::common::{Shop, cancel, fakes, to, to_slot, transitioned};
use chassis::clock::Clock as _;
use chrono::{DateTime, TimeDelta, Utc};
use proto::{
    common::v1::{Channel, Method},
    ordering::v1::{
        ActorKind, CancelReason, Order, OrderChange, OrderChanged, OrderKind, OrderSnapshot,
        OrderState, PaymentMethod, PaymentState, ScheduleChanged, SnapshotLine, SnapshotOption,
        TaxTotal, TransitionOrderRequest, UndoTransitionRequest,
    },
};
use uuid::Uuid;

/// What every change of the order that `Shop::placed` makes has in common.
fn change(shop: &Shop, order: &Order) -> OrderChange {
    OrderChange {
        order_id: order.order_id.clone(),
        brand_id: fakes::BRAND.to_string(),
        branch_id: shop.branch().to_string(),
        at: Some(fakes::timestamp(shop.service.clock().now())),
        channel: Channel::Web.into(),
        kind: OrderKind::Guest.into(),
        method: Method::Pickup.into(),
        business_day: "2026-09-02".to_owned(),
        promised_at: order.promised_at,
        currency: "TWD".to_owned(),
        total: 50,
        payment_method: PaymentMethod::OnSite.into(),
        payment_state: PaymentState::Unpaid.into(),
        ..Default::default()
    }
}

/// The next event's key and body; ids that differ from run to run are checked and emptied.
async fn next(events: &mut testkit::Listener) -> (String, OrderChanged) {
    let event = events.next().await;
    let mut body: OrderChanged = event.decode().unwrap();
    if let Some(change) = &mut body.change {
        assert_eq!(event.version, change.version);
        assert_eq!(event.aggregate.to_string(), change.order_id);
        let is_staff = change.actor_kind() == ActorKind::Staff;
        assert_eq!(is_staff, change.actor_id.parse::<Uuid>().is_ok());
        change.actor_id.clear();
        let is_customer = change.actor_kind() == ActorKind::Customer;
        assert_eq!(is_customer, !change.device_id.is_empty());
        change.device_id.clear();
    }
    for line in body.order.iter_mut().flat_map(|order| &mut order.lines) {
        line.line_id.parse::<Uuid>().unwrap();
        line.line_id.clear();
    }
    (event.type_, body)
}

fn snapshot(shop: &Shop, order: &Order, placed_at: DateTime<Utc>) -> OrderSnapshot {
    let line = SnapshotLine {
        revision_in: 1,
        product_id: fakes::TEA.to_string(),
        variant_id: fakes::TEA_M.to_string(),
        product_name: "翠玉綠茶".to_owned(),
        variant_name: "M".to_owned(),
        quantity: 2,
        unit_list: 25,
        list: 50,
        net: 50,
        unit_nets: vec![25, 25],
        options: vec![SnapshotOption {
            option_id: fakes::HALF.to_string(),
            group_name: "甜度".to_owned(),
            name: "半糖".to_owned(),
            quantity: 1,
            amount: 0,
        }],
        note: "去冰袋".to_owned(),
        tax_type: "taxable".to_owned(),
        station: fakes::STATION.to_owned(),
        print_tag: fakes::PRINT_TAG.to_owned(),
        make_seconds: 45,
        category_ids: vec![fakes::DRINKS.to_string()],
        ..Default::default()
    };
    OrderSnapshot {
        order_id: order.order_id.clone(),
        organisation_id: shop.org.to_string(),
        brand_id: fakes::BRAND.to_string(),
        branch_id: shop.branch().to_string(),
        order_number: order.order_number.clone(),
        pickup_number: "001".to_owned(),
        version: 1,
        revision: 1,
        state: OrderState::Placed.into(),
        channel: Channel::Web.into(),
        kind: OrderKind::Guest.into(),
        method: Method::Pickup.into(),
        business_day: "2026-09-02".to_owned(),
        time_zone: "Asia/Taipei".to_owned(),
        created_at: Some(fakes::timestamp(placed_at)),
        placed_at: Some(fakes::timestamp(placed_at)),
        promised_at: order.promised_at,
        lines: vec![line],
        currency: "TWD".to_owned(),
        list_total: 50,
        goods_total: 50,
        total: 50,
        tax_totals: vec![TaxTotal {
            tax_type: "taxable".to_owned(),
            amount: 50,
        }],
        payment_method: PaymentMethod::OnSite.into(),
        payment_state: PaymentState::Unpaid.into(),
        contact_name: "陳**".to_owned(),
        contact_phone: "0911***456".to_owned(),
        remark: "謝謝".to_owned(),
        utensils: true,
        menu_version_id: Uuid::from_u128(1).to_string(),
        ..Default::default()
    }
}

#[tokio::test]
async fn placed_and_completed_carry_the_order_and_each_skipped_step_what_was_paid_by_then() {
    let shop = Shop::open().await;
    let mut events = shop.service.listen(&["ordering.order.*.v1"]).await;
    let placed_at = shop.service.clock().now();
    let (order, _) = shop.placed("k").await;

    let (key, body) = next(&mut events).await;
    assert_eq!(key, "ordering.order.placed.v1");
    let expected = OrderChange {
        version: 1,
        to: OrderState::Placed.into(),
        actor_kind: ActorKind::Customer.into(),
        ..change(&shop, &order)
    };
    assert_eq!(body.change, Some(expected));
    assert_eq!(body.order, Some(snapshot(&shop, &order, placed_at)));

    shop.advance(60);
    let done = TransitionOrderRequest {
        cash_received: true,
        ..to(&order, OrderState::Completed)
    };
    transitioned(&mut shop.manager(), done).await.unwrap();
    let step = OrderChange {
        actor_kind: ActorKind::Staff.into(),
        ..change(&shop, &order)
    };
    let steps = [
        ("accepted", OrderState::Placed, OrderState::Accepted),
        ("preparing", OrderState::Accepted, OrderState::Preparing),
    ];
    for ((word, from, state), version) in steps.into_iter().zip(2..) {
        let (key, body) = next(&mut events).await;
        assert_eq!(key, format!("ordering.order.{word}.v1"));
        let expected = OrderChange {
            version,
            from: from.into(),
            to: state.into(),
            ..step.clone()
        };
        assert_eq!((body.change, body.order), (Some(expected), None));
    }
    let (key, body) = next(&mut events).await;
    assert_eq!(key, "ordering.order.completed.v1");
    let expected = OrderChange {
        version: 4,
        from: OrderState::Preparing.into(),
        to: OrderState::Completed.into(),
        received: 50,
        paid: 50,
        paid_on_site: 50,
        payment_state: PaymentState::Paid.into(),
        ..step
    };
    assert_eq!(body.change, Some(expected));
    let completed = OrderSnapshot {
        version: 4,
        state: OrderState::Completed.into(),
        completed_at: Some(fakes::timestamp(shop.service.clock().now())),
        paid: 50,
        payment_state: PaymentState::Paid.into(),
        ..snapshot(&shop, &order, placed_at)
    };
    assert_eq!(body.order, Some(completed));
}

#[tokio::test]
async fn ends_without_hand_over_say_why_and_an_undo_what_it_restored() {
    let shop = Shop::open().await;
    let (order, _) = shop.placed("k").await;
    let mut events = shop.service.listen(&["ordering.order.*.v1"]).await;
    let mut counter = shop.counter();
    let accepted = transitioned(&mut counter, to(&order, OrderState::Accepted))
        .await
        .unwrap();
    let undo = UndoTransitionRequest {
        order_id: order.order_id.clone(),
        version: accepted.version,
    };
    let undone = counter.undo_transition(undo).await.unwrap().into_inner();
    let undone = undone.order.unwrap();
    let reject = TransitionOrderRequest {
        reason: "烤箱壞了".to_owned(),
        ..cancel(&undone)
    };
    let reject = TransitionOrderRequest {
        to: OrderState::Rejected.into(),
        ..reject
    };
    transitioned(&mut counter, reject).await.unwrap();

    let staff = OrderChange {
        actor_kind: ActorKind::Staff.into(),
        ..change(&shop, &order)
    };
    for (key, expected) in [
        (
            "ordering.order.accepted.v1",
            OrderChange {
                version: 2,
                from: OrderState::Placed.into(),
                to: OrderState::Accepted.into(),
                ..staff.clone()
            },
        ),
        (
            "ordering.order.undone.v1",
            OrderChange {
                version: 3,
                from: OrderState::Accepted.into(),
                to: OrderState::Placed.into(),
                ..staff.clone()
            },
        ),
        (
            "ordering.order.rejected.v1",
            OrderChange {
                version: 4,
                from: OrderState::Placed.into(),
                to: OrderState::Rejected.into(),
                cancel_reason: CancelReason::TooBusy.into(),
                reason: "烤箱壞了".to_owned(),
                return_stock: true,
                ..staff
            },
        ),
    ] {
        let (found, body) = next(&mut events).await;
        assert_eq!(found, key);
        assert_eq!((body.change, body.order), (Some(expected), None), "{key}");
    }
}

#[tokio::test]
async fn a_new_slot_names_both_times() {
    let shop = Shop::open().await;
    let (order, _) = shop.placed("k").await;
    let mut events = shop.service.listen(&["ordering.schedule.changed.v1"]).await;
    let request = to_slot(&shop, &order, 60);
    shop.counter().reschedule_order(request).await.unwrap();

    let event = events.next().await;
    let mut body: ScheduleChanged = event.decode().unwrap();
    body.change.as_mut().unwrap().actor_id.clear();
    let slot = shop.service.clock().now() + TimeDelta::minutes(60);
    let expected = OrderChange {
        version: 2,
        from: OrderState::Placed.into(),
        to: OrderState::Placed.into(),
        actor_kind: ActorKind::Staff.into(),
        reason: "冰櫃故障".to_owned(),
        promised_at: Some(fakes::timestamp(slot)),
        ..change(&shop, &order)
    };
    assert_eq!(body.change, Some(expected));
    assert_eq!(body.promised_before, order.promised_at);
}
