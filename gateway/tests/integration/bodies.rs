//! A body that cannot be read is refused at its field.

use crate::common::{Edge, SHOP, refused};
use chassis::error::{CommonReason, Problem};
use proto::staff::v1 as staff;
use reqwest::Method;
use serde_json::json;

#[tokio::test]
async fn a_malformed_body_is_refused_at_its_field() {
    let edge = Edge::open().await;
    let path = format!("{SHOP}/quotes");
    for (body, field) in [
        (
            r#"{"method": "pickup", "lines": [{"product_id": 7}]}"#,
            "lines[0].product_id",
        ),
        (r#"{"method": "by-drone", "lines": []}"#, "method"),
        (r#"{"method": "pickup", "lines": [], "total": 1}"#, "total"),
        (r#"{"method": "pickup"}"#, "lines"),
        (
            r#"{"method": "pickup", "lines": [{"product_id": "p"}]}"#,
            "lines[0].variant_id",
        ),
        (r#"{"method": "pickup", "lines": []} trailing"#, "body"),
        (
            r#"{"method": "pickup", "lines": [{"product_id": "p", "variant_id": "v", "quantity": 1e99}]}"#,
            "lines[0].quantity",
        ),
        (
            r#"{"method": "pickup", "lines": [], "wanted_at": "soon"}"#,
            "wanted_at",
        ),
        ("", "body"),
    ] {
        let request = edge
            .request(Method::POST, &path)
            .header("content-type", "application/json");
        let answer = request.body(body).send().await.unwrap();
        let document = refused(answer, 400, "VALIDATION_FAILED").await;
        assert_eq!(document["fields"][0]["field"], field, "{body}: {document}");
        let detail = document["detail"].as_str().unwrap();
        assert!(!detail.is_empty());
        for of_rust in ["`", "expected", "struct", "i64", "u32", "line 1"] {
            assert!(!detail.contains(of_rust), "{body}: {detail}");
        }
    }
}

/// Staff names every empty field at once, so nothing stops on its way there.
#[tokio::test]
async fn a_sign_in_without_its_fields_reaches_staff_as_it_is() {
    let edge = Edge::open().await;
    edge.fake.on(
        "staff.v1.StaffService/SignIn",
        |request: staff::SignInRequest| {
            let given = [
                &request.organisation_code,
                &request.account,
                &request.password,
            ];
            assert_eq!(given, ["tea", "", ""]);
            let missing = Problem::new(CommonReason::ValidationFailed)
                .field("account", CommonReason::ValidationFailed)
                .field("password", CommonReason::ValidationFailed);
            Err::<staff::SignInResponse, _>(missing.into())
        },
    );
    let request = edge.request(Method::POST, "/api/admin/sign-in");
    let answer = request.json(&json!({"organisation_code": "tea"})).send();
    let document = refused(answer.await.unwrap(), 400, "VALIDATION_FAILED").await;
    let fields = document["fields"].as_array().unwrap().iter();
    let fields: Vec<_> = fields.map(|it| it["field"].as_str().unwrap()).collect();
    assert_eq!(fields, ["account", "password"]);
}

#[tokio::test]
async fn a_body_of_another_kind_or_size_is_refused() {
    let edge = Edge::open().await;
    edge.sign_in(&[]);
    let quotes = format!("{SHOP}/quotes");
    let answer = edge
        .request(Method::POST, &quotes)
        .body("{}")
        .send()
        .await
        .unwrap();
    refused(answer, 415, "FILE_TYPE").await;
    let request = edge
        .request(Method::POST, &quotes)
        .header("content-type", "application/json");
    let answer = request.body(" ".repeat(65 * 1024)).send().await.unwrap();
    let document = refused(answer, 413, "FILE_TOO_LARGE").await;
    assert_eq!(document["fields"][0]["field"], "body");
    assert_eq!(document["params"]["max"], "64 KB");

    let import = format!("/api/admin/brands/{}/products/import", edge.brand_id);
    let answer = edge
        .as_staff(Method::POST, &import)
        .json(&json!({}))
        .send()
        .await
        .unwrap();
    refused(answer, 415, "FILE_TYPE").await;
}

#[tokio::test]
async fn a_creation_needs_an_idempotency_key() {
    let edge = Edge::open().await;
    let path = format!("{SHOP}/orders");
    for key in [None, Some("has space"), Some(&*"x".repeat(129))] {
        let mut request = edge.request(Method::POST, &path).json(&json!({}));
        if let Some(key) = key {
            request = request.header("idempotency-key", key);
        }
        let document = refused(request.send().await.unwrap(), 400, "VALIDATION_FAILED").await;
        assert_eq!(document["fields"][0]["field"], "idempotency_key");
    }
}

#[tokio::test]
async fn a_malformed_query_is_refused_at_its_parameter() {
    let edge = Edge::open().await;
    edge.sign_in(&[]);
    let orders = format!("/api/admin/branches/{}/orders", edge.branch_id);
    for (query, field) in [
        ("page_size=many", "page_size"),
        ("states=placed,gone", "states"),
    ] {
        let path = format!("{orders}?{query}");
        let answer = edge.as_staff(Method::GET, &path).send().await.unwrap();
        let document = refused(answer, 400, "VALIDATION_FAILED").await;
        assert_eq!(document["fields"][0]["field"], field);
    }
}
