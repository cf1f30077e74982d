use chrono::TimeDelta;
use serde_json::json;

use super::Feie;
use crate::{
    CallError, Content, Counts, Job, NewPrinter, OrderState, PrinterState, PushCloud as _,
    scripted::{Answer, Scripted, job, now},
};

const SERIAL: &str = "316500010";
const SLIP: Content<'_> = Content::Slip("<CB>001</CB><BR>奶茶 & 堃");
const NEW: NewPrinter<'_> = NewPrinter {
    serial: SERIAL,
    key: Some("abcdefgh"),
    name: "櫃檯#1\n",
};

fn reply(ret: i64, data: &serde_json::Value) -> String {
    json!({ "msg": "ok", "ret": ret, "data": data, "serverExecutedTime": 9 }).to_string()
}

#[tokio::test]
async fn a_slip_is_given_once_with_its_end() {
    let vendor = Scripted::new(&[&reply(0, &json!("316500010_20260115120630_1419533539"))]).await;
    let order = Feie.print(vendor.context(), &job(SERIAL, SLIP)).await;
    assert_eq!(order.unwrap(), "316500010_20260115120630_1419533539");

    let received = vendor.received();
    assert_eq!(received.len(), 1);
    assert_eq!(received[0].path, "/api/");
    assert_eq!(received[0].media, "application/x-www-form-urlencoded");
    let form = received[0].form();
    let fields: Vec<_> = form.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    assert_eq!(
        fields,
        [
            ("apiname", "Open_printMsg"),
            ("content", "<CB>001</CB><BR>奶茶 & 堃"),
            ("expired", "1768457190"),
            ("sig", "68d7cbbe73129397bcf879f5a499012b788ee3bc"),
            ("sn", SERIAL),
            ("stime", "1768449990"),
            ("times", "2"),
            ("user", "shop@example.test"),
        ]
    );
}

#[tokio::test]
async fn the_end_of_a_job_is_at_most_a_day_away() {
    let vendor = Scripted::new(&[&reply(0, &json!("F1"))]).await;
    let far = Job {
        expires_at: now() + TimeDelta::days(3),
        ..job(SERIAL, Content::Labels("<SIZE>40,25</SIZE>"))
    };
    Feie.print(vendor.context(), &far).await.unwrap();
    let form = vendor.received()[0].form();
    assert_eq!(form["expired"], (now().timestamp() + 86_400).to_string());
    assert_eq!(form["apiname"], "Open_printLabelMsg");
}

#[tokio::test]
async fn only_a_refusal_that_is_understood_did_not_print() {
    let cases = [
        (
            Answer::Text(200, reply(-2, &json!(null))),
            "Configuration",
            false,
        ),
        (
            Answer::Text(200, reply(1001, &json!(null))),
            "Rejected",
            false,
        ),
        (
            Answer::Text(200, reply(1002, &json!(null))),
            "Unknown(",
            true,
        ),
        (Answer::Text(200, reply(0, &json!(null))), "Unknown(", true),
        (Answer::Text(200, reply(0, &json!(""))), "Unknown(", true),
        (Answer::Text(200, "oops".to_owned()), "Unknown(", true),
        (Answer::Text(500, reply(0, &json!("F1"))), "Unknown(", true),
        (Answer::Silence, "Unknown(", true),
    ];
    for (answer, name, may_print) in cases {
        let vendor = Scripted::with(vec![answer.clone()]).await;
        let error = Feie
            .print(vendor.context(), &job(SERIAL, SLIP))
            .await
            .unwrap_err();
        assert!(
            format!("{error:?}").starts_with(name),
            "{answer:?}: {error:?}"
        );
        assert_eq!(error.may_print(), may_print, "{answer:?}");
        assert_eq!(vendor.received().len(), 1);
    }
}

#[tokio::test]
async fn a_slip_above_five_thousand_bytes_is_not_sent() {
    let vendor = Scripted::new(&[]).await;
    let large = "茶".repeat(1_667);
    let job = job(SERIAL, Content::Slip(&large));
    let error = Feie.print(vendor.context(), &job).await.unwrap_err();
    assert_eq!(
        error,
        CallError::TooLarge {
            bytes: 5_001,
            most: 5_000
        }
    );
    assert!(vendor.received().is_empty());
}

#[tokio::test]
async fn the_state_of_a_printer_is_a_sentence_in_either_script() {
    let cases = [
        ("离线", Some(PrinterState::Offline)),
        ("離線", Some(PrinterState::Offline)),
        ("在线，工作状态正常", Some(PrinterState::Ready)),
        ("在線，工作狀態正常", Some(PrinterState::Ready)),
        ("在线，工作状态不正常", Some(PrinterState::Unwell)),
        ("在線，工作狀態不正常。", Some(PrinterState::Unwell)),
        ("", None),
        ("unknown", None),
    ];
    for (said, expected) in cases {
        let vendor = Scripted::new(&[&reply(0, &json!(said))]).await;
        let state = Feie.printer_state(vendor.context(), SERIAL).await;
        assert_eq!(state.ok(), expected, "{said}");
        assert_eq!(vendor.received()[0].form()["sn"], SERIAL);
    }
}

#[tokio::test]
async fn a_job_is_printed_not_yet_or_unknown() {
    let cases = [
        (reply(0, &json!(true)), Some(OrderState::Printed)),
        (reply(0, &json!(false)), Some(OrderState::Waiting)),
        (reply(1005, &json!(null)), Some(OrderState::Absent)),
        (reply(1001, &json!(null)), None),
    ];
    for (answer, expected) in cases {
        let vendor = Scripted::new(&[&answer]).await;
        let state = Feie.order_state(vendor.context(), "F1").await;
        assert_eq!(state.ok(), expected, "{answer}");
        assert_eq!(vendor.received()[0].form()["orderid"], "F1");
    }
}

#[tokio::test]
async fn a_printer_that_is_ours_already_is_as_good_as_added() {
    let ok = reply(0, &json!({ "ok": ["316500010#abcdefgh#櫃檯"], "no": [] }));
    let no = reply(
        0,
        &json!({ "ok": [], "no": ["316500010#abcdefgh#櫃檯 （错误：识别码不正确）"] }),
    );
    let well = reply(0, &json!("在线，工作状态正常"));
    let refused = reply(1001, &json!(null));
    let cases = [
        (vec![ok.as_str()], Ok(())),
        (vec![&no, &well], Ok(())),
        (vec![&no, &refused], Err("识别码不正确")),
    ];
    for (answers, expected) in cases {
        let vendor = Scripted::new(&answers).await;
        let added = Feie.add_printer(vendor.context(), &NEW).await;
        match (&added, expected) {
            (Ok(()), Ok(())) => {}
            (Err(CallError::UnknownPrinter { text, .. }), Err(part)) => {
                assert!(text.contains(part), "{text}");
            }
            _ => panic!("{answers:?}: {added:?}"),
        }
        let form = vendor.received()[0].form();
        // One printer in one line, whatever its name holds.
        assert_eq!(form["printerContent"], "316500010#abcdefgh#櫃檯1");
    }
    let vendor = Scripted::new(&[]).await;
    for key in [None, Some(""), Some("a#b"), Some("a\nb")] {
        let printer = NewPrinter { key, ..NEW };
        Feie.add_printer(vendor.context(), &printer)
            .await
            .unwrap_err();
    }
    assert!(vendor.received().is_empty());
}

#[tokio::test]
async fn a_printer_that_is_gone_is_as_good_as_removed() {
    let no = reply(
        0,
        &json!({ "ok": [], "no": ["316500010 （错误：不存在）"] }),
    );
    let refused = reply(1001, &json!(null));
    let well = reply(0, &json!("在线，工作状态正常"));
    let vendor = Scripted::new(&[&reply(0, &json!({ "ok": ["316500010成功"] }))]).await;
    Feie.remove_printer(vendor.context(), SERIAL).await.unwrap();
    assert_eq!(vendor.received()[0].form()["snlist"], SERIAL);
    let vendor = Scripted::new(&[&no, &refused]).await;
    Feie.remove_printer(vendor.context(), SERIAL).await.unwrap();
    let vendor = Scripted::new(&[&no, &well]).await;
    let error = Feie
        .remove_printer(vendor.context(), SERIAL)
        .await
        .unwrap_err();
    assert!(matches!(error, CallError::NotTaken { .. }));
}

#[tokio::test]
async fn counts_and_the_queue_of_a_printer() {
    let vendor = Scripted::new(&[
        &reply(0, &json!({ "print": 6, "waiting": 1 })),
        &reply(0, &json!(true)),
    ])
    .await;
    let counts = Feie
        .counts(vendor.context(), SERIAL, now().date_naive())
        .await;
    assert_eq!(
        counts.unwrap(),
        Counts {
            printed: 6,
            waiting: 1
        }
    );
    Feie.clear_queue(vendor.context(), SERIAL).await.unwrap();
    let received = vendor.received();
    assert_eq!(received[0].form()["date"], "2026-01-15");
    assert_eq!(received[1].form()["apiname"], "Open_delPrinterSqs");
}

#[test]
fn a_serial_has_nine_digits() {
    assert!(Feie.is_serial(SERIAL));
    for text in ["", "31650001", "3165000100", "31650001A", "３１６５００"] {
        assert!(!Feie.is_serial(text), "{text}");
    }
}
