//! Slots are asked for one cart or one order, and orders are rescheduled to them.

use std::sync::Arc;

use crate::common::{Edge, SHOP, problem, refused, twd};
use chassis::authn::Level;
use parking_lot::Mutex;
use prost_types::Timestamp;
use proto::{
    capacity::v1::{self as capacity, CapacityReason},
    common::v1 as common,
    ordering::v1 as ordering,
};
use reqwest::Method;
use serde_json::{Value, json};

const FIND: &str = "ordering.v1.OrderingService/FindSlots";
const RESCHEDULE: &str = "ordering.v1.OrderingService/RescheduleOrder";
const AVAILABILITY: &str = "capacity.v1.AvailabilityService/GetAvailability";
const ORDER: &str = "01900000-0000-7000-8000-000000000001";
const RULE: &str = "01900000-0000-7000-8000-000000000901";

fn at(seconds: i64) -> Option<Timestamp> {
    Some(Timestamp { seconds, nanos: 0 })
}

fn slot(seconds: i64, state: capacity::SlotState) -> capacity::Slot {
    let full = state == capacity::SlotState::Full;
    capacity::Slot {
        starts_at: at(seconds),
        state: state.into(),
        business_day: "2026-09-02".to_owned(),
        full_rule_ids: full.then(|| RULE.to_owned()).into_iter().collect(),
    }
}

fn found() -> ordering::FindSlotsResponse {
    ordering::FindSlotsResponse {
        as_of: at(0),
        earliest_slot_at: at(900),
        slots: vec![
            slot(0, capacity::SlotState::Full),
            slot(900, capacity::SlotState::Filling),
        ],
        ..Default::default()
    }
}

fn order() -> ordering::Order {
    ordering::Order {
        order_id: ORDER.to_owned(),
        state: ordering::OrderState::Accepted.into(),
        method: common::Method::Pickup.into(),
        channel: common::Channel::Web.into(),
        kind: ordering::OrderKind::Guest.into(),
        payment_method: ordering::PaymentMethod::OnSite.into(),
        payment_state: ordering::PaymentState::Unpaid.into(),
        payment_progress: ordering::PaymentProgress::None.into(),
        created_at: at(0),
        placed_at: at(0),
        promised_at: at(900),
        rescheduled_from: at(0),
        reschedule_reason: "冰櫃故障".to_owned(),
        total: twd(120),
        paid: twd(0),
        ..Default::default()
    }
}

#[tokio::test]
async fn a_cart_learns_its_slots_but_not_whose_limit_is_in_the_way() {
    let edge = Edge::open().await;
    let branch_id = edge.branch_id.clone();
    edge.fake
        .on(FIND, move |asked: ordering::FindSlotsRequest| {
            let cart = asked.cart.unwrap();
            assert_eq!(cart.branch_id, branch_id);
            assert_eq!(cart.method(), common::Method::OnSite);
            assert_eq!((cart.lines.len(), cart.lines[0].quantity), (1, 3));
            assert_eq!((cart.wanted_at, asked.order_id.as_str()), (None, ""));
            Ok(found())
        });
    let body = json!({
        "method": "on_site",
        "lines": [{"product_id": ORDER, "variant_id": ORDER, "quantity": 3}],
    });
    let request = edge.request(Method::POST, &format!("{SHOP}/slots"));
    let answer = request.json(&body).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    let answer: Value = answer.json().await.unwrap();
    assert_eq!(answer["earliest_slot_at"], "1970-01-01T00:15:00Z");
    assert_eq!(answer["promised_at"], Value::Null);
    assert_eq!(
        answer["slots"][0],
        json!({"starts_at": "1970-01-01T00:00:00Z", "state": "full", "business_day": "2026-09-02"}),
    );
}

#[tokio::test]
async fn each_method_has_hours_of_its_own_and_a_memory_of_its_own() {
    let edge = Edge::open().await;
    edge.fake
        .on(AVAILABILITY, |asked: capacity::GetAvailabilityRequest| {
            let state = match asked.method() {
                common::Method::OnSite => capacity::OpenState::Open,
                _ => capacity::OpenState::OutsideHours,
            };
            Ok(capacity::GetAvailabilityResponse {
                availability: Some(capacity::Availability {
                    as_of: at(0),
                    state: state.into(),
                    ..Default::default()
                }),
            })
        });
    for (query, state) in [
        ("", "outside_hours"),
        ("?method=on_site", "open"),
        ("?method=pickup", "outside_hours"),
    ] {
        let answer = edge.get(&format!("{SHOP}/availability{query}")).await;
        let answer: Value = answer.json().await.unwrap();
        assert_eq!(answer["state"], state, "{query}");
    }
    let unknown = edge.get(&format!("{SHOP}/availability?method=drone")).await;
    refused(unknown, 400, "VALIDATION_FAILED").await;
    edge.sign_in(&[]);
    let path = format!("/api/admin/branches/{}/availability", edge.branch_id);
    let request = edge.as_staff(Method::GET, &format!("{path}?method=on_site"));
    let answer: Value = request.send().await.unwrap().json().await.unwrap();
    assert_eq!(answer["state"], "open");
}

#[tokio::test]
async fn staff_sees_what_is_in_the_way_and_reschedules_an_order_with_a_reason() {
    let edge = Edge::open().await;
    edge.sign_in(&[("ops.orders", Level::Manage)]);
    edge.fake.on(FIND, |asked: ordering::FindSlotsRequest| {
        assert_eq!((asked.cart, asked.order_id.as_str()), (None, ORDER));
        Ok(found())
    });
    let path = format!("/api/admin/orders/{ORDER}");
    let request = edge.as_staff(Method::GET, &format!("{path}/slots"));
    let answer: Value = request.send().await.unwrap().json().await.unwrap();
    assert_eq!(answer["slots"][0]["full_rule_ids"], json!([RULE]));
    assert_eq!(answer["slots"][1]["state"], "filling");

    let asked = Arc::new(Mutex::new(None));
    let seen = asked.clone();
    edge.fake.on(
        RESCHEDULE,
        move |request: ordering::RescheduleOrderRequest| {
            *seen.lock() = Some(request);
            Ok(ordering::RescheduleOrderResponse {
                order: Some(order()),
            })
        },
    );
    let body = json!({"version": 3, "wanted_at": "1970-01-01T00:15:00Z", "reason": "冰櫃故障"});
    let send = async || {
        let request = edge.as_staff(Method::POST, &format!("{path}/reschedule"));
        request.json(&body).send().await.unwrap()
    };
    let answer: Value = send().await.json().await.unwrap();
    assert_eq!(answer["order"]["rescheduled_from"], "1970-01-01T00:00:00Z");
    assert_eq!(answer["order"]["reschedule_reason"], "冰櫃故障");
    let wish_seen = asked.lock().take().unwrap();
    assert_eq!(
        (
            wish_seen.order_id.as_str(),
            wish_seen.version,
            wish_seen.wanted_at
        ),
        (ORDER, 3, at(900))
    );

    edge.fake
        .on(RESCHEDULE, |_: ordering::RescheduleOrderRequest| {
            Err::<ordering::RescheduleOrderResponse, _>(problem(CapacityReason::SlotFull))
        });
    refused(send().await, 409, "SLOT_FULL").await;
}
