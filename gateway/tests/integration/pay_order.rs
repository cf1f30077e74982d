//! A customer pays an order: the methods of a branch, and the attempt with the page to come back to.

use crate::common::{Edge, SHOP, problem, refused, twd};
use chassis::error::CommonReason;
use proto::{
    common::v1 as common,
    ordering::v1 as ordering,
    payments::v1::{FormField, NextStep, NextStepKind, PaymentKind, PaymentsReason, Provider},
};
use reqwest::{Method, Response};
use serde_json::{Value, json};

const LIST: &str = "ordering.v1.OrderingService/ListOrderPaymentMethods";
const PAY: &str = "ordering.v1.OrderingService/PayOrder";
const PLACE: &str = "ordering.v1.OrderingService/PlaceOrder";
const CARD: &str = "01900000-0000-7000-8000-000000000702";

fn waiting() -> ordering::Order {
    let at = Some(prost_types::Timestamp::default());
    ordering::Order {
        state: ordering::OrderState::PendingPayment.into(),
        method: common::Method::Pickup.into(),
        channel: common::Channel::Web.into(),
        kind: ordering::OrderKind::Guest.into(),
        payment_method: ordering::PaymentMethod::Online.into(),
        payment_state: ordering::PaymentState::Unpaid.into(),
        payment_progress: ordering::PaymentProgress::AtProvider.into(),
        payment_name: "信用卡".to_owned(),
        created_at: at,
        pay_by: at,
        pay_now: 165,
        total: twd(165),
        paid: twd(0),
        ..Default::default()
    }
}

async fn pay(edge: &Edge, body: &Value) -> Response {
    let request = edge.request(Method::POST, &format!("{SHOP}/orders/secret/pay"));
    let request = request.header("idempotency-key", "p1").json(body);
    request.send().await.unwrap()
}

#[tokio::test]
async fn a_branch_lists_how_an_order_may_be_paid() {
    let edge = Edge::open().await;
    let branch_id = edge.branch_id.clone();
    edge.fake.on(
        LIST,
        move |asked: ordering::ListOrderPaymentMethodsRequest| {
            assert_eq!((&asked.branch_id, asked.amount), (&branch_id, 165));
            assert_eq!(asked.method(), common::Method::Pickup);
            let cash = ordering::PaymentMethodOffer {
                kind: PaymentKind::Cash.into(),
                name: "現金".to_owned(),
                ..Default::default()
            };
            let card = ordering::PaymentMethodOffer {
                method_id: CARD.to_owned(),
                kind: PaymentKind::Card.into(),
                provider: Some(Provider::Ecpay.into()),
                online: true,
                pay_now: 165,
                ..Default::default()
            };
            Ok(ordering::ListOrderPaymentMethodsResponse {
                methods: vec![cash, card],
            })
        },
    );
    let response = edge
        .get(&format!("{SHOP}/payment-methods?method=pickup&amount=165"))
        .await;
    assert_eq!(response.status(), 200);
    let listed: Value = response.json().await.unwrap();
    let methods = &listed["methods"];
    assert_eq!(methods[0]["kind"], "cash");
    assert_eq!(methods[0]["provider"], Value::Null);
    assert_eq!(methods[1]["method_id"], CARD);
    assert_eq!(methods[1]["provider"], "ecpay");
    assert_eq!(methods[1]["pay_now"], 165);

    let malformed = format!("{SHOP}/payment-methods?method=pickup&amount=x");
    refused(edge.get(&malformed).await, 400, "VALIDATION_FAILED").await;
}

#[tokio::test]
async fn an_attempt_knows_the_page_of_its_order() {
    let edge = Edge::open_with(|config| {
        config.public_url = "https://shop.example".parse().unwrap();
    })
    .await;
    edge.fake.on(PAY, |asked: ordering::PayOrderRequest| {
        assert_eq!(
            (&*asked.idempotency_key, &*asked.access_token),
            ("p1", "secret")
        );
        assert_eq!(asked.payment_method_id, CARD);
        assert_eq!(asked.provider_token, "");
        assert_eq!(
            asked.back_url,
            "https://shop.example/tea/north/orders/secret"
        );
        Ok(ordering::PayOrderResponse {
            order: Some(waiting()),
            next: Some(NextStep {
                kind: NextStepKind::Form.into(),
                url: "https://pay.example".to_owned(),
                fields: vec![FormField {
                    name: "MerchantTradeNo".to_owned(),
                    value: "A0001P01".to_owned(),
                }],
                ..Default::default()
            }),
        })
    });
    let body = json!({"payment_method_id": CARD, "provider_token": null});
    let response = pay(&edge, &body).await;
    assert_eq!(response.status(), 200);
    let paying: Value = response.json().await.unwrap();
    assert_eq!(paying["next"]["kind"], "form");
    let field = json!({"name": "MerchantTradeNo", "value": "A0001P01"});
    assert_eq!(paying["next"]["fields"], json!([field]));
    let order = &paying["order"];
    assert_eq!(order["state"], "pending_payment");
    assert_eq!(order["payment_progress"], "at_provider");
    assert_eq!(order["payment_name"], "信用卡");
    assert_eq!(
        (&order["pay_now"], &order["refunding"]),
        (&json!(165), &json!(0))
    );
    assert_eq!(order["pay_by"], "1970-01-01T00:00:00Z");
}

#[tokio::test]
async fn a_refusal_of_the_provider_reaches_the_customer_by_its_reason() {
    let edge = Edge::open().await;
    let body = json!({"payment_method_id": CARD});
    for (reason, status, name) in [
        (
            PaymentsReason::GatewayUnavailable,
            503,
            "GATEWAY_UNAVAILABLE",
        ),
        (PaymentsReason::PaymentDeclined, 422, "PAYMENT_DECLINED"),
        (PaymentsReason::AlreadyPaid, 409, "ALREADY_PAID"),
    ] {
        edge.fake.on(PAY, move |_: ordering::PayOrderRequest| {
            Err::<ordering::PayOrderResponse, _>(problem(reason))
        });
        refused(pay(&edge, &body).await, status, name).await;
    }
    edge.fake.on(PAY, |_: ordering::PayOrderRequest| {
        Err::<ordering::PayOrderResponse, _>(problem(CommonReason::NotFound))
    });
    refused(pay(&edge, &body).await, 404, "NOT_FOUND").await;
    let unknown = json!({"payment_method_id": CARD, "amount": 1});
    refused(pay(&edge, &unknown).await, 400, "VALIDATION_FAILED").await;
}

#[tokio::test]
async fn an_order_is_placed_with_the_method_it_is_paid_by() {
    let edge = Edge::open().await;
    edge.fake.on(PLACE, |asked: ordering::PlaceOrderRequest| {
        assert_eq!(asked.payment_method_id, CARD);
        Ok(ordering::PlaceOrderResponse {
            order: Some(waiting()),
            access_token: "secret".to_owned(),
            replayed: false,
        })
    });
    let body = json!({
        "method": "pickup", "lines": [], "quote_hash": "h", "quoted_at": "2026-09-02T04:00:00Z",
        "contact": {"name": "王小明", "phone": "0911123456"}, "payment_method_id": CARD,
    });
    let request = edge.request(Method::POST, &format!("{SHOP}/orders"));
    let request = request.header("idempotency-key", "k").json(&body);
    let response = request.send().await.unwrap();
    assert_eq!(response.status(), 201);
    let placed: Value = response.json().await.unwrap();
    assert_eq!(placed["order"]["pickup_number"], "");
    assert_eq!(placed["order"]["state"], "pending_payment");
}
