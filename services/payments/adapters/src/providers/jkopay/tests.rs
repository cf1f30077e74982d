use proptest::prelude::*;
use serde_json::json;

use super::{Jkopay, create::entry, digest::digest, *};
use crate::{
    NextStep, Question, RefundState, State,
    scripted::{
        Scripted, altered, any_scalar, attempt, callback, item, now, reference, refund, twd,
    },
};

const SECRET: &str = "yizhimai-loopback-secret-01";

async fn scripted(answers: &[(u16, &str)]) -> Scripted {
    let values = [
        ("store_id", "35f12dff-1581-11e9-a054-00505684fd45"),
        ("api_key", "key-0001"),
        ("secret_key", SECRET),
    ];
    Scripted::new(FIELDS, &values, answers).await
}

fn parse(body: &[u8]) -> Result<Notice, Rejection> {
    Jkopay.parse_callback(&[], &callback(&[], "", body), now())
}

#[tokio::test]
async fn an_entry_leads_to_its_page_and_the_sent_bytes_are_signed() {
    let page = format!("https://jko.example.test/{}", "x".repeat(400));
    let answer = json!({
        "result": "000", "message": "ok",
        "result_object": { "payment_url": page, "qr_img": "", "qr_timeout": 0 },
    });
    let provider = scripted(&[(200, &answer.to_string())]).await;
    let started = Jkopay.start(provider.context(), &attempt()).await.unwrap();
    assert_eq!(started.report.state, State::Pending);
    assert!(matches!(started.next, NextStep::Redirect { url, .. } if url.as_str() == page));

    let request = &provider.received()[0];
    assert_eq!(provider.calls(), ["POST /platform/entry"]);
    assert_eq!(
        request.header("digest"),
        digest(SECRET, request.body.as_bytes())
    );
    assert_eq!(request.header("api-key"), "key-0001");
    let body = request.json();
    assert_eq!(body["platform_order_id"], "YZM0115A00001P01");
    assert_eq!(
        (&body["total_price"], &body["final_price"]),
        (&json!(165), &json!(165))
    );
    assert_eq!(body["valid_time"], "2026-01-15 12:21:30");
    assert_eq!(body["products"].as_array().unwrap().len(), 2);
}

#[test]
fn items_that_do_not_add_up_are_left_out() {
    let mut attempt = attempt();
    for items in [
        vec![item("茶", 3, 54)],
        vec![item("茶", 3, 60), item("折扣", 1, -15)],
    ] {
        attempt.items = items;
        let entry = serde_json::to_value(entry(&attempt, "s").unwrap()).unwrap();
        assert_eq!(entry.get("products"), None);
        assert_eq!(entry["final_price"], 165);
    }
}

fn inquiry(status: &serde_json::Value, refunds: &serde_json::Value) -> String {
    json!({
        "result": "000",
        "result_object": { "transactions": [
            { "platform_order_id": "OTHER", "status": 102 },
            {
                "platform_order_id": "YZM0115A00001P01", "status": status, "tradeNo": "J001",
                "trans_time": "2026-01-15 12:01:30", "currency": "TWD", "final_price": "165",
                "redeem_amount": "15", "debit_amount": "150", "channel_type": "creditcard",
                "maskNo": "4311-****-****-2222", "invoice_vehicle": "/ABC+123",
                "refund_history": refunds,
            },
        ] },
    })
    .to_string()
}

#[tokio::test]
async fn the_inquiry_says_how_a_payment_stands() {
    for (status, expected) in [
        (json!(0), State::Captured),
        (json!("0"), State::Captured),
        (json!(1), State::Pending),
        (json!(101), State::Pending),
        (json!("100"), State::Failed),
        (json!(102), State::Absent),
    ] {
        let provider = scripted(&[(200, &inquiry(&status, &json!([])))]).await;
        let report = Jkopay
            .query(provider.context(), &reference(None), twd(165))
            .await
            .unwrap();
        assert_eq!(report.state, expected, "{status}");
        let amount = (expected == State::Captured).then(|| twd(165));
        assert_eq!(report.amount, amount);
        let request = &provider.received()[0];
        let query = request.uri.query().unwrap();
        assert_eq!(query, "platform_order_ids=YZM0115A00001P01");
        assert_eq!(request.header("digest"), digest(SECRET, query.as_bytes()));
    }
}

#[tokio::test]
async fn money_and_points_together_are_what_was_paid_and_refunded() {
    let refunds = json!([
        { "result": "000", "refund_tradeNo": "R1", "debit_amount": "20", "redeem_amount": "10" },
        { "result": "113", "refund_tradeNo": "R2", "debit_amount": "50", "redeem_amount": "0" },
    ]);
    let provider = scripted(&[(200, &inquiry(&json!(0), &refunds))]).await;
    let report = Jkopay
        .query(provider.context(), &reference(None), twd(165))
        .await
        .unwrap();
    assert_eq!(
        (report.amount, report.refunded),
        (Some(twd(165)), Some(twd(30)))
    );
    assert_eq!(report.theirs.as_deref(), Some("J001"));
    assert_eq!(report.method.as_deref(), Some("creditcard"));
    assert_eq!(report.instrument["last_four"], "2222");
    assert_eq!(report.extra["invoice_vehicle"], "/ABC+123");
    assert_eq!(
        report.paid_at.unwrap().to_rfc3339(),
        "2026-01-15T04:01:30+00:00"
    );
}

#[tokio::test]
async fn an_unreadable_answer_is_unknown() {
    let not_canonical = inquiry(&json!(0), &json!([])).replace("\"165\"", "\"165.00\"");
    for (status, body) in [
        (200, ""),
        (200, "<html>"),
        (200, r#"{"result":"000"}"#),
        (
            200,
            r#"{"result":"000","result_object":{"transactions":[]}}"#,
        ),
        (200, r#"{"result":"999","message":"fault"}"#),
        (200, r#"{"result":"555","message":"new"}"#),
        (200, &inquiry(&json!(7), &json!([]))),
        (200, &not_canonical),
        (500, r#"{"result":"000"}"#),
    ] {
        let provider = scripted(&[(status, body)]).await;
        let answer = Jkopay
            .query(provider.context(), &reference(None), twd(165))
            .await;
        assert!(
            matches!(answer, Err(CallError::Unknown(_))),
            "{body}: {answer:?}"
        );
    }
}

#[tokio::test]
async fn a_repeated_refund_is_looked_for_and_keeps_its_number() {
    let given = |sum: i64| json!([{ "result": "000", "debit_amount": sum.to_string(), "redeem_amount": "0" }]);
    let provider = scripted(&[(200, &inquiry(&json!(0), &given(85)))]).await;
    let report = Jkopay
        .refund(provider.context(), &reference(None), &refund(true))
        .await
        .unwrap();
    assert_eq!(report.state, RefundState::Succeeded);
    assert_eq!(provider.calls(), ["GET /platform/inquiry"]);

    let done = r#"{"result":"000","result_object":{"refund_tradeNo":"R9","debit_amount":"55","redeem_amount":"0"}}"#;
    let provider = scripted(&[(200, &inquiry(&json!(0), &given(30))), (200, done)]).await;
    let report = Jkopay
        .refund(provider.context(), &reference(None), &refund(true))
        .await
        .unwrap();
    assert_eq!(report.theirs.as_deref(), Some("R9"));
    assert_eq!(
        provider.received()[1].body,
        r#"{"platform_order_id":"YZM0115A00001P01","refund_order_id":"YZMRF0001","refund_amount":55}"#
    );
}

#[tokio::test]
async fn a_refused_refund_says_why() {
    for (code, expected) in [
        ("102", "the refund is refused: 102 x"),
        ("113", "the merchant's balance is short: 113"),
        ("117", "the refund is refused: 117 x"),
        ("922", "the refund is refused: 922 x"),
    ] {
        let answer = format!(r#"{{"result":"{code}","message":"x"}}"#);
        let provider = scripted(&[(200, &answer)]).await;
        let answer = Jkopay
            .refund(provider.context(), &reference(None), &refund(false))
            .await;
        assert_eq!(answer.unwrap_err().to_string(), expected);
    }
}

#[test]
fn the_question_before_the_charge_is_answered_in_words() {
    let asked = parse(br#"{"platform_order_id":"YZM0115A00001P01"}"#).unwrap();
    assert_eq!(asked.asks_for, Some(Question::MayCharge));
    let body = |verdict| Jkopay.acknowledge(verdict, Some(&asked)).body;
    assert_eq!(&body(Verdict::Accepted)[..], br#"{"valid":true}"#);
    for verdict in [Verdict::Refused, Verdict::Mismatch, Verdict::NotStored] {
        assert_eq!(&body(verdict)[..], br#"{"valid":false}"#);
    }
}

#[test]
fn a_result_proves_nothing() {
    let notice = parse(br#"{"transaction":{"platform_order_id":"A1","status":0,"tradeNo":"J1","final_price":"1"}}"#);
    let notice = notice.unwrap();
    assert_eq!(
        (notice.reference.as_str(), notice.event.as_str()),
        ("A1", "result/J1/0")
    );
    assert_eq!((notice.report.as_ref(), notice.asks_for), (None, None));
    let acknowledged = Jkopay.acknowledge(Verdict::Accepted, Some(&notice));
    assert_eq!(
        (acknowledged.status.as_u16(), acknowledged.body.len()),
        (200, 0)
    );
    for body in [
        &b"{}"[..],
        b"",
        b"\xff",
        br#"{"platform_order_id":"../x"}"#,
        br#"{"platform_order_id":"A1","platform_order_id":"A2"}"#,
        br#"{"transaction":{"platform_order_id":"A1"}}"#,
        br#"{"transaction":{"platform_order_id":"A1","status":"a b"}}"#,
    ] {
        assert_eq!(parse(body), Err(Rejection::Malformed), "{body:?}");
    }
}

proptest! {
    #[test]
    fn no_message_makes_it_panic(body: Vec<u8>) {
        let _ = parse(&body);
    }

    #[test]
    fn a_result_with_other_values_is_never_more_than_a_hint(
        changes in prop::collection::vec((any::<usize>(), any_scalar()), 1..4),
    ) {
        let genuine = json!({ "transaction": {
            "platform_order_id": "YZM0115A00001P01", "status": "0", "tradeNo": "T1",
            "final_price": "165", "currency": "TWD",
        } });
        let read = parse(altered(&genuine, &changes).to_string().as_bytes());
        prop_assert!(!read.is_ok_and(|notice| notice.report.is_some()));
    }
}
