//! Pausing what the branch's menu knows, and what customers hear of it.

use std::sync::Arc;

use crate::common::{Edge, SHOP, refused};
use chassis::authn::Level;
use parking_lot::Mutex;
use prost_types::Timestamp;
use proto::{capacity::v1 as capacity, catalog::v1 as catalog};
use reqwest::{Method, Response};
use serde_json::{Value, json};

const SNAPSHOT: &str = "catalog.v1.CatalogService/GetMenuSnapshot";
const CREATE: &str = "capacity.v1.PauseService/CreatePause";
const TEA: &str = "01900000-0000-7000-8000-000000000101";
const HOT: &str = "01900000-0000-7000-8000-000000000201";
const COLD: &str = "01900000-0000-7000-8000-000000000202";
const PEARLS: &str = "01900000-0000-7000-8000-000000000301";

fn teach_menu(edge: &Edge) {
    let brand_id = edge.brand_id.clone();
    edge.fake
        .on(SNAPSHOT, move |_: catalog::GetMenuSnapshotRequest| {
            let variant = |id: &str, name: &str| catalog::Variant {
                variant_id: id.to_owned(),
                name: name.to_owned(),
                price: 35,
            };
            let snapshot = catalog::MenuSnapshot {
                brand: Some(catalog::Brand {
                    brand_id: brand_id.clone(),
                    ..Default::default()
                }),
                products: vec![catalog::Product {
                    product_id: TEA.to_owned(),
                    name: "紅玉紅茶".to_owned(),
                    variants: vec![variant(HOT, "熱"), variant(COLD, "冷")],
                    station: "吧台".to_owned(),
                    print_tag: "熱飲".to_owned(),
                    ..Default::default()
                }],
                option_groups: vec![catalog::OptionGroup {
                    options: vec![catalog::Option {
                        option_id: PEARLS.to_owned(),
                        name: "珍珠".to_owned(),
                        ..Default::default()
                    }],
                    ..Default::default()
                }],
                ..Default::default()
            };
            Ok(catalog::GetMenuSnapshotResponse {
                snapshot: Some(snapshot),
            })
        });
}

/// What capacity was asked, answered as it does.
fn teach_capacity(edge: &Edge) -> Arc<Mutex<Vec<capacity::CreatePauseRequest>>> {
    let asked = Arc::new(Mutex::new(Vec::new()));
    let kept = asked.clone();
    edge.fake
        .on(CREATE, move |request: capacity::CreatePauseRequest| {
            let pause = capacity::Pause {
                pause_id: "01900000-0000-7000-8000-000000000901".to_owned(),
                target: request.target.clone(),
                target_name: request.target_name.clone(),
                scope: request.scope,
                branch_count: 1,
                reason: request.reason,
                end: request.end.or(Some(capacity::PauseEnd {
                    kind: capacity::PauseEndKind::Today.into(),
                    ..Default::default()
                })),
                ends_at: Some(Timestamp {
                    seconds: 1_788_379_200,
                    nanos: 0,
                }),
                started_at: Some(Timestamp {
                    seconds: 1_788_321_600,
                    nanos: 0,
                }),
                started_by: "王小明".to_owned(),
                version: 1,
                ..Default::default()
            };
            kept.lock().push(request);
            Ok(capacity::CreatePauseResponse { pause: Some(pause) })
        });
    asked
}

async fn pause(edge: &Edge, body: Value) -> Response {
    let path = format!("/api/admin/branches/{}/pauses", edge.branch_id);
    let request = edge.as_staff(Method::POST, &path);
    let request = request.header("idempotency-key", "key-1").json(&body);
    request.send().await.unwrap()
}

#[tokio::test]
async fn a_target_gets_its_name_and_its_units_from_the_menu() {
    let edge = Edge::open().await;
    edge.sign_in(&[("ops.pause", Level::Manage)]);
    teach_menu(&edge);
    let asked = teach_capacity(&edge);
    for (kind, id, name, units) in [
        ("product", TEA, "紅玉紅茶", vec![HOT, COLD]),
        ("variant", COLD, "紅玉紅茶 冷", vec![COLD]),
        ("option", PEARLS, "珍珠", vec![PEARLS]),
    ] {
        let body = json!({"target": {"kind": kind, "id": id}, "reason": "out_of_stock"});
        let answer = pause(&edge, body).await;
        assert_eq!(answer.status(), 201);
        let answer: Value = answer.json().await.unwrap();
        assert_eq!(answer["pause"]["target_name"], name);
        assert_eq!(answer["pause"]["ends_at"], "2026-09-02T20:00:00Z");
        assert_eq!(answer["pause"]["ending"], Value::Null);
        let asked = asked.lock().pop().unwrap();
        assert_eq!(asked.restock_sku_ids, units);
        assert_eq!(asked.branch_ids, std::slice::from_ref(&edge.branch_id));
        assert_eq!(asked.scope(), capacity::PauseScope::Branches);
    }
    let body = json!({
        "target": {"kind": "method", "method": "on_site"},
        "scope": "brand",
        "reason": "staffing",
        "locked": true,
        "end": {"kind": "minutes", "minutes": 30},
    });
    assert_eq!(pause(&edge, body).await.status(), 201);
    let asked = asked.lock().pop().unwrap();
    assert_eq!(asked.scope(), capacity::PauseScope::Brand);
    assert_eq!(
        (asked.brand_id, asked.branch_ids),
        (edge.brand_id.clone(), vec![])
    );
    assert_eq!(asked.target.unwrap().method(), capacity::Method::OnSite);
    assert_eq!(asked.end.unwrap().minutes, 30);
    assert!(asked.locked);
}

#[tokio::test]
async fn what_is_not_on_the_menu_is_not_found_by_who_may_pause() {
    let edge = Edge::open().await;
    teach_menu(&edge);
    teach_capacity(&edge);
    let body = json!({"target": {"kind": "product", "id": HOT}, "reason": "equipment"});
    edge.sign_in(&[("ops.pause", Level::Manage)]);
    let document = refused(pause(&edge, body.clone()).await, 404, "NOT_FOUND").await;
    assert_eq!(document["fields"][0]["field"], "target.id");
    assert_eq!(edge.fake.calls(CREATE), 0);
}

#[tokio::test]
async fn a_station_and_a_print_tag_are_what_products_on_the_menu_say() {
    let edge = Edge::open().await;
    edge.sign_in(&[("ops.pause", Level::Manage)]);
    teach_menu(&edge);
    let asked = teach_capacity(&edge);
    for (kind, name) in [("station", "吧台"), ("tag", "熱飲")] {
        let target = json!({"kind": kind, "id": null, "method": null, "name": name});
        let body = json!({"target": target, "reason": "staffing"});
        let answer = pause(&edge, body).await;
        assert_eq!(answer.status(), 201, "{kind}");
        let answer: Value = answer.json().await.unwrap();
        assert_eq!(answer["pause"]["target"], target);
        assert_eq!(answer["pause"]["target_name"], name);
        let asked = asked.lock().pop().unwrap();
        assert_eq!(asked.target.unwrap().name, name);
        assert!(asked.restock_sku_ids.is_empty());
    }
    for (kind, name) in [("station", "熱飲"), ("tag", "吧台"), ("station", "")] {
        let body = json!({"target": {"kind": kind, "name": name}, "reason": "staffing"});
        let document = refused(pause(&edge, body).await, 404, "NOT_FOUND").await;
        assert_eq!(
            document["fields"][0]["field"], "target.name",
            "{kind} {name}"
        );
    }
}

#[tokio::test]
async fn who_may_not_pause_learns_nothing_of_the_menu() {
    let edge = Edge::open().await;
    teach_menu(&edge);
    edge.sign_in(&[("ops.stock", Level::Manage)]);
    let body = json!({"target": {"kind": "product", "id": HOT}, "reason": "equipment"});
    refused(pause(&edge, body).await, 403, "PERMISSION_DENIED").await;
    assert_eq!(edge.fake.calls(SNAPSHOT), 0);
}

#[tokio::test]
async fn customers_hear_what_is_paused_and_until_when() {
    let edge = Edge::open().await;
    edge.fake.on(
        "capacity.v1.AvailabilityService/GetAvailability",
        |_: capacity::GetAvailabilityRequest| {
            let pause = capacity::PublicPause {
                target: Some(capacity::PauseTarget {
                    kind: capacity::PauseTargetKind::Option.into(),
                    id: PEARLS.to_owned(),
                    ..Default::default()
                }),
                channels: vec![capacity::Channel::Web.into()],
                reason: capacity::PauseReason::FoodSafety.into(),
                ends_at: None,
            };
            let now = capacity::Availability {
                as_of: Some(Timestamp::default()),
                state: capacity::OpenState::Open.into(),
                pauses: vec![pause],
                ..Default::default()
            };
            Ok(capacity::GetAvailabilityResponse {
                availability: Some(now),
            })
        },
    );
    let answer = edge.get(&format!("{SHOP}/availability")).await;
    let answer: Value = answer.json().await.unwrap();
    let told = json!([{
        "target": {"kind": "option", "id": PEARLS, "method": null, "name": null},
        "channels": ["web"],
        "reason": "food_safety",
        "ends_at": null,
    }]);
    assert_eq!(answer["pauses"], told);
}
