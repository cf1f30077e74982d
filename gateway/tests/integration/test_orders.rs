//! Staff places test orders with what a customer would send.

use crate::common::{Edge, problem, refused, twd};
use chassis::{authn::Level, error::CommonReason};
use proto::{common::v1 as common, ordering::v1 as ordering};
use reqwest::Method;
use serde_json::{Value, json};

const PLACE_TEST: &str = "ordering.v1.OrderingService/PlaceTestOrder";
const TEA: &str = "01900000-0000-7000-8000-000000000101";

fn order() -> Value {
    json!({
        "method": "pickup", "quote_hash": "h", "quoted_at": "2026-09-02T04:00:00Z",
        "lines": [{"product_id": TEA, "variant_id": TEA, "quantity": 2}],
        "contact": {"name": "王小明", "phone": "0911123456"},
    })
}

#[tokio::test]
async fn it_goes_to_ordering_in_the_name_of_staff() {
    let edge = Edge::open().await;
    edge.sign_in(&[("ops.orders", Level::View)]);
    let branch_id = edge.branch_id.clone();
    edge.fake.on(
        PLACE_TEST,
        move |request: ordering::PlaceTestOrderRequest| {
            let placed = request.order.unwrap();
            assert_eq!(placed.idempotency_key, "k");
            let cart = placed.cart.unwrap();
            assert_eq!(
                (cart.branch_id, cart.lines[0].quantity),
                (branch_id.clone(), 2)
            );
            let order = ordering::Order {
                pickup_number: "T001".to_owned(),
                test: true,
                state: ordering::OrderState::Placed.into(),
                method: common::Method::Pickup.into(),
                channel: common::Channel::Web.into(),
                kind: ordering::OrderKind::Guest.into(),
                payment_method: ordering::PaymentMethod::OnSite.into(),
                payment_state: ordering::PaymentState::Unpaid.into(),
                payment_progress: ordering::PaymentProgress::None.into(),
                created_at: Some(prost_types::Timestamp::default()),
                total: twd(50),
                paid: twd(0),
                ..Default::default()
            };
            Ok(ordering::PlaceTestOrderResponse {
                order: Some(order),
                access_token: "secret".to_owned(),
                replayed: false,
            })
        },
    );
    let path = format!("/api/admin/branches/{}/test-orders", edge.branch_id);
    let request = edge.as_staff(Method::POST, &path);
    let request = request.header("idempotency-key", "k").json(&order());
    let response = request.send().await.unwrap();
    assert_eq!(response.status(), 201);
    let placed: Value = response.json().await.unwrap();
    assert_eq!(placed["access_token"], "secret");
    let order = &placed["order"];
    assert_eq!(
        (&order["pickup_number"], &order["test"], &order["placed_at"]),
        (&json!("T001"), &json!(true), &Value::Null)
    );
}

#[tokio::test]
async fn a_refusal_comes_through_and_customers_have_no_way_to_it() {
    let edge = Edge::open().await;
    let path = format!("/api/admin/branches/{}/test-orders", edge.branch_id);
    let request = edge.request(Method::POST, &path).json(&order());
    let response = request.header("idempotency-key", "k").send().await.unwrap();
    refused(response, 401, "UNAUTHENTICATED").await;

    edge.sign_in(&[("ops.orders", Level::View)]);
    edge.fake
        .on(PLACE_TEST, |_: ordering::PlaceTestOrderRequest| {
            Err::<ordering::PlaceTestOrderResponse, _>(problem(CommonReason::PermissionDenied))
        });
    let request = edge.as_staff(Method::POST, &path).json(&order());
    let response = request.header("idempotency-key", "k").send().await.unwrap();
    refused(response, 403, "PERMISSION_DENIED").await;
}
