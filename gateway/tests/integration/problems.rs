//! Rejections are problem documents.

use crate::common::{Edge, SHOP, problem, refused, twd};
use chassis::error::Problem;
use prost::Message as _;
use proto::{
    capacity::v1 as capacity,
    ordering::v1::{self as ordering, OrderingReason},
    staff::v1::{self as staff, StaffReason},
};
use reqwest::Method;
use serde_json::json;
use tonic::Status;

const QUOTE: &str = "ordering.v1.OrderingService/Quote";

fn cart() -> serde_json::Value {
    json!({"method": "pickup", "lines": []})
}

#[tokio::test]
async fn a_refusal_of_a_service_keeps_reason_fields_and_data() {
    let edge = Edge::open().await;
    edge.fake.on(
        QUOTE,
        |_: ordering::QuoteRequest| -> Result<ordering::QuoteResponse, _> {
            Err(Problem::new(OrderingReason::OptionRule)
                .message("choose one")
                .param("group", "甜度")
                .field_with(
                    "cart.lines[0].options",
                    OrderingReason::OptionRule,
                    [("min", 1)],
                )
                .into())
        },
    );
    let path = format!("{SHOP}/quotes");
    let answer = edge
        .request(Method::POST, &path)
        .json(&cart())
        .send()
        .await
        .unwrap();
    let document = refused(answer, 422, "OPTION_RULE").await;
    assert_eq!(document["type"], "urn:yizhimai:problem:OPTION_RULE");
    assert_eq!(document["detail"], "choose one");
    assert_eq!(document["params"], json!({"group": "甜度"}));
    let field =
        json!({"field": "lines[0].options", "reason": "OPTION_RULE", "params": {"min": "1"}});
    assert_eq!(
        document["fields"],
        json!([field]),
        "the message's name is not part of the path"
    );
}

#[tokio::test]
async fn a_changed_quote_comes_with_the_fresh_one() {
    let edge = Edge::open().await;
    edge.fake.on(
        "ordering.v1.OrderingService/PlaceOrder",
        |_: ordering::PlaceOrderRequest| {
            let fresh = ordering::PricedQuote {
                hash: "fresh".into(),
                quoted_at: Some(prost_types::Timestamp::default()),
                valid_until: Some(prost_types::Timestamp::default()),
                list_total: twd(55),
                total: twd(55),
                currency: "TWD".into(),
                ..Default::default()
            };
            let status = Status::from(Problem::new(OrderingReason::QuoteChanged));
            let mut details = tonic_types::pb::Status::decode(status.details()).unwrap();
            details.details.push(prost_types::Any {
                type_url: "type.googleapis.com/yizhimai.ordering.v1.PricedQuote".into(),
                value: fresh.encode_to_vec(),
            });
            let details = details.encode_to_vec().into();
            let refused = Status::with_details(status.code(), status.message(), details);
            Err::<ordering::PlaceOrderResponse, _>(refused)
        },
    );
    let body = json!({
        "method": "pickup", "lines": [], "quote_hash": "old", "quoted_at": "2026-09-02T04:00:00Z",
        "contact": {"name": "王小明", "phone": "0912345678"},
    });
    let request = edge.request(Method::POST, &format!("{SHOP}/orders"));
    let answer = request
        .header("idempotency-key", "one")
        .json(&body)
        .send()
        .await
        .unwrap();
    let document = refused(answer, 409, "QUOTE_CHANGED").await;
    assert_eq!(document["quote"]["hash"], "fresh");
    assert_eq!(document["quote"]["total"], 55);
    assert_eq!(document["quote"]["currency"], "TWD");
}

#[tokio::test]
async fn a_failure_of_ours_tells_nothing() {
    let edge = Edge::open().await;
    edge.fake.on(QUOTE, |_: ordering::QuoteRequest| {
        Err::<ordering::QuoteResponse, _>(Status::internal("the password is hunter2"))
    });
    let path = format!("{SHOP}/quotes");
    let answer = edge
        .request(Method::POST, &path)
        .json(&cart())
        .send()
        .await
        .unwrap();
    let document = refused(answer, 500, "INTERNAL").await;
    assert!(!document.to_string().contains("hunter2"), "{document}");
}

#[tokio::test]
async fn what_is_not_there_is_a_problem_too() {
    let edge = Edge::open().await;
    for path in [
        "/api",
        "/api/nothing",
        "/api/shop/coffee",
        "/api/shop/tea/south/menu",
        "/assets/x.js",
    ] {
        refused(edge.get(path).await, 404, "NOT_FOUND").await;
    }
    let answer = edge.request(Method::POST, "/api/nothing").send().await;
    refused(answer.unwrap(), 404, "NOT_FOUND").await;
}

#[tokio::test]
async fn a_wrong_method_is_refused_with_those_that_are_allowed() {
    let edge = Edge::open().await;
    for (method, path, allowed) in [
        (Method::DELETE, "/api/shop/tea", &["GET", "HEAD"][..]),
        (Method::POST, "/api/shop/tea/north/menu", &["GET", "HEAD"]),
        (Method::GET, "/api/shop/tea/north/quotes", &["POST"]),
        (Method::PATCH, "/api/admin/brands", &["GET", "HEAD", "POST"]),
        (Method::POST, "/openapi.json", &["GET", "HEAD"]),
        (Method::POST, "/tea/north", &["GET", "HEAD"]),
    ] {
        let answer = edge.request(method, path).send().await.unwrap();
        let allow = answer.headers()["allow"].to_str().unwrap();
        let mut allow: Vec<&str> = allow.split(',').map(str::trim).collect();
        allow.sort_unstable();
        assert_eq!(allow, allowed, "{path}");
        refused(answer, 405, "HTTP_METHOD_NOT_ALLOWED").await;
    }
}

#[tokio::test]
async fn a_malformed_parameter_of_a_path_is_refused_by_name() {
    let edge = Edge::open().await;
    edge.sign_in(&[]);
    for (path, parameter) in [
        ("/api/shop/%ff", "brand"),
        ("/api/shop/tea/%c3%28/menu", "branch"),
    ] {
        let document = refused(edge.get(path).await, 400, "VALIDATION_FAILED").await;
        assert_eq!(document["fields"][0]["field"], parameter, "{path}");
    }
    let answer = edge
        .as_staff(Method::GET, "/api/admin/orders/%ff")
        .send()
        .await
        .unwrap();
    let document = refused(answer, 400, "VALIDATION_FAILED").await;
    assert_eq!(document["fields"][0]["field"], "order_id");
}

#[tokio::test]
async fn who_is_not_signed_in_is_told_so() {
    let edge = Edge::open().await;
    refused(edge.get("/api/admin/brands").await, 401, "UNAUTHENTICATED").await;
    edge.fake.on(
        "staff.v1.StaffService/ExchangeSession",
        |_: staff::ExchangeSessionRequest| {
            Err::<staff::ExchangeSessionResponse, _>(problem(StaffReason::SessionExpired))
        },
    );
    let answer = edge
        .as_staff(Method::GET, "/api/admin/brands")
        .send()
        .await
        .unwrap();
    refused(answer, 401, "SESSION_EXPIRED").await;
}

#[tokio::test]
async fn a_crowd_asks_capacity_once() {
    let edge = Edge::open().await;
    let rpc = "capacity.v1.AvailabilityService/GetAvailability";
    edge.fake.on(rpc, |_: capacity::GetAvailabilityRequest| {
        let now = capacity::Availability {
            as_of: Some(prost_types::Timestamp::default()),
            state: capacity::OpenState::Open.into(),
            ..Default::default()
        };
        Ok(capacity::GetAvailabilityResponse {
            availability: Some(now),
        })
    });
    let path = format!("{SHOP}/availability");
    let crowd = (0..20).map(|_| edge.get(&path));
    for answer in futures::future::join_all(crowd).await {
        let document: serde_json::Value = answer.json().await.unwrap();
        assert_eq!(
            (&document["state"], &document["menu_number"]),
            (&json!("open"), &json!(null))
        );
    }
    assert!(edge.fake.calls(rpc) <= 2, "{} calls", edge.fake.calls(rpc));
}
