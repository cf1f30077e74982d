//! What is read of polls, queries and answers.

use std::time::Duration;

use serde_json::{Value, json};

use super::*;
use crate::{DeviceState, Mac, Malformed};

#[test]
fn a_poll_is_read_with_all_of_its_fields_or_one() {
    let full = poll(&json!({
        "status": "23 86 00 00 00 00 00 00 00 00 00",
        "printerMAC": "00:11:62:1d:9a:b7",
        "uniqueID": "kitchen",
        "statusCode": "200%20OK",
        "jobToken": token(1).to_string(),
        "printingInProgress": true,
        "clientAction": [{ "request": "ClientType", "result": "Star mC-Print2" }],
        "barcodeReader": [{ "name": "b1", "scan": [] }],
    }));
    assert_eq!(full.mac.unwrap().to_string(), "00:11:62:1d:9a:b7");
    assert_eq!(full.unique_id.as_deref(), Some("kitchen"));
    assert_eq!(full.status.as_ref().unwrap().text(), "200 OK");
    assert_eq!(full.token, Named::Try(token(1)));
    assert!(full.is_printing);
    assert_eq!(full.results.len(), 1);

    let least = saying("200 OK");
    assert_eq!(
        (least.mac, &least.unique_id, least.token),
        (None, &None, Named::Nothing)
    );
    assert!(!least.is_printing);
    assert_eq!(look(&least, None).report.state, DeviceState::Online);

    let nulls = json!({
        "status": null, "printerMAC": null, "uniqueID": null, "statusCode": "200%20OK",
        "jobToken": null, "printingInProgress": null, "clientAction": null,
    });
    assert_eq!(poll(&nulls), saying("200%20OK"));
    // A wrong type is as good as nothing.
    let wrong = json!({
        "status": 1, "printerMAC": [], "uniqueID": {}, "statusCode": "200%20OK",
        "jobToken": 5, "printingInProgress": "true", "clientAction": "x",
    });
    assert_eq!(poll(&wrong), saying("200%20OK"));
}

#[test]
fn what_is_no_poll_is_refused() {
    for body in ["", "null", "[]", "\"x\"", "{", "{\"statusCode\":", "<xml/>"] {
        assert_eq!(Poll::read(body.as_bytes()), Err(Malformed::Form), "{body}");
    }
    assert_eq!(Poll::read(&[0xff, 0xfe]), Err(Malformed::Form));
    let deep = format!("{{\"clientAction\":{}", "[".repeat(5_000));
    assert_eq!(Poll::read(deep.as_bytes()), Err(Malformed::Form));
    let large = vec![b' '; MAX_POLL_BYTES + 1];
    assert_eq!(Poll::read(&large), Err(Malformed::TooLarge));
    assert_eq!(Malformed::TooLarge.status(), 413);
    assert_eq!(Malformed::Form.status(), 400);
}

#[test]
fn the_first_digit_of_a_status_code_decides() {
    let cases = [
        ("200%20OK", DeviceState::Online, false),
        ("200 OK", DeviceState::Online, false),
        ("200", DeviceState::Online, false),
        ("201%20Paper%20taken", DeviceState::Online, false),
        ("210%20Paper%20low", DeviceState::Online, true),
        ("211%20Paper%20low", DeviceState::Online, true),
        ("220%20Printing", DeviceState::Online, false),
        ("221%20Paper%20waiting", DeviceState::Online, false),
        ("230%20Cleaning", DeviceState::Online, false),
        ("231%20Part%20replacement", DeviceState::Online, false),
        ("299%20New", DeviceState::Online, false),
        ("2000%20OK", DeviceState::Online, false),
        ("410%20Out%20of%20paper", DeviceState::PaperOut, false),
        ("411%20Paper%20jam", DeviceState::Error, false),
        ("412%20Roll%20position", DeviceState::Error, false),
        ("420%20Cover%20open", DeviceState::CoverOpen, false),
        ("499%20New", DeviceState::Error, false),
        ("4100%20New", DeviceState::Error, false),
        // What is said of a job says nothing against the device.
        ("510%20Media%20type", DeviceState::Online, false),
        ("511%20Decode", DeviceState::Online, false),
        ("520%20Timeout", DeviceState::Online, false),
        ("599%20New", DeviceState::Online, false),
        ("100%20Continue", DeviceState::Online, false),
        ("nothing", DeviceState::Online, false),
        ("20", DeviceState::Online, false),
        ("20000", DeviceState::Online, false),
        ("", DeviceState::Online, false),
    ];
    for (code, state, paper_low) in cases {
        let seen = look(&saying(code), None);
        assert_eq!(
            (seen.report.state, seen.report.paper_low),
            (state, paper_low),
            "{code}"
        );
        // Nothing is offered to a printer that is unwell; low paper is only a warning.
        assert_eq!(seen.may_offer, state == DeviceState::Online, "{code}");
    }
    assert_eq!(
        look(&saying("410%20Out%20of%20paper"), None).report.code,
        "410 Out of paper"
    );
    let long = format!("410 {}\u{7}", "x".repeat(500));
    assert_eq!(look(&saying(&long), None).report.code.chars().count(), 64);
}

#[test]
fn status_bytes_warn_and_name_a_cause_where_the_code_does_not() {
    let with = |code: Value, bytes: &str| {
        let report = look(&poll(&json!({ "statusCode": code, "status": bytes })), None).report;
        (report.state, report.paper_low)
    };
    let ok = || json!("200 OK");
    let unknown = || json!("499 New");
    let well = "23 86 00 00 00 00 00 00 00 00 00";
    let cover = "23 86 28 00 00 00 00";
    let out = "23 86 08 00 00 08 00";
    let low = "23 86 00 00 00 04 00";
    let cutter = "23 86 08 08 00 00 00";
    let cases = [
        (ok(), well, DeviceState::Online, false),
        (ok(), low, DeviceState::Online, true),
        // The code decides.
        (ok(), cover, DeviceState::Online, false),
        (unknown(), cover, DeviceState::CoverOpen, false),
        (unknown(), out, DeviceState::PaperOut, false),
        (unknown(), cutter, DeviceState::Error, false),
        (unknown(), well, DeviceState::Error, false),
        (json!(null), out, DeviceState::PaperOut, false),
        (json!(null), well, DeviceState::Online, false),
        (json!(null), "23 86", DeviceState::Online, false),
        (
            json!(null),
            "zz 86 28 00 00 00 00",
            DeviceState::Online,
            false,
        ),
        (json!(null), "2386280000000000", DeviceState::Online, false),
    ];
    for (code, bytes, state, paper_low) in cases {
        assert_eq!(
            with(code.clone(), bytes),
            (state, paper_low),
            "{code} {bytes}"
        );
    }
}

#[test]
fn answers_to_questions_are_learned() {
    let answered = poll(&json!({
        "statusCode": "200 OK",
        "clientAction": [
            { "request": "ClientType", "result": "Star mC-Print3" },
            { "request": "ClientVersion", "result": "5.1" },
            { "request": "GetPollInterval", "result": "5" },
            { "request": "PageInfo", "result": {
                "paperWidth": "80", "printWidth": "72",
                "horizontalResolution": "8", "verticalResolution": "8",
            } },
            { "request": "Encodings", "result": "image/png; text/plain" },
            { "result": "no request" },
            7,
        ],
    }));
    let learned = learn(&answered.results);
    assert_eq!(learned.model.as_deref(), Some("Star mC-Print3"));
    assert_eq!(learned.firmware.as_deref(), Some("5.1"));
    assert_eq!(learned.poll_interval, Some(Duration::from_secs(5)));
    assert_eq!(learned.print_width, Some(576));

    for (request, result) in [
        ("GetPollInterval", json!("0")),
        ("GetPollInterval", json!("-5")),
        ("GetPollInterval", json!("99999999999")),
        ("PageInfo", json!("72")),
        ("PageInfo", json!({ "printWidth": "72" })),
        (
            "PageInfo",
            json!({ "printWidth": "NaN", "horizontalResolution": "8" }),
        ),
        (
            "PageInfo",
            json!({ "printWidth": "1e300", "horizontalResolution": "8" }),
        ),
        ("ClientType", json!({})),
        ("ClientType", json!("")),
    ] {
        let answered = poll(&json!({ "clientAction": [{ "request": request, "result": result }] }));
        assert_eq!(
            learn(&answered.results),
            Learned::default(),
            "{request} {result}"
        );
    }
}

#[test]
fn a_query_is_read_with_whatever_is_in_it() {
    let query = Query::read(&format!(
        "uid=k&mac=00-11-62-1D-9A-B7&type=image%2Fpng&token={}&code=200%20OK&retry=3&firmware=5.1&skip=1&error=x",
        token(1)
    ));
    assert_eq!(query.mac, Mac::parse("00:11:62:1d:9a:b7"));
    assert_eq!(query.unique_id.as_deref(), Some("k"));
    assert_eq!(query.token, Named::Try(token(1)));
    assert_eq!(query.code.as_deref(), Some("200 OK"));
    assert_eq!((query.retry, query.firmware.as_deref()), (3, Some("5.1")));
    assert!(!query.is_confirmation);
    assert!(Query::read("delete&code=OK").is_confirmation);
    assert_eq!(Query::read("token=").token, Named::Nothing);
    assert_eq!(Query::read("token=other").token, Named::Unknown);
    let twice = format!("token={}&token={}", token(1), token(2));
    assert_eq!(Query::read(&twice).token, Named::Try(token(1)));
    let long = format!("code=OK&x={}", "x".repeat(5_000));
    assert_eq!(Query::read(&long), Query::read(""));
}
