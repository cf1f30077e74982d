//! NewebPay MPG, results (支付完成、取號完成): an encrypted JSON text in a form, alike for NotifyURL,
//! ReturnURL and CustomerURL.

use std::collections::BTreeMap;

use bytes::Bytes;
use chassis::money::{Currency, Money};
use http::StatusCode;
use serde_json::Value;

use super::{codes, crypto::Keys};
use crate::{
    Acknowledgement, Credentials, Notice, Rejection, Report, State, Verdict,
    wire::{canonical_amount, json_text, parse_form, parse_taipei},
};

/// Verifies a message with any of `keys`, decrypts and reads it.
pub(super) fn parse(keys: &[Credentials], body: &[u8]) -> Result<Notice, Rejection> {
    let fields = parse_form(body)?;
    let (Some(info), Some(sha)) = (fields.get("TradeInfo"), fields.get("TradeSha")) else {
        return Err(Rejection::Signature);
    };
    let keys = keys
        .iter()
        .map(Keys::of)
        .find(|keys| keys.verify(info, sha))
        .ok_or(Rejection::Signature)?;
    // 1 is AES-GCM, which we never ask for.
    if fields
        .get("EncryptType")
        .is_some_and(|value| value != "0" && !value.is_empty())
    {
        return Err(Rejection::Malformed);
    }
    let plaintext = keys.decrypt(info).ok_or(Rejection::Malformed)?;
    let message: Value = serde_json::from_str(&plaintext).map_err(|_| Rejection::Malformed)?;
    notice(&message)
}

fn notice(message: &Value) -> Result<Notice, Rejection> {
    let result = &message["Result"];
    let get = |name: &str| {
        json_text(&result[name]).filter(|text| !text.is_empty() && !text.contains('\0'))
    };
    let status = json_text(&message["Status"]).ok_or(Rejection::Malformed)?;
    let reference = get("MerchantOrderNo").ok_or(Rejection::Malformed)?;
    let amount = match get("Amt") {
        None => None,
        Some(text) => Some(canonical_amount(&text).ok_or(Rejection::Amount)?),
    };
    let state = if status == "SUCCESS" {
        if amount.is_none() {
            return Err(Rejection::Amount);
        }
        match (get("PayTime"), get("ExpireDate")) {
            (Some(_), _) => Some(State::Captured),
            (None, Some(_)) => Some(State::NumberIssued),
            (None, None) => None,
        }
    } else {
        codes::callback_state(&status)
    };
    Ok(Notice {
        reference,
        event: format!(
            "{status}:{}:{}",
            get("TradeNo").unwrap_or_default(),
            match state {
                Some(State::NumberIssued) => "issued",
                _ => "result",
            }
        ),
        merchant: get("MerchantID"),
        theirs: None,
        report: state.map(|state| report(result, state, amount, &status)),
        simulated: false,
        asks_for: None,
    })
}

/// What a verified `Result` says of an attempt in `state`; callbacks and query answers name it alike.
pub(super) fn report(result: &Value, state: State, amount: Option<i64>, code: &str) -> Report {
    let get = |name: &str| json_text(&result[name]).filter(|text| !text.is_empty());
    let method = get("PaymentType");
    let is_cvs = method.as_deref() == Some("CVS");
    let instrument = [
        ("Card4No", "last_four"),
        ("BankCode", "bank_code"),
        ("CodeNo", if is_cvs { "payment_code" } else { "account" }),
        ("Barcode_1", "barcode_1"),
        ("Barcode_2", "barcode_2"),
        ("Barcode_3", "barcode_3"),
    ];
    let mut instrument: BTreeMap<String, String> = instrument
        .into_iter()
        .filter_map(|(name, key)| Some((key.to_owned(), get(name)?)))
        .collect();
    if let Some(day) = get("ExpireDate") {
        let time = get("ExpireTime").unwrap_or_default();
        instrument.insert(
            "expires".to_owned(),
            format!("{day} {time}").trim_end().to_owned(),
        );
    }
    Report {
        amount: amount.map(|amount| Money::new(amount, Currency::TWD)),
        theirs: get("TradeNo"),
        method,
        // `CloseStatus` 0 of a card: the store captures by hand.
        extra: get("CloseStatus")
            .map(|status| ("CloseStatus".to_owned(), status))
            .into_iter()
            .collect(),
        code: (state == State::Failed && !code.is_empty()).then(|| code.to_owned()),
        instrument,
        paid_at: get("PayTime").and_then(|text| pay_time(&text)),
        ..Report::of(state)
    }
}

/// Seen without the blank between date and time.
fn pay_time(text: &str) -> Option<chrono::DateTime<chrono::Utc>> {
    parse_taipei(text, "%Y-%m-%d %H:%M:%S").or_else(|| parse_taipei(text, "%Y-%m-%d%H:%M:%S"))
}

/// NewebPay sends again until it gets 200, and ignores the body.
pub(super) fn acknowledge(verdict: Verdict) -> Acknowledgement {
    let (status, body) = match verdict {
        // A signed message with a wrong amount stays wrong when it comes again.
        Verdict::Accepted | Verdict::Mismatch | Verdict::Rejected(Rejection::Amount) => {
            (StatusCode::OK, "OK")
        }
        Verdict::Rejected(_) | Verdict::Refused => (StatusCode::BAD_REQUEST, "rejected"),
        Verdict::NotStored => (StatusCode::SERVICE_UNAVAILABLE, "later"),
    };
    Acknowledgement {
        status,
        content_type: "text/plain",
        body: Bytes::from_static(body.as_bytes()),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;
    use url::form_urlencoded;

    use super::*;
    use crate::{
        providers::newebpay::tests::{KEYS, account},
        scripted::{altered, any_scalar, says_how_much},
    };

    fn sealed(keys: Keys<'_>, message: &str) -> String {
        let cipher = keys.encrypt(message).unwrap();
        form_urlencoded::Serializer::new(String::new())
            .append_pair("Status", "SUCCESS")
            .append_pair("MerchantID", "MS127874575")
            .append_pair("Version", "2.3")
            .append_pair("TradeSha", &keys.sha(&cipher))
            .append_pair("TradeInfo", &cipher)
            .finish()
    }

    fn paid() -> Value {
        json!({"Status": "SUCCESS", "Message": "授權成功 & 完成", "Result": {
            "MerchantID": "MS127874575", "Amt": 165, "TradeNo": "26011512000000123",
            "MerchantOrderNo": "YZM20260115A00001P01", "PaymentType": "CREDIT",
            "PayTime": "2026-01-15 12:01:30", "Card6No": "400022", "Card4No": "1111",
        }})
    }

    fn read(message: &Value) -> Result<Notice, Rejection> {
        parse(&[account()], sealed(KEYS, &message.to_string()).as_bytes())
    }

    #[test]
    fn a_payment_is_read() {
        let notice = read(&paid()).unwrap();
        assert_eq!(notice.reference, "YZM20260115A00001P01");
        assert_eq!(notice.merchant.as_deref(), Some("MS127874575"));
        let report = notice.report.unwrap();
        assert_eq!(report.state, State::Captured);
        assert_eq!(report.amount, Some(Money::new(165, Currency::TWD)));
        assert_eq!(report.method.as_deref(), Some("CREDIT"));
        assert_eq!(
            report.paid_at.unwrap().to_rfc3339(),
            "2026-01-15T04:01:30+00:00"
        );
        assert_eq!(report.instrument["last_four"], "1111");
        assert_eq!(report.instrument.len(), 1);
    }

    #[test]
    fn a_time_without_its_blank_is_read() {
        let mut message = paid();
        message["Result"]["PayTime"] = json!("2026-01-1512:01:30");
        assert!(read(&message).unwrap().report.unwrap().paid_at.is_some());
    }

    #[test]
    fn an_issued_number_is_not_paid() {
        let mut message = paid();
        let result = message["Result"].as_object_mut().unwrap();
        result.remove("PayTime");
        result.insert("ExpireDate".to_owned(), json!("2026-01-18"));
        result.insert("CodeNo".to_owned(), json!("12345678901234"));
        let issued = read(&message).unwrap();
        assert_ne!(issued.event, read(&paid()).unwrap().event);
        let report = issued.report.unwrap();
        assert_eq!(report.state, State::NumberIssued);
        assert_eq!(report.instrument["account"], "12345678901234");
    }

    #[test]
    fn only_a_documented_refusal_is_a_failure() {
        for (status, state) in [
            ("MPG03009", Some(State::Failed)),
            ("MPG05003", Some(State::Failed)),
            ("MPG02006", None),
            ("LIB99999", None),
        ] {
            let mut message = paid();
            message["Status"] = json!(status);
            let report = read(&message).unwrap().report;
            assert_eq!(report.map(|report| report.state), state, "{status}");
        }
    }

    #[test]
    fn an_amount_that_is_not_canonical_is_refused() {
        for amount in [
            json!(165.0),
            json!("0165"),
            json!("165.00"),
            json!(-165),
            json!(""),
            json!(null),
        ] {
            let mut message = paid();
            message["Result"]["Amt"] = amount.clone();
            assert_eq!(read(&message), Err(Rejection::Amount), "{amount}");
        }
    }

    #[test]
    fn what_is_altered_unsigned_or_foreign_is_refused() {
        let genuine = sealed(KEYS, &paid().to_string());
        let (start, cipher) = genuine.split_once("TradeInfo=").unwrap();
        let flipped = cipher.replacen(
            &cipher[..1],
            if cipher.starts_with('0') { "1" } else { "0" },
            1,
        );
        let foreign = Keys {
            key: "00000000000000000000000000000000",
            iv: "C6AcmfqJILwgnhIP",
        };
        for body in [
            format!("{start}TradeInfo={flipped}"),
            genuine.replace("TradeSha=", "Other="),
            genuine.replace("TradeInfo=", "Other="),
            sealed(foreign, &paid().to_string()),
            String::new(),
        ] {
            assert_eq!(
                parse(&[account()], body.as_bytes()),
                Err(Rejection::Signature),
                "{body}"
            );
        }
    }

    #[test]
    fn a_signed_text_that_cannot_be_read_is_refused() {
        for text in [
            "",
            "not JSON",
            "[]",
            "{}",
            r#"{"Status":"SUCCESS","Result":[]}"#,
        ] {
            let read = parse(&[account()], sealed(KEYS, text).as_bytes());
            assert_eq!(read, Err(Rejection::Malformed), "{text}");
        }
        let genuine = sealed(KEYS, &paid().to_string());
        for body in [
            format!("{genuine}&EncryptType=1"),
            format!("{genuine}&TradeSha=0"),
            format!("{genuine}&X=%ff"),
            format!("{genuine}&X={}", "x".repeat(70_000)),
        ] {
            assert_eq!(
                parse(&[account()], body.as_bytes()),
                Err(Rejection::Malformed)
            );
        }
    }

    #[test]
    fn only_what_is_stored_is_acknowledged() {
        for (verdict, status) in [
            (Verdict::Accepted, 200),
            (Verdict::Mismatch, 200),
            (Verdict::Rejected(Rejection::Signature), 400),
            (Verdict::NotStored, 503),
        ] {
            assert_eq!(acknowledge(verdict).status.as_u16(), status);
        }
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(body: Vec<u8>, text: String) {
            let _ = parse(&[account()], &body);
            let _ = parse(&[account()], sealed(KEYS, &text).as_bytes());
        }

        #[test]
        fn a_genuine_message_with_other_values_says_how_much_or_nothing(
            changes in prop::collection::vec((any::<usize>(), any_scalar()), 1..4),
        ) {
            let read = read(&altered(&paid(), &changes));
            prop_assert!(says_how_much(&read), "{read:?}");
        }
    }
}
