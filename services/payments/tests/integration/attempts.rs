//! Attempts: a reference each, stored before the provider is called.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use payment_adapters::{CallError, NextStep, Report, Started, State};
use proto::payments::v1::{AttemptState, NextStepKind, PaymentStatus, RefundCause, RefundState};

use crate::common::{Shop, reason, report, script, twd};

fn declined() -> CallError {
    CallError::Declined {
        code: "10200058".to_owned(),
        text: "declined".to_owned(),
    }
}

#[tokio::test]
async fn a_customer_pays_and_the_order_is_paid_once() {
    let shop = Shop::open().await;
    let mut events = shop.service.listen(&["payments.payment.*.v1"]).await;
    let order = shop.order(165);
    let started = shop.start("k", &order).await.unwrap();
    let attempt = started.attempt.unwrap();
    assert_eq!(started.next.unwrap().kind(), NextStepKind::Form);
    assert_eq!(
        (attempt.state(), attempt.amount),
        (AttemptState::Pending, 165)
    );
    assert!(attempt.reference.starts_with("7K2MXP01"));

    shop.captured(&attempt.reference, 165).await;
    let payment = shop.payment(&order).await;
    assert_eq!(
        (payment.state(), payment.captured),
        (PaymentStatus::Captured, 165)
    );
    let event = events.next().await;
    let body: proto::payments::v1::PaymentChanged = event.decode().unwrap();
    assert_eq!(event.type_, "payments.payment.captured.v1");
    assert_eq!(
        (body.order_id.as_str(), body.captured),
        (order.order_id.as_str(), 165)
    );
    assert_eq!(
        (body.required, body.state()),
        (165, PaymentStatus::Captured)
    );
    assert_eq!(shop.balance("clearing").await, 165);
    assert_eq!(shop.balance("customer").await, -165);
    assert_eq!(reason(shop.start("k2", &order).await), "ALREADY_PAID");
}

#[tokio::test]
async fn a_declined_attempt_leaves_the_order_open_for_another_one_with_another_reference() {
    let shop = Shop::open().await;
    let order = shop.order(165);
    script(&shop.merchant, |script| {
        script.starts.push_back(Err(declined()))
    });
    assert_eq!(reason(shop.start("k1", &order).await), "PAYMENT_DECLINED");
    let reference = shop.pay("k2", &order).await;
    shop.captured(&reference, 165).await;
    let payment = shop.payment(&order).await;
    let states: Vec<_> = payment
        .attempts
        .iter()
        .map(|attempt| attempt.state())
        .collect();
    assert_eq!(states, [AttemptState::Failed, AttemptState::Captured]);
    assert_ne!(payment.attempts[0].reference, payment.attempts[1].reference);
    assert_eq!(payment.attempts[0].code, "10200058");
}

#[tokio::test]
async fn a_second_capture_goes_back_by_itself() {
    let shop = Shop::open().await;
    let order = shop.order(165);
    let first = shop.pay("k1", &order).await;
    let second = shop.pay("k2", &order).await;
    shop.captured(&second, 165).await;
    shop.captured(&first, 165).await;
    let payment = shop.until(&order, |payment| payment.refunded == 165).await;
    assert_eq!(
        (payment.state(), payment.captured),
        (PaymentStatus::Captured, 330)
    );
    let [refund] = payment.refunds.as_slice() else {
        panic!("one refund: {:?}", payment.refunds)
    };
    assert_eq!(refund.cause(), RefundCause::Duplicate);
    assert_eq!(refund.state(), RefundState::Succeeded);
    assert_eq!(refund.attempt_id, payment.attempts[0].attempt_id);
    assert_eq!(shop.balance("clearing").await, 165);
}

#[tokio::test]
async fn the_same_key_is_the_same_attempt_and_another_body_is_refused() {
    let shop = Shop::open().await;
    let order = shop.order(165);
    let first = shop.start("k", &order).await.unwrap();
    let again = shop.start("k", &order).await.unwrap();
    assert_eq!(first, again);
    let other = proto::payments::v1::PayableOrder {
        order_number: "OTHER".to_owned(),
        ..order.clone()
    };
    assert_eq!(
        reason(shop.start("k", &other).await),
        "IDEMPOTENCY_MISMATCH"
    );
    assert_eq!(shop.payment(&order).await.attempts.len(), 1);
    let starts = shop
        .calls()
        .into_iter()
        .filter(|call| call.starts_with("start"));
    assert_eq!(starts.count(), 1);
}

#[tokio::test]
async fn simultaneous_attempts_never_share_a_reference() {
    let shop = Shop::open().await;
    let order = shop.order(165);
    let keys: Vec<String> = (0..8).map(|index| format!("k{index}")).collect();
    let mut running = Vec::new();
    for key in keys {
        let (mut client, request) = (shop.ordering(), shop.start_request(&key, &order));
        running.push(tokio::spawn(
            async move { client.start_attempt(request).await },
        ));
    }
    let mut references = BTreeSet::new();
    for started in running {
        let started = started.await.unwrap().unwrap().into_inner();
        references.insert(started.attempt.unwrap().reference);
    }
    assert_eq!(references.len(), 8);
    assert_eq!(shop.count("SELECT count(*) FROM payments").await, 1);
}

#[tokio::test]
async fn the_hundredth_attempt_is_refused_before_the_provider_refuses_it() {
    let shop = Shop::open().await;
    let order = shop.order(165);
    let mut references = BTreeSet::new();
    for index in 1..=99 {
        script(&shop.merchant, |script| {
            script.starts.push_back(Err(declined()))
        });
        assert_eq!(
            reason(shop.start(&format!("k{index}"), &order).await),
            "PAYMENT_DECLINED"
        );
    }
    for attempt in shop.payment(&order).await.attempts {
        assert!(attempt.reference.len() <= 20);
        assert!(
            attempt
                .reference
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric())
        );
        references.insert(attempt.reference);
    }
    assert_eq!(references.len(), 99);
    let calls = shop.calls().len();
    assert_eq!(
        reason(shop.start("k100", &order).await),
        "ATTEMPTS_EXHAUSTED"
    );
    assert_eq!(shop.calls().len(), calls);
}

#[tokio::test]
async fn a_reference_that_the_provider_says_it_knows_is_asked_about() {
    let shop = Shop::open().await;
    let duplicate = || {
        script(&shop.merchant, |script| {
            script.starts.push_back(Err(CallError::Duplicate));
        });
    };
    // Nothing was paid by it: the customer sees a page, by another reference.
    let order = shop.order(165);
    duplicate();
    let started = shop.start("k1", &order).await.unwrap();
    assert_eq!(started.next.unwrap().kind(), NextStepKind::Form);
    let calls = shop.calls();
    assert_eq!(calls[1], calls[0].replace("start", "query"), "{calls:?}");
    assert!(calls[2].starts_with("start"), "{calls:?}");
    assert_eq!(started.attempt.unwrap().number, 2);
}

#[tokio::test]
async fn an_unreachable_provider_leaves_the_order_and_its_other_methods() {
    let shop = Shop::open().await;
    let order = shop.order(165);
    script(&shop.merchant, |script| {
        let away = CallError::Unreachable("no connection".to_owned());
        script.starts.push_back(Err(away));
    });
    assert_eq!(reason(shop.start("k", &order).await), "GATEWAY_UNAVAILABLE");
    let payment = shop.payment(&order).await;
    assert_eq!(payment.attempts[0].state(), AttemptState::Failed);
    shop.pay("k2", &order).await;
}

#[tokio::test]
async fn money_after_the_end_is_recorded_and_goes_back() {
    let shop = Shop::open().await;
    let mut events = shop.service.listen(&["payments.payment.*.v1"]).await;
    let order = shop.order(250);
    let reference = shop.pay("k", &order).await;
    shop.advance(TimeDelta::minutes(16));
    shop.close(&order).await;
    shop.captured(&reference, 250).await;
    let payment = shop.until(&order, |payment| payment.refunded == 250).await;
    assert_eq!(payment.state(), PaymentStatus::Refunded);
    assert_eq!(payment.refunds[0].cause(), RefundCause::Late);
    assert!(payment.closed);
    assert_eq!(shop.balance("clearing").await, 0);
    let mut keys = Vec::new();
    while keys
        .last()
        .is_none_or(|key| key != "payments.payment.refunded.v1")
    {
        keys.push(events.next().await.type_);
    }
    assert!(
        keys.contains(&"payments.payment.captured.v1".to_owned()),
        "{keys:?}"
    );
    assert_eq!(reason(shop.start("k2", &order).await), "PAYMENT_CLOSED");
}

#[tokio::test]
async fn an_old_page_of_an_edited_order_is_paid_in_the_end_exactly() {
    let shop = Shop::open().await;
    let dearer = shop.order(165);
    let old = shop.pay("k1", &dearer).await;
    let edited = proto::payments::v1::PayableOrder {
        total: 205,
        items: vec![proto::payments::v1::PayableItem {
            name: "茶".to_owned(),
            quantity: 1,
            unit_amount: 205,
        }],
        ..dearer.clone()
    };
    shop.pay("k2", &edited).await;
    shop.captured(&old, 165).await;
    let payment = shop.payment(&dearer).await;
    assert_eq!(
        (payment.state(), payment.captured),
        (PaymentStatus::Pending, 165)
    );
    let rest = shop.start("k3", &edited).await.unwrap().attempt.unwrap();
    assert_eq!(rest.amount, 40);
    shop.captured(&rest.reference, 40).await;
    assert_eq!(shop.payment(&dearer).await.state(), PaymentStatus::Captured);

    let cheaper = shop.order(165);
    let old = shop.pay("c1", &cheaper).await;
    let request = proto::payments::v1::ChangeAmountDueRequest {
        order_id: cheaper.order_id.clone(),
        total: 105,
        currency: "TWD".to_owned(),
    };
    shop.ordering().change_amount_due(request).await.unwrap();
    shop.captured(&old, 165).await;
    let payment = shop.until(&cheaper, |payment| payment.refunded == 60).await;
    assert_eq!(payment.refunds[0].cause(), RefundCause::Overpaid);
    assert_eq!(payment.state(), PaymentStatus::Captured);
}

#[tokio::test]
async fn what_is_reserved_is_captured_by_completion_and_given_back_by_the_end() {
    let shop = Shop::open().await;
    let order = shop.order(165);
    let reference = shop.pay("k", &order).await;
    script(&shop.merchant, |script| {
        let reserved = Ok(report(State::Authorized, twd(165)));
        script.states.insert(reference.clone(), reserved);
    });
    let message = shop.message(&reference, "auth", "authorized", 165);
    shop.deliver(&message).await;
    assert_eq!(
        shop.payment(&order).await.state(),
        PaymentStatus::Authorized
    );
    shop.close(&order).await;
    let voided = |payment: &proto::payments::v1::Payment| {
        payment.attempts[0].state() == AttemptState::Voided
    };
    shop.until(&order, voided).await;
    assert!(shop.calls().contains(&format!("void {reference}")));
}

#[tokio::test]
async fn a_card_entered_into_the_providers_fields_goes_on_with_the_same_attempt_once() {
    let shop = Shop::open().await;
    let order = shop.order(165);
    script(&shop.merchant, |script| {
        script.starts.push_back(Ok(Started {
            next: NextStep::Fields {
                script: "https://provider.example/fields.js".parse().unwrap(),
                settings: serde_json::json!({"app_id": 1}),
            },
            report: Report::of(State::Pending),
        }));
        script.starts.push_back(Ok(Started {
            next: NextStep::Nothing,
            report: report(State::Captured, twd(165)),
        }));
    });
    let shown = shop.start("k", &order).await.unwrap();
    assert_eq!(shown.next.unwrap().kind(), NextStepKind::Fields);
    let reference = shown.attempt.unwrap().reference;
    let request = || proto::payments::v1::StartAttemptRequest {
        token: "prime".to_owned(),
        ..shop.start_request("k", &order)
    };
    let (mut one, mut two) = (shop.ordering(), shop.ordering());
    let (first, second) = tokio::join!(one.start_attempt(request()), two.start_attempt(request()));
    for answer in [first, second] {
        let attempt = answer.unwrap().into_inner().attempt.unwrap();
        assert_eq!(attempt.reference, reference);
    }
    let payment = shop.payment(&order).await;
    assert_eq!((payment.attempts.len(), payment.captured), (1, 165));
    let starts = shop
        .calls()
        .into_iter()
        .filter(|call| call.starts_with("start"));
    assert_eq!(starts.count(), 2);
}
