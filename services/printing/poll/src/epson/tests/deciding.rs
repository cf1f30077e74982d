//! What is given, and what results prove.

use std::time::Duration;

use proptest::prelude::*;

use super::*;
use crate::{DeviceState, Ink, NotPrinted, Remedy};

#[test]
fn without_work_the_answer_is_empty_xml() {
    for answer in [no_work(), acknowledged()] {
        assert_eq!(answer.status, 200);
        assert_eq!(answer.content_type, Some("text/xml; charset=utf-8"));
        assert!(answer.body.is_empty());
    }
}

#[test]
fn work_is_one_try_in_version_two() {
    let print = "<epos-print xmlns=\"http://www.epson-pos.com/schemas/2011/03/epos-print\"><cut type=\"feed\"/></epos-print>";
    let answer = work(token(3), Duration::from_secs(60), print).unwrap();
    assert_eq!(
        (answer.status, answer.content_type),
        (200, Some("text/xml; charset=utf-8"))
    );
    let xml = String::from_utf8(answer.body).unwrap();
    assert_eq!(
        xml,
        format!(
            "<?xml version=\"1.0\" encoding=\"utf-8\"?><PrintRequestInfo Version=\"2.00\"><ePOSPrint>\
             <Parameter><devid>local_printer</devid><timeout>60000</timeout><printjobid>{}</printjobid>\
             </Parameter><PrintData>{print}</PrintData></ePOSPrint></PrintRequestInfo>",
            token(3)
        )
    );
    let large = "x".repeat(MAX_WORK_BYTES);
    assert!(work(token(3), Duration::from_secs(60), &large).is_err());
}

#[test]
fn success_needs_the_bit_that_says_complete() {
    let printed = "success=\"true\" code=\"\" status=\"251658262\" battery=\"0\"";
    assert_eq!(
        proved(&response(token(1), printed), Some(Phase::Served)),
        Some(Evidence::Printed)
    );
    // The sheet's example with 1 for true, and late.
    let late = "success=\"1\" code=\"\" status=\"251658262\"";
    assert_eq!(
        proved(&response(token(1), late), Some(Phase::Unconfirmed)),
        Some(Evidence::Printed)
    );
    for unclear in [
        "success=\"true\" code=\"\" status=\"0\"",
        "success=\"true\" code=\"\"",
        "success=\"true\" status=\"x\"",
        "success=\"yes\" status=\"251658262\"",
        "code=\"\" status=\"251658262\"",
        "",
    ] {
        let xml = response(token(1), unclear);
        assert_eq!(
            proved(&xml, Some(Phase::Served)),
            Some(Evidence::Unclear),
            "{unclear}"
        );
    }
}

#[test]
fn every_code_says_what_helps_and_how_the_device_is() {
    use DeviceState::{CoverOpen, Error, Online, PaperOut};
    use Ink::{Maybe, No};
    use Remedy::{Nothing, Person, Retry, WhenWell};
    let failures = [
        ("", Retry, Maybe, Online),
        ("EPTR_AUTOMATICAL", WhenWell, Maybe, Error),
        ("EPTR_BATTERY_LOW", WhenWell, Maybe, Error),
        ("EPTR_COVER_OPEN", WhenWell, Maybe, CoverOpen),
        ("EPTR_CUTTER", Person, Maybe, Error),
        ("EPTR_MECHANICAL", Person, Maybe, Error),
        ("EPTR_REC_EMPTY", WhenWell, Maybe, PaperOut),
        ("EPTR_UNRECOVERABLE", Person, Maybe, Error),
        ("SchemaError", Nothing, No, Online),
        ("DeviceNotFound", Nothing, No, Online),
        ("PrintSystemError", Retry, Maybe, Online),
        ("EX_BADPORT", Retry, No, Online),
        ("EX_TIMEOUT", Retry, Maybe, Online),
        ("EX_SPOOLER", Retry, Maybe, Online),
        ("EX_DEVICE_BUSY", Retry, No, Online),
        ("EX_ENPC_TIMEOUT", Retry, No, Online),
        ("TooManyRequests", Retry, No, Online),
        ("RequestEntityTooLarge", Nothing, No, Online),
        ("ERROR_WAIT_EJECT", Person, Maybe, Error),
        ("EPTR_NEW", Retry, Maybe, Online),
    ];
    for (code, remedy, ink, state) in failures {
        let xml = response(
            token(1),
            &format!("success=\"false\" code=\"{code}\" status=\"0\""),
        );
        let expected = Evidence::NotPrinted(NotPrinted {
            remedy,
            ink,
            code: code.to_owned(),
        });
        assert_eq!(proved(&xml, Some(Phase::Served)), Some(expected), "{code}");
        let report = result_of(&xml).jobs[0].report();
        assert_eq!((report.state, report.code.as_str()), (state, code));
    }
    for (code, evidence) in [
        ("Printing", None),
        ("JobSpooling", None),
        ("JobNotFound", Some(Evidence::Unclear)),
    ] {
        let xml = response(
            token(1),
            &format!("success=\"false\" code=\"{code}\" status=\"0\""),
        );
        assert_eq!(proved(&xml, Some(Phase::Served)), evidence, "{code}");
    }
    // It printed and then the cutter jammed.
    let jammed = "success=\"false\" code=\"SchemaError\" status=\"2\"";
    let evidence = proved(&response(token(1), jammed), Some(Phase::Served));
    assert!(matches!(
        evidence,
        Some(Evidence::NotPrinted(NotPrinted { ink: Maybe, .. }))
    ));
}

#[test]
fn a_verdict_on_the_xml_is_about_what_is_in_the_printers_hands() {
    let xml = "<PrintResponseInfo Version=\"3.00\"><ServerDirectPrint><Response Success=\"false\">\
        <ErrorSummary>Invalid</ErrorSummary><ErrorDetail>Invalid XML format</ErrorDetail></Response>\
        </ServerDirectPrint></PrintResponseInfo>";
    let expected = Evidence::NotPrinted(NotPrinted {
        remedy: Remedy::Nothing,
        ink: Ink::No,
        code: "Invalid Invalid XML format".to_owned(),
    });
    assert_eq!(proved(xml, Some(Phase::Served)), Some(expected));
    assert_eq!(proved(xml, Some(Phase::Unconfirmed)), None);
    let fine = xml.replace("false", "true");
    assert_eq!(proved(&fine, Some(Phase::Served)), None);
    assert_eq!(
        result_of(&fine).verdict.map(|verdict| verdict.success),
        Some(true)
    );
}

/// C13 (a): served at 0 s, no line for 200 s, asks at 204 s, says so at 205 s and once more at 206 s.
#[test]
fn a_late_result_counts_once_and_asking_again_proves_nothing() {
    let phase = |phase| {
        Some(Handed {
            token: token(1),
            phase,
        })
    };
    assert!(may_offer(None));
    assert!(!may_offer(phase(Phase::Served)));
    assert!(!may_offer(phase(Phase::Offered)));
    // Its time is over: others get their turn, and with none the answer is 200 and empty.
    assert!(may_offer(phase(Phase::Unconfirmed)));
    assert!(may_offer(phase(Phase::Closed)));
    let ok = response(token(1), "success=\"true\" code=\"\" status=\"251658262\"");
    assert_eq!(
        proved(&ok, Some(Phase::Unconfirmed)),
        Some(Evidence::Printed)
    );
    assert_eq!(proved(&ok, Some(Phase::Closed)), None);
    // Another device's try, or none.
    assert_eq!(proved(&ok, None), None);
    assert_eq!(
        proved(
            &response(token(2), "success=\"true\" status=\"2\""),
            Some(Phase::Served)
        ),
        None
    );
}

#[test]
fn the_first_result_of_a_try_counts() {
    let twice = format!(
        "{}{}",
        response(
            token(1),
            "success=\"false\" code=\"EPTR_REC_EMPTY\" status=\"524288\""
        ),
        response(token(1), "success=\"true\" status=\"2\"").replace("<?xml version=\"1.0\"?>", "")
    );
    let evidence = proved(&twice, Some(Phase::Served));
    assert!(
        matches!(evidence, Some(Evidence::NotPrinted(_))),
        "{evidence:?}"
    );
}

proptest! {
    #[test]
    fn no_request_makes_it_panic(body: Vec<u8>, xml: String, kind in "SetResponse|SetStatus") {
        let _ = Request::read(&body);
        let _ = Request::read(&form(&[("ConnectionType", kind.as_str()), ("ResponseFile", xml.as_str())]));
    }

    #[test]
    fn no_altered_result_prints_another_try(
        place in any::<prop::sample::Index>(),
        part in "[<>/=\"' a-z0-9&;]{0,6}",
    ) {
        let xml = response(token(1), "success=\"true\" code=\"\" status=\"251658262\"");
        let at = place.index(xml.len());
        let altered = format!("{}{part}{}", &xml[..at], &xml[at..]);
        let result = result_of(&altered);
        for (named, _) in conclude(&result, None, |_| Some(Phase::Served)) {
            prop_assert_eq!(named.job(), token(1).job());
        }
    }
}
