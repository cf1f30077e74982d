use std::time::Duration;

use chrono::TimeDelta;
use serde_json::json;
use url::Url;

use super::Xpyun;
use crate::{
    CallError, Content, Context, Counts, Http, HttpSettings, Job, NewPrinter, OrderState,
    PrinterState, PushCloud as _, Voice,
    scripted::{Answer, Scripted, account, job, now},
};

const SERIAL: &str = "36NVNY3QNGC344B";
const SLIP: Content<'_> = Content::Slip("<CB>001</CB><BR>");
const NEW: NewPrinter<'_> = NewPrinter {
    serial: SERIAL,
    key: None,
    name: "櫃檯",
};

fn reply(code: i64, data: &serde_json::Value) -> String {
    json!({ "code": code, "msg": "ok", "data": data }).to_string()
}

#[tokio::test]
async fn a_slip_is_given_once_with_its_copies_and_the_signature_of_its_time() {
    let vendor = Scripted::new(&[&reply(0, &json!("OM2601151206309001"))]).await;
    let order = Xpyun.print(vendor.context(), &job(SERIAL, SLIP)).await;
    assert_eq!(order.unwrap(), "OM2601151206309001");

    let received = vendor.received();
    assert_eq!(received.len(), 1);
    assert_eq!(received[0].path, "/api/print");
    assert_eq!(received[0].media, "application/json;charset=UTF-8");
    assert_eq!(
        received[0].json(),
        json!({
            "user": "shop@example.test",
            "timestamp": "1768449990",
            "sign": "68d7cbbe73129397bcf879f5a499012b788ee3bc",
            "debug": "0",
            "sn": SERIAL,
            "content": "<CB>001</CB><BR>",
            "copies": 2,
            "voice": 2,
            "mode": 0,
            "idempotent": "0190f1c2.1",
        })
    );
}

#[tokio::test]
async fn labels_have_a_call_of_their_own() {
    let vendor = Scripted::new(&[&reply(0, &json!("OM1"))]).await;
    let labels = Content::Labels("<PAGE><SIZE>40,25</SIZE></PAGE>");
    let job = Job {
        voice: Voice::Cancelled,
        ..job(SERIAL, labels)
    };
    Xpyun.print(vendor.context(), &job).await.unwrap();
    let received = &vendor.received()[0];
    assert_eq!(received.path, "/api/printLabel");
    let body = received.json();
    assert_eq!(
        (&body["horizontalOffset"], &body["verticalOffset"]),
        (&json!(0), &json!(0))
    );
    assert_eq!(body["voice"], 0);
}

#[tokio::test]
async fn what_the_vendor_says_of_a_job_decides_whether_it_may_print() {
    let unknown = |error: &CallError| matches!(error, CallError::Unknown(_));
    type Expected = fn(&CallError) -> bool;
    let cases: [(i64, Expected, bool); 12] = [
        (-1, |e| matches!(e, CallError::Rejected { .. }), false),
        (-2, |e| matches!(e, CallError::Rejected { .. }), false),
        (-3, |e| matches!(e, CallError::Configuration { .. }), false),
        (-4, |e| matches!(e, CallError::Configuration { .. }), false),
        (
            1001,
            |e| matches!(e, CallError::UnknownPrinter { .. }),
            false,
        ),
        (
            1002,
            |e| matches!(e, CallError::UnknownPrinter { .. }),
            false,
        ),
        (1003, |e| matches!(e, CallError::Offline), false),
        (1004, |e| matches!(e, CallError::NotTaken { .. }), false),
        (1007, |e| matches!(e, CallError::Rejected { .. }), false),
        (1013, |e| matches!(e, CallError::Duplicate), true),
        (1014, |e| matches!(e, CallError::Rejected { .. }), false),
        (9999, unknown, true),
    ];
    for (code, expected, may_print) in cases {
        let vendor = Scripted::new(&[&reply(code, &json!(null))]).await;
        let error = Xpyun.print(vendor.context(), &job(SERIAL, SLIP)).await;
        let error = error.unwrap_err();
        assert!(expected(&error), "{code}: {error:?}");
        assert_eq!(error.may_print(), may_print, "{code}");
    }
}

#[tokio::test]
async fn a_lost_or_broken_answer_may_have_printed_and_is_not_sent_again() {
    let answers = [
        Answer::Silence,
        Answer::Text(500, String::new()),
        Answer::Text(502, reply(0, &json!("OM1"))),
        Answer::Text(200, "<html>".to_owned()),
        Answer::Text(200, String::new()),
        Answer::Text(200, reply(0, &json!(null))),
        Answer::Text(200, reply(0, &json!(" "))),
        Answer::Text(200, json!({ "msg": "ok" }).to_string()),
    ];
    for answer in answers {
        let vendor = Scripted::with(vec![answer.clone()]).await;
        let error = Xpyun.print(vendor.context(), &job(SERIAL, SLIP)).await;
        assert!(error.unwrap_err().may_print(), "{answer:?}");
        assert_eq!(vendor.received().len(), 1, "{answer:?}");
    }
}

#[tokio::test]
async fn what_never_reached_the_vendor_may_be_repeated() {
    let http = Http::new(HttpSettings::default()).unwrap();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base: Url = format!("http://{}/", listener.local_addr().unwrap())
        .parse()
        .unwrap();
    drop(listener);
    let context = Context {
        http: &http,
        base: &base,
        account: &account(),
        now: now(),
    };
    let error = Xpyun.print(context, &job(SERIAL, SLIP)).await.unwrap_err();
    assert!(matches!(error, CallError::Unreachable(_)), "{error:?}");

    let turned_away = [
        (429, "Unreachable"),
        (404, "Configuration"),
        (401, "Configuration"),
    ];
    for (status, expected) in turned_away {
        let vendor = Scripted::with(vec![Answer::Text(status, "no".to_owned())]).await;
        let error = Xpyun
            .print(vendor.context(), &job(SERIAL, SLIP))
            .await
            .unwrap_err();
        assert!(
            format!("{error:?}").starts_with(expected),
            "{status}: {error:?}"
        );
        assert!(!error.may_print(), "{status}");
    }
}

#[tokio::test]
async fn a_job_that_cannot_be_right_is_not_sent() {
    let vendor = Scripted::new(&[]).await;
    let good = job(SERIAL, SLIP);
    let large = "茶".repeat(4_097);
    let fits = "茶".repeat(4_096);
    let wrong = [
        Job { copies: 0, ..good },
        Job { copies: 6, ..good },
        Job { key: "", ..good },
        Job { key: "a b", ..good },
        Job {
            content: Content::Slip(" \n"),
            ..good
        },
        Job {
            content: Content::Slip(&large),
            ..good
        },
        Job {
            expires_at: now(),
            ..good
        },
        Job {
            expires_at: now() - TimeDelta::seconds(1),
            ..good
        },
    ];
    for job in wrong {
        let error = Xpyun.print(vendor.context(), &job).await.unwrap_err();
        assert!(!error.may_print());
        assert!(
            matches!(
                error,
                CallError::Rejected { .. }
                    | CallError::TooLarge {
                        bytes: 12_291,
                        most: 12_288
                    }
            ),
            "{error:?}"
        );
    }
    assert!(vendor.received().is_empty());
    // The largest that fits is sent.
    let largest = Job {
        content: Content::Slip(&fits),
        ..good
    };
    let vendor = Scripted::new(&[&reply(0, &json!("OM1"))]).await;
    Xpyun.print(vendor.context(), &largest).await.unwrap();
}

#[tokio::test]
async fn a_job_is_printed_not_yet_or_unknown() {
    let cases = [
        (reply(0, &json!(true)), Some(OrderState::Printed)),
        (reply(0, &json!(false)), Some(OrderState::Waiting)),
        (reply(1005, &json!(null)), Some(OrderState::Absent)),
        (reply(0, &json!("true")), None),
        (reply(-3, &json!(null)), None),
    ];
    for (answer, expected) in cases {
        let vendor = Scripted::new(&[&answer]).await;
        let state = Xpyun.order_state(vendor.context(), "OM1").await;
        assert_eq!(state.ok(), expected, "{answer}");
        let received = &vendor.received()[0];
        assert_eq!(received.path, "/api/queryOrderState");
        assert_eq!(received.json()["orderId"], "OM1");
    }
}

#[tokio::test]
async fn a_printer_is_off_well_or_unwell() {
    let cases = [
        (json!(0), Some(PrinterState::Offline)),
        (json!(1), Some(PrinterState::Ready)),
        (json!(2), Some(PrinterState::Unwell)),
        (json!(3), None),
        (json!("1"), None),
    ];
    for (data, expected) in cases {
        let vendor = Scripted::new(&[&reply(0, &data)]).await;
        let state = Xpyun.printer_state(vendor.context(), SERIAL).await;
        assert_eq!(state.ok(), expected, "{data}");
        assert_eq!(vendor.received()[0].path, "/api/queryPrinterStatus");
    }
}

#[tokio::test]
async fn a_printer_that_is_ours_already_is_as_good_as_added() {
    let batch = |success: &[&str], failed: &[&str]| {
        let fail: Vec<_> = failed.iter().map(|text| text.split(':').next()).collect();
        reply(
            0,
            &json!({ "success": success, "fail": fail, "failMsg": failed }),
        )
    };
    let before = format!("{SERIAL}:1011");
    let ready = reply(0, &json!(1));
    let theirs = reply(1001, &json!(null));
    let cases: Vec<(Vec<String>, Result<(), &str>)> = vec![
        (vec![batch(&[SERIAL], &[])], Ok(())),
        (vec![batch(&[], &[&before]), ready.clone()], Ok(())),
        (vec![reply(1011, &json!(null)), ready], Ok(())),
        (vec![batch(&[], &[&before]), theirs], Err("UnknownPrinter")),
        (
            vec![batch(&[], &[&format!("{SERIAL}:1010")])],
            Err("UnknownPrinter"),
        ),
        (
            vec![batch(&[], &[&format!("{SERIAL}:1012")])],
            Err("NotTaken"),
        ),
        (vec![batch(&["31PAHJAMVFFCA4A"], &[])], Err("Unknown(")),
        (vec![reply(0, &json!(null))], Err("Unknown(")),
    ];
    for (answers, expected) in cases {
        let answers: Vec<&str> = answers.iter().map(String::as_str).collect();
        let vendor = Scripted::new(&answers).await;
        let added = Xpyun.add_printer(vendor.context(), &NEW).await;
        match (&added, expected) {
            (Ok(()), Ok(())) => {}
            (Err(error), Err(name)) => {
                assert!(
                    format!("{error:?}").starts_with(name),
                    "{answers:?}: {error:?}"
                );
            }
            _ => panic!("{answers:?}: {added:?}"),
        }
        assert_eq!(vendor.received().len(), answers.len());
        let first = vendor.received()[0].json();
        assert_eq!(first["items"], json!([{ "sn": SERIAL, "name": "櫃檯" }]));
    }
}

#[tokio::test]
async fn a_printer_that_is_gone_is_as_good_as_removed() {
    for answer in [
        reply(
            0,
            &json!({ "success": [SERIAL], "fail": [], "failMsg": [] }),
        ),
        reply(
            0,
            &json!({ "success": [], "fail": [SERIAL], "failMsg": [format!("{SERIAL}:1002")] }),
        ),
        reply(1002, &json!(null)),
    ] {
        let vendor = Scripted::new(&[&answer]).await;
        Xpyun
            .remove_printer(vendor.context(), SERIAL)
            .await
            .unwrap();
        assert_eq!(vendor.received()[0].json()["snlist"], json!([SERIAL]));
    }
    let refused = reply(0, &json!({ "failMsg": [format!("{SERIAL}:1001")] }));
    let vendor = Scripted::new(&[&refused]).await;
    let error = Xpyun
        .remove_printer(vendor.context(), SERIAL)
        .await
        .unwrap_err();
    assert!(matches!(error, CallError::UnknownPrinter { .. }));
}

#[tokio::test]
async fn counts_and_the_queue_of_a_printer() {
    let day = now().date_naive();
    let vendor = Scripted::new(&[
        &reply(0, &json!({ "printed": 12, "waiting": 1 })),
        &reply(0, &json!(true)),
        &reply(0, &json!(false)),
    ])
    .await;
    let context = vendor.context();
    let counts = Xpyun.counts(context, SERIAL, day).await.unwrap();
    assert_eq!(
        counts,
        Counts {
            printed: 12,
            waiting: 1
        }
    );
    Xpyun.clear_queue(context, SERIAL).await.unwrap();
    Xpyun.clear_queue(context, SERIAL).await.unwrap_err();
    let received = vendor.received();
    assert_eq!(received[0].json()["date"], "2026-01-15");
    assert_eq!(received[1].path, "/api/delPrinterQueue");
    assert_eq!(received[1].json()["sn"], SERIAL);
}

#[test]
fn a_serial_has_fifteen_digits_and_capitals() {
    for serial in [SERIAL, "31PAHJAMVFFCA4A", "319776QFAR07448"] {
        assert!(Xpyun.is_serial(serial));
    }
    for text in [
        "",
        "36NVNY3QNGC344",
        "36NVNY3QNGC344BX",
        "36nvny3qngc344b",
        "36NVNY3QNGC34茶",
    ] {
        assert!(!Xpyun.is_serial(text), "{text}");
    }
}

#[test]
fn the_wait_for_an_answer_is_shorter_than_the_lease_of_a_job() {
    let settings = HttpSettings::default();
    assert!(settings.connect + settings.timeout < Duration::from_secs(30));
}
