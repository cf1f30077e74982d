//! A change of hours names the orders it leaves outside, and cancels those given up.

use std::sync::Arc;

use crate::common::{Edge, problem, refused};
use chassis::{authn::Level, error::Problem};
use parking_lot::Mutex;
use prost_types::Timestamp;
use proto::{capacity::v1 as capacity, common::v1::Money, ordering::v1 as ordering};
use reqwest::{Method, Response};
use serde_json::{Value, json};

const SET: &str = "capacity.v1.CapacityService/SetHours";
const PREVIEW: &str = "capacity.v1.HoursService/PreviewHours";
const SAVE_DAY: &str = "capacity.v1.HoursService/SaveSpecialDay";
const LIST_ORDERS: &str = "ordering.v1.OrderingService/ListOrders";
const TRANSITION: &str = "ordering.v1.OrderingService/TransitionOrder";
const FIRST: &str = "01900000-0000-7000-8000-000000000001";
const SECOND: &str = "01900000-0000-7000-8000-000000000002";

fn affected(edge: &Edge, order_id: &str) -> capacity::AffectedOrder {
    capacity::AffectedOrder {
        order_id: order_id.to_owned(),
        branch_id: edge.branch_id.clone(),
        promised_at: Some(Timestamp {
            seconds: 1_788_350_400,
            nanos: 0,
        }),
        business_day: "2026-09-02".to_owned(),
        ..Default::default()
    }
}

/// Ordering knows the first order and not the second.
fn teach_orders(edge: &Edge) {
    edge.fake
        .on(LIST_ORDERS, |request: ordering::ListOrdersRequest| {
            assert_eq!(request.business_day, "2026-09-02");
            let order = ordering::Order {
                order_id: FIRST.to_owned(),
                order_number: "A7K2M".to_owned(),
                pickup_number: "014".to_owned(),
                state: ordering::OrderState::Accepted.into(),
                contact_name: "林小姐".to_owned(),
                total: Some(Money {
                    amount: 120,
                    currency: "TWD".to_owned(),
                }),
                version: 3,
                ..Default::default()
            };
            Ok(ordering::ListOrdersResponse {
                orders: vec![order],
                ..Default::default()
            })
        });
}

fn hours() -> Value {
    json!({
        "periods": [{"weekday": 3, "open_minute": 600, "close_minute": 1080}],
        "slot_minutes": 15, "lead_minutes": 15, "days_ahead": 7, "last_order_minutes": 15,
        "max_orders_per_slot": null, "version": 4,
    })
}

async fn put(edge: &Edge, body: &Value) -> Response {
    let path = format!("/api/admin/branches/{}/hours", edge.branch_id);
    let request = edge.as_staff(Method::PUT, &path).json(body);
    request.send().await.unwrap()
}

#[tokio::test]
async fn a_preview_tells_days_and_orders_with_their_names() {
    let edge = Edge::open().await;
    edge.sign_in(&[("store.hours", Level::Manage)]);
    teach_orders(&edge);
    let orders = vec![affected(&edge, FIRST), affected(&edge, SECOND)];
    edge.fake
        .on(PREVIEW, move |request: capacity::PreviewHoursRequest| {
            let Some(capacity::preview_hours_request::Change::Hours(planned)) = request.change
            else {
                return Err(problem("NOT_FOUND"));
            };
            assert_eq!(planned.hours.unwrap().periods.len(), 1);
            Ok(capacity::PreviewHoursResponse {
                days: vec![capacity::OfferedDay {
                    business_day: "2026-09-02".to_owned(),
                    special_day: "颱風假".to_owned(),
                    ..Default::default()
                }],
                affected: orders.clone(),
                affected_total: 250,
                overridden: Vec::new(),
            })
        });
    let path = format!("/api/admin/branches/{}/hours/preview", edge.branch_id);
    let request = edge.as_staff(Method::POST, &path);
    let answer = request.json(&json!({"hours": hours()})).send();
    let answer: Value = answer.await.unwrap().json().await.unwrap();
    assert_eq!(answer["days"][0]["special_day"], "颱風假");
    assert_eq!(answer["affected"]["total"], 250);
    let of_branch = &answer["affected"]["branches"][0]["orders"];
    let [first, second] = [0, 1].map(|index| &of_branch[index]);
    assert_eq!(first["pickup_number"], "014");
    assert_eq!(first["contact_name"], "林小姐");
    assert_eq!(first["total"], 120);
    assert_eq!(
        second["pickup_number"],
        Value::Null,
        "what ordering did not tell is left open"
    );
    assert_eq!(edge.fake.calls(LIST_ORDERS), 1, "one question for a day");
}

#[tokio::test]
async fn a_preview_stands_without_ordering_and_takes_one_change_at_a_time() {
    let edge = Edge::open().await;
    edge.sign_in(&[("store.hours", Level::Manage)]);
    edge.fake.on(LIST_ORDERS, |_: ordering::ListOrdersRequest| {
        Err::<ordering::ListOrdersResponse, _>(problem("PERMISSION_DENIED"))
    });
    let orders = vec![affected(&edge, FIRST)];
    edge.fake
        .on(PREVIEW, move |_: capacity::PreviewHoursRequest| {
            Ok(capacity::PreviewHoursResponse {
                affected: orders.clone(),
                affected_total: 1,
                ..Default::default()
            })
        });
    let path = format!("/api/admin/branches/{}/hours/preview", edge.branch_id);
    let send = async |body: Value| {
        let request = edge.as_staff(Method::POST, &path).json(&body);
        request.send().await.unwrap()
    };
    let answer: Value = send(json!({})).await.json().await.unwrap();
    let affected = &answer["affected"]["branches"][0];
    assert_eq!(affected["branch_id"], edge.branch_id);
    assert_eq!(affected["orders"][0]["order_id"], FIRST);
    let both = json!({"withdrawn_number": 3, "removed_special_day_id": FIRST});
    refused(send(both).await, 400, "VALIDATION_FAILED").await;
}

#[tokio::test]
async fn a_refusal_for_the_sake_of_orders_lists_them() {
    let edge = Edge::open().await;
    edge.sign_in(&[("store.hours", Level::Manage)]);
    teach_orders(&edge);
    edge.fake.on(
        SET,
        |_: capacity::SetHoursRequest| -> Result<capacity::SetHoursResponse, _> {
            Err(Problem::new("ORDERS_AFFECTED").param("count", 1).into())
        },
    );
    let orders = vec![affected(&edge, FIRST)];
    edge.fake
        .on(PREVIEW, move |_: capacity::PreviewHoursRequest| {
            Ok(capacity::PreviewHoursResponse {
                affected: orders.clone(),
                affected_total: 1,
                ..Default::default()
            })
        });
    let document = refused(put(&edge, &hours()).await, 409, "ORDERS_AFFECTED").await;
    assert_eq!(document["affected"]["total"], 1);
    let orders = &document["affected"]["branches"][0]["orders"];
    assert_eq!(orders[0]["order_number"], "A7K2M");
}

#[tokio::test]
async fn orders_given_up_are_cancelled_after_the_hours_are_saved() {
    let edge = Edge::open().await;
    edge.sign_in(&[
        ("store.hours", Level::Manage),
        ("ops.orders", Level::Manage),
    ]);
    teach_orders(&edge);
    let to_cancel = vec![affected(&edge, FIRST), affected(&edge, SECOND)];
    edge.fake
        .on(SET, move |request: capacity::SetHoursRequest| {
            assert!(request.keep_others);
            assert_eq!(request.decisions[0].decision(), capacity::Decision::Cancel);
            Ok(capacity::SetHoursResponse {
                hours: request.hours,
                pending: Vec::new(),
                to_cancel: to_cancel.clone(),
            })
        });
    edge.fake.on(
        "ordering.v1.OrderingService/GetOrder",
        |_: ordering::GetOrderRequest| -> Result<ordering::GetOrderResponse, _> {
            Err(problem("NOT_FOUND"))
        },
    );
    let steps = Arc::new(Mutex::new(Vec::new()));
    let seen = steps.clone();
    edge.fake
        .on(TRANSITION, move |step: ordering::TransitionOrderRequest| {
            seen.lock().push(step);
            Ok(ordering::TransitionOrderResponse::default())
        });
    let mut body = hours();
    body["decisions"] = json!({
        "orders": [{"order_id": FIRST, "decision": "cancel"}], "keep_others": true,
    });
    let answer = put(&edge, &body).await;
    assert_eq!(answer.status(), 200);
    let answer: Value = answer.json().await.unwrap();
    let cancelled = &answer["cancellations"];
    assert_eq!(cancelled[0]["order"]["order_id"], FIRST);
    assert_eq!(cancelled[0]["refused"], Value::Null);
    assert_eq!(cancelled[1]["refused"], "NOT_FOUND", "one stops no other");

    let steps = steps.lock();
    assert_eq!(steps.len(), 1);
    assert_eq!(steps[0].to(), ordering::OrderState::Cancelled);
    assert_eq!(steps[0].cancel_reason(), ordering::CancelReason::Closed);
    assert_eq!((steps[0].version, &*steps[0].order_id), (3, FIRST));
}

#[tokio::test]
async fn orders_get_their_new_slots_after_the_hours_are_saved() {
    let edge = Edge::open().await;
    edge.sign_in(&[
        ("store.hours", Level::Manage),
        ("ops.orders", Level::Manage),
    ]);
    edge.fake.on(SET, |request: capacity::SetHoursRequest| {
        let kept = |one: &capacity::OrderDecision| one.decision() == capacity::Decision::Keep;
        assert!(request.decisions.iter().all(kept));
        Ok(capacity::SetHoursResponse {
            hours: request.hours,
            ..Default::default()
        })
    });
    edge.fake.on(
        "ordering.v1.OrderingService/GetOrder",
        |request: ordering::GetOrderRequest| {
            let order = ordering::Order {
                order_id: request.order_id,
                pickup_number: "014".to_owned(),
                contact_name: "林小姐".to_owned(),
                version: 3,
                ..Default::default()
            };
            Ok(ordering::GetOrderResponse {
                order: Some(order),
                ..Default::default()
            })
        },
    );
    let moves = Arc::new(Mutex::new(Vec::new()));
    let seen = moves.clone();
    edge.fake.on(
        "ordering.v1.OrderingService/MoveOrder",
        move |wish: ordering::MoveOrderRequest| {
            let refused = wish.order_id == SECOND;
            let order = ordering::Order {
                pickup_number: "003".to_owned(),
                ..Default::default()
            };
            seen.lock().push(wish);
            if refused {
                return Err(problem("SLOT_FULL"));
            }
            Ok(ordering::MoveOrderResponse { order: Some(order) })
        },
    );
    let mut body = hours();
    let wish = |order_id| json!({"order_id": order_id, "decision": "move", "wanted_at": "2026-09-03T04:00:00Z"});
    body["decisions"] = json!({
        "orders": [wish(FIRST), wish(SECOND)], "move_reason": "颱風假",
    });
    let answer = put(&edge, &body).await;
    assert_eq!(answer.status(), 200);
    let answer: Value = answer.json().await.unwrap();
    let [first, second] = [0, 1].map(|index| &answer["moves"][index]);
    assert_eq!(
        (&first["order_id"], &first["refused"]),
        (&json!(FIRST), &Value::Null)
    );
    assert_eq!(first["pickup_number"], "003", "the day's own number");
    assert_eq!(second["refused"], "SLOT_FULL", "one stops no other");
    assert_eq!(second["contact_name"], "林小姐");
    assert_eq!(answer["cancellations"], json!([]));

    let moves = moves.lock();
    assert_eq!(moves.len(), 2);
    assert!(
        moves
            .iter()
            .all(|wish| wish.version == 3 && wish.reason == "颱風假")
    );
    assert_eq!(moves[0].wanted_at.unwrap().seconds, 1_788_408_000);
}

#[tokio::test]
async fn a_move_without_slot_or_reason_is_refused_before_anything_is_saved() {
    let edge = Edge::open().await;
    edge.sign_in(&[("store.hours", Level::Manage)]);
    let mut body = hours();
    body["decisions"] = json!({"orders": [{"order_id": FIRST, "decision": "move"}]});
    let document = refused(put(&edge, &body).await, 400, "VALIDATION_FAILED").await;
    let fields: Vec<_> = [0, 1]
        .map(|index| document["fields"][index]["field"].clone())
        .into();
    assert_eq!(
        fields,
        ["decisions.orders[0].wanted_at", "decisions.move_reason"]
    );
    assert_eq!(edge.fake.calls(SET), 0);
}

#[tokio::test]
async fn a_special_day_of_a_brand_carries_no_branch() {
    let edge = Edge::open().await;
    edge.sign_in(&[("store.hours", Level::Manage)]);
    edge.fake
        .on(SAVE_DAY, |request: capacity::SaveSpecialDayRequest| {
            assert_eq!(request.idempotency_key, "once");
            let day = request.special_day.unwrap();
            assert!(day.branch_id.is_empty() && !day.brand_id.is_empty());
            Ok(capacity::SaveSpecialDayResponse {
                special_day: Some(day),
                to_cancel: Vec::new(),
            })
        });
    let path = format!("/api/admin/brands/{}/special-days", edge.brand_id);
    let body = json!({
        "name": "國慶日", "from_date": "2026-10-10", "to_date": "2026-10-10", "locked": true,
    });
    let request = edge.as_staff(Method::POST, &path).json(&body);
    let answer = request.header("idempotency-key", "once").send();
    let answer = answer.await.unwrap();
    assert_eq!(answer.status(), 201);
    let answer: Value = answer.json().await.unwrap();
    assert_eq!(answer["special_day"]["branch_id"], Value::Null);
    assert_eq!(answer["special_day"]["locked"], true);
}
