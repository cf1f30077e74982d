//! Nobody orders, or tries to sign in, too often.

use std::sync::Arc;

use crate::common::{Edge, SHOP, problem, refused, twd};
use chassis::error::CommonReason;
use chrono::TimeDelta;
use parking_lot::Mutex;
use proto::{
    capacity::v1::CapacityReason,
    common::v1 as common,
    ordering::v1 as ordering,
    staff::v1::{self as staff, StaffReason},
};
use reqwest::{Method, Response};
use serde_json::json;

const PLACE: &str = "ordering.v1.OrderingService/PlaceOrder";

fn accept_orders(edge: &Edge) {
    answer_orders(edge, false);
}

/// Answers with an order placed long ago.
fn answer_orders(edge: &Edge, replayed: bool) {
    edge.fake.on(PLACE, move |_: ordering::PlaceOrderRequest| {
        let order = ordering::Order {
            state: ordering::OrderState::Placed as i32,
            method: common::Method::Pickup as i32,
            channel: common::Channel::Web as i32,
            kind: ordering::OrderKind::Guest as i32,
            payment_method: ordering::PaymentMethod::OnSite as i32,
            payment_state: ordering::PaymentState::Unpaid as i32,
            payment_progress: ordering::PaymentProgress::None as i32,
            created_at: Some(prost_types::Timestamp::default()),
            placed_at: Some(prost_types::Timestamp::default()),
            total: twd(55),
            paid: twd(0),
            ..Default::default()
        };
        Ok(ordering::PlaceOrderResponse {
            order: Some(order),
            access_token: "secret".into(),
            replayed,
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
        Err::<ordering::PlaceOrderResponse, _>(problem(CapacityReason::OutOfStock))
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

/// Ordering looks a key up before it holds anything, unless it was never used.
#[tokio::test]
async fn a_key_is_new_once_whoever_uses_it() {
    let edge = Edge::open().await;
    let called_new = Arc::new(Mutex::new(Vec::new()));
    let seen = called_new.clone();
    edge.fake
        .on(PLACE, move |request: ordering::PlaceOrderRequest| {
            seen.lock().push(request.key_is_new);
            Err::<ordering::PlaceOrderResponse, _>(problem(CapacityReason::OutOfStock))
        });
    for (key, phone, device) in [
        ("1", "0911111111", "a"),
        ("1", "0911111111", "a"),
        ("1", "0922222222", "b"),
        ("2", "0911111111", "a"),
    ] {
        order(&edge, key, phone, device).await;
    }
    assert_eq!(*called_new.lock(), [true, false, false, true]);
}

/// A key that has an order stays counted, whatever is tried with it afterwards.
#[tokio::test]
async fn a_refused_repeat_takes_nothing_back() {
    let edge = Edge::open_with(|config| {
        config.orders_per_phone = 1;
        config.orders_per_device = 2;
    })
    .await;
    accept_orders(&edge);
    assert_eq!(order(&edge, "1", "0911111111", "a").await.status(), 201);
    edge.fake.on(PLACE, |_: ordering::PlaceOrderRequest| {
        Err::<ordering::PlaceOrderResponse, _>(problem(CommonReason::IdempotencyMismatch))
    });
    for _ in 0..3 {
        let answer = order(&edge, "1", "0911111111", "a").await;
        refused(answer, 409, "IDEMPOTENCY_MISMATCH").await;
    }
    // Another phone was not counted before, so it is free again.
    let answer = order(&edge, "1", "0922222222", "a").await;
    refused(answer, 409, "IDEMPOTENCY_MISMATCH").await;

    accept_orders(&edge);
    testkit::eventually(async || order(&edge, "2", "0922222222", "b").await.status() == 201).await;
    let answer = order(&edge, "3", "0911111111", "c").await;
    refused(answer, 429, "RATE_LIMITED").await;
}

#[tokio::test]
async fn a_repeat_of_an_order_of_long_ago_is_no_new_one() {
    let edge = Edge::open_with(|config| config.orders_per_phone = 1).await;
    answer_orders(&edge, true);
    assert_eq!(order(&edge, "1", "0911111111", "a").await.status(), 201);
    accept_orders(&edge);
    testkit::eventually(async || order(&edge, "2", "0911111111", "a").await.status() == 201).await;
}

/// Two requests of one key, of which the one that was counted is refused and the other places.
#[tokio::test]
async fn an_order_placed_by_a_repeat_is_counted_whatever_becomes_of_its_twin() {
    let edge = Edge::open_with(|config| config.orders_per_phone = 1).await;
    edge.fake.on(PLACE, |_: ordering::PlaceOrderRequest| {
        Err::<ordering::PlaceOrderResponse, _>(problem(CommonReason::TemporarilyUnavailable))
    });
    let answer = order(&edge, "1", "0911111111", "a").await;
    refused(answer, 503, "TEMPORARILY_UNAVAILABLE").await;
    edge.clock.advance(TimeDelta::seconds(400));
    accept_orders(&edge);
    assert_eq!(order(&edge, "1", "0911111111", "a").await.status(), 201);
    // It counts from when it was placed.
    testkit::eventually(async || {
        let answer = order(&edge, "2", "0911111111", "b").await;
        let document = refused(answer, 429, "RATE_LIMITED").await;
        document["params"]["retry_after_secs"] == "600"
    })
    .await;
}

/// One key, or a full log of a phone, is no way around the limit of the address.
#[tokio::test]
async fn every_request_counts_at_its_address() {
    let edge = Edge::open_with(|config| {
        config.shop_writes_per_minute = 4;
        config.orders_per_phone = 1;
    })
    .await;
    accept_orders(&edge);
    for _ in 0..2 {
        assert_eq!(order(&edge, "1", "0911111111", "a").await.status(), 201);
    }
    for key in ["2", "3"] {
        let document = refused(
            order(&edge, key, "0911111111", "b").await,
            429,
            "RATE_LIMITED",
        )
        .await;
        assert_eq!(document["params"]["retry_after_secs"], "600");
    }
    let document = refused(
        order(&edge, "1", "0911111111", "a").await,
        429,
        "RATE_LIMITED",
    )
    .await;
    assert_eq!(document["params"]["retry_after_secs"], "60");
}

#[tokio::test]
async fn attempts_to_sign_in_are_limited_by_address() {
    let edge = Edge::open_with(|config| config.sign_ins_per_minute = 3).await;
    edge.fake
        .on("staff.v1.StaffService/SignIn", |_: staff::SignInRequest| {
            Err::<staff::SignInResponse, _>(problem(StaffReason::LoginFailed))
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
