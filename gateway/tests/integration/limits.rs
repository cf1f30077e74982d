//! 產能限制 through the REST interface: rules go and come as they are, and load has names.

use std::sync::Arc;

use crate::common::{Edge, problem, refused};
use chassis::{authn::Level, error::Problem};
use parking_lot::Mutex;
use prost_types::Timestamp;
use proto::{capacity::v1 as capacity, catalog::v1 as catalog, ordering::v1 as ordering};
use reqwest::{Method, Response};
use serde_json::{Value, json};

const SET: &str = "capacity.v1.LimitService/SetLimits";
const PREVIEW: &str = "capacity.v1.LimitService/PreviewLimits";
const LIST_LOAD: &str = "capacity.v1.LimitService/ListLoad";
const SNAPSHOT: &str = "catalog.v1.CatalogService/GetMenuSnapshot";
const LIST_ORDERS: &str = "ordering.v1.OrderingService/ListOrders";
const RULE: &str = "01900000-0000-7000-8000-000000000001";
const CAKES: &str = "01900000-0000-7000-8000-000000000002";
const ORDER: &str = "01900000-0000-7000-8000-000000000003";
const UNKNOWN: &str = "01900000-0000-7000-8000-000000000004";
const SLICE: &str = "01900000-0000-7000-8000-000000000005";

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

/// Capacity takes limits and gives them back, with one counter beyond; what it was asked is kept.
fn teach_set(edge: &Edge) -> Arc<Mutex<Vec<capacity::SetLimitsRequest>>> {
    let asked = Arc::new(Mutex::new(Vec::new()));
    let kept = asked.clone();
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
                orders_per_slot: 0,
                slot_minutes: 15,
                overbooked: vec![capacity::Overbooked {
                    rule_id: RULE.to_owned(),
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
    asked
}

#[tokio::test]
async fn limits_go_and_come_as_they_are() {
    let edge = Edge::open().await;
    edge.sign_in(&[("ops.capacity", Level::Manage)]);
    let asked = teach_set(&edge);
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

    let asked = asked.lock().pop().unwrap();
    assert_eq!(
        (asked.branch_id, asked.version, &*asked.note),
        (edge.branch_id.clone(), 4, "母親節")
    );
    assert_eq!(asked.rules[0].measure(), capacity::LimitMeasure::Units);
    assert_eq!(asked.rules[0].shares[0].percent, 30);
}

#[tokio::test]
async fn two_hundred_rules_fit_and_a_wrong_one_is_named() {
    let edge = Edge::open().await;
    edge.sign_in(&[("ops.capacity", Level::Manage)]);
    let asked = teach_set(&edge);
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
    assert_eq!(asked.lock().pop().unwrap().rules.len(), 200);

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
    assert!(asked.lock().is_empty(), "none of them went further");
}

#[tokio::test]
async fn a_refusal_names_every_rule_at_its_field() {
    let edge = Edge::open().await;
    edge.sign_in(&[("ops.capacity", Level::Manage)]);
    edge.fake.on(SET, |_: capacity::SetLimitsRequest| {
        let refused = Problem::new("CAPACITY_INVALID")
            .field("rules[0].window.minutes", "CAPACITY_INVALID")
            .field("rules[2].shares", "CAPACITY_INVALID");
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
async fn nobody_and_who_may_not_are_refused() {
    let edge = Edge::open().await;
    let path = limits_path(&edge);
    refused(edge.get(&path).await, 401, "UNAUTHENTICATED").await;
    edge.sign_in(&[("ops.stock", Level::Manage)]);
    edge.fake.on(LIST_LOAD, |_: capacity::ListLoadRequest| {
        Err::<capacity::ListLoadResponse, _>(problem("PERMISSION_DENIED"))
    });
    edge.fake.on(
        "capacity.v1.LimitService/GetLimits",
        |_: capacity::GetLimitsRequest| {
            Err::<capacity::GetLimitsResponse, _>(problem("PLAN_REQUIRED"))
        },
    );
    let answer = send(&edge, Method::GET, &path, None).await;
    refused(answer, 403, "PLAN_REQUIRED").await;
    let answer = send(&edge, Method::GET, &detail_path(&edge), None).await;
    refused(answer, 403, "PERMISSION_DENIED").await;
    assert_eq!(edge.fake.calls(SNAPSHOT), 0, "the menu is not told either");
    assert_eq!(edge.fake.calls(LIST_ORDERS), 0);
}

fn detail_path(edge: &Edge) -> String {
    let branch_id = &edge.branch_id;
    format!(
        "/api/admin/branches/{branch_id}/load/detail?from=2026-09-02T02:00:00Z&to=2026-09-02T02:15:00Z"
    )
}

/// Ordering knows one order of 2026-09-02.
fn teach_orders(edge: &Edge) {
    edge.fake
        .on(LIST_ORDERS, |request: ordering::ListOrdersRequest| {
            assert_eq!(request.business_day, "2026-09-02");
            assert!(request.states.is_empty(), "those completed count too");
            let order = ordering::Order {
                order_id: ORDER.to_owned(),
                order_number: "A7K2M".to_owned(),
                pickup_number: "014".to_owned(),
                state: ordering::OrderState::Completed.into(),
                ..Default::default()
            };
            Ok(ordering::ListOrdersResponse {
                orders: vec![order],
                ..Default::default()
            })
        });
}

#[tokio::test]
async fn what_fills_a_time_has_names_where_they_are_known() {
    let edge = Edge::open().await;
    edge.sign_in(&[("ops.capacity", Level::View)]);
    teach_orders(&edge);
    edge.fake
        .on(SNAPSHOT, |_: catalog::GetMenuSnapshotRequest| {
            let cake = catalog::Product {
                name: "乳酪蛋糕".to_owned(),
                variants: vec![catalog::Variant {
                    variant_id: SLICE.to_owned(),
                    name: "單片".to_owned(),
                    ..Default::default()
                }],
                ..Default::default()
            };
            let menu = catalog::MenuSnapshot {
                products: vec![cake],
                ..Default::default()
            };
            Ok(catalog::GetMenuSnapshotResponse {
                snapshot: Some(menu),
            })
        });
    edge.fake
        .on(LIST_LOAD, |request: capacity::ListLoadRequest| {
            assert_eq!(request.from, Some(TEN));
            let product = |variant_id: &str, units| capacity::LoadedProduct {
                variant_id: variant_id.to_owned(),
                units,
                ..Default::default()
            };
            let order = |order_id: &str| capacity::LoadedOrder {
                order_id: order_id.to_owned(),
                slot_starts_at: Some(TEN),
                business_day: "2026-09-02".to_owned(),
                units: 4,
            };
            Ok(capacity::ListLoadResponse {
                products: vec![product(SLICE, 8), product(UNKNOWN, 1)],
                orders: vec![order(ORDER), order(UNKNOWN)],
            })
        });
    let answer = send(&edge, Method::GET, &detail_path(&edge), None).await;
    assert_eq!(answer.status(), 200);
    let answer: Value = answer.json().await.unwrap();
    let [cake, gone] = [0, 1].map(|index| &answer["products"][index]);
    assert_eq!(
        (&cake["product_name"], &cake["variant_name"], &cake["units"]),
        (&json!("乳酪蛋糕"), &json!("單片"), &json!(8))
    );
    assert_eq!(gone["product_name"], Value::Null, "no longer on the menu");
    assert_eq!(answer["orders"][0]["order"]["pickup_number"], "014");
    assert_eq!(answer["orders"][0]["order"]["state"], "completed");
    assert_eq!(answer["orders"][1]["order"], Value::Null);
    assert_eq!(
        edge.fake.calls(LIST_ORDERS),
        1,
        "one question for a business day"
    );
}

#[tokio::test]
async fn a_time_that_is_none_is_refused_at_its_name() {
    let edge = Edge::open().await;
    edge.sign_in(&[("ops.capacity", Level::View)]);
    let load = format!("/api/admin/branches/{}/load", edge.branch_id);
    for (query, field) in [
        ("?days=many", "days"),
        ("/detail?from=noon&to=2026-09-02T02:15:00Z", "from"),
        ("/detail?from=2026-09-02T02:00:00Z", "to"),
    ] {
        let answer = send(&edge, Method::GET, &format!("{load}{query}"), None).await;
        let document = refused(answer, 400, "VALIDATION_FAILED").await;
        let told = document["fields"][0]["field"].as_str().unwrap();
        assert!(told.contains(field) || told == "query", "{query}: {told}");
    }
    assert_eq!(edge.fake.calls(LIST_LOAD), 0);
}

#[tokio::test]
async fn load_tells_slots_and_the_rules_that_fill_them() {
    let edge = Edge::open().await;
    edge.sign_in(&[("ops.capacity", Level::View)]);
    edge.fake.on(
        "capacity.v1.LimitService/GetLoad",
        |request: capacity::GetLoadRequest| {
            assert_eq!((&*request.from_day, request.days), ("2026-09-02", 14));
            let slot = capacity::SlotLoad {
                starts_at: Some(TEN),
                minutes: 15,
                business_day: "2026-09-02".to_owned(),
                open: true,
                orders: 6,
                units: 12,
                make_seconds: 1_080,
                amount: 2_400,
                rules: vec![capacity::RuleLoad {
                    rule_id: String::new(),
                    used: 6,
                    limit: 20,
                }],
            };
            Ok(capacity::GetLoadResponse {
                slots: vec![slot],
                rules: Vec::new(),
            })
        },
    );
    let path = format!(
        "/api/admin/branches/{}/load?from_day=2026-09-02&days=14",
        edge.branch_id
    );
    let answer: Value = send(&edge, Method::GET, &path, None)
        .await
        .json()
        .await
        .unwrap();
    let slot = json!({
        "starts_at": "2026-09-02T02:00:00Z", "minutes": 15, "business_day": "2026-09-02", "open": true,
        "orders": 6, "units": 12, "make_seconds": 1080, "amount": 2400,
        "rules": [{"rule_id": null, "used": 6, "limit": 20}],
    });
    assert_eq!(answer, json!({"slots": [slot], "rules": []}));
}

#[tokio::test]
async fn a_preview_tells_the_orders_of_the_day_by_their_numbers() {
    let edge = Edge::open().await;
    edge.sign_in(&[("ops.capacity", Level::View)]);
    teach_orders(&edge);
    edge.fake
        .on(PREVIEW, |request: capacity::PreviewLimitsRequest| {
            assert!(request.business_day.is_empty(), "yesterday by itself");
            assert_eq!(request.rules.len(), 1);
            Ok(capacity::PreviewLimitsResponse {
                overbooked: vec![capacity::Overbooked {
                    rule_id: "0".to_owned(),
                    starts_at: Some(TEN),
                    used: 11,
                    limit: 10,
                }],
                business_day: "2026-09-02".to_owned(),
                orders: 80,
                moved: 1,
                refused: 1,
                tried: vec![
                    capacity::TriedOrder {
                        order_id: ORDER.to_owned(),
                        slot_starts_at: Some(TEN),
                        offered_at: Some(Timestamp {
                            seconds: TEN.seconds + 900,
                            nanos: 0,
                        }),
                        rules: vec![0],
                    },
                    capacity::TriedOrder {
                        order_id: UNKNOWN.to_owned(),
                        slot_starts_at: Some(TEN),
                        offered_at: None,
                        rules: vec![0],
                    },
                ],
            })
        });
    let path = format!("{}/preview", limits_path(&edge));
    let body = json!({"rules": [cakes()]});
    let answer = send(&edge, Method::POST, &path, Some(&body)).await;
    let answer: Value = answer.json().await.unwrap();
    assert_eq!(answer["overbooked"][0]["rule_id"], "0");
    assert_eq!(
        (&answer["moved"], &answer["refused"]),
        (&json!(1), &json!(1))
    );
    let [moved, refused] = [0, 1].map(|index| &answer["tried"][index]);
    assert_eq!(moved["offered_at"], "2026-09-02T02:15:00Z");
    assert_eq!(moved["order"]["order_number"], "A7K2M");
    assert_eq!(refused["offered_at"], Value::Null);
    assert_eq!(refused["order"], Value::Null);
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
                        orders_per_slot: 20,
                        ..Default::default()
                    })
                    .collect(),
            })
        },
    );
    edge.fake.on(
        "capacity.v1.LimitService/DeleteLimitTemplate",
        |request: capacity::DeleteLimitTemplateRequest| {
            assert_eq!(request.template_id, RULE);
            Ok(capacity::DeleteLimitTemplateResponse {})
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

    let answer = send(&edge, Method::DELETE, &format!("{path}/{RULE}"), None).await;
    assert_eq!(answer.status(), 204);
}

#[tokio::test]
async fn history_and_templates_are_lists() {
    let edge = Edge::open().await;
    edge.sign_in(&[("ops.capacity", Level::View)]);
    edge.fake.on(
        "capacity.v1.LimitService/ListLimitVersions",
        |request: capacity::ListLimitVersionsRequest| {
            assert_eq!((request.page_size, &*request.page_token), (20, "next"));
            Ok(capacity::ListLimitVersionsResponse {
                versions: vec![capacity::LimitVersion {
                    version: 3,
                    changed_at: Some(TEN),
                    changed_by: "王小明".to_owned(),
                    note: String::new(),
                    rules: Vec::new(),
                }],
                next_page_token: String::new(),
            })
        },
    );
    edge.fake.on(
        "capacity.v1.LimitService/ListLimitTemplates",
        |_: capacity::ListLimitTemplatesRequest| {
            Ok(capacity::ListLimitTemplatesResponse {
                templates: Vec::new(),
            })
        },
    );
    let path = format!(
        "{}/versions?page_size=20&page_token=next",
        limits_path(&edge)
    );
    let answer: Value = send(&edge, Method::GET, &path, None)
        .await
        .json()
        .await
        .unwrap();
    let version = json!({
        "version": 3, "changed_at": "2026-09-02T02:00:00Z", "changed_by": "王小明", "note": "", "rules": [],
    });
    assert_eq!(
        answer,
        json!({"versions": [version], "next_page_token": null})
    );
    let path = format!("/api/admin/brands/{}/limit-templates", edge.brand_id);
    let answer: Value = send(&edge, Method::GET, &path, None)
        .await
        .json()
        .await
        .unwrap();
    assert_eq!(answer, json!({"templates": []}));
}
