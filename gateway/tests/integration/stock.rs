//! Stock through the REST interface: settings, components and files.

use std::sync::Arc;

use crate::common::{Edge, refused};
use chassis::{
    authn::Level,
    error::{CommonReason, Problem},
};
use parking_lot::Mutex;
use proto::{capacity::v1 as capacity, catalog::v1 as catalog};
use reqwest::{Method, RequestBuilder, Response};
use serde_json::{Value, json};

const SET: &str = "capacity.v1.StockService/SetStockItem";
const SAVE_COMPONENT: &str = "capacity.v1.StockService/SaveComponent";
const IMPORT: &str = "capacity.v1.StockService/ImportStock";
const PRODUCTS: &str = "catalog.v1.CatalogService/ListProducts";
const TEA: &str = "01900000-0000-7000-8000-000000000001";
const PEARLS: &str = "01900000-0000-7000-8000-000000000002";
const SOUTH: &str = "01900000-0000-7000-8000-000000000003";
const CUP: &str = "01900000-0000-7000-8000-000000000004";

async fn send(request: RequestBuilder, body: &Value) -> Response {
    request.json(body).send().await.unwrap()
}

/// The path of a unit of the branch.
fn unit(edge: &Edge, rest: &str) -> String {
    format!("/api/admin/branches/{}/stock/{TEA}{rest}", edge.branch_id)
}

/// What a brand has.
fn of_brand(edge: &Edge, rest: &str) -> String {
    format!("/api/admin/brands/{}{rest}", edge.brand_id)
}

async fn json_of(response: Response) -> Value {
    response.json().await.unwrap()
}

fn item(edge: &Edge) -> capacity::StockItem {
    capacity::StockItem {
        branch_id: edge.branch_id.clone(),
        sku_id: TEA.to_owned(),
        mode: capacity::StockMode::Daily.into(),
        on_hand: 8,
        available: 6,
        held: 2,
        daily_amount: 20,
        rules: Some(capacity::StockRules::default()),
        days: vec![capacity::StockDay {
            business_day: "2026-09-05".to_owned(),
            on_hand: 20,
            held: 22,
            available: 0,
            shortfall: 2,
            planned: 20,
        }],
        shortfall: 2,
        version: 3,
        ..Default::default()
    }
}

#[tokio::test]
async fn rules_go_and_come_as_they_are_and_stay_when_left_out() {
    let edge = Edge::open().await;
    edge.sign_in(&[("ops.stock", Level::Manage)]);
    let received = Arc::new(Mutex::new(Vec::new()));
    let (kept, known) = (received.clone(), item(&edge));
    edge.fake
        .on(SET, move |request: capacity::SetStockItemRequest| {
            let set = request.item.unwrap();
            kept.lock().push(set.clone());
            let rules = set.rules.or_else(|| known.rules.clone());
            let item = capacity::StockItem {
                rules,
                ..known.clone()
            };
            Ok(capacity::SetStockItemResponse { item: Some(item) })
        });
    let rules = json!({
        "weekday_amounts": [{"weekday": 6, "amount": 40}],
        "date_amounts": [{"business_day": "2026-09-25", "amount": 0}],
        "max_per_order": 4,
        "show_last": 5,
        "deduct": "on_day",
    });
    let body = json!({"mode": "daily", "daily_amount": 20, "low_threshold": 3, "rules": rules, "version": 2});
    let answer = send(edge.as_staff(Method::PUT, &unit(&edge, "")), &body).await;
    assert_eq!(answer.status(), 200);
    let answer = json_of(answer).await;
    for (name, value) in rules.as_object().unwrap() {
        assert_eq!(&answer["item"]["rules"][name], value, "{name}");
    }
    let day = json!({"business_day": "2026-09-05", "on_hand": 20, "held": 22, "available": 0, "shortfall": 2, "planned": 20});
    assert_eq!(answer["item"]["days"], json!([day]));
    assert_eq!(answer["item"]["shortfall"], 2);

    let body = json!({"mode": "untracked"});
    send(edge.as_staff(Method::PUT, &unit(&edge, "")), &body).await;
    let received = received.lock();
    assert_eq!((received[0].version, received[0].low_threshold), (2, 3));
    assert_eq!(received[0].rules.as_ref().unwrap().date_amounts.len(), 1);
    assert_eq!(received[1].rules, None, "left out they stay");
    assert_eq!(received[1].version, 0, "there was none");
}

#[tokio::test]
async fn wrong_rules_are_refused_at_their_fields() {
    let edge = Edge::open().await;
    edge.sign_in(&[("ops.stock", Level::Manage)]);
    let put = |rules: Value| {
        let request = edge.as_staff(Method::PUT, &unit(&edge, ""));
        async move { send(request, &json!({"mode": "daily", "rules": rules})).await }
    };
    let document = refused(
        put(json!({
            "weekday_amounts": [{"weekday": "Monday", "amount": 1}], "date_amounts": [],
            "max_per_order": 0, "show_last": 0,
        }))
        .await,
        400,
        "VALIDATION_FAILED",
    )
    .await;
    let field = &document["fields"][0]["field"];
    assert_eq!(field, "rules.weekday_amounts[0].weekday");
    assert_eq!(edge.fake.calls(SET), 0);

    edge.fake.on(SET, |_: capacity::SetStockItemRequest| {
        let refused = Problem::new(CommonReason::ValidationFailed)
            .field("item.rules.show_last", CommonReason::SettingRange)
            .field("item.rules.max_per_order", CommonReason::SettingRange);
        Err::<capacity::SetStockItemResponse, _>(refused.into())
    });
    let rules =
        json!({"weekday_amounts": [], "date_amounts": [], "max_per_order": 1000, "show_last": 100});
    let document = refused(put(rules).await, 400, "VALIDATION_FAILED").await;
    assert_eq!(document["fields"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn components_are_made_with_a_key_and_changed_at_a_version() {
    let edge = Edge::open().await;
    edge.sign_in(&[("ops.stock", Level::Manage)]);
    let received = Arc::new(Mutex::new(Vec::new()));
    let kept = received.clone();
    edge.fake.on(
        SAVE_COMPONENT,
        move |request: capacity::SaveComponentRequest| {
            kept.lock().push(request.clone());
            let component = request.component.map(|component| capacity::Component {
                sku_id: PEARLS.to_owned(),
                version: component.version + 1,
                ..component
            });
            Ok(capacity::SaveComponentResponse { component })
        },
    );
    let path = of_brand(&edge, "/components");
    let request = edge.as_staff(Method::POST, &path);
    let request = request.header("idempotency-key", "once");
    let answer = send(request, &json!({"name": "珍珠"})).await;
    assert_eq!(answer.status(), 200);
    assert_eq!(
        json_of(answer).await["component"],
        json!({
            "brand_id": edge.brand_id, "sku_id": PEARLS, "name": "珍珠", "archived": false, "version": 1,
        })
    );
    let request = edge.as_staff(Method::PUT, &format!("{path}/{PEARLS}"));
    let body = json!({"name": "珍珠", "archived": true, "version": 1});
    let answer = json_of(send(request, &body).await).await;
    assert_eq!(
        (
            &answer["component"]["archived"],
            &answer["component"]["version"]
        ),
        (&json!(true), &json!(2))
    );
    let received = received.lock();
    assert_eq!(received[0].idempotency_key, "once");
    let changed = received[1].component.as_ref().unwrap();
    assert_eq!(
        (&*changed.sku_id, &*changed.brand_id),
        (PEARLS, &*edge.brand_id)
    );
    assert!(changed.archived);
}

/// Catalog lists two products on two pages, and one group of options.
fn fake_catalogue(edge: &Edge) {
    edge.fake
        .on(PRODUCTS, |request: catalog::ListProductsRequest| {
            let product = |code: &str, name: &str, variant_id: &str| catalog::Product {
                code: code.to_owned(),
                name: name.to_owned(),
                variants: vec![catalog::Variant {
                    variant_id: variant_id.to_owned(),
                    name: "大".to_owned(),
                    ..Default::default()
                }],
                ..Default::default()
            };
            let first = request.page_token.is_empty();
            Ok(catalog::ListProductsResponse {
                products: vec![if first {
                    product("T1", "紅茶", TEA)
                } else {
                    product("T2", "綠茶", SOUTH)
                }],
                next_page_token: first.then(|| "2".to_owned()),
                ..Default::default()
            })
        });
    edge.fake.on(
        "catalog.v1.CatalogService/ListOptionGroups",
        |_: catalog::ListOptionGroupsRequest| {
            let group = catalog::OptionGroup {
                name: "加料".to_owned(),
                options: vec![catalog::Option {
                    option_id: PEARLS.to_owned(),
                    name: "珍珠".to_owned(),
                    ..Default::default()
                }],
                ..Default::default()
            };
            Ok(catalog::ListOptionGroupsResponse {
                option_groups: vec![group],
            })
        },
    );
}

fn names(names: &[capacity::StockName]) -> Vec<(&str, &str, &str)> {
    names
        .iter()
        .map(|one| (&*one.code, &*one.name, &*one.detail))
        .collect()
}

#[tokio::test]
async fn a_file_goes_out_with_the_names_of_the_brand() {
    let edge = Edge::open().await;
    edge.sign_in(&[("ops.stock", Level::Manage)]);
    fake_catalogue(&edge);
    edge.fake.on(
        "capacity.v1.StockService/ExportStock",
        |request: capacity::ExportStockRequest| {
            assert_eq!(
                names(&request.names),
                [
                    ("T1", "紅茶", "大"),
                    ("T2", "綠茶", "大"),
                    ("", "珍珠", "加料")
                ]
            );
            Ok(capacity::ExportStockResponse {
                content: "code,name\nT1,紅茶\n".into(),
            })
        },
    );
    let path = format!("/api/admin/branches/{}/stock/export", edge.branch_id);
    let request = edge.as_staff(Method::GET, &path);
    let answer = request.send().await.unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()["content-type"], "text/csv; charset=utf-8");
    let attached = answer.headers()["content-disposition"].to_str().unwrap();
    assert!(attached.starts_with("attachment"), "{attached}");
    assert_eq!(answer.text().await.unwrap(), "code,name\nT1,紅茶\n");
    assert_eq!(edge.fake.calls(PRODUCTS), 2, "page after page");
}

#[tokio::test]
async fn a_file_comes_in_dry_or_for_good_and_every_bad_cell_is_told() {
    let edge = Edge::open().await;
    edge.sign_in(&[("ops.stock", Level::Manage)]);
    fake_catalogue(&edge);
    edge.fake
        .on(IMPORT, |request: capacity::ImportStockRequest| {
            assert!(!request.names.is_empty());
            let bad = request.content.starts_with(b"bad");
            let problem = |line| capacity::StockImportProblem {
                line,
                column: "quantity".to_owned(),
                reason: "VALIDATION_FAILED".to_owned(),
                value: "many".to_owned(),
            };
            Ok(capacity::ImportStockResponse {
                applied: !bad && !request.dry_run,
                updated: 1,
                problems: if bad {
                    vec![problem(2), problem(5)]
                } else {
                    Vec::new()
                },
                rows: vec![capacity::StockImportRow {
                    line: 2,
                    name: "紅茶".to_owned(),
                    change: "updated".to_owned(),
                    detail: "quantity 3 → 5".to_owned(),
                }],
                ..Default::default()
            })
        });
    let import = async |query: &str, media: &str, content: &'static str| {
        let path = format!(
            "/api/admin/branches/{}/stock/import?reason=test{query}",
            edge.branch_id
        );
        let request = edge.as_staff(Method::POST, &path);
        let request = request.header("content-type", media).body(content);
        request.send().await.unwrap()
    };
    let dry = json_of(import("&dry_run=true", "text/csv", "good").await).await;
    assert_eq!(
        (&dry["applied"], &dry["updated"]),
        (&json!(false), &json!(1))
    );
    assert_eq!(dry["rows"][0]["detail"], "quantity 3 → 5");
    let done = json_of(import("", "text/csv", "good").await).await;
    assert_eq!(done["applied"], true);
    let bad = json_of(import("", "text/csv", "bad").await).await;
    assert_eq!(bad["applied"], false);
    let lines = bad["problems"].as_array().unwrap().iter();
    let lines: Vec<_> = lines.map(|one| one["line"].as_i64().unwrap()).collect();
    assert_eq!(lines, [2, 5]);
    let wrong = import("", "image/png", "png").await;
    refused(wrong, 415, "FILE_TYPE").await;
}

#[tokio::test]
async fn the_names_need_the_permission_of_stock_and_the_branch_in_scope_alone() {
    let edge = Edge::open().await;
    fake_catalogue(&edge);
    let at = |branch: &str, rest: &str| format!("/api/admin/branches/{branch}/stock/{rest}");
    edge.sign_in(&[("ops.stock", Level::View)]);
    let request = edge.as_staff(Method::GET, &at(&edge.branch_id, "names"));
    let answer = json_of(request.send().await.unwrap()).await;
    assert_eq!(
        answer,
        json!({
            "variants": [
                {"sku_id": TEA, "name": "紅茶", "detail": "大"},
                {"sku_id": SOUTH, "name": "綠茶", "detail": "大"},
            ],
            "options": [{"sku_id": PEARLS, "name": "珍珠", "detail": "加料"}],
        })
    );

    let calls = edge.fake.calls(PRODUCTS);
    for rest in ["names", "export"] {
        let elsewhere = edge.as_staff(Method::GET, &at(CUP, rest));
        refused(elsewhere.send().await.unwrap(), 404, "NOT_FOUND").await;
        refused(
            edge.get(&at(&edge.branch_id, rest)).await,
            401,
            "UNAUTHENTICATED",
        )
        .await;
    }
    edge.sign_in(&[("ops.pause", Level::Manage)]);
    edge.gateway().identities().forget_all();
    for rest in ["names", "export"] {
        let request = edge.as_staff(Method::GET, &at(&edge.branch_id, rest));
        let document = refused(request.send().await.unwrap(), 403, "PERMISSION_DENIED").await;
        assert_eq!(document["params"]["permission"], "ops.stock");
    }
    assert_eq!(
        edge.fake.calls(PRODUCTS),
        calls,
        "the catalogue is not read for them"
    );
}
