//! Pausing by staff, and what customers see of it.

use crate::common::{Edge, SHOP};
use chassis::authn::Level;
use prost_types::Timestamp;
use proto::{capacity::v1 as capacity, catalog::v1 as catalog, common::v1 as common};
use reqwest::Method;
use serde_json::{Value, json};

const OPTION: &str = "01900000-0000-7000-8000-000000000002";
const PEARLS: &str = "01900000-0000-7000-8000-000000000301";

#[tokio::test]
async fn a_pause_is_created_with_the_key_and_what_is_left_out_has_its_default() {
    let edge = Edge::open().await;
    edge.sign_in(&[("ops.pause", Level::Manage)]);
    edge.fake.on(
        "capacity.v1.PauseService/CreatePause",
        |request: capacity::CreatePauseRequest| {
            assert_eq!(request.idempotency_key, "key-1");
            assert_eq!(request.scope(), capacity::PauseScope::Brand);
            assert_eq!((request.end, request.locked), (None, false));
            let pause = capacity::Pause {
                pause_id: PEARLS.to_owned(),
                target: request.target.clone(),
                scope: request.scope,
                reason: request.reason,
                end: Some(capacity::PauseEnd {
                    kind: capacity::PauseEndKind::Today.into(),
                    ..Default::default()
                }),
                started_at: Some(Timestamp {
                    seconds: 1_788_321_600,
                    nanos: 0,
                }),
                ..Default::default()
            };
            Ok(capacity::CreatePauseResponse { pause: Some(pause) })
        },
    );
    let body = json!({
        "target": {"kind": "method", "method": "on_site"},
        "scope": "brand",
        "branch_ids": [],
        "brand_id": edge.brand_id,
        "reason": "staffing",
    });
    let request = edge.as_staff(Method::POST, "/api/admin/pauses");
    let request = request.header("idempotency-key", "key-1").json(&body);
    let answer = request.send().await.unwrap();
    assert_eq!(answer.status(), 201);
    let answer: Value = answer.json().await.unwrap();
    let target = json!({"kind": "method", "id": null, "method": "on_site", "name": null});
    assert_eq!(answer["pause"]["target"], target);
    assert_eq!(answer["pause"]["ending"], Value::Null);
    assert_eq!(answer["pause"]["started_at"], "2026-09-02T04:00:00Z");
}

#[tokio::test]
async fn only_what_the_brand_sells_can_be_paused_and_under_its_own_name() {
    let edge = Edge::open().await;
    edge.sign_in(&[("ops.pause", Level::Manage)]);
    let brand_id = edge.brand_id.clone();
    edge.fake.on(
        "catalog.v1.CatalogService/GetItemNames",
        move |request: catalog::GetItemNamesRequest| {
            assert_eq!(request.brand_id, brand_id);
            let key = &request.items[0];
            let known = key.kind() == catalog::ItemKind::Option && key.key == OPTION;
            let pearls = catalog::ItemName {
                kind: key.kind,
                key: key.key.clone(),
                name: "珍珠".to_owned(),
                detail: "加料".to_owned(),
                sku_ids: vec![OPTION.to_owned()],
            };
            let items = known.then_some(pearls).into_iter().collect();
            Ok(catalog::GetItemNamesResponse { items })
        },
    );
    edge.fake.on(
        "capacity.v1.PauseService/CreatePause",
        |request: capacity::CreatePauseRequest| {
            let pause = capacity::Pause {
                target: request.target.clone(),
                target_name: format!("{} {:?}", request.target_name, request.restock_sku_ids),
                scope: request.scope,
                reason: request.reason,
                end: Some(capacity::PauseEnd {
                    kind: capacity::PauseEndKind::Today.into(),
                    ..Default::default()
                }),
                started_at: Some(Timestamp::default()),
                ..Default::default()
            };
            Ok(capacity::CreatePauseResponse { pause: Some(pause) })
        },
    );
    let body = |target: Value| {
        json!({
            "target": target, "scope": "branches", "branch_ids": [edge.branch_id],
            "reason": "staffing",
        })
    };
    let send = async |path: &str, body: &Value| {
        let request = edge.as_staff(Method::POST, path);
        let request = request.header("idempotency-key", "key").json(body);
        let answer = request.send().await.unwrap();
        (
            answer.status().as_u16(),
            answer.json::<Value>().await.unwrap(),
        )
    };

    let known = body(json!({"kind": "option", "id": OPTION}));
    let (status, answer) = send("/api/admin/pauses", &known).await;
    assert_eq!(status, 201, "{answer}");
    assert_eq!(answer["pause"]["target_name"], format!("珍珠 [{OPTION:?}]"));

    let foreign = [
        (json!({"kind": "option", "id": edge.brand_id}), "target.id"),
        (json!({"kind": "product", "id": edge.brand_id}), "target.id"),
        (json!({"kind": "station", "name": "炸物區"}), "target.name"),
    ];
    for (target, field) in foreign {
        for path in ["/api/admin/pauses", "/api/admin/pauses/preview"] {
            let mut body = body(target.clone());
            if path.ends_with("preview") {
                body.as_object_mut().unwrap().remove("reason");
            }
            let (status, problem) = send(path, &body).await;
            assert_eq!(
                (status, &problem["reason"]),
                (404, &json!("NOT_FOUND")),
                "{path}: {problem}"
            );
            assert_eq!(problem["fields"][0]["field"], field);
        }
    }
    let mut named = known;
    named["target_name"] = json!("別的");
    let (status, problem) = send("/api/admin/pauses", &named).await;
    assert_eq!(
        (status, &problem["fields"][0]["field"]),
        (400, &json!("target_name"))
    );
}

#[tokio::test]
async fn customers_see_what_is_paused_and_until_when() {
    let edge = Edge::open().await;
    edge.fake.on(
        "capacity.v1.AvailabilityService/GetAvailability",
        |_: capacity::GetAvailabilityRequest| {
            let pause = capacity::PublicPause {
                target: Some(capacity::PauseTarget {
                    kind: capacity::PauseTargetKind::Option.into(),
                    id: Some(PEARLS.to_owned()),
                    ..Default::default()
                }),
                channels: vec![common::Channel::Web.into()],
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
    let expected = json!([{
        "target": {"kind": "option", "id": PEARLS, "method": null, "name": null},
        "channels": ["web"],
        "reason": "food_safety",
        "ends_at": null,
    }]);
    assert_eq!(answer["pauses"], expected);
}
