//! ECPay over HTTP, with its answers written by the tests.

use chassis::money::{Currency, Money};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;
use url::{Url, form_urlencoded};

use super::{Ecpay, FIELDS, check_mac_value};
use crate::{
    Adapter as _, Attempt, AttemptReference, CallError, Context, Credentials, Endpoints, Http,
    HttpSettings, RefundReport, RefundRequest, RefundState,
    scripted::{self, Scripted, credentials, twd},
};

pub(super) const VALUES: [(&str, &str); 4] = [
    ("MerchantID", "3002607"),
    ("HashKey", "pwFHCqoQZGmho4w6"),
    ("HashIV", "EkRm7iFT261dpevs"),
    ("CreditCheckCode", "25938805"),
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
            ours: "YZM20260115A00001P01".to_owned(),
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

pub(super) fn signed_with(keys: &Credentials, fields: &[(&str, &str)]) -> String {
    let signature = check_mac_value::sign_with(fields.iter().copied(), keys);
    form_urlencoded::Serializer::new(String::new())
        .extend_pairs(fields)
        .append_pair(check_mac_value::NAME, &signature)
        .finish()
}

fn paid_attempt() -> AttemptReference {
    AttemptReference {
        theirs: Some("2601151200000001".to_owned()),
        extra: [("gwsr", "13475885"), ("TradeAmt", "1615")]
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect(),
        ..attempt().reference
    }
}

fn refund(amount: i64, before: i64) -> RefundRequest {
    RefundRequest {
        reference: "YZMR01".to_owned(),
        amount: twd(amount),
        captured: twd(1615),
        refunded_before: twd(before),
        repeated: false,
        method: "Credit_CreditCard".to_owned(),
    }
}

fn card(status: &str, closed: i64) -> (u16, String) {
    let answer = json!({"RtnMsg": "", "RtnValue": {
        "TradeID": 13_475_885, "amount": 1615, "clsamt": closed, "status": status, "close_data": [],
    }});
    (200, answer.to_string())
}

fn done() -> (u16, String) {
    (
        200,
        "MerchantTradeNo=YZM20260115A00001P01&RtnCode=1&RtnMsg=".to_owned(),
    )
}

fn refused(text: &str) -> (u16, String) {
    (200, format!("RtnCode=0&RtnMsg={text}"))
}

fn unanswered() -> (u16, String) {
    (502, "<html>".to_owned())
}

/// Refunds at `now` and returns what came of it, and the calls: `?` for the state, the letter and the
/// amount for an action.
async fn run(
    answers: Vec<(u16, String)>,
    refund: &RefundRequest,
    now: &str,
) -> (Result<RefundReport, CallError>, Vec<String>) {
    let upstream = Scripted::new(&FIELDS, &VALUES, &answers).await;
    let context = Context {
        now: instant(now),
        ..upstream.context()
    };
    let result = Ecpay.refund(context, &paid_attempt(), refund).await;
    let calls = upstream
        .received()
        .iter()
        .map(|call| {
            let form = call.form();
            let pairs: Vec<_> = form.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
            assert!(check_mac_value::verify(
                pairs,
                "pwFHCqoQZGmho4w6",
                "EkRm7iFT261dpevs"
            ));
            match call.uri.path() {
                "/CreditDetail/QueryTrade/V2" => {
                    assert_eq!(form["CreditRefundId"], "13475885");
                    assert_eq!(form["CreditAmount"], "1615");
                    "?".to_owned()
                }
                "/CreditDetail/DoAction" => format!("{} {}", form["Action"], form["TotalAmount"]),
                other => other.to_owned(),
            }
        })
        .collect();
    (result, calls)
}

const NOON: &str = "2026-01-15T12:00:00+08:00";
const EVENING: &str = "2026-01-15T20:30:00+08:00";

#[tokio::test]
async fn the_state_chooses_the_calls() {
    let cases = [
        (card("已授權", 0), 1615, 0, vec!["?", "N 1615"]),
        (card("要關帳", 1615), 1615, 0, vec!["?", "E 1615", "N 1615"]),
        (card("要關帳", 1615), 415, 0, vec!["?", "R 415"]),
        (card("已關帳", 1615), 415, 0, vec!["?", "R 415"]),
        (card("已關帳", 1200), 1200, 415, vec!["?", "R 1200"]),
        (card("已授權", 0), 415, 0, vec!["?", "C 1615", "R 415"]),
    ];
    for (state, amount, before, expected) in cases {
        let answers = vec![state, done(), done()];
        let (result, calls) = run(answers, &refund(amount, before), NOON).await;
        assert_eq!(result.unwrap().state, RefundState::Succeeded);
        assert_eq!(calls, expected);
    }
}

#[tokio::test]
async fn more_than_is_left_makes_no_call() {
    for (amount, before) in [(1616, 0), (1201, 415), (0, 0), (-1, 0)] {
        let (result, calls) = run(vec![], &refund(amount, before), NOON).await;
        let Err(CallError::RefundRefused { code, .. }) = result else {
            panic!("{result:?}");
        };
        assert_eq!(code, "REFUND_EXCEEDS_PAID");
        assert!(calls.is_empty());
    }
}

#[tokio::test]
async fn nothing_is_called_while_ecpay_closes() {
    for (now, waits) in [
        ("2026-01-15T20:14:59+08:00", false),
        ("2026-01-15T20:15:00+08:00", true),
        ("2026-01-15T20:29:59+08:00", true),
        ("2026-01-15T20:30:00+08:00", false),
    ] {
        let answers = vec![card("已關帳", 1615), done()];
        let (result, calls) = run(answers, &refund(415, 0), now).await;
        if waits {
            let until = instant("2026-01-15T20:30:00+08:00");
            assert_eq!(result, Err(CallError::NotYet { until }));
            assert!(calls.is_empty());
        } else {
            assert_eq!(result.unwrap().state, RefundState::Succeeded);
        }
    }
}

#[tokio::test]
async fn an_unanswered_abandon_is_asked_about_and_sent_once_more() {
    let answers = vec![card("要關帳", 1615), done(), unanswered()];
    let (result, calls) = run(answers, &refund(1615, 0), NOON).await;
    assert!(matches!(result, Err(CallError::Unknown(_))));
    assert_eq!(calls, ["?", "E 1615", "N 1615"]);

    let again = RefundRequest {
        repeated: true,
        ..refund(1615, 0)
    };
    let (result, calls) = run(vec![card("已授權", 0), done()], &again, NOON).await;
    assert_eq!(result.unwrap().state, RefundState::Succeeded);
    assert_eq!(calls, ["?", "N 1615"]);

    let (result, calls) = run(vec![card("已取消", 0)], &again, NOON).await;
    assert_eq!(result.unwrap().state, RefundState::Succeeded);
    assert_eq!(calls, ["?"]);
}

#[tokio::test]
async fn an_unanswered_refund_that_happened_is_not_sent_again() {
    let again = RefundRequest {
        repeated: true,
        ..refund(415, 0)
    };
    let (result, calls) = run(vec![card("已關帳", 1200)], &again, NOON).await;
    assert_eq!(result.unwrap().state, RefundState::Succeeded);
    assert_eq!(calls, ["?"]);
}

#[tokio::test]
async fn a_refusal_is_followed_by_the_calls_of_the_true_state() {
    let answers = vec![
        card("已授權", 0),
        refused("error_amount_R"),
        card("要關帳", 1615),
        done(),
        done(),
    ];
    let (result, calls) = run(answers, &refund(1615, 0), NOON).await;
    assert_eq!(result.unwrap().state, RefundState::Succeeded);
    assert_eq!(calls, ["?", "N 1615", "?", "E 1615", "N 1615"]);

    let answers = vec![
        card("已關帳", 1615),
        refused("error_amount_R"),
        card("已關帳", 1615),
    ];
    let (result, calls) = run(answers, &refund(415, 0), NOON).await;
    let report = result.unwrap();
    assert_eq!(report.state, RefundState::NeedsPerson);
    assert!(report.text.unwrap().contains("error_amount_R"));
    assert_eq!(calls, ["?", "R 415", "?"]);
}

#[tokio::test]
async fn a_final_refusal_says_what_it_is() {
    let answers = vec![card("已關帳", 1615), refused("error_overDate")];
    let (result, _) = run(answers, &refund(415, 0), NOON).await;
    assert!(matches!(result, Err(CallError::RefundRefused { .. })));

    let answers = vec![card("已關帳", 1615), (200, "0|餘額不足".to_owned())];
    let (result, _) = run(answers, &refund(415, 0), NOON).await;
    assert!(matches!(result, Err(CallError::BalanceShort { .. })));
}

#[tokio::test]
async fn what_cannot_be_read_is_unknown_and_too_many_calls_wait() {
    for answer in [
        "",
        "<html>busy</html>",
        "RtnMsg=ok",
        "RtnCode=<b>&RtnMsg=",
        "\u{0}",
    ] {
        let answers = vec![card("已關帳", 1615), (200, answer.to_owned())];
        let (result, _) = run(answers, &refund(415, 0), NOON).await;
        assert!(
            matches!(result, Err(CallError::Unknown(_))),
            "{answer:?}: {result:?}"
        );
    }
    let (result, _) = run(vec![(403, String::new())], &refund(415, 0), NOON).await;
    assert!(matches!(result, Err(CallError::RateLimited { .. })));
}

#[tokio::test]
async fn offline_methods_are_refunded_by_a_person_without_a_call() {
    for method in [
        "ATM_TAISHIN",
        "CVS_CVS",
        "BARCODE_BARCODE",
        "WebATM_TAISHIN",
        "TWQR_OPAY",
    ] {
        let request = RefundRequest {
            method: method.to_owned(),
            ..refund(1615, 0)
        };
        let (result, calls) = run(vec![], &request, NOON).await;
        assert_eq!(result.unwrap().state, RefundState::NeedsPerson);
        assert!(calls.is_empty());
    }
}

/// Refunds 415 of a payment whose callback was lost: the answer to a query of the trade has no `gwsr`.
async fn refund_without_callback(
    method: &str,
    repeated: bool,
    now: &str,
    action: (u16, String),
) -> (Result<RefundReport, CallError>, Vec<String>) {
    let trade = signed_with(
        &account(),
        &[
            ("MerchantID", "3002607"),
            ("MerchantTradeNo", "YZM20260115A00001P01"),
            ("TradeNo", "2601151200000001"),
            ("TradeAmt", "1615"),
            ("PaymentDate", "2026/01/15 12:01:30"),
            ("PaymentType", method),
            ("TradeStatus", "1"),
        ],
    );
    let upstream = Scripted::new(&FIELDS, &VALUES, &[(200, trade), action]).await;
    let context = Context {
        now: instant(now),
        ..upstream.context()
    };
    let request = RefundRequest {
        method: String::new(),
        repeated,
        ..refund(415, 0)
    };
    let result = Ecpay.refund(context, &attempt().reference, &request).await;
    let received = upstream.received();
    let actions = received.iter().skip(1).map(|call| {
        let form = call.form();
        assert_eq!(form["TradeNo"], "2601151200000001");
        format!("{} {}", form["Action"], form["TotalAmount"])
    });
    (result, actions.collect())
}

#[tokio::test]
async fn without_the_card_number_a_refund_waits_for_the_closing() {
    let until = instant("2026-01-15T20:30:00+08:00");
    for early in [NOON, "2026-01-15T20:14:00+08:00"] {
        let (result, calls) =
            refund_without_callback("Credit_CreditCard", false, early, done()).await;
        assert_eq!(result, Err(CallError::NotYet { until }));
        assert!(calls.is_empty());
    }
    let (result, calls) =
        refund_without_callback("Credit_CreditCard", false, EVENING, done()).await;
    assert_eq!(result.unwrap().state, RefundState::Succeeded);
    assert_eq!(calls, ["R 415"]);

    let refusal = refused("error_status");
    let (result, _) = refund_without_callback("Credit_CreditCard", false, EVENING, refusal).await;
    let report = result.unwrap();
    assert_eq!(report.state, RefundState::NeedsPerson);
    assert!(report.text.unwrap().contains("error_status"));
}

#[tokio::test]
async fn without_the_card_number_a_person_looks_before_a_refund_is_repeated() {
    let (result, calls) = refund_without_callback("Credit_CreditCard", true, EVENING, done()).await;
    assert_eq!(result.unwrap().state, RefundState::NeedsPerson);
    assert!(calls.is_empty());
    let (result, calls) = refund_without_callback("ATM_TAISHIN", false, EVENING, done()).await;
    assert_eq!(result.unwrap().state, RefundState::NeedsPerson);
    assert!(calls.is_empty());
}

#[tokio::test]
async fn a_card_is_captured_and_voided_by_its_state() {
    let cases = [
        ("已授權", 0, true, vec!["C 1615"]),
        ("已關帳", 1615, true, vec![]),
        ("已授權", 0, false, vec!["N 1615"]),
        ("要關帳", 1615, false, vec!["E 1615", "N 1615"]),
        ("已取消", 0, false, vec![]),
    ];
    for (status, closed, capture, expected) in cases {
        let upstream =
            Scripted::new(&FIELDS, &VALUES, &[card(status, closed), done(), done()]).await;
        let context = Context {
            now: instant(NOON),
            ..upstream.context()
        };
        let amount = Money::new(1615, Currency::TWD);
        let result = if capture {
            Ecpay.capture(context, &paid_attempt(), amount).await
        } else {
            Ecpay.void(context, &paid_attempt(), amount).await
        };
        assert_eq!(result.unwrap().amount, Some(amount));
        let actions: Vec<_> = upstream
            .received()
            .iter()
            .skip(1)
            .map(|call| format!("{} {}", call.form()["Action"], call.form()["TotalAmount"]))
            .collect();
        assert_eq!(actions, expected);
    }
}

#[tokio::test]
async fn an_address_that_does_not_answer_is_unreachable() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = Url::parse(&format!("http://{}/", listener.local_addr().unwrap())).unwrap();
    drop(listener);
    let endpoints = Endpoints {
        extra: url.clone(),
        api: url,
    };
    let (http, account) = (Http::new(HttpSettings::default()).unwrap(), account());
    let context = Context {
        http: &http,
        endpoints: &endpoints,
        credentials: &account,
        now: instant(NOON),
    };
    let amount = Money::new(165, Currency::TWD);
    let result = Ecpay.query(context, &attempt().reference, amount).await;
    assert!(matches!(result, Err(CallError::Unreachable(_))));
}
