//! A customer pays a waiting order: what payments gets of it, and what the order shows meanwhile.

use crate::common::{
    Shop, fields,
    payments::{CARD, CASH, DEPOSIT, paid, refusal},
    reason,
};
use chassis::error::{CommonReason, Problem};
use proto::{
    ordering::v1::{
        CancelByTokenRequest, ListOrderPaymentMethodsRequest, OrderState, OrderingReason,
        PayOrderRequest, PaymentProgress,
    },
    payments::v1::{NextStepKind, PaymentsReason},
};
use testkit::identities;

#[tokio::test]
async fn payments_gets_the_order_and_the_browser_its_next_step() {
    let shop = Shop::open().await;
    let (order, token) = shop.waiting("k", CARD).await;
    let paying = shop.pay(&token, "p1", CARD).await.unwrap();
    let next = paying.next.unwrap();
    assert_eq!(
        (next.kind(), next.url.as_str()),
        (NextStepKind::Redirect, "https://pay.example/1")
    );
    let shown = paying.order.unwrap();
    assert_eq!(shown.payment_progress(), PaymentProgress::AtProvider);
    assert_ne!(shown.contact_phone, "+886911123456", "masked");

    let started = shop.payments.state.lock().started.remove(0);
    assert_eq!(started.idempotency_key, "p1");
    assert_eq!(started.method_id, CARD.to_string());
    assert_eq!(started.back_url, "https://shop.example/tea/north/orders/1");
    let payable = started.order.unwrap();
    assert_eq!(payable.order_id, order.order_id);
    assert_eq!(payable.order_number, order.order_number);
    assert_eq!(payable.branch_name, "信義店");
    assert_eq!(payable.expires_at, order.pay_by);
    assert_eq!((payable.total, payable.test), (50, false));
    let items: Vec<_> = payable
        .items
        .iter()
        .map(|item| (item.name.as_str(), item.quantity, item.unit_amount))
        .collect();
    assert_eq!(items, [("翠玉綠茶 M", 2, 25)]);
}

#[tokio::test]
async fn another_method_is_chosen_and_what_is_paid_at_once_follows() {
    let shop = Shop::open().await;
    let (_, token) = shop.waiting("k", CARD).await;
    let paying = shop.pay(&token, "p1", DEPOSIT).await.unwrap();
    let order = paying.order.unwrap();
    assert_eq!((order.payment_name.as_str(), order.pay_now), ("訂金", 20));
}

/// The browser's return proves nothing.
#[tokio::test]
async fn a_customer_who_comes_back_sees_that_it_is_being_confirmed() {
    let shop = Shop::open().await;
    let (order, token) = shop.waiting("k", CARD).await;
    shop.come_back(&order).await;
    let seen = shop.read_by_token(&token).await;
    assert_eq!(seen.payment_progress(), PaymentProgress::Open, "never left");

    shop.pay(&token, "p1", CARD).await.unwrap();
    shop.come_back(&order).await;
    shop.come_back(&order).await;
    let seen = shop.read_by_token(&token).await;
    assert_eq!(seen.payment_progress(), PaymentProgress::Confirming);
    assert_eq!(seen.state(), OrderState::PendingPayment);
}

#[tokio::test]
async fn fields_in_the_page_leave_it_open_until_the_card_is_entered() {
    let shop = Shop::open().await;
    let (_, token) = shop.waiting("k", CARD).await;
    for (next, expected) in [
        (NextStepKind::Fields, PaymentProgress::Open),
        (NextStepKind::Form, PaymentProgress::AtProvider),
        (NextStepKind::Wait, PaymentProgress::Confirming),
    ] {
        shop.payments.state.lock().next = next;
        let paying = shop.pay(&token, "p", CARD).await.unwrap();
        let progress = paying.order.unwrap().payment_progress();
        assert_eq!(progress, expected, "{next:?}");
    }
}

#[tokio::test]
async fn whatever_payments_refuses_the_order_stays() {
    let shop = Shop::open().await;
    let (_, token) = shop.waiting("k", CARD).await;
    for refused in [
        PaymentsReason::GatewayUnavailable,
        PaymentsReason::PaymentDeclined,
        PaymentsReason::AlreadyPaid,
        PaymentsReason::AttemptsExhausted,
        PaymentsReason::PaymentClosed,
    ] {
        shop.payments.state.lock().refusal = refusal(refused);
        let answer = shop.pay(&token, "p", CARD).await;
        assert_eq!(reason(answer), Problem::new(refused).reason.to_string());
    }
    let not_allowed = Problem::new(OrderingReason::MethodNotAllowed)
        .field("method_id", OrderingReason::MethodNotAllowed);
    shop.payments.state.lock().refusal = Some(not_allowed);
    let status = shop.pay(&token, "p", CARD).await.unwrap_err();
    let field = (
        "payment_method_id".to_owned(),
        "METHOD_NOT_ALLOWED".to_owned(),
    );
    assert_eq!(fields(&status), [field]);

    let wrong_order = Problem::new(CommonReason::ValidationFailed)
        .field("order.items", CommonReason::ValidationFailed);
    shop.payments.state.lock().refusal = Some(wrong_order);
    assert_eq!(reason(shop.pay(&token, "p", CARD).await), "INTERNAL");
    let seen = shop.read_by_token(&token).await;
    assert_eq!(seen.state(), OrderState::PendingPayment);
    assert_eq!(seen.payment_progress(), PaymentProgress::Open);
}

#[tokio::test]
async fn only_a_waiting_order_is_paid() {
    let shop = Shop::open().await;
    let (_, on_site) = shop.placed("on-site").await;
    assert_eq!(
        reason(shop.pay(&on_site, "p", CARD).await),
        "ILLEGAL_TRANSITION"
    );

    let (order, token) = shop.waiting("k", CARD).await;
    shop.report_until(&[paid(&order, 2)], |order| {
        order.state() == OrderState::Placed
    })
    .await;
    let refused = shop.pay(&token, "p", CARD).await.unwrap_err();
    let problem = Problem::from_status(&refused);
    assert_eq!(problem.reason, "ILLEGAL_TRANSITION");
    assert_eq!(problem.params["state"], "placed");

    let (_, token) = shop.waiting("k2", CARD).await;
    let cancel = CancelByTokenRequest {
        access_token: token.clone(),
    };
    shop.customer().cancel_by_token(cancel).await.unwrap();
    let refused = shop.pay(&token, "p", CARD).await;
    assert_eq!(reason(refused), "ILLEGAL_TRANSITION");
    assert!(shop.payments.state.lock().started.is_empty());
}

#[tokio::test]
async fn a_malformed_request_names_its_fields() {
    let shop = Shop::open().await;
    let (_, token) = shop.waiting("k", CARD).await;
    let request = PayOrderRequest {
        access_token: token,
        payment_method_id: "cash".to_owned(),
        back_url: "javascript:alert(1)".to_owned(),
        ..Default::default()
    };
    let refused = shop.customer().pay_order(request).await.unwrap_err();
    let wrong: Vec<String> = fields(&refused)
        .into_iter()
        .map(|(field, _)| field)
        .collect();
    assert_eq!(wrong, ["idempotency_key", "payment_method_id", "back_url"]);
}

#[tokio::test]
async fn another_organisation_neither_pays_it_nor_sees_its_methods() {
    let shop = Shop::open().await;
    let (order, token) = shop.waiting("k", CARD).await;
    let stranger = testkit::organisation();
    let mut guest = shop.client(&identities::customer(stranger));
    let request = PayOrderRequest {
        idempotency_key: "p".to_owned(),
        access_token: token,
        payment_method_id: CARD.to_string(),
        back_url: "https://shop.example/".to_owned(),
        ..Default::default()
    };
    assert_eq!(reason(guest.pay_order(request).await), "NOT_FOUND");
    let methods = ListOrderPaymentMethodsRequest {
        branch_id: order.branch_id.clone(),
        method: order.method,
        amount: 50,
        test: false,
    };
    let refused = guest.list_order_payment_methods(methods.clone()).await;
    assert_eq!(reason(refused), "NOT_FOUND");
    assert!(shop.payments.state.lock().started.is_empty());

    let listed = shop.customer().list_order_payment_methods(methods).await;
    let listed = listed.unwrap().into_inner().methods;
    let listed: Vec<_> = listed
        .iter()
        .map(|method| (method.method_id.clone(), method.online, method.pay_now))
        .collect();
    let expected = [(CASH, false, 0), (CARD, true, 50), (DEPOSIT, true, 20)];
    let expected = expected.map(|(id, online, pay_now)| (id.to_string(), online, pay_now));
    assert_eq!(listed, expected);
}
