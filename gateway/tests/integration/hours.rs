//! A change of hours names the orders it leaves outside, and is saved with what is decided about them.

use crate::common::{Edge, problem, refused};
use chassis::{authn::Level, error::Problem};
use prost_types::Timestamp;
use proto::{capacity::v1 as capacity, common::v1::Money, ordering::v1 as ordering};
use reqwest::{Method, Response};
use serde_json::{Value, json};

const SET: &str = "capacity.v1.HoursService/SetHours";
const PREVIEW: &str = "capacity.v1.HoursService/PreviewHours";
const SAVE_DAY: &str = "capacity.v1.HoursService/SaveSpecialDay";
const LIST_ORDERS: &str = "ordering.v1.OrderingService/ListOrders";
const GET_ORDER: &str = "ordering.v1.OrderingService/GetOrder";
const MOVE: &str = "ordering.v1.OrderingService/MoveOrder";
const TRANSITION: &str = "ordering.v1.OrderingService/TransitionOrder";
const GET_BATCH: &str = "ordering.v1.OrderDecisionService/GetDecisionBatch";
const LIST_BATCHES: &str = "ordering.v1.OrderDecisionService/ListDecisionBatches";
const FIRST: &str = "01900000-0000-7000-8000-000000000001";
const SECOND: &str = "01900000-0000-7000-8000-000000000002";
const THIRD: &str = "01900000-0000-7000-8000-000000000003";
const FOURTH: &str = "01900000-0000-7000-8000-000000000004";

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
    assert_eq!(
        answer["affected"]["unlisted"], 248,
        "said, not left to be guessed"
    );
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

/// Whatever is decided about orders goes to capacity with the hours, and nothing else is called: what is
/// saved does not depend on the gateway any more.
#[tokio::test]
async fn decisions_are_saved_with_the_hours_in_one_call() {
    let edge = Edge::open().await;
    edge.sign_in(&[
        ("store.hours", Level::Manage),
        ("ops.orders", Level::Manage),
    ]);
    edge.fake.on(SET, |request: capacity::SetHoursRequest| {
        let decisions = request.decisions.unwrap();
        assert!(decisions.keep_others);
        assert_eq!(decisions.move_reason, "颱風假");
        let decided: Vec<_> = decisions
            .orders
            .iter()
            .map(|one| {
                let at = one.wanted_at.map(|at| at.seconds);
                (one.order_id.as_str(), one.decision(), at)
            })
            .collect();
        assert_eq!(
            decided,
            [
                (FIRST, capacity::Decision::Cancel, None),
                (SECOND, capacity::Decision::Move, Some(1_788_408_000)),
                (THIRD, capacity::Decision::MoveNext, None),
                (FOURTH, capacity::Decision::Keep, None),
            ]
        );
        Ok(capacity::SetHoursResponse {
            hours: request.hours,
            pending: Vec::new(),
            started: Some(capacity::StartedDecisions {
                batch_id: FIRST.to_owned(),
                orders: 3,
            }),
        })
    });
    let mut body = hours();
    body["decisions"] = json!({
        "orders": [
            {"order_id": FIRST, "decision": "cancel"},
            {"order_id": SECOND, "decision": "move", "wanted_at": "2026-09-03T04:00:00Z"},
            {"order_id": THIRD, "decision": "move_next"},
            {"order_id": FOURTH, "decision": "keep"},
        ],
        "keep_others": true,
        "move_reason": "颱風假",
    });
    let answer = put(&edge, &body).await;
    assert_eq!(answer.status(), 200);
    let answer: Value = answer.json().await.unwrap();
    assert_eq!(answer["started"], json!({"batch_id": FIRST, "orders": 3}));
    for rpc in [TRANSITION, MOVE, GET_ORDER] {
        assert_eq!(edge.fake.calls(rpc), 0, "{rpc}");
    }
}

#[tokio::test]
async fn a_refused_decision_is_named_where_it_stands_in_the_body() {
    let edge = Edge::open().await;
    edge.sign_in(&[("store.hours", Level::Manage)]);
    edge.fake.on(
        SET,
        |_: capacity::SetHoursRequest| -> Result<capacity::SetHoursResponse, _> {
            Err(Problem::new("VALIDATION_FAILED")
                .field("decisions.orders[0].wanted_at", "VALIDATION_FAILED")
                .field("decisions.move_reason", "REASON_REQUIRED")
                .into())
        },
    );
    let mut body = hours();
    body["decisions"] = json!({"orders": [{"order_id": FIRST, "decision": "move"}]});
    let document = refused(put(&edge, &body).await, 400, "VALIDATION_FAILED").await;
    let fields = [0, 1].map(|index| document["fields"][index]["field"].clone());
    assert_eq!(
        fields,
        ["decisions.orders[0].wanted_at", "decisions.move_reason"]
    );
}

#[tokio::test]
async fn the_progress_of_decisions_can_be_followed() {
    let edge = Edge::open().await;
    edge.sign_in(&[("ops.orders", Level::View)]);
    let at = Timestamp {
        seconds: 1_788_350_400,
        nanos: 0,
    };
    let batch = ordering::DecisionBatch {
        batch_id: FIRST.to_owned(),
        started_at: Some(at),
        decided_by: "林店長".to_owned(),
        move_reason: "颱風假".to_owned(),
        waiting: 1,
        done: 0,
        failed: 1,
    };
    let outcome = |order_id: &str, state: ordering::OutcomeState| ordering::OrderOutcome {
        order_id: order_id.to_owned(),
        branch_id: FIRST.to_owned(),
        promised_at: Some(at),
        decision: capacity::Decision::MoveNext.into(),
        state: state.into(),
        ..Default::default()
    };
    let orders = vec![
        outcome(SECOND, ordering::OutcomeState::Waiting),
        ordering::OrderOutcome {
            pickup_number: "014".to_owned(),
            reason: "SLOT_FULL".to_owned(),
            ..outcome(THIRD, ordering::OutcomeState::Failed)
        },
    ];
    let found = batch.clone();
    edge.fake.on(
        GET_BATCH,
        move |request: ordering::GetDecisionBatchRequest| {
            if request.batch_id != FIRST {
                return Err(problem("NOT_FOUND"));
            }
            Ok(ordering::GetDecisionBatchResponse {
                batch: Some(found.clone()),
                orders: orders.clone(),
            })
        },
    );
    edge.fake.on(
        LIST_BATCHES,
        move |request: ordering::ListDecisionBatchesRequest| {
            assert_eq!((request.page_size, &*request.page_token), (20, SECOND));
            Ok(ordering::ListDecisionBatchesResponse {
                batches: vec![batch.clone()],
                next_page_token: String::new(),
            })
        },
    );
    let path = format!("/api/admin/order-decisions/{FIRST}");
    let answer = edge.as_staff(Method::GET, &path).send().await.unwrap();
    let answer: Value = answer.json().await.unwrap();
    assert_eq!(answer["batch"]["waiting"], 1);
    let [waiting, failed] = [0, 1].map(|index| &answer["orders"][index]);
    assert_eq!(
        (&waiting["state"], &waiting["reason"], &waiting["wanted_at"]),
        (&json!("waiting"), &Value::Null, &Value::Null)
    );
    assert_eq!(
        (&failed["state"], &failed["reason"], &failed["decision"]),
        (&json!("failed"), &json!("SLOT_FULL"), &json!("move_next"))
    );

    let path = format!("/api/admin/order-decisions/{SECOND}");
    let answer = edge.as_staff(Method::GET, &path).send().await.unwrap();
    refused(answer, 404, "NOT_FOUND").await;

    let path = format!(
        "/api/admin/brands/{}/order-decisions?page_size=20&page_token={SECOND}",
        edge.brand_id
    );
    let answer = edge.as_staff(Method::GET, &path).send().await.unwrap();
    let answer: Value = answer.json().await.unwrap();
    assert_eq!(answer["batches"][0]["decided_by"], "林店長");
    assert_eq!(answer["next_page_token"], Value::Null);
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
                started: None,
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
