//! ECPay AIO, payment result (付款結果通知) and issued numbers (取號結果通知): signed forms, sent by
//! their servers and, with the same fields, by the customer's browser.

use std::collections::BTreeMap;

use bytes::Bytes;
use chassis::money::{Currency, Money};
use http::StatusCode;

use super::{AUTHORIZED_AMOUNT, CAPTURE_LATER, CARD_NUMBER, check_mac_value, codes};
use crate::{
    Acknowledgement, Credentials, Notice, Rejection, Report, State, Verdict,
    wire::{canonical_amount, parse_form, parse_taipei},
};

type Fields = BTreeMap<String, String>;

/// Verifies a message with any of `keys` and reads it.
pub(super) fn parse(keys: &[Credentials], body: &[u8]) -> Result<Notice, Rejection> {
    let fields = parse_form(body)?;
    let verified = keys.iter().any(|keys| verify(&fields, keys));
    if !verified {
        return Err(Rejection::Signature);
    }
    notice(&fields)
}

/// Whether `fields` are signed by the account's keys.
pub(super) fn verify(fields: &Fields, keys: &Credentials) -> bool {
    check_mac_value::verify(
        fields
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str())),
        keys.get("HashKey"),
        keys.get("HashIV"),
    )
}

fn notice(fields: &Fields) -> Result<Notice, Rejection> {
    let get = |name: &str| fields.get(name).map_or("", String::as_str);
    let (reference, code) = (get("MerchantTradeNo"), get("RtnCode"));
    if reference.is_empty() || code.is_empty() {
        return Err(Rejection::Malformed);
    }
    let amount = match get("TradeAmt") {
        "" => None,
        text => Some(canonical_amount(text).ok_or(Rejection::Amount)?),
    };
    let state = codes::callback_state(code);
    if state.is_some_and(moves_money) && amount.is_none() {
        return Err(Rejection::Amount);
    }
    Ok(Notice {
        reference: reference.to_owned(),
        // Redeliveries differ in `RtnMsg` and so in their signature.
        event: format!("{code}:{}", get("TradeNo")),
        merchant: Some(get("MerchantID").to_owned()),
        theirs: None,
        report: state.map(|state| report(fields, state, amount, code)),
        simulated: get("SimulatePaid") == "1",
        asks_for: None,
    })
}

const fn moves_money(state: State) -> bool {
    matches!(state, State::Captured | State::NumberIssued)
}

/// What verified `fields` say of an attempt in `state`; callbacks and query answers name it alike.
pub(super) fn report(fields: &Fields, state: State, amount: Option<i64>, code: &str) -> Report {
    let get = |name: &str| fields.get(name).filter(|value| !value.is_empty()).cloned();
    let pick = |names: &[(&str, &str)]| -> BTreeMap<String, String> {
        names
            .iter()
            .filter_map(|(name, key)| Some(((*key).to_owned(), get(name)?)))
            .collect()
    };
    let later = get("CustomField1").as_deref() == Some(CAPTURE_LATER);
    Report {
        state: if state == State::Captured && later {
            State::Authorized
        } else {
            state
        },
        amount: amount.map(|amount| Money::new(amount, Currency::TWD)),
        theirs: get("TradeNo"),
        method: get("PaymentType"),
        extra: pick(&[
            (CARD_NUMBER, CARD_NUMBER),
            (AUTHORIZED_AMOUNT, AUTHORIZED_AMOUNT),
        ]),
        code: matches!(state, State::Failed | State::Expired).then(|| code.to_owned()),
        instrument: pick(&[
            ("card4no", "last_four"),
            ("BankCode", "bank_code"),
            ("vAccount", "account"),
            ("PaymentNo", "payment_code"),
            ("Barcode1", "barcode_1"),
            ("Barcode2", "barcode_2"),
            ("Barcode3", "barcode_3"),
            ("ExpireDate", "expires"),
        ]),
        paid_at: get("PaymentDate").and_then(|text| parse_taipei(&text, "%Y/%m/%d %H:%M:%S")),
        ..Report::of(state)
    }
}

/// ECPay sends again until it reads exactly `1|OK`.
pub(super) fn acknowledge(verdict: Verdict) -> Acknowledgement {
    let (status, body) = match verdict {
        // A signed message with a wrong amount stays wrong when it comes again.
        Verdict::Accepted | Verdict::Mismatch | Verdict::Rejected(Rejection::Amount) => {
            (StatusCode::OK, "1|OK")
        }
        Verdict::Rejected(Rejection::Signature) => {
            (StatusCode::BAD_REQUEST, "0|CheckMacValue Error")
        }
        Verdict::Rejected(Rejection::Malformed | Rejection::Stale) => {
            (StatusCode::BAD_REQUEST, "0|Malformed")
        }
        Verdict::Refused => (StatusCode::BAD_REQUEST, "0|Refused"),
        Verdict::NotStored => (StatusCode::SERVICE_UNAVAILABLE, "0|Later"),
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
    use url::form_urlencoded;

    use super::*;
    use crate::{
        providers::ecpay::{
            FIELDS,
            tests::{VALUES, account, signed_with},
        },
        scripted::{credentials, says_how_much},
    };

    fn paid() -> Vec<(&'static str, &'static str)> {
        vec![
            ("MerchantID", "3002607"),
            ("MerchantTradeNo", "YZM20260115A00001P01"),
            ("StoreID", ""),
            ("RtnCode", "1"),
            ("RtnMsg", "交易成功"),
            ("TradeNo", "2601151200000001"),
            ("TradeAmt", "165"),
            ("PaymentDate", "2026/01/15 12:01:30"),
            ("PaymentType", "Credit_CreditCard"),
            ("SimulatePaid", "0"),
            ("gwsr", "13475885"),
            ("card4no", "2222"),
            ("SomethingNew", " x "),
        ]
    }

    fn with(changes: &[(&'static str, &'static str)]) -> Vec<(&'static str, &'static str)> {
        let mut fields = paid();
        for change in changes {
            fields.retain(|(name, _)| name != &change.0);
            fields.push(*change);
        }
        fields
    }

    fn read(body: &[u8]) -> Result<Notice, Rejection> {
        parse(&[account()], body)
    }

    fn read_signed(fields: &[(&'static str, &'static str)]) -> Result<Notice, Rejection> {
        read(signed_with(&account(), fields).as_bytes())
    }

    #[test]
    fn a_payment_is_read() {
        let notice = read_signed(&paid()).unwrap();
        assert_eq!(notice.reference, "YZM20260115A00001P01");
        assert_eq!(notice.merchant.as_deref(), Some("3002607"));
        assert!(!notice.simulated);
        let report = notice.report.unwrap();
        assert_eq!(report.state, State::Captured);
        assert_eq!(report.amount, Some(Money::new(165, Currency::TWD)));
        assert_eq!(report.theirs.as_deref(), Some("2601151200000001"));
        assert_eq!(report.extra["gwsr"], "13475885");
        assert_eq!(report.instrument["last_four"], "2222");
        assert_eq!(
            report.paid_at.unwrap().to_rfc3339(),
            "2026-01-15T04:01:30+00:00"
        );
    }

    #[test]
    fn redeliveries_are_one_event_though_their_bytes_differ() {
        let first = read_signed(&paid()).unwrap();
        let again = read_signed(&with(&[("RtnMsg", "paid")])).unwrap();
        assert_eq!(first.event, again.event);
        let issued = read_signed(&with(&[("RtnCode", "2")])).unwrap();
        assert_ne!(first.event, issued.event);
        assert_eq!(issued.report.unwrap().state, State::NumberIssued);
    }

    #[test]
    fn only_a_documented_code_changes_a_state() {
        for (code, state) in [
            ("10200058", Some(State::Failed)),
            ("10100058", Some(State::Expired)),
            ("10100073", Some(State::NumberIssued)),
            ("10200115", None),
            ("31415926", None),
            ("01", None),
        ] {
            let notice = read_signed(&with(&[("RtnCode", code)])).unwrap();
            assert_eq!(notice.report.map(|report| report.state), state, "{code}");
        }
    }

    #[test]
    fn money_that_is_captured_later_is_only_authorised() {
        let notice = read_signed(&with(&[("CustomField1", CAPTURE_LATER)])).unwrap();
        assert_eq!(notice.report.unwrap().state, State::Authorized);
    }

    #[test]
    fn a_simulated_payment_says_so() {
        assert!(
            read_signed(&with(&[("SimulatePaid", "1")]))
                .unwrap()
                .simulated
        );
    }

    #[test]
    fn an_amount_that_is_not_canonical_is_refused() {
        for amount in [
            "165.00",
            "0165",
            "+165",
            "",
            "1e2",
            "１６５",
            "0",
            "99999999999999",
        ] {
            let read = read_signed(&with(&[("TradeAmt", amount)]));
            assert_eq!(read, Err(Rejection::Amount), "{amount:?}");
        }
    }

    #[test]
    fn what_is_altered_unsigned_or_foreign_is_refused() {
        let genuine = signed_with(&account(), &paid());
        for altered in [
            genuine.replace("TradeAmt=165", "TradeAmt=1"),
            genuine.replace("SomethingNew=+x+", "SomethingNew=x"),
            genuine.replace("StoreID=", "StoreID=1"),
            format!("{genuine}&Extra=1"),
            genuine.split("&CheckMacValue").next().unwrap().to_owned(),
        ] {
            assert_ne!(altered, genuine);
            assert_eq!(
                read(altered.as_bytes()),
                Err(Rejection::Signature),
                "{altered}"
            );
        }
        let mut foreign = VALUES;
        foreign[1].1 = "0000000000000000";
        let foreign = credentials(&FIELDS, &foreign);
        assert_eq!(
            read(signed_with(&foreign, &paid()).as_bytes()),
            Err(Rejection::Signature)
        );
        let both = [account(), foreign.clone()];
        assert!(parse(&both, signed_with(&foreign, &paid()).as_bytes()).is_ok());
        assert_eq!(parse(&[], genuine.as_bytes()), Err(Rejection::Signature));
    }

    #[test]
    fn what_can_be_read_in_two_ways_is_refused() {
        let genuine = signed_with(&account(), &paid());
        let oversized = format!("{genuine}&Filler={}", "x".repeat(70_000));
        for body in [
            format!("{genuine}&TradeAmt=165"),
            format!("{genuine}&X=%ff"),
            format!("{genuine}&X=%00"),
            format!("{genuine}&X=%"),
            oversized,
        ] {
            assert_eq!(read(body.as_bytes()), Err(Rejection::Malformed));
        }
    }

    #[test]
    fn the_acknowledgement_is_exact() {
        let cases = [
            (Verdict::Accepted, 200, "1|OK"),
            (Verdict::Mismatch, 200, "1|OK"),
            (Verdict::Rejected(Rejection::Amount), 200, "1|OK"),
            (
                Verdict::Rejected(Rejection::Signature),
                400,
                "0|CheckMacValue Error",
            ),
            (Verdict::NotStored, 503, "0|Later"),
        ];
        for (verdict, status, body) in cases {
            let sent = acknowledge(verdict);
            assert_eq!(
                (sent.status.as_u16(), &sent.body[..]),
                (status, body.as_bytes())
            );
            assert_eq!(sent.content_type, "text/plain");
        }
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(body: Vec<u8>) {
            let _ = read(&body);
        }

        #[test]
        fn no_signed_fields_make_it_panic(
            fields in prop::collection::btree_map("[A-Za-z]{1,16}", any::<String>(), 0..20),
        ) {
            let fields: Vec<_> = fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
            let _ = read(signed_with(&account(), &fields).as_bytes());
        }

        #[test]
        fn a_genuine_message_with_other_values_says_how_much_or_nothing(
            changes in prop::collection::vec((0..13_usize, "[0-9]{0,14}|.{0,12}"), 1..4),
        ) {
            let mut fields: Vec<(&str, &str)> = paid();
            for (at, value) in &changes {
                fields[*at].1 = value;
            }
            let read = read(signed_with(&account(), &fields).as_bytes());
            prop_assert!(says_how_much(&read), "{read:?}");
        }

        #[test]
        fn the_order_of_fields_does_not_matter(mut fields in Just(paid()).prop_shuffle()) {
            let signature = check_mac_value::sign_with(fields.iter().copied(), &account());
            fields.insert(0, (check_mac_value::NAME, &signature));
            let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
            prop_assert!(read(body.as_bytes()).is_ok());
        }
    }
}
