//! A change of hours is previewed, and saved with what is decided about the orders outside.

use crate::common::{Edge, problem, refused};
use chassis::{
    authn::Level,
    error::{CommonReason, Problem},
};
use proto::capacity::v1::{self as capacity, preview_hours_request::Change};
use reqwest::{Method, Response};
use serde_json::{Value, json};

const SET: &str = "capacity.v1.HoursService/SetHours";
const PREVIEW: &str = "capacity.v1.HoursService/PreviewHours";
const SAVE_DAY: &str = "capacity.v1.HoursService/SaveSpecialDay";
const GET_ORDER: &str = "ordering.v1.OrderingService/GetOrder";
const RESCHEDULE: &str = "ordering.v1.OrderingService/RescheduleOrder";
const TRANSITION: &str = "ordering.v1.OrderingService/TransitionOrder";
const FIRST: &str = "01900000-0000-7000-8000-000000000001";
const SECOND: &str = "01900000-0000-7000-8000-000000000002";
const THIRD: &str = "01900000-0000-7000-8000-000000000003";
const FOURTH: &str = "01900000-0000-7000-8000-000000000004";

fn hours() -> Value {
    json!({
        "periods": [{"weekday": 3, "open_minute": 600, "close_minute": 1080}],
        "slot_minutes": 15, "lead_minutes": 15, "days_ahead": 7, "last_order_minutes": 15,
        "max_orders_per_slot": null, "outside_hours": "future_only", "version": 4,
    })
}

async fn put(edge: &Edge, body: &Value) -> Response {
    let path = format!("/api/admin/branches/{}/hours", edge.branch_id);
    let request = edge.as_staff(Method::PUT, &path).json(body);
    request.send().await.unwrap()
}

#[tokio::test]
async fn a_preview_takes_one_change_at_a_time() {
    let edge = Edge::open().await;
    edge.sign_in(&[("store.hours", Level::Manage)]);
    edge.fake
        .on(PREVIEW, |request: capacity::PreviewHoursRequest| {
            let Some(Change::Hours(planned)) = request.change else {
                return Err(problem(CommonReason::NotFound));
            };
            assert!(request.count_only);
            assert_eq!(planned.hours.unwrap().periods.len(), 1);
            Ok(capacity::PreviewHoursResponse {
                days: vec![capacity::OfferedDay {
                    business_day: "2026-09-02".to_owned(),
                    special_day: Some("颱風假".to_owned()),
                    ..Default::default()
                }],
                affected_total: 250,
                ..Default::default()
            })
        });
    let path = format!("/api/admin/branches/{}/hours/preview", edge.branch_id);
    let send = async |body: Value| {
        let request = edge.as_staff(Method::POST, &path).json(&body);
        request.send().await.unwrap()
    };
    let body = json!({"hours": {"hours": hours()}, "count_only": true});
    let answer: Value = send(body).await.json().await.unwrap();
    assert_eq!(answer["days"][0]["special_day"], "颱風假");
    assert_eq!(answer["affected_total"], 250);
    let both = json!({"withdrawn_number": 3, "removed_special_day_id": FIRST});
    let document = refused(send(both).await, 400, "VALIDATION_FAILED").await;
    let field = &document["fields"][0]["field"];
    assert_eq!(field, "removed_special_day_id");
}

/// Decisions about orders go to capacity with the hours, and nothing else is called: carrying them out
/// does not depend on the gateway.
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
        assert_eq!(decisions.reschedule_reason, "颱風假");
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
                (SECOND, capacity::Decision::Reschedule, Some(1_788_408_000)),
                (THIRD, capacity::Decision::RescheduleNext, None),
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
    let decisions = json!({
        "orders": [
            {"order_id": FIRST, "decision": "cancel"},
            {"order_id": SECOND, "decision": "reschedule", "wanted_at": "2026-09-03T04:00:00Z"},
            {"order_id": THIRD, "decision": "reschedule_next"},
            {"order_id": FOURTH, "decision": "keep"},
        ],
        "keep_others": true,
        "reschedule_reason": "颱風假",
    });
    let answer = put(&edge, &json!({"hours": hours(), "decisions": decisions})).await;
    assert_eq!(answer.status(), 200);
    let answer: Value = answer.json().await.unwrap();
    assert_eq!(answer["started"], json!({"batch_id": FIRST, "orders": 3}));
    for rpc in [TRANSITION, RESCHEDULE, GET_ORDER] {
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
            Err(Problem::new(CommonReason::ValidationFailed)
                .field(
                    "decisions.orders[0].wanted_at",
                    CommonReason::ValidationFailed,
                )
                .field("decisions.reschedule_reason", CommonReason::ReasonRequired)
                .into())
        },
    );
    let decisions = json!({"orders": [{"order_id": FIRST, "decision": "reschedule"}]});
    let body = json!({"hours": hours(), "decisions": decisions});
    let document = refused(put(&edge, &body).await, 400, "VALIDATION_FAILED").await;
    let fields = [0, 1].map(|index| document["fields"][index]["field"].clone());
    assert_eq!(
        fields,
        [
            "decisions.orders[0].wanted_at",
            "decisions.reschedule_reason"
        ]
    );
}

#[tokio::test]
async fn a_special_day_of_a_brand_carries_no_branch() {
    let edge = Edge::open().await;
    edge.sign_in(&[("store.hours", Level::Manage)]);
    edge.fake
        .on(SAVE_DAY, |request: capacity::SaveSpecialDayRequest| {
            assert_eq!(request.idempotency_key, "once");
            let day = request.special_day.unwrap();
            assert!(day.branch_id.is_none() && !day.brand_id.is_empty());
            Ok(capacity::SaveSpecialDayResponse {
                special_day: Some(day),
                started: None,
            })
        });
    let path = format!("/api/admin/brands/{}/special-days", edge.brand_id);
    let body = json!({"special_day": {
        "name": "國慶日", "from_date": "2026-10-10", "to_date": "2026-10-10", "locked": true,
    }});
    let request = edge.as_staff(Method::POST, &path).json(&body);
    let answer = request.header("idempotency-key", "once").send();
    let answer = answer.await.unwrap();
    assert_eq!(answer.status(), 200);
    let answer: Value = answer.json().await.unwrap();
    assert_eq!(answer["special_day"]["branch_id"], Value::Null);
    assert_eq!(answer["special_day"]["locked"], true);
}
