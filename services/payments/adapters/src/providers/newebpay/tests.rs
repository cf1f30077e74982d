//! NewebPay over HTTP, with its answers written by the tests.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use url::form_urlencoded;

use super::{FIELDS, Newebpay, crypto::Keys};
use crate::{
    Adapter as _, Attempt, AttemptReference, CallError, Context, Credentials, RefundReport,
    RefundRequest, RefundState, Report, State,
    scripted::{self, Received, Scripted, credentials, twd},
};

pub(super) const KEYS: Keys<'static> = Keys {
    key: "Fs5cX1TGqYM2PpdbE14a9H83YQSQF5jn",
    iv: "C6AcmfqJILwgnhIP",
};

const ORDER: &str = "YZM20260115A00001P01";
const NOON: &str = "2026-01-15T12:00:00+08:00";

const VALUES: [(&str, &str); 3] = [
    ("MerchantID", "MS127874575"),
    ("HashKey", KEYS.key),
    ("HashIV", KEYS.iv),
];

pub(super) fn account() -> Credentials {
    credentials(&FIELDS, &VALUES)
}

fn instant(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

pub(super) fn attempt() -> Attempt {
    let created_at = instant("2026-01-15T12:00:05+08:00");
    Attempt {
        reference: AttemptReference {
            ours: ORDER.to_owned(),
            ..scripted::reference(None)
        },
        created_at,
        expires_at: created_at + TimeDelta::minutes(20),
        ..scripted::attempt()
    }
}

/// Calls `f` with a context that reaches nothing.
pub(super) fn with_context<T>(account: &Credentials, f: impl FnOnce(Context<'_>) -> T) -> T {
    scripted::with_context(account, attempt().created_at, f)
}

fn ok(value: &Value) -> (u16, String) {
    (200, value.to_string())
}

fn checked(mut result: Value) -> (u16, String) {
    result["MerchantID"] = json!("MS127874575");
    result["MerchantOrderNo"] = json!(ORDER);
    result["TradeNo"] = json!("26011512000000123");
    let amount = result["Amt"].to_string();
    let code = KEYS.check_code(&amount, "MS127874575", ORDER, "26011512000000123");
    result["CheckCode"] = json!(code);
    ok(&json!({"Status": "SUCCESS", "Message": "", "Result": result}))
}

fn trade(method: &str, status: u8, closing: u8) -> (u16, String) {
    checked(json!({
        "Amt": 1615, "TradeStatus": status.to_string(), "PaymentType": method,
        "CloseStatus": closing.to_string(), "BackStatus": "0", "BackBalance": 1615,
    }))
}

fn success() -> (u16, String) {
    checked(json!({"Amt": 1615}))
}

fn refused(code: &str) -> (u16, String) {
    ok(&json!({"Status": code, "Message": "text", "Result": []}))
}

fn wallet(data: &Value) -> (u16, String) {
    let data = KEYS.encrypt(&data.to_string()).unwrap();
    ok(&json!({"Status": "1000", "Message": "", "HashData": KEYS.sha(&data), "EncryptData": data}))
}

fn refund(amount: i64, before: i64) -> RefundRequest {
    RefundRequest {
        reference: "YZMR01".to_owned(),
        amount: twd(amount),
        captured: twd(1615),
        refunded_before: twd(before),
        repeated: false,
        method: String::new(),
    }
}

/// The calls of a test: `?` for the state, `cancel`, `close` with type, or `wallet`, and the amount.
fn names(calls: &[Received]) -> Vec<String> {
    calls
        .iter()
        .map(|call| {
            let form = call.form();
            let open = |data: &str| -> BTreeMap<String, String> {
                let text = KEYS.decrypt(data).unwrap();
                form_urlencoded::parse(text.as_bytes())
                    .into_owned()
                    .collect()
            };
            match call.uri.path() {
                "/API/QueryTradeInfo" => {
                    let expected = KEYS.check_value(&form["Amt"], "MS127874575", ORDER);
                    assert_eq!(form["CheckValue"], expected);
                    "?".to_owned()
                }
                "/API/CreditCard/Cancel" => format!("cancel {}", open(&form["PostData_"])["Amt"]),
                "/API/CreditCard/Close" => {
                    let data = open(&form["PostData_"]);
                    let undo = if data.contains_key("Cancel") {
                        " undo"
                    } else {
                        ""
                    };
                    format!("close {}{undo} {}", data["CloseType"], data["Amt"])
                }
                "/API/EWallet/refund" => {
                    assert!(KEYS.verify(&form["EncryptData_"], &form["HashData_"]));
                    let data: Value =
                        serde_json::from_str(&KEYS.decrypt(&form["EncryptData_"]).unwrap())
                            .unwrap();
                    format!("wallet {} {}", data["PaymentType"], data["Amount"]).replace('"', "")
                }
                other => other.to_owned(),
            }
        })
        .collect()
}

async fn run(
    answers: Vec<(u16, String)>,
    refund: &RefundRequest,
) -> (Result<RefundReport, CallError>, Vec<String>) {
    let upstream = Scripted::new(&FIELDS, &VALUES, &answers).await;
    let context = Context {
        now: instant(NOON),
        ..upstream.context()
    };
    let result = Newebpay.refund(context, &attempt().reference, refund).await;
    (result, names(&upstream.received()))
}

async fn query(answer: (u16, String)) -> Result<Report, CallError> {
    let upstream = Scripted::new(&FIELDS, &VALUES, &[answer]).await;
    let context = Context {
        now: instant(NOON),
        ..upstream.context()
    };
    Newebpay
        .query(context, &attempt().reference, twd(1615))
        .await
}

#[tokio::test]
async fn the_query_says_how_the_attempt_stands() {
    for (status, state) in [
        (0, State::Pending),
        (1, State::Captured),
        (2, State::Failed),
        (3, State::Voided),
        (6, State::Captured),
    ] {
        let report = query(trade("CREDIT", status, 3)).await.unwrap();
        assert_eq!(report.state, state);
        assert_eq!(report.amount, Some(twd(1615)));
    }
    assert_eq!(
        query(trade("CREDIT", 6, 3)).await.unwrap().refunded,
        Some(twd(1615))
    );
    assert_eq!(
        query(refused("TRA10021")).await.unwrap().state,
        State::Absent
    );
}

#[tokio::test]
async fn an_answer_that_cannot_be_believed_leaves_the_outcome_unknown() {
    let (status, genuine) = trade("CREDIT", 1, 3);
    for answer in [
        (200, String::new()),
        (200, "<html>busy</html>".to_owned()),
        (502, "{}".to_owned()),
        (404, genuine.clone()),
        (200, "{}".to_owned()),
        (status, genuine.replace("\"Amt\":1615", "\"Amt\":1")),
        (status, genuine.replace("CheckCode", "Other")),
        (status, genuine.replace(ORDER, "YZM20260115A00002P01")),
        refused("MPG02006"),
        refused("NEW00001"),
    ] {
        let result = query(answer.clone()).await;
        assert!(
            matches!(result, Err(CallError::Unknown(_))),
            "{answer:?}: {result:?}"
        );
    }
    assert!(matches!(
        query(refused("TRA10071")).await,
        Err(CallError::RateLimited { .. })
    ));
    assert!(matches!(
        query(refused("TRA40014")).await,
        Err(CallError::Configuration { .. })
    ));
}

#[tokio::test]
async fn the_state_chooses_the_calls() {
    use RefundState::{Pending, Succeeded};
    let cases = [
        (0, 1615, Succeeded, vec!["?", "cancel 1615"]),
        (0, 415, Pending, vec!["?", "close 1 1615"]),
        (
            1,
            1615,
            Succeeded,
            vec!["?", "close 1 undo 1615", "cancel 1615"],
        ),
        (1, 415, Pending, vec!["?"]),
        (2, 415, Pending, vec!["?", "close 2 415"]),
        (3, 1615, Pending, vec!["?", "close 2 1615"]),
    ];
    for (closing, amount, state, expected) in cases {
        let answers = vec![trade("CREDIT", 1, closing), success(), success()];
        let (result, calls) = run(answers, &refund(amount, 0)).await;
        let report = result.unwrap();
        assert_eq!(
            (report.state, calls),
            (state, expected.iter().map(ToString::to_string).collect())
        );
        let retry = (state == Pending).then(|| instant("2026-01-15T22:00:00+08:00"));
        assert_eq!(report.retry_at, retry);
    }
}

#[tokio::test]
async fn a_cancellation_that_the_bank_decides_is_pending() {
    let answers = vec![trade("CREDIT", 1, 0), refused("TRA20001")];
    let (result, _) = run(answers, &refund(1615, 0)).await;
    assert_eq!(result.unwrap().state, RefundState::Pending);
}

#[tokio::test]
async fn an_unanswered_refund_is_asked_about_before_it_is_repeated() {
    let answers = vec![trade("CREDIT", 1, 3), (502, String::new())];
    let (result, _) = run(answers, &refund(415, 0)).await;
    assert!(matches!(result, Err(CallError::Unknown(_))));

    let again = RefundRequest {
        repeated: true,
        ..refund(415, 0)
    };
    let done = checked(json!({
        "Amt": 1615, "TradeStatus": "1", "PaymentType": "CREDIT", "CloseStatus": "3",
        "CloseAmt": 1615, "BackStatus": "3", "BackBalance": 1200,
    }));
    let (result, calls) = run(vec![done], &again).await;
    assert_eq!(result.unwrap().state, RefundState::Succeeded);
    assert_eq!(calls, ["?"]);
}

#[tokio::test]
async fn a_refusal_is_followed_by_the_calls_of_the_true_state() {
    let answers = vec![
        trade("CREDIT", 1, 0),
        refused("TRA10047"),
        trade("CREDIT", 1, 1),
        success(),
        success(),
    ];
    let (result, calls) = run(answers, &refund(1615, 0)).await;
    assert_eq!(result.unwrap().state, RefundState::Succeeded);
    assert_eq!(
        calls,
        ["?", "cancel 1615", "?", "close 1 undo 1615", "cancel 1615"]
    );

    let answers = vec![
        trade("CREDIT", 1, 3),
        refused("TRA10035"),
        trade("CREDIT", 1, 3),
    ];
    let (result, _) = run(answers, &refund(415, 0)).await;
    let report = result.unwrap();
    assert_eq!(report.state, RefundState::NeedsPerson);
    assert!(report.text.unwrap().contains("TRA10035"));
}

#[tokio::test]
async fn a_wallet_gives_back_by_its_own_call() {
    let answer = wallet(&json!({
        "TradeNo": "26011512000000124", "MerchantOrderNo": ORDER, "RefundAmount": 415,
    }));
    let (result, calls) = run(vec![trade("LINEPAY", 1, 3), answer], &refund(415, 0)).await;
    let report = result.unwrap();
    assert_eq!(report.state, RefundState::Succeeded);
    assert_eq!(report.theirs.as_deref(), Some("26011512000000124"));
    assert_eq!(calls, ["?", "wallet LINEPAY 415"]);

    let other = wallet(&json!({"TradeNo": "1", "MerchantOrderNo": ORDER, "RefundAmount": 1}));
    for answer in [other, ok(&json!({"Status": "1000"})), refused("1109")] {
        let (result, _) = run(vec![trade("LINEPAY", 1, 3), answer], &refund(415, 0)).await;
        assert!(matches!(result, Err(CallError::Unknown(_))), "{result:?}");
    }
    let (result, _) = run(
        vec![trade("TAIWANPAY", 1, 3), refused("1108")],
        &refund(415, 0),
    )
    .await;
    assert!(matches!(result, Err(CallError::RefundRefused { .. })));
}

#[tokio::test]
async fn offline_methods_and_too_large_refunds_make_no_call() {
    let request = RefundRequest {
        method: "VACC".to_owned(),
        ..refund(1615, 0)
    };
    let (result, calls) = run(vec![], &request).await;
    assert_eq!(result.unwrap().state, RefundState::NeedsPerson);
    assert!(calls.is_empty());

    let (result, calls) = run(vec![], &refund(1616, 0)).await;
    assert!(matches!(result, Err(CallError::RefundRefused { .. })));
    assert!(calls.is_empty());
}

#[tokio::test]
async fn a_card_is_captured_and_voided_by_its_state() {
    let cases = [
        (1, 0, true, vec!["?", "close 1 1615"]),
        (1, 3, true, vec!["?"]),
        (1, 0, false, vec!["?", "cancel 1615"]),
        (1, 1, false, vec!["?", "close 1 undo 1615", "cancel 1615"]),
        (3, 0, false, vec!["?"]),
    ];
    for (status, closing, capture, expected) in cases {
        let upstream = Scripted::new(
            &FIELDS,
            &VALUES,
            &[trade("CREDIT", status, closing), success(), success()],
        )
        .await;
        let context = Context {
            now: instant(NOON),
            ..upstream.context()
        };
        let reference = attempt().reference;
        let result = if capture {
            Newebpay.capture(context, &reference, twd(1615)).await
        } else {
            Newebpay.void(context, &reference, twd(1615)).await
        };
        let state = if capture {
            State::Captured
        } else {
            State::Voided
        };
        assert_eq!(result.unwrap().state, state);
        assert_eq!(names(&upstream.received()), expected);
    }
}
