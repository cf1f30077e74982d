//! A special day of a brand concerns the booked orders of all its branches.

use crate::common::Edge;
use chassis::{authn::Level, id::BranchId};
use chrono::{DateTime, Utc};
use prost_types::Timestamp;
use proto::{capacity::v1 as capacity, ordering::v1 as ordering};
use reqwest::Method;
use serde_json::{Value, json};

const SAVE_DAY: &str = "capacity.v1.HoursService/SaveSpecialDay";
const PREVIEW: &str = "capacity.v1.HoursService/PreviewHours";
const LIST: &str = "ordering.v1.OrderingService/ListOrders";

/// The orders lie at noon of the day that is closed.
const NOON: &str = "2026-09-05T04:00:00Z";
const PERMISSIONS: [(&str, Level); 2] = [
    ("store.hours", Level::Manage),
    ("ops.orders", Level::Manage),
];

fn order_id(n: u8) -> String {
    format!("01900000-0000-7000-8000-0000000000{n:02}")
}

fn at(raw: &str) -> Timestamp {
    let at: DateTime<Utc> = raw.parse().unwrap();
    Timestamp {
        seconds: at.timestamp(),
        nanos: 0,
    }
}

fn affected(n: u8, branch_id: &str) -> capacity::AffectedOrder {
    capacity::AffectedOrder {
        order_id: order_id(n),
        branch_id: branch_id.to_owned(),
        promised_at: Some(at(NOON)),
        business_day: "2026-09-05".to_owned(),
        ..Default::default()
    }
}

#[tokio::test]
async fn decisions_about_all_branches_are_saved_with_the_day() {
    let edge = Edge::open().await;
    edge.sign_in(&PERMISSIONS);
    edge.fake
        .on(SAVE_DAY, |request: capacity::SaveSpecialDayRequest| {
            let decisions = request.decisions.unwrap();
            let ids = decisions.orders.iter().map(|one| one.order_id.clone());
            assert_eq!(ids.collect::<Vec<_>>(), [order_id(1), order_id(3)]);
            Ok(capacity::SaveSpecialDayResponse {
                special_day: request.special_day,
                started: Some(capacity::StartedDecisions {
                    batch_id: order_id(9),
                    orders: 2,
                }),
            })
        });
    let path = format!("/api/admin/brands/{}/special-days", edge.brand_id);
    let body = json!({
        "name": "颱風假", "from_date": "2026-09-05", "to_date": "2026-09-05",
        "decisions": {"move_reason": "颱風假", "orders": [
            {"order_id": order_id(1), "decision": "move_next"},
            {"order_id": order_id(3), "decision": "cancel"},
        ]},
    });
    let request = edge.as_staff(Method::POST, &path).json(&body);
    let request = request.header("idempotency-key", "once");
    let answer = request.send().await.unwrap();
    assert_eq!(answer.status(), 201);
    let answer: Value = answer.json().await.unwrap();
    assert_eq!(
        answer["started"],
        json!({"batch_id": order_id(9), "orders": 2})
    );
}

#[tokio::test]
async fn the_list_is_by_branch_the_earliest_first_with_the_methods_of_its_orders() {
    let edge = Edge::open().await;
    edge.sign_in(&PERMISSIONS);
    let first = edge.branch_id.clone();
    let second = BranchId::new(&edge.clock).to_string();
    edge.fake.on(LIST, |request: ordering::ListOrdersRequest| {
        let order = |n| ordering::Order {
            branch_id: request.branch_id.clone(),
            order_id: order_id(n),
            method: ordering::FulfilmentMethod::Delivery.into(),
            ..Default::default()
        };
        Ok(ordering::ListOrdersResponse {
            orders: (1..=4).map(order).collect(),
            ..Default::default()
        })
    });
    let orders = [
        affected(3, &second),
        affected(1, &first),
        affected(4, &second),
    ];
    edge.fake
        .on(PREVIEW, move |_: capacity::PreviewHoursRequest| {
            Ok(capacity::PreviewHoursResponse {
                affected: orders.to_vec(),
                affected_total: 3,
                ..Default::default()
            })
        });
    let path = format!("/api/admin/branches/{first}/hours/preview");
    let day = json!({"name": "颱風假", "from_date": "2026-09-05", "to_date": "2026-09-05"});
    let body = json!({"special_day": {"brand_id": edge.brand_id, "day": day}});
    let request = edge.as_staff(Method::POST, &path).json(&body);
    let answer: Value = request.send().await.unwrap().json().await.unwrap();
    let branches = answer["affected"]["branches"].as_array().unwrap();
    let told: Vec<_> = branches
        .iter()
        .map(|branch| {
            let orders = branch["orders"].as_array().unwrap().iter();
            let ids = orders.map(|order| order["order_id"].as_str().unwrap());
            (branch["branch_id"].as_str().unwrap(), ids.collect())
        })
        .collect();
    let [of_first, early, late] = [1, 3, 4].map(order_id);
    let expected: [(&str, Vec<&str>); 2] =
        [(&second, vec![&early, &late]), (&first, vec![&of_first])];
    assert_eq!(told, expected);
    assert_eq!(branches[0]["orders"][0]["method"], "delivery");

    let asked = edge.fake.calls(LIST);
    let mut counting = body;
    counting["count_only"] = json!(true);
    let request = edge.as_staff(Method::POST, &path).json(&counting);
    let answer: Value = request.send().await.unwrap().json().await.unwrap();
    assert_eq!(answer["affected"]["branches"], json!([]));
    assert_eq!(answer["affected"]["total"], 3);
    assert_eq!(
        edge.fake.calls(LIST),
        asked,
        "ordering is not asked for names that nobody reads"
    );
}
