use chassis::money::Currency;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{Stripe, sign::signature, *};
use crate::{
    NextStep, RefundState, State,
    scripted::{
        Scripted, altered, any_scalar, attempt, callback, credentials, now, reference, refund,
        says_how_much, twd,
    },
};

const INTENT: &str = "pi_1YZM0001";
const OURS: &str = "YZM0115A00001P01";

fn values(webhook: &'static str) -> [(&'static str, &'static str); 3] {
    [
        ("publishable_key", "pk_test_0001"),
        ("secret_key", "sk_test_0001"),
        ("webhook_secret", webhook),
    ]
}

async fn scripted(answers: &[(u16, &str)]) -> Scripted {
    Scripted::new(FIELDS, &values("whsec_present"), answers).await
}

fn intent(status: &str, more: Value) -> Value {
    let mut intent = json!({
        "id": INTENT, "object": "payment_intent", "amount": 16500, "currency": "twd",
        "status": status, "metadata": { "order_id": OURS },
    });
    let more: serde_json::Map<String, Value> = serde_json::from_value(more).unwrap();
    intent.as_object_mut().unwrap().extend(more);
    intent
}

#[tokio::test]
async fn an_intent_leads_to_the_fields_in_cents_and_under_a_key() {
    let answer = intent(
        "requires_payment_method",
        json!({ "client_secret": "pi_1_secret_2" }),
    );
    let provider = scripted(&[(200, &answer.to_string())]).await;
    let started = Stripe.start(provider.context(), &attempt()).await.unwrap();
    assert_eq!(started.report.theirs.as_deref(), Some(INTENT));
    let NextStep::Fields { settings, .. } = started.next else {
        panic!("no fields")
    };
    assert_eq!(settings["client_secret"], "pi_1_secret_2");
    assert_eq!(settings["publishable_key"], "pk_test_0001");

    let request = &provider.received()[0];
    assert_eq!(provider.calls(), ["POST /v1/payment_intents"]);
    assert_eq!(request.header("authorization"), "Bearer sk_test_0001");
    assert_eq!(request.header("idempotency-key"), "YZM0115A00001P01-start");
    let form: std::collections::BTreeMap<String, String> =
        url::form_urlencoded::parse(request.body.as_bytes())
            .into_owned()
            .collect();
    assert_eq!(form["amount"], "16500");
    assert_eq!(form["currency"], "twd");
    assert_eq!(form["capture_method"], "automatic");
    assert_eq!(form["metadata[order_id]"], OURS);
}

#[tokio::test]
async fn an_unanswered_post_is_repeated_under_its_key() {
    let answer = intent("requires_payment_method", json!({ "client_secret": "s" })).to_string();
    let provider = scripted(&[(500, "{}"), (200, &answer)]).await;
    Stripe.start(provider.context(), &attempt()).await.unwrap();
    let received = provider.received();
    assert_eq!(received.len(), 2);
    assert_eq!(
        received[0].header("idempotency-key"),
        received[1].header("idempotency-key")
    );
    assert_eq!(received[0].body, received[1].body);
}

#[tokio::test]
async fn a_bank_page_comes_before_the_money() {
    let answer = intent(
        "requires_action",
        json!({ "next_action": { "type": "redirect_to_url", "redirect_to_url": { "url": "https://bank.example.test/3ds" } } }),
    );
    let provider = scripted(&[(200, &answer.to_string())]).await;
    let mut attempt = attempt();
    attempt.token = Some("pm_card_visa".into());
    let started = Stripe.start(provider.context(), &attempt).await.unwrap();
    assert!(
        matches!(started.next, NextStep::Redirect { url, .. } if url.as_str() == "https://bank.example.test/3ds")
    );
    assert_eq!(started.report.state, State::Pending);
}

#[tokio::test]
async fn the_status_says_how_an_intent_stands() {
    let charge = json!({
        "id": "ch_1", "currency": "twd", "amount_captured": 16500, "amount_refunded": 5500,
        "created": 1_768_449_690, "payment_method_details": { "type": "card", "card": { "last4": "4242" } },
    });
    for (status, more, expected, amount) in [
        ("requires_payment_method", json!({}), State::Pending, None),
        (
            "requires_payment_method",
            json!({ "last_payment_error": { "code": "card_declined", "decline_code": "insufficient_funds" } }),
            State::Pending,
            None,
        ),
        ("requires_action", json!({}), State::Pending, None),
        ("processing", json!({}), State::Pending, None),
        (
            "requires_capture",
            json!({ "amount_capturable": 16500 }),
            State::Authorized,
            Some(twd(165)),
        ),
        (
            "succeeded",
            json!({ "amount_received": 16500, "latest_charge": charge }),
            State::Captured,
            Some(twd(165)),
        ),
        (
            "succeeded",
            json!({ "amount_received": 16500, "latest_charge": "ch_1" }),
            State::Captured,
            Some(twd(165)),
        ),
        (
            "canceled",
            json!({ "latest_charge": "ch_1" }),
            State::Voided,
            None,
        ),
        (
            "canceled",
            json!({ "latest_charge": null }),
            State::Expired,
            None,
        ),
    ] {
        let provider = scripted(&[(200, &intent(status, more.clone()).to_string())]).await;
        let attempt = reference(Some(INTENT));
        let report = Stripe
            .query(provider.context(), &attempt, twd(165))
            .await
            .unwrap();
        assert_eq!(
            (report.state, report.amount),
            (expected, amount),
            "{status} {more}"
        );
        let refunded = more["latest_charge"].is_object().then(|| twd(55));
        assert_eq!(report.refunded, refunded);
    }
}

#[tokio::test]
async fn an_unreadable_answer_is_unknown() {
    let foreign = intent(
        "succeeded",
        json!({ "amount_received": 16500, "metadata": { "order_id": "OTHER" } }),
    );
    let part = intent("succeeded", json!({ "amount_received": 16550 }));
    for (status, body) in [
        (200, String::new()),
        (200, "<html>".to_owned()),
        (200, intent("new_status", json!({})).to_string()),
        (200, foreign.to_string()),
        (200, part.to_string()),
        (302, "{}".to_owned()),
        (
            409,
            json!({ "error": { "type": "idempotency_error" } }).to_string(),
        ),
        (503, String::new()),
    ] {
        let provider = scripted(&[(status, &body)]).await;
        let answer = Stripe
            .query(provider.context(), &reference(Some(INTENT)), twd(165))
            .await;
        assert!(
            matches!(answer, Err(CallError::Unknown(_))),
            "{status} {body}: {answer:?}"
        );
    }
}

#[tokio::test]
async fn an_error_says_what_to_do() {
    for (status, error, expected) in [
        (
            402,
            json!({ "type": "card_error", "code": "card_declined", "decline_code": "insufficient_funds", "message": "x" }),
            "declined: insufficient_funds x",
        ),
        (
            401,
            json!({ "type": "invalid_request_error", "message": "x" }),
            "configuration:  x",
        ),
        (
            400,
            json!({ "type": "invalid_request_error", "code": "parameter_missing", "message": "x" }),
            "our request was refused: parameter_missing x",
        ),
        (
            400,
            json!({ "type": "invalid_request_error", "code": "payment_intent_unexpected_state", "message": "x" }),
            "the state does not allow it: payment_intent_unexpected_state x",
        ),
        (
            400,
            json!({ "type": "invalid_request_error", "code": "charge_already_refunded", "message": "x" }),
            "the refund is refused: charge_already_refunded x",
        ),
        (
            400,
            json!({ "type": "invalid_request_error", "code": "amount_too_large", "message": "x" }),
            "the refund is refused: amount_too_large x",
        ),
        (
            429,
            json!({ "type": "rate_limit" }),
            "too many calls; wait 10s",
        ),
    ] {
        let provider = scripted(&[(status, &json!({ "error": error }).to_string())]).await;
        let answer = Stripe
            .refund(provider.context(), &reference(Some(INTENT)), &refund(false))
            .await;
        assert_eq!(answer.unwrap_err().to_string(), expected);
        assert_eq!(provider.calls().len(), 1);
    }
}

#[tokio::test]
async fn a_refund_goes_out_in_cents_and_a_repeat_looks_first() {
    let made = r#"{"id":"re_1","status":"succeeded"}"#;
    let mut request = refund(false);
    request.amount = twd(27);
    let attempt = reference(Some(INTENT));
    let provider = scripted(&[(200, made)]).await;
    Stripe
        .refund(provider.context(), &attempt, &request)
        .await
        .unwrap();
    let sent = &provider.received()[0];
    assert!(sent.body.contains("&amount=2700&"), "{}", sent.body);
    assert_eq!(
        sent.header("idempotency-key"),
        "YZM0115A00001P01-refund-YZMRF0001"
    );

    let charged = |refunded: i64| {
        let charge = json!({ "id": "ch_1", "currency": "twd", "amount_refunded": refunded });
        intent(
            "succeeded",
            json!({ "amount_received": 16500, "latest_charge": charge }),
        )
        .to_string()
    };
    let provider = scripted(&[(200, &charged(8500))]).await;
    let report = Stripe
        .refund(provider.context(), &attempt, &refund(true))
        .await
        .unwrap();
    assert_eq!(report.state, RefundState::Succeeded);
    assert_eq!(
        provider.calls(),
        [format!("GET /v1/payment_intents/{INTENT}")]
    );

    let provider = scripted(&[(200, &charged(3000)), (200, made)]).await;
    Stripe
        .refund(provider.context(), &attempt, &refund(true))
        .await
        .unwrap();
    assert_eq!(provider.calls().len(), 2);
}

fn event(kind: &str, object: &Value) -> String {
    json!({ "id": "evt_1", "object": "event", "type": kind, "livemode": true, "data": { "object": object } }).to_string()
}

fn signed(secret: &str, age: i64, body: &str) -> Callback {
    let sent_at = (now().timestamp() - age).to_string();
    let header = format!(
        "t={sent_at},v1={}",
        signature(secret, &sent_at, body.as_bytes())
    );
    callback(&[("stripe-signature", &header)], "", body.as_bytes())
}

fn keys() -> Vec<Credentials> {
    ["whsec_present", "whsec_replaced"]
        .map(|secret| credentials(FIELDS, &values(secret)))
        .into()
}

fn parse(body: &str) -> Result<Notice, Rejection> {
    Stripe.parse_callback(&keys(), &signed("whsec_present", 5, body), now())
}

#[test]
fn an_event_is_believed_by_a_present_or_replaced_secret_for_five_minutes() {
    let body = event(
        "payment_intent.succeeded",
        &intent("succeeded", json!({ "amount_received": 16500 })),
    );
    let parse = |secret: &str, age| {
        Stripe
            .parse_callback(&keys(), &signed(secret, age, &body), now())
            .map(|_| ())
    };
    assert_eq!(parse("whsec_present", 0), Ok(()));
    assert_eq!(parse("whsec_replaced", 300), Ok(()));
    assert_eq!(parse("whsec_present", 301), Err(Rejection::Stale));
    assert_eq!(parse("whsec_foreign", 0), Err(Rejection::Signature));
    assert_eq!(parse("", 0), Err(Rejection::Signature));
}

#[test]
fn an_event_without_a_right_signature_is_not_read() {
    let body = event(
        "payment_intent.succeeded",
        &intent("succeeded", json!({ "amount_received": 16500 })),
    );
    let good = signed("whsec_present", 0, &body);
    let header = good.header("stripe-signature").unwrap();
    let v1 = header.split_once(",v1=").unwrap().1;
    let t = now().timestamp();
    for (header, body) in [
        (String::new(), body.clone()),
        (format!("t={t}"), body.clone()),
        (format!("v1={v1}"), body.clone()),
        (format!("t={t},v0={v1}"), body.clone()),
        (format!("t={t},v1="), body.clone()),
        (format!("t=+{t},v1={v1}"), body.clone()),
        (format!("t={t},t={},v1={v1}", t - 1), body.clone()),
        (format!("t={},v1={v1}", t - 1), body.clone()),
        (format!("t={t},v1={v1}"), body.replace("16500", "16600")),
        (format!("t={t},v1={v1}"), format!("{body} ")),
    ] {
        let callback = callback(&[("stripe-signature", &header)], "", body.as_bytes());
        assert_eq!(
            Stripe.parse_callback(&keys(), &callback, now()),
            Err(Rejection::Signature),
            "{header}"
        );
    }
    assert_eq!(
        Stripe.parse_callback(&[], &good, now()),
        Err(Rejection::Signature)
    );
    let none = vec![Credentials::default()];
    assert_eq!(
        Stripe.parse_callback(&none, &signed("", 0, &body), now()),
        Err(Rejection::Signature)
    );
}

#[test]
fn only_whole_dollars_of_the_right_currency_pay() {
    let paid = |units: i64, currency: &str| {
        let more = json!({ "amount_received": units, "currency": currency });
        parse(&event(
            "payment_intent.succeeded",
            &intent("succeeded", more),
        ))
    };
    assert_eq!(paid(165, "twd"), Err(Rejection::Amount));
    assert_eq!(paid(16_550, "twd"), Err(Rejection::Amount));
    let amount = |notice: Notice| notice.report.unwrap().amount.unwrap();
    assert_eq!(
        amount(paid(16_500, "usd").unwrap()),
        Money::new(16_500, "USD".parse().unwrap())
    );
    assert_eq!(
        amount(paid(16_500, "twd").unwrap()),
        Money::new(165, Currency::TWD)
    );
    let acknowledged = Stripe.acknowledge(Verdict::Rejected(Rejection::Amount), None);
    assert_eq!(
        acknowledged.status.as_u16(),
        200,
        "a redelivery cannot cure it"
    );
    let refused = Stripe.acknowledge(Verdict::Rejected(Rejection::Signature), None);
    assert_eq!(refused.status.as_u16(), 400);
}

#[test]
fn events_say_what_changed() {
    let charge = json!({
        "id": "ch_1", "payment_intent": INTENT, "currency": "twd", "amount_captured": 16500,
        "amount_refunded": 5500, "metadata": { "order_id": OURS },
    });
    let refund = json!({ "id": "re_1", "status": "succeeded", "payment_intent": INTENT, "metadata": { "order_id": OURS } });
    let dispute = json!({ "id": "dp_1", "status": "needs_response", "payment_intent": INTENT, "metadata": {} });
    for (kind, object, expected_reference, expected_event, state) in [
        (
            "payment_intent.succeeded",
            intent("succeeded", json!({ "amount_received": 16500 })),
            OURS,
            "payment_intent.succeeded/pi_1YZM0001/succeeded",
            Some(State::Captured),
        ),
        (
            "payment_intent.payment_failed",
            intent("requires_payment_method", json!({})),
            OURS,
            "payment_intent.payment_failed/pi_1YZM0001/requires_payment_method",
            Some(State::Pending),
        ),
        (
            "payment_intent.amount_capturable_updated",
            intent("requires_capture", json!({ "amount_capturable": 16500 })),
            OURS,
            "payment_intent.amount_capturable_updated/pi_1YZM0001/requires_capture",
            Some(State::Authorized),
        ),
        (
            "payment_intent.canceled",
            intent("canceled", json!({})),
            OURS,
            "payment_intent.canceled/pi_1YZM0001/canceled",
            Some(State::Expired),
        ),
        (
            "charge.refunded",
            charge,
            OURS,
            "charge.refunded/ch_1/5500",
            Some(State::Captured),
        ),
        (
            "refund.updated",
            refund,
            OURS,
            "refund.updated/re_1/succeeded",
            None,
        ),
        (
            "charge.dispute.created",
            dispute,
            INTENT,
            "charge.dispute.created/dp_1/needs_response",
            None,
        ),
        (
            "customer.created",
            json!({ "id": "cus_1" }),
            "",
            "customer.created/evt_1",
            None,
        ),
    ] {
        let notice = parse(&event(kind, &object)).unwrap();
        assert_eq!(
            (notice.reference.as_str(), notice.event.as_str()),
            (expected_reference, expected_event)
        );
        assert_eq!(notice.report.map(|report| report.state), state, "{kind}");
        assert!(!notice.simulated);
    }
}

#[test]
fn a_test_event_is_marked() {
    let body = event(
        "payment_intent.succeeded",
        &intent("succeeded", json!({ "amount_received": 16500 })),
    );
    assert!(
        parse(&body.replace("\"livemode\":true", "\"livemode\":false"))
            .unwrap()
            .simulated
    );
}

proptest! {
    #[test]
    fn no_event_makes_it_panic(header: String, body: Vec<u8>) {
        let callback = callback(&[("stripe-signature", &header)], "", &body);
        let _ = Stripe.parse_callback(&keys(), &callback, now());
    }

    #[test]
    fn a_genuine_event_with_other_values_says_how_much_or_nothing(
        succeeded: bool,
        changes in prop::collection::vec((any::<usize>(), any_scalar()), 1..4),
    ) {
        let charge = json!({
            "id": "ch_1", "payment_intent": INTENT, "currency": "twd", "amount_captured": 16500,
            "amount_refunded": 0, "metadata": { "order_id": OURS },
        });
        let (kind, object) = if succeeded {
            let more = json!({ "amount_received": 16500, "latest_charge": charge });
            ("payment_intent.succeeded", intent("succeeded", more))
        } else {
            ("charge.refunded", charge)
        };
        let read = parse(&event(kind, &altered(&object, &changes)));
        prop_assert!(says_how_much(&read), "{read:?}");
    }

    #[test]
    fn no_signed_event_makes_it_panic(kind in "[a-z_.]{0,30}", object in "[\\[\\]{}:,\"a-z0-9]{0,60}") {
        let body = format!(r#"{{"id":"e","type":"{kind}","data":{{"object":{object}}}}}"#);
        let _ = parse(&body);
    }
}
