//! Payment providers reach payments through the gateway: messages pass as they are, customers are led on.

use std::sync::Arc;

use chassis::error::CommonReason;
use parking_lot::Mutex;
use proto::{
    ordering::v1::{NotePaymentReturnRequest, NotePaymentReturnResponse},
    payments::v1::{
        NoteReturnRequest, NoteReturnResponse, Provider, ReceiveCallbackRequest,
        ReceiveCallbackResponse,
    },
};
use reqwest::{Client, Method, Response, redirect::Policy};

use crate::common::{Edge, problem, refused};

const RECEIVE: &str = "payments.v1.PaymentService/ReceiveCallback";
const RETURN: &str = "payments.v1.PaymentService/NoteReturn";
const NOTE: &str = "ordering.v1.OrderingService/NotePaymentReturn";
const ACCOUNT: &str = "01900000-0000-7000-8000-000000000001";
const LIMIT_BYTES: usize = 64 * 1024;

/// Payments acknowledges as ECPay demands it; the messages are kept.
fn acknowledge(edge: &Edge) -> Arc<Mutex<Vec<ReceiveCallbackRequest>>> {
    let received = Arc::new(Mutex::new(Vec::new()));
    let kept = received.clone();
    edge.fake
        .on(RECEIVE, move |request: ReceiveCallbackRequest| {
            kept.lock().push(request);
            Ok(ReceiveCallbackResponse {
                status: 202,
                content_type: "text/plain".to_owned(),
                body: "1|OK".into(),
            })
        });
    received
}

fn callback(edge: &Edge, path: &str, body: Vec<u8>) -> reqwest::RequestBuilder {
    let path = format!("/api/payments/callbacks/{path}");
    edge.request(Method::POST, &path).body(body)
}

async fn come_back(edge: &Edge, method: Method, reference: &str) -> Response {
    let client = Client::builder().no_proxy().redirect(Policy::none());
    let url = edge.url(&format!("/api/payments/returns/{reference}"));
    let request = client.build().unwrap().request(method, url);
    let request = request.header("origin", "https://payment.ecpay.com.tw");
    let request = request.body("RtnCode=1&MerchantTradeNo=x");
    request.send().await.unwrap()
}

#[tokio::test]
async fn a_message_and_its_acknowledgement_pass_unchanged() {
    let edge = Edge::open().await;
    let received = acknowledge(&edge);
    let body = b"RtnCode=1&RtnMsg=\xa5\x5c%20+\r\n".to_vec();
    let request = callback(&edge, &format!("ecpay/{ACCOUNT}?b=%2F+1&a"), body.clone())
        .header("content-type", "application/x-www-form-urlencoded")
        .header("stripe-signature", "t=1,v1=ab")
        .header("cookie", "yzm_session=secret")
        .header("origin", "https://payment.ecpay.com.tw");
    let response = request.send().await.unwrap();
    assert_eq!(response.status(), 202);
    let headers = response.headers().clone();
    assert_eq!(headers["content-type"], "text/plain");
    assert_eq!(headers["x-content-type-options"], "nosniff");
    assert!(!headers.contains_key("set-cookie"));
    assert_eq!(response.bytes().await.unwrap(), "1|OK");

    let message = received.lock().pop().unwrap();
    assert_eq!(message.provider(), Provider::Ecpay);
    assert_eq!(message.account_id, ACCOUNT);
    assert_eq!(message.body, body);
    assert_eq!(message.query, "b=%2F+1&a");
    assert_eq!(message.remote_address, "127.0.0.1");
    let headers: Vec<_> = message
        .headers
        .iter()
        .map(|field| (field.name.as_str(), field.value.as_str()))
        .collect();
    assert_eq!(
        headers,
        [
            ("content-type", "application/x-www-form-urlencoded"),
            ("stripe-signature", "t=1,v1=ab")
        ]
    );

    let path = format!("/api/payments/callbacks/linepay/{ACCOUNT}?transactionId=1");
    assert_eq!(edge.get(&path).await.status(), 202);
    let message = received.lock().pop().unwrap();
    assert_eq!(message.provider(), Provider::Linepay);
    assert_eq!(message.query, "transactionId=1");
    assert!(message.body.is_empty());
}

#[tokio::test]
async fn a_message_that_is_too_large_is_refused_unread() {
    let edge = Edge::open().await;
    let received = acknowledge(&edge);
    let path = format!("stripe/{ACCOUNT}");
    let largest = callback(&edge, &path, vec![b'x'; LIMIT_BYTES]);
    assert_eq!(largest.send().await.unwrap().status(), 202);
    assert_eq!(received.lock().pop().unwrap().body.len(), LIMIT_BYTES);
    let larger = callback(&edge, &path, vec![b'x'; LIMIT_BYTES + 1]);
    refused(larger.send().await.unwrap(), 413, "FILE_TOO_LARGE").await;
    assert!(received.lock().is_empty());
}

#[tokio::test]
async fn an_address_of_nobody_is_not_found() {
    let edge = Edge::open().await;
    let unknown = callback(&edge, &format!("paypal/{ACCOUNT}"), Vec::new());
    refused(unknown.send().await.unwrap(), 404, "NOT_FOUND").await;
    assert_eq!(edge.fake.calls(RECEIVE), 0);

    edge.fake.on(RECEIVE, |_: ReceiveCallbackRequest| {
        Ok(ReceiveCallbackResponse {
            status: 404,
            content_type: "text/plain".to_owned(),
            ..Default::default()
        })
    });
    let unknown = callback(&edge, &format!("ecpay/{ACCOUNT}"), Vec::new());
    let response = unknown.send().await.unwrap();
    assert_eq!(response.status(), 404);
    assert!(response.bytes().await.unwrap().is_empty());
}

/// Anything but an acknowledgement makes a provider send again; a refusal of its own kind may not.
#[tokio::test]
async fn whatever_fails_behind_the_gateway_lets_the_provider_send_again() {
    let edge = Edge::open().await;
    for reason in [
        CommonReason::TemporarilyUnavailable,
        CommonReason::Internal,
        CommonReason::PermissionDenied,
    ] {
        edge.fake.on(RECEIVE, move |_: ReceiveCallbackRequest| {
            Err::<ReceiveCallbackResponse, _>(problem(reason))
        });
        let request = callback(&edge, &format!("ecpay/{ACCOUNT}"), Vec::new());
        let response = request.send().await.unwrap();
        refused(response, 503, "TEMPORARILY_UNAVAILABLE").await;
    }
}

#[tokio::test]
async fn one_address_cannot_send_without_end() {
    let edge = Edge::open_with(|config| config.payment_callbacks_per_minute = 3).await;
    acknowledge(&edge);
    let send = async || {
        let request = callback(&edge, &format!("ecpay/{ACCOUNT}"), b"RtnCode=1".to_vec());
        request.send().await.unwrap()
    };
    for _ in 0..3 {
        assert_eq!(send().await.status(), 202);
    }
    let limited = send().await;
    assert_eq!(limited.headers()["retry-after"], "60");
    refused(limited, 429, "RATE_LIMITED").await;
    assert_eq!(edge.fake.calls(RECEIVE), 3);
}

#[tokio::test]
async fn a_customer_who_comes_back_is_led_to_the_order() {
    let edge = Edge::open().await;
    edge.fake.on(RETURN, |request: NoteReturnRequest| {
        if request.reference != "A0001P01abcdef" {
            return Err(problem(CommonReason::NotFound));
        }
        assert_eq!(request.body, b"RtnCode=1&MerchantTradeNo=x"[..]);
        Ok(NoteReturnResponse {
            back_url: "https://shop.example/tea/north/orders/token".to_owned(),
            ..Default::default()
        })
    });
    for method in [Method::GET, Method::POST] {
        let response = come_back(&edge, method, "A0001P01abcdef").await;
        assert_eq!(response.status(), 303);
        let location = &response.headers()["location"];
        assert_eq!(location, "https://shop.example/tea/north/orders/token");
        assert!(!response.headers().contains_key("set-cookie"));
    }
    assert_eq!(edge.fake.calls(NOTE), 0, "it is no order's");
    let response = come_back(&edge, Method::GET, "A0001P02abcdef").await;
    refused(response, 404, "NOT_FOUND").await;
    let calls = edge.fake.calls(RETURN);
    let response = come_back(&edge, Method::GET, "a%22%3E%3Cscript%3E").await;
    refused(response, 404, "NOT_FOUND").await;
    assert_eq!(edge.fake.calls(RETURN), calls);
}

#[tokio::test]
async fn the_order_learns_that_its_customer_came_back_and_keeps_nobody_waiting() {
    let edge = Edge::open().await;
    let (org, order) = (edge.org.to_string(), edge.brand_id.clone());
    edge.fake.on(RETURN, {
        let order = order.clone();
        move |_: NoteReturnRequest| {
            Ok(NoteReturnResponse {
                organisation_id: org.clone(),
                order_id: order.clone(),
                back_url: "https://shop.example/tea/north/orders/token".to_owned(),
            })
        }
    });
    edge.fake.on(NOTE, move |noted: NotePaymentReturnRequest| {
        assert_eq!(noted.order_id, order);
        Ok(NotePaymentReturnResponse {})
    });
    let response = come_back(&edge, Method::POST, "A0001P01abcdef").await;
    assert_eq!(
        (response.status().as_u16(), edge.fake.calls(NOTE)),
        (303, 1)
    );
    edge.fake.on(NOTE, |_: NotePaymentReturnRequest| {
        Err::<NotePaymentReturnResponse, _>(problem(CommonReason::Internal))
    });
    let response = come_back(&edge, Method::POST, "A0001P01abcdef").await;
    assert_eq!(response.status(), 303);
}

#[tokio::test]
async fn the_browser_asks_again_while_payments_is_away() {
    let edge = Edge::open().await;
    edge.fake.on(RETURN, |_: NoteReturnRequest| {
        Err::<NoteReturnResponse, _>(problem(CommonReason::TemporarilyUnavailable))
    });
    let response = come_back(&edge, Method::POST, "A0001P01abcdef").await;
    let refresh = &response.headers()["refresh"];
    assert_eq!(refresh, "5; url=/api/payments/returns/A0001P01abcdef");
    refused(response, 503, "TEMPORARILY_UNAVAILABLE").await;
}
