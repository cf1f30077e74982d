//! 產能限制 through the REST interface: rules go and come as they are.

use std::sync::Arc;

use crate::common::{Edge, refused};
use chassis::{authn::Level, error::Problem};
use parking_lot::Mutex;
use prost_types::Timestamp;
use proto::capacity::v1::{self as capacity, CapacityReason};
use reqwest::{Method, Response};
use serde_json::{Value, json};

const SET: &str = "capacity.v1.LimitService/SetLimits";
const RULE: &str = "01900000-0000-7000-8000-000000000001";
const CAKES: &str = "01900000-0000-7000-8000-000000000002";

/// 10:00 at the branch on 2026-09-02.
const TEN: Timestamp = Timestamp {
    seconds: 1_788_314_400,
    nanos: 0,
};

/// 每個時段 · 蛋糕 · 最多 10 份.
fn cakes() -> Value {
    json!({
        "rule_id": null,
        "measure": "units",
        "target": {"kind": "category", "id": CAKES, "method": null, "name": "蛋糕"},
        "window": {"kind": "slot", "minutes": null, "name": null, "from_minute": null, "to_minute": null},
        "days": {"weekdays": [6, 7], "from_date": null, "to_date": null, "date": null},
        "limit": 10,
        "people": null,
        "shares": [{"channel": "uber_eats", "percent": 30}],
        "reserved_for_counter": 2,
        "early_hours": 0,
        "enabled": true,
    })
}

async fn send(edge: &Edge, method: Method, path: &str, body: Option<&Value>) -> Response {
    let request = edge.as_staff(method, path);
    let request = match body {
        Some(body) => request.json(body),
        None => request,
    };
    request.send().await.unwrap()
}

fn limits_path(edge: &Edge) -> String {
    format!("/api/admin/branches/{}/limits", edge.branch_id)
}

/// Capacity takes limits and gives them back, with one counter beyond; the requests are kept.
fn teach_set(edge: &Edge) -> Arc<Mutex<Vec<capacity::SetLimitsRequest>>> {
    let received = Arc::new(Mutex::new(Vec::new()));
    let kept = received.clone();
    edge.fake
        .on(SET, move |request: capacity::SetLimitsRequest| {
            let mut rules = request.rules.clone();
            for rule in &mut rules {
                RULE.clone_into(&mut rule.rule_id);
            }
            let limits = capacity::Limits {
                branch_id: request.branch_id.clone(),
                rules,
                version: request.version + 1,
                orders_per_slot: None,
                slot_minutes: 15,
                overbooked: vec![capacity::Overbooked {
                    rule_id: Some(RULE.to_owned()),
                    starts_at: Some(TEN),
                    used: 12,
                    limit: 10,
                }],
            };
            kept.lock().push(request);
            Ok(capacity::SetLimitsResponse {
                limits: Some(limits),
            })
        });
    received
}

#[tokio::test]
async fn limits_go_and_come_as_they_are() {
    let edge = Edge::open().await;
    edge.sign_in(&[("ops.capacity", Level::Manage)]);
    let received = teach_set(&edge);
    let body = json!({"rules": [cakes()], "version": 4, "note": "母親節"});
    let answer = send(&edge, Method::PUT, &limits_path(&edge), Some(&body)).await;
    assert_eq!(answer.status(), 200);
    let answer: Value = answer.json().await.unwrap();
    let mut rule = cakes();
    rule["rule_id"] = json!(RULE);
    assert_eq!(answer["limits"]["rules"], json!([rule]));
    assert_eq!(answer["limits"]["version"], 5);
    assert_eq!(answer["limits"]["orders_per_slot"], Value::Null);
    let overbooked = json!([{
        "rule_id": RULE, "starts_at": "2026-09-02T02:00:00Z", "used": 12, "limit": 10,
    }]);
    assert_eq!(answer["limits"]["overbooked"], overbooked);

    let received = received.lock().pop().unwrap();
    assert_eq!(
        (received.branch_id, received.version, &*received.note),
        (edge.branch_id.clone(), 4, "母親節")
    );
    assert_eq!(received.rules[0].measure(), capacity::LimitMeasure::Units);
    assert_eq!(received.rules[0].shares[0].percent, 30);
}

#[tokio::test]
async fn two_hundred_rules_fit_and_a_wrong_one_is_named() {
    let edge = Edge::open().await;
    edge.sign_in(&[("ops.capacity", Level::Manage)]);
    let received = teach_set(&edge);
    let mut rule = cakes();
    rule["target"]["name"] = json!("蛋".repeat(60));
    rule["shares"] = json!(
        ["web", "line", "qr_table", "counter", "uber_eats"]
            .map(|channel| json!({"channel": channel, "percent": 20}))
    );
    let mut body = json!({"rules": vec![rule; 200], "version": 1});
    assert!(body.to_string().len() > 64 * 1024, "more than other bodies");
    let answer = send(&edge, Method::PUT, &limits_path(&edge), Some(&body)).await;
    assert_eq!(answer.status(), 200);
    assert_eq!(received.lock().pop().unwrap().rules.len(), 200);

    for (field, path, value) in [
        ("measure", "rules[7].measure", json!("cups")),
        ("limit", "rules[7].limit", json!("ten")),
        ("cap", "rules[7].cap", json!(3)),
    ] {
        body["rules"][7] = cakes();
        body["rules"][7][field] = value;
        let answer = send(&edge, Method::PUT, &limits_path(&edge), Some(&body)).await;
        let document = refused(answer, 400, "VALIDATION_FAILED").await;
        assert_eq!(document["fields"][0]["field"], path);
    }
    assert!(received.lock().is_empty(), "none of them went further");
}

#[tokio::test]
async fn a_refusal_names_every_rule_at_its_field() {
    let edge = Edge::open().await;
    edge.sign_in(&[("ops.capacity", Level::Manage)]);
    edge.fake.on(SET, |_: capacity::SetLimitsRequest| {
        let refused = Problem::new(CapacityReason::CapacityInvalid)
            .field("rules[0].window.minutes", CapacityReason::CapacityInvalid)
            .field("rules[2].shares", CapacityReason::CapacityInvalid);
        Err::<capacity::SetLimitsResponse, _>(refused.into())
    });
    let body = json!({"rules": [cakes()], "version": 1});
    let answer = send(&edge, Method::PUT, &limits_path(&edge), Some(&body)).await;
    let document = refused(answer, 400, "CAPACITY_INVALID").await;
    let fields = document["fields"].as_array().unwrap();
    let fields: Vec<_> = fields.iter().map(|one| &one["field"]).collect();
    assert_eq!(fields, ["rules[0].window.minutes", "rules[2].shares"]);
}

#[tokio::test]
async fn templates_are_the_brands_and_copies_name_their_source() {
    let edge = Edge::open().await;
    edge.sign_in(&[("ops.capacity", Level::Manage)]);
    let brand_id = edge.brand_id.clone();
    edge.fake.on(
        "capacity.v1.LimitService/SaveLimitTemplate",
        move |request: capacity::SaveLimitTemplateRequest| {
            let mut template = request.template.unwrap();
            assert_eq!(template.brand_id, brand_id);
            assert!(template.template_id.is_empty(), "a new one");
            RULE.clone_into(&mut template.template_id);
            template.version = 1;
            Ok(capacity::SaveLimitTemplateResponse {
                template: Some(template),
            })
        },
    );
    edge.fake.on(
        "capacity.v1.LimitService/CopyLimits",
        |request: capacity::CopyLimitsRequest| {
            assert!(request.from_branch_id.is_empty());
            assert_eq!(request.template_id, RULE);
            let limits = request.to_branch_ids.into_iter();
            Ok(capacity::CopyLimitsResponse {
                limits: limits
                    .map(|branch_id| capacity::Limits {
                        branch_id,
                        orders_per_slot: Some(20),
                        ..Default::default()
                    })
                    .collect(),
            })
        },
    );
    let path = format!("/api/admin/brands/{}/limit-templates", edge.brand_id);
    let body = json!({"name": "平日", "rules": [cakes()]});
    let answer: Value = send(&edge, Method::POST, &path, Some(&body))
        .await
        .json()
        .await
        .unwrap();
    assert_eq!(answer["template"]["name"], "平日");
    assert_eq!(answer["template"]["rules"][0]["limit"], 10);

    let body = json!({"template_id": RULE, "to_branch_ids": [edge.branch_id]});
    let answer = send(&edge, Method::POST, "/api/admin/limits/copy", Some(&body)).await;
    let answer: Value = answer.json().await.unwrap();
    assert_eq!(answer["limits"][0]["branch_id"], json!(edge.branch_id));
    assert_eq!(answer["limits"][0]["orders_per_slot"], 20);
}
