//! Nobody orders, or tries to sign in, too often.

use crate::common::{Edge, SHOP, problem, refused};
use chrono::TimeDelta;
use proto::{common::v1::Money, ordering::v1 as ordering, staff::v1 as staff};
use reqwest::{Method, Response};
use serde_json::json;

const PLACE: &str = "ordering.v1.OrderingService/PlaceOrder";

fn accept_orders(edge: &Edge) {
    edge.fake.on(PLACE, |_: ordering::PlaceOrderRequest| {
        let order = ordering::Order {
            state: ordering::OrderState::Placed as i32,
            method: ordering::FulfilmentMethod::Pickup as i32,
            placed_at: Some(prost_types::Timestamp::default()),
            total: Some(Money {
                amount: 55,
                currency: "TWD".into(),
            }),
            ..Default::default()
        };
        Ok(ordering::PlaceOrderResponse {
            order: Some(order),
            access_token: "secret".into(),
            replayed: false,
        })
    });
}

async fn order(edge: &Edge, key: &str, phone: &str, device: &str) -> Response {
    let body = json!({
        "method": "pickup", "lines": [], "quote_hash": "h", "quoted_at": "2026-09-02T04:00:00Z",
        "contact": {"name": "王小明", "phone": phone},
    });
    edge.request(Method::POST, &format!("{SHOP}/orders"))
        .header("idempotency-key", key)
        .header("cookie", format!("yzm_device={device:0>32}"))
        .json(&body)
        .send()
        .await
        .unwrap()
}

#[tokio::test]
async fn the_sixth_order_of_a_phone_waits() {
    let edge = Edge::open().await;
    accept_orders(&edge);
    for (n, phone) in [
        "0912345678",
        "+886912345678",
        "0912-345-678",
        "0912 345 678",
        "0912345678",
    ]
    .into_iter()
    .enumerate()
    {
        assert_eq!(
            order(&edge, &format!("key-{n}"), phone, "a").await.status(),
            201
        );
    }
    let limited = order(&edge, "key-5", "0912345678", "b").await;
    assert_eq!(limited.headers()["retry-after"], "600");
    let document = refused(limited, 429, "RATE_LIMITED").await;
    assert_eq!(document["params"]["retry_after_secs"], "600");

    assert_eq!(
        order(&edge, "key-0", "0912345678", "a").await.status(),
        201,
        "a repetition"
    );
    assert_eq!(
        order(&edge, "other", "0987654321", "c").await.status(),
        201,
        "another phone"
    );
    edge.clock.advance(TimeDelta::seconds(601));
    assert_eq!(
        order(&edge, "key-5", "0912345678", "b").await.status(),
        201,
        "ten minutes later"
    );
}

#[tokio::test]
async fn a_device_is_limited_whatever_phone_it_names() {
    let edge = Edge::open_with(|config| config.orders_per_device = 2).await;
    accept_orders(&edge);
    assert_eq!(order(&edge, "1", "0911111111", "a").await.status(), 201);
    assert_eq!(order(&edge, "2", "0922222222", "a").await.status(), 201);
    refused(
        order(&edge, "3", "0933333333", "a").await,
        429,
        "RATE_LIMITED",
    )
    .await;
    assert_eq!(order(&edge, "3", "0933333333", "b").await.status(), 201);
}

#[tokio::test]
async fn a_refused_order_is_not_counted() {
    let edge = Edge::open_with(|config| config.orders_per_phone = 1).await;
    edge.fake.on(PLACE, |_: ordering::PlaceOrderRequest| {
        Err::<ordering::PlaceOrderResponse, _>(problem("OUT_OF_STOCK"))
    });
    refused(
        order(&edge, "1", "0911111111", "a").await,
        409,
        "OUT_OF_STOCK",
    )
    .await;
    accept_orders(&edge);
    testkit::eventually(async || order(&edge, "2", "0911111111", "a").await.status() == 201).await;
    refused(
        order(&edge, "3", "0911111111", "a").await,
        429,
        "RATE_LIMITED",
    )
    .await;
}

#[tokio::test]
async fn attempts_to_sign_in_are_limited_by_address() {
    let edge = Edge::open_with(|config| config.sign_ins_per_minute = 3).await;
    edge.fake
        .on("staff.v1.StaffService/SignIn", |_: staff::SignInRequest| {
            Err::<staff::SignInResponse, _>(problem("LOGIN_FAILED"))
        });
    let body = json!({"organisation_code": "tea", "account": "owner", "password": "guess"});
    for attempt in 0..4 {
        let request = edge.request(Method::POST, "/api/admin/sign-in").json(&body);
        let (status, reason) = if attempt < 3 {
            (401, "LOGIN_FAILED")
        } else {
            (429, "RATE_LIMITED")
        };
        refused(request.send().await.unwrap(), status, reason).await;
    }
}
