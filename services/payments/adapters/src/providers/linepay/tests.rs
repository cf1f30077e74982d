use proptest::prelude::*;
use serde_json::json;

use super::{Linepay, create::body, sign::signature, *};
use crate::{
    NextStep, RefundState, State,
    scripted::{Scripted, attempt, callback, item, reference, refund, twd},
};

const TRANSACTION: &str = "2023042201206549310";
const SECRET: &str = "a917ab6a2367b536f8e5a6e2977e06f4";

async fn scripted(answers: &[(u16, &str)]) -> Scripted {
    let values = [("channelId", "1656001001"), ("channelSecret", SECRET)];
    Scripted::new(FIELDS, &values, answers).await
}

fn sent(attempt: &Attempt) -> serde_json::Value {
    serde_json::from_slice(&body(attempt).unwrap()).unwrap()
}

#[test]
fn the_products_add_up_to_the_amount() {
    let products = |attempt: &Attempt| sent(attempt)["packages"][0]["products"].clone();
    let whole = json!([{ "name": "一指買 台北一號店", "quantity": 1, "price": 165 }]);
    let mut attempt = attempt();
    assert_eq!(products(&attempt).as_array().unwrap().len(), 2);
    for items in [
        vec![item("茶", 3, 54)],
        vec![item("茶", 3, 55), item("折扣", 0, 0)],
        vec![item("", 3, 55)],
        vec![item("茶", u32::MAX, i64::MAX)],
        vec![],
    ] {
        attempt.items = items;
        assert_eq!(products(&attempt), whole);
    }
    attempt.items = vec![item("茶", 3, 60), item("折扣", 1, -15)];
    assert_eq!(products(&attempt)[1]["price"], -15);
}

#[test]
fn only_dollars_above_zero_are_requested() {
    let mut attempt = attempt();
    for amount in [twd(0), twd(-1), Money::new(165, "USD".parse().unwrap())] {
        attempt.amount = amount;
        assert!(
            matches!(body(&attempt), Err(CallError::Rejected { .. })),
            "{amount}"
        );
    }
}

#[tokio::test]
async fn the_number_of_nineteen_digits_is_kept_and_the_sent_bytes_are_signed() {
    let answer = r#"{"returnCode":"0000","returnMessage":"Success.","info":{"paymentUrl":{"web":"https://pay.line.test/1","app":"line://pay/1"},"transactionId":2023042201206549310,"paymentAccessToken":"187568751124"}}"#;
    let provider = scripted(&[(200, answer)]).await;
    let started = Linepay.start(provider.context(), &attempt()).await.unwrap();
    assert_eq!(started.report.theirs.as_deref(), Some(TRANSACTION));
    assert_eq!(started.report.state, State::Pending);
    let NextStep::Redirect { url, app } = started.next else {
        panic!("no redirect")
    };
    assert_eq!(
        (url.as_str(), app.unwrap().as_str()),
        ("https://pay.line.test/1", "line://pay/1")
    );

    let request = &provider.received()[0];
    assert_eq!(provider.calls(), ["POST /v3/payments/request"]);
    let nonce = request.header("x-line-authorization-nonce");
    let expected = signature(
        SECRET,
        "/v3/payments/request",
        request.body.as_bytes(),
        nonce,
    );
    assert_eq!(request.header("x-line-authorization"), expected);
    assert_eq!(request.header("x-line-channelid"), "1656001001");
    assert_eq!(request.json()["orderId"], "YZM0115A00001P01");
}

#[tokio::test]
async fn the_check_says_how_far_the_customer_is() {
    for (code, expected) in [
        ("0000", State::Pending),
        ("0110", State::AwaitsConfirmation),
        ("0121", State::Expired),
        ("0122", State::Failed),
    ] {
        let answer = format!(r#"{{"returnCode":"{code}","returnMessage":"x"}}"#);
        let provider = scripted(&[(200, &answer)]).await;
        let attempt = reference(Some(TRANSACTION));
        let report = Linepay
            .query(provider.context(), &attempt, twd(165))
            .await
            .unwrap();
        assert_eq!((report.state, report.amount), (expected, None), "{code}");
        assert_eq!(
            provider.calls(),
            [format!("GET /v3/payments/requests/{TRANSACTION}/check")]
        );
    }
}

const DETAILS: &str = r#"{"returnCode":"0000","returnMessage":"OK","info":[
    {"transactionId":2023042201206549311,"orderId":"YZM0115A00001P01","transactionType":"PARTIAL_REFUND","payInfo":[{"method":"BALANCE","amount":30}]},
    {"transactionId":2023042201206549399,"orderId":"OTHER","transactionType":"PAYMENT","payStatus":"CAPTURE","payInfo":[{"method":"BALANCE","amount":1}]},
    {"transactionId":2023042201206549310,"orderId":"YZM0115A00001P01","transactionType":"PAYMENT","payStatus":"CAPTURE","currency":"TWD","transactionDate":"2026-01-15T04:01:30Z",
     "payInfo":[{"method":"CREDIT_CARD","amount":160,"maskedCreditCardNumber":"************1234"},{"method":"DISCOUNT","amount":5}],
     "refundList":[{"refundTransactionId":2023042201206549311,"refundAmount":-30,"refundTransactionDate":"2026-01-15T05:00:00Z"}]}]}"#;

#[tokio::test]
async fn details_say_what_was_paid_and_refunded() {
    let done = r#"{"returnCode":"0123","returnMessage":"done"}"#;
    let provider = scripted(&[(200, done), (200, DETAILS)]).await;
    let attempt = reference(Some(TRANSACTION));
    let report = Linepay
        .query(provider.context(), &attempt, twd(165))
        .await
        .unwrap();
    assert_eq!(report.state, State::Captured);
    assert_eq!(
        (report.amount, report.refunded),
        (Some(twd(165)), Some(twd(30)))
    );
    assert_eq!(report.method.as_deref(), Some("CREDIT_CARD+DISCOUNT"));
    assert_eq!(report.instrument["last_four"], "1234");
    let query = provider.received()[1].uri.query().map(str::to_owned);
    let expected = format!("transactionId={TRANSACTION}&orderId=YZM0115A00001P01");
    assert_eq!(query, Some(expected.clone()));
    let request = &provider.received()[1];
    let nonce = request.header("x-line-authorization-nonce");
    let signed = signature(SECRET, "/v3/payments", expected.as_bytes(), nonce);
    assert_eq!(request.header("x-line-authorization"), signed);
}

#[tokio::test]
async fn a_request_without_answer_took_nothing() {
    let provider = scripted(&[(200, r#"{"returnCode":"1150","returnMessage":"none"}"#)]).await;
    let report = Linepay
        .query(provider.context(), &reference(None), twd(165))
        .await
        .unwrap();
    assert_eq!(report.state, State::Absent);
    assert_eq!(provider.calls(), ["GET /v3/payments"]);
}

#[tokio::test]
async fn confirming_reports_what_was_paid() {
    let answer = r#"{"returnCode":"0000","returnMessage":"OK","info":{"orderId":"YZM0115A00001P01","transactionId":2023042201206549310,"payInfo":[{"method":"BALANCE","amount":165}]}}"#;
    let provider = scripted(&[(200, answer)]).await;
    let attempt = reference(Some(TRANSACTION));
    let report = Linepay
        .confirm(provider.context(), &attempt, twd(165))
        .await
        .unwrap();
    assert_eq!(
        (report.state, report.amount),
        (State::Captured, Some(twd(165)))
    );
    assert_eq!(
        provider.received()[0].body,
        r#"{"amount":165,"currency":"TWD"}"#
    );
}

#[tokio::test]
async fn a_confirmation_of_another_payment_is_not_believed() {
    for answer in [
        r#"{"returnCode":"0000","returnMessage":"OK","info":{"orderId":"OTHER","transactionId":2023042201206549310,"payInfo":[{"method":"BALANCE","amount":165}]}}"#,
        r#"{"returnCode":"0000","returnMessage":"OK","info":{"orderId":"YZM0115A00001P01","transactionId":2023042201206549311,"payInfo":[{"method":"BALANCE","amount":165}]}}"#,
    ] {
        let provider = scripted(&[(200, answer)]).await;
        let attempt = reference(Some(TRANSACTION));
        let answer = Linepay
            .confirm(provider.context(), &attempt, twd(165))
            .await;
        assert!(matches!(answer, Err(CallError::Unknown(_))), "{answer:?}");
    }
}

#[tokio::test]
async fn an_unreadable_answer_is_unknown() {
    for (status, body) in [
        (200, ""),
        (200, "<html>busy</html>"),
        (200, "{}"),
        (200, r#"{"returnCode":"0000","returnMessage":"OK"}"#),
        (
            200,
            r#"{"returnCode":"0000","info":{"transactionId":1.5e3}}"#,
        ),
        (200, r#"{"returnCode":"9999","returnMessage":"?"}"#),
        (200, r#"{"returnCode":"1199","returnMessage":"internal"}"#),
        (404, "not here"),
        (502, "bad gateway"),
    ] {
        let provider = scripted(&[(status, body)]).await;
        let attempt = reference(Some(TRANSACTION));
        let answer = Linepay
            .confirm(provider.context(), &attempt, twd(165))
            .await;
        assert!(
            matches!(answer, Err(CallError::Unknown(_))),
            "{body}: {answer:?}"
        );
    }
}

#[tokio::test]
async fn a_code_says_what_to_do() {
    for (code, expected) in [
        ("1106", "configuration: 1106 x"),
        ("1142", "declined: 1142 x"),
        ("1152", "the state does not allow it: 1152 x"),
        ("1153", "our request was refused: 1153 x"),
        ("1172", "the reference exists already"),
        ("1198", "the state does not allow it: 1198 x"),
        ("1291", "declined: 1291 x"),
    ] {
        let answer = format!(r#"{{"returnCode":"{code}","returnMessage":"x"}}"#);
        let provider = scripted(&[(200, &answer)]).await;
        let error = Linepay
            .start(provider.context(), &attempt())
            .await
            .unwrap_err();
        assert_eq!(error.to_string(), expected);
        assert_eq!(provider.calls().len(), 1);
    }
}

#[tokio::test]
async fn a_repeated_refund_is_looked_for_first() {
    let list = |amount: i64| {
        DETAILS.replace(
            "\"refundAmount\":-30",
            &format!("\"refundAmount\":{amount}"),
        )
    };
    let attempt = reference(Some(TRANSACTION));

    let provider = scripted(&[(200, &list(-85))]).await;
    let report = Linepay
        .refund(provider.context(), &attempt, &refund(true))
        .await
        .unwrap();
    assert_eq!(report.state, RefundState::Succeeded);
    assert_eq!(provider.calls(), ["GET /v3/payments"]);

    let provider = scripted(&[(200, &list(-50))]).await;
    let report = Linepay
        .refund(provider.context(), &attempt, &refund(true))
        .await
        .unwrap();
    assert_eq!(report.state, RefundState::NeedsPerson);
    assert_eq!(provider.calls(), ["GET /v3/payments"]);

    let done = r#"{"returnCode":"0000","returnMessage":"OK","info":{"refundTransactionId":2023042201206549312}}"#;
    let provider = scripted(&[(200, &list(30)), (200, done)]).await;
    let report = Linepay
        .refund(provider.context(), &attempt, &refund(true))
        .await
        .unwrap();
    assert_eq!(report.theirs.as_deref(), Some("2023042201206549312"));
    assert_eq!(provider.received()[1].body, r#"{"refundAmount":55}"#);
}

#[tokio::test]
async fn a_refused_refund_says_why() {
    let provider = scripted(&[(200, r#"{"returnCode":"1164","returnMessage":"above"}"#)]).await;
    let answer = Linepay
        .refund(
            provider.context(),
            &reference(Some(TRANSACTION)),
            &refund(false),
        )
        .await;
    assert!(matches!(answer, Err(CallError::RefundRefused { code, .. }) if code == "1164"));
}

#[tokio::test]
async fn only_an_authorisation_is_voided() {
    let provider = scripted(&[]).await;
    let mut attempt = reference(Some(TRANSACTION));
    let answer = Linepay.void(provider.context(), &attempt, twd(165)).await;
    assert!(
        matches!(answer, Err(CallError::WrongState { .. })),
        "{answer:?}"
    );
    assert!(provider.calls().is_empty());

    attempt.extra = [("capture".to_owned(), "separate".to_owned())].into();
    let authorized = DETAILS.replace("CAPTURE", "AUTHORIZATION");
    let done = r#"{"returnCode":"0000","returnMessage":"OK"}"#;
    let provider = scripted(&[(200, &authorized), (200, done)]).await;
    let report = Linepay
        .void(provider.context(), &attempt, twd(165))
        .await
        .unwrap();
    assert_eq!(report.state, State::Voided);
    assert_eq!(provider.received()[1].body, "{}");

    let provider = scripted(&[(200, DETAILS)]).await;
    let answer = Linepay.void(provider.context(), &attempt, twd(165)).await;
    assert!(
        matches!(answer, Err(CallError::WrongState { .. })),
        "{answer:?}"
    );
    assert_eq!(provider.calls(), ["GET /v3/payments"]);
}

#[test]
fn the_browser_proves_nothing() {
    let parse = |query: &str| {
        Linepay.parse_callback(&[], &callback(&[], query, b""), crate::scripted::now())
    };
    let notice = parse("transactionId=2023042201206549310&orderId=YZM0115A00001P01").unwrap();
    assert_eq!(notice.reference, "YZM0115A00001P01");
    assert_eq!(notice.report, None);
    for query in [
        "",
        "orderId=YZM0115A00001P01",
        "transactionId=1",
        "transactionId=1&orderId=../x",
        "transactionId=1&transactionId=2&orderId=A1",
        "transactionId=x&orderId=A1",
        "transactionId=1&orderId=%ff",
    ] {
        assert_eq!(parse(query), Err(Rejection::Malformed), "{query}");
    }
}

proptest! {
    #[test]
    fn no_return_makes_it_panic(query: String, body: Vec<u8>) {
        let _ = Linepay.parse_callback(&[], &callback(&[], &query, &body), crate::scripted::now());
    }
}
