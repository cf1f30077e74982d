use proptest::prelude::*;
use serde_json::json;

use super::{
    Tappay,
    pay::{Capture, bank_transaction_id},
    *,
};
use crate::{
    NextStep, RefundState, State,
    scripted::{Scripted, altered, any_scalar, attempt, callback, now, reference, refund, twd},
};

const PRIME: &str = "test_3a2fb2b7e892b914a03c95dd4dd5dc7970c908df67a49527c0a648b2bc9";

async fn scripted(answers: &[(u16, &str)]) -> Scripted {
    let values = [
        ("app_id", "11327"),
        (
            "app_key",
            "app_whdEWBH8e8Lzy4N6BysVRRMILYORF6UxXbiOFsICkz0J9j1C0JUlCHv1tVJC",
        ),
        ("partner_key", "partner_TESTKEY0123456789abcdef"),
        ("merchant_id", "yizhimai_CTBC"),
    ];
    Scripted::new(FIELDS, &values, answers).await
}

fn with_prime() -> Attempt {
    Attempt {
        token: Some(PRIME.into()),
        ..attempt()
    }
}

#[tokio::test]
async fn without_a_prime_the_fields_are_shown_and_nothing_is_called() {
    let provider = scripted(&[]).await;
    let started = Tappay.start(provider.context(), &attempt()).await.unwrap();
    let NextStep::Fields { settings, .. } = started.next else {
        panic!("no fields")
    };
    assert_eq!(settings["app_id"], 11327);
    assert_eq!(settings["server_type"], "sandbox");
    assert!(
        !settings.to_string().contains("partner_"),
        "the secret key is not for browsers"
    );
    assert!(provider.calls().is_empty());
}

#[tokio::test]
async fn a_prime_pays() {
    let answer = r#"{"status":0,"msg":"Success","rec_trade_id":"D20260115abc","order_number":"YZM0115A00001P01","amount":165,"card_info":{"last_four":"4242"},"transaction_time_millis":1768449690000}"#;
    let provider = scripted(&[(200, answer)]).await;
    let started = Tappay
        .start(provider.context(), &with_prime())
        .await
        .unwrap();
    assert_eq!(started.next, NextStep::Nothing);
    let report = started.report;
    assert_eq!(
        (report.state, report.amount),
        (State::Captured, Some(twd(165)))
    );
    assert_eq!(report.theirs.as_deref(), Some("D20260115abc"));

    let request = &provider.received()[0];
    assert_eq!(provider.calls(), ["POST /tpc/payment/pay-by-prime"]);
    assert_eq!(
        request.header("x-api-key"),
        "partner_TESTKEY0123456789abcdef"
    );
    let body = request.json();
    assert_eq!(body["prime"], PRIME);
    assert_eq!(body["partner_key"], "partner_TESTKEY0123456789abcdef");
    assert_eq!(body["amount"], 165);
    assert_eq!(body["bank_transaction_id"], "YZM0115A00001P01");
    assert_eq!(body["order_number"], "YZM0115A00001P01");
    assert_eq!(body["details"], "珍珠奶茶 (大)x2 鹹酥雞x1");
    assert_eq!(body["delay_capture_in_days"], 0);
    let cardholder = &body["cardholder"];
    assert_eq!(cardholder["name"], "王小明");
    assert_eq!(cardholder["phone_number"], "+886912345678");
    assert_eq!(cardholder["email"], "", "not known, but the key is sent");
}

#[tokio::test]
async fn a_page_to_go_to_means_that_nothing_is_paid_yet() {
    let answer = r#"{"status":0,"msg":"Success","rec_trade_id":"D1","amount":165,"payment_url":"https://bank.example.test/3ds"}"#;
    let provider = scripted(&[(200, answer)]).await;
    let started = Tappay
        .start(provider.context(), &with_prime())
        .await
        .unwrap();
    assert!(matches!(started.next, NextStep::Redirect { .. }));
    assert_eq!(
        (started.report.state, started.report.amount),
        (State::Pending, None)
    );
}

#[tokio::test]
async fn a_prime_is_spent_once_whatever_comes_back() {
    for (status, body, expected) in [
        (200, "", "unknown"),
        (200, "<html>", "unknown"),
        (200, r#"{"status":0,"msg":"no number"}"#, "unknown"),
        (
            200,
            r#"{"status":0,"rec_trade_id":"D1","order_number":"OTHER","amount":165}"#,
            "unknown",
        ),
        (200, r#"{"status":0,"rec_trade_id":"D1"}"#, "unknown"),
        (200, r#"{"status":421,"msg":"timeout"}"#, "unknown"),
        (200, r#"{"status":422,"msg":"timeout"}"#, "unknown"),
        (200, r#"{"status":777,"msg":"new"}"#, "unknown"),
        (
            200,
            r#"{"status":10003,"msg":"Card Error","bank_result_code":"51"}"#,
            "declined",
        ),
        (200, r#"{"status":91,"msg":"prime expired"}"#, "declined"),
        (
            200,
            r#"{"status":84,"msg":"unauthorised"}"#,
            "configuration",
        ),
        (200, r#"{"status":503,"msg":"amount"}"#, "rejected"),
        (
            200,
            r#"{"status":502,"msg":"Duplicate bank_transaction_id"}"#,
            "duplicate",
        ),
        (503, "busy", "unknown"),
    ] {
        let provider = scripted(&[(status, body)]).await;
        let error = Tappay
            .start(provider.context(), &with_prime())
            .await
            .unwrap_err();
        let class = match error {
            CallError::Unknown(_) => "unknown",
            CallError::Declined { .. } => "declined",
            CallError::Configuration { .. } => "configuration",
            CallError::Rejected { .. } => "rejected",
            CallError::Duplicate => "duplicate",
            _ => "other",
        };
        assert_eq!(class, expected, "{body}");
        assert_eq!(provider.calls().len(), 1, "{body}");
    }
}

#[test]
fn what_cannot_be_a_prime_is_not_sent() {
    for prime in ["", "a b", "é", &"x".repeat(72)] {
        let refused = pay::arguments(&attempt(), &prime.into(), "m");
        assert!(
            matches!(refused, Err(CallError::Rejected { .. })),
            "{prime}"
        );
    }
}

fn records(key: &str, status: i64, amount: i64, refunded: i64) -> String {
    json!({
        "status": 2,
        "trade_records": [
            { "rec_trade_id": "D0", "bank_transaction_id": "OTHER", "record_status": 1, "amount": 9 },
            {
                "rec_trade_id": "D1", "bank_transaction_id": key, "order_number": "YZM0115A00001P01",
                "record_status": status, "amount": amount - refunded, "original_amount": amount,
                "refund_amount": refunded, "currency": "TWD", "is_captured": status > 0,
                "time": 1_768_449_690_000_i64,
            },
        ],
    })
    .to_string()
}

const EMPTY: &str = r#"{"status":2,"number_of_transactions":0,"trade_records":[]}"#;

#[tokio::test]
async fn the_record_says_how_a_payment_stands() {
    let ours = reference(None).ours;
    let automatic = bank_transaction_id(&ours, Capture::Automatic);
    for (status, refunded, expected) in [
        (-1, 0, State::Failed),
        (0, 0, State::Captured),
        (1, 0, State::Captured),
        (2, 55, State::Captured),
        (3, 165, State::Captured),
        (4, 0, State::Pending),
        (5, 0, State::Failed),
    ] {
        let provider = scripted(&[(200, &records(&automatic, status, 165, refunded))]).await;
        let report = Tappay
            .query(provider.context(), &reference(None), twd(165))
            .await
            .unwrap();
        assert_eq!(report.state, expected, "{status}");
        if expected == State::Captured {
            assert_eq!(
                (report.amount, report.refunded),
                (Some(twd(165)), Some(twd(refunded)))
            );
        }
        let filters = &provider.received()[0].json()["filters"];
        assert_eq!(*filters, json!({ "bank_transaction_id": automatic }));
    }
}

#[tokio::test]
async fn an_unanswered_authorisation_is_found_as_one() {
    let ours = reference(None).ours;
    let separate = bank_transaction_id(&ours, Capture::Separate);
    let provider = scripted(&[(200, EMPTY), (200, &records(&separate, 0, 165, 0))]).await;
    let report = Tappay
        .query(provider.context(), &reference(None), twd(165))
        .await
        .unwrap();
    assert_eq!(
        (report.state, report.amount),
        (State::Authorized, Some(twd(165)))
    );
}

#[tokio::test]
async fn a_payment_without_record_is_absent() {
    let provider = scripted(&[(200, EMPTY), (200, EMPTY)]).await;
    let report = Tappay
        .query(provider.context(), &reference(None), twd(165))
        .await
        .unwrap();
    assert_eq!(report.state, State::Absent);
}

#[tokio::test]
async fn a_record_that_does_not_add_up_is_unknown() {
    let key = bank_transaction_id(&reference(None).ours, Capture::Automatic);
    let wrong = records(&key, 1, 165, 0).replace("\"refund_amount\":0", "\"refund_amount\":1");
    let provider = scripted(&[(200, &wrong)]).await;
    let answer = Tappay
        .query(provider.context(), &reference(None), twd(165))
        .await;
    assert!(matches!(answer, Err(CallError::Unknown(_))), "{answer:?}");
}

#[tokio::test]
async fn a_repeated_refund_is_looked_for_first() {
    let key = bank_transaction_id(&reference(None).ours, Capture::Automatic);
    let found = |refunded| records(&key, 2, 165, refunded);
    let attempt = reference(Some("D1"));

    let provider = scripted(&[(200, &found(85))]).await;
    let report = Tappay
        .refund(provider.context(), &attempt, &refund(true))
        .await
        .unwrap();
    assert_eq!(report.state, RefundState::Succeeded);
    assert_eq!(provider.calls(), ["POST /tpc/transaction/query"]);

    let done = r#"{"status":0,"msg":"Success","refund_id":"RF1","refund_amount":55}"#;
    let provider = scripted(&[(200, &found(30)), (200, done)]).await;
    let report = Tappay
        .refund(provider.context(), &attempt, &refund(true))
        .await
        .unwrap();
    assert_eq!(report.theirs.as_deref(), Some("RF1"));
    let body = provider.received()[1].json();
    assert_eq!(
        (&body["rec_trade_id"], &body["amount"]),
        (&json!("D1"), &json!(55))
    );

    let provider = scripted(&[(200, &found(31))]).await;
    let report = Tappay
        .refund(provider.context(), &attempt, &refund(true))
        .await
        .unwrap();
    assert_eq!(report.state, RefundState::NeedsPerson);
}

#[tokio::test]
async fn a_refused_refund_is_believed_when_the_record_agrees() {
    let key = bank_transaction_id(&reference(None).ours, Capture::Automatic);
    let refusal = r#"{"status":915,"msg":"above what is left"}"#;
    let attempt = reference(Some("D1"));

    let listed = r#"{"status":503,"msg":"refund amount out of range"}"#;
    let provider = scripted(&[(200, listed), (200, &records(&key, 2, 165, 30))]).await;
    let answer = Tappay
        .refund(provider.context(), &attempt, &refund(false))
        .await;
    assert!(matches!(answer, Err(CallError::RefundRefused { code, .. }) if code == "503"));

    let provider = scripted(&[(200, refusal), (200, &records(&key, 2, 165, 30))]).await;
    let answer = Tappay
        .refund(provider.context(), &attempt, &refund(false))
        .await;
    assert!(matches!(answer, Err(CallError::RefundRefused { code, .. }) if code == "915"));

    let provider = scripted(&[(200, refusal), (200, &records(&key, 2, 165, 85))]).await;
    let report = Tappay
        .refund(provider.context(), &attempt, &refund(false))
        .await
        .unwrap();
    assert_eq!(report.state, RefundState::Succeeded);

    let provider = scripted(&[(200, r#"{"status":421,"msg":"timeout"}"#)]).await;
    let answer = Tappay
        .refund(provider.context(), &attempt, &refund(false))
        .await;
    assert!(matches!(answer, Err(CallError::Unknown(_))));
}

#[tokio::test]
async fn a_refund_before_the_capture_may_have_to_wait() {
    let provider = scripted(&[(200, r#"{"status":92,"msg":"wait"}"#)]).await;
    let report = Tappay
        .refund(provider.context(), &reference(Some("D1")), &refund(false))
        .await
        .unwrap();
    assert_eq!(report.state, RefundState::Pending);
    assert!(report.retry_at > Some(now()));
}

#[tokio::test]
async fn only_the_authorised_amount_is_captured() {
    let key = bank_transaction_id(&reference(None).ours, Capture::Separate);
    let record = records(&key, 0, 165, 0);
    let mut attempt = reference(Some("D1"));
    attempt.extra = Capture::Separate.extra();

    let provider = scripted(&[(200, &record), (200, r#"{"status":0,"cap_millis":1}"#)]).await;
    let report = Tappay
        .capture(provider.context(), &attempt, twd(165))
        .await
        .unwrap();
    assert_eq!(
        (report.state, report.amount),
        (State::Captured, Some(twd(165)))
    );

    let provider = scripted(&[(200, &record)]).await;
    assert!(
        Tappay
            .capture(provider.context(), &attempt, twd(100))
            .await
            .is_err()
    );
    assert_eq!(provider.calls(), ["POST /tpc/transaction/query"]);
}

#[test]
fn a_notice_proves_nothing() {
    let parse = |query: &str, body: &str| {
        Tappay.parse_callback(&[], &callback(&[], query, body.as_bytes()), now())
    };
    let notice = parse(
        "",
        r#"{"rec_trade_id":"D1","order_number":"A1","status":0,"amount":1}"#,
    )
    .unwrap();
    assert_eq!(
        (notice.reference.as_str(), notice.event.as_str()),
        ("A1", "notify/D1/0")
    );
    assert_eq!(notice.report, None);
    let notice = parse("rec_trade_id=D1&order_number=A1&status=0", "").unwrap();
    assert_eq!(
        (notice.event.as_str(), notice.report),
        ("return/D1/0", None)
    );
    for body in [
        "{}",
        "[]",
        "<",
        r#"{"rec_trade_id":"D1","order_number":"../x","status":0}"#,
        r#"{"rec_trade_id":"D 1","order_number":"A1","status":0}"#,
        r#"{"rec_trade_id":"D1","order_number":"A1","order_number":"A2","status":0}"#,
    ] {
        assert_eq!(parse("", body), Err(Rejection::Malformed), "{body}");
    }
}

proptest! {
    #[test]
    fn no_notice_makes_it_panic(query: String, body: Vec<u8>) {
        let _ = Tappay.parse_callback(&[], &callback(&[], &query, &body), now());
    }

    #[test]
    fn a_notice_with_other_values_is_never_more_than_a_hint(
        changes in prop::collection::vec((any::<usize>(), any_scalar()), 1..4),
    ) {
        let genuine = json!({
            "rec_trade_id": "D20260115abc", "order_number": "YZM0115A00001P01", "status": 0,
            "amount": 165,
        });
        let body = altered(&genuine, &changes).to_string();
        let read = Tappay.parse_callback(&[], &callback(&[], "", body.as_bytes()), now());
        prop_assert!(!read.is_ok_and(|notice| notice.report.is_some()));
    }

    #[test]
    fn our_key_fits_every_acquirer_and_says_how_money_is_captured(ours in "[A-Za-z0-9]{1,20}") {
        let automatic = bank_transaction_id(&ours, Capture::Automatic);
        let separate = bank_transaction_id(&ours, Capture::Separate);
        prop_assert_ne!(&automatic, &separate);
        for key in [automatic, separate] {
            prop_assert!(key.len() <= 16 && key.bytes().all(|byte| byte.is_ascii_alphanumeric()));
        }
    }
}
