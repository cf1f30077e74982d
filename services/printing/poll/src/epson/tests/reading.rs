//! What is read of forms and their XML.

use super::*;
use crate::{DeviceState, Malformed};

#[test]
fn a_printer_asks_for_work() {
    let ask = form(&[("ConnectionType", "GetRequest"), ("ID", "kitchen-1.a_b")]);
    assert_eq!(
        Request::read(&ask),
        Ok(Request::Work {
            id: Some("kitchen-1.a_b".to_owned()),
            name: None
        })
    );
    for body in [
        "ConnectionType=GetRequest&ID=",
        "ConnectionType=GetRequest",
        "ID=&ConnectionType=GetRequest&Unknown=1",
    ] {
        let expected = Request::Work {
            id: None,
            name: None,
        };
        assert_eq!(Request::read(body.as_bytes()), Ok(expected), "{body}");
    }
    let named = Request::read(b"ConnectionType=GetRequest&ID=a&Name=%E5%BB%9A%E6%88%BF");
    assert!(matches!(named, Ok(Request::Work { name: Some(name), .. }) if name == "廚房"));
}

#[test]
fn what_is_no_request_is_refused() {
    for body in [
        "",
        "ConnectionType=Other&ID=a",
        "ConnectionType=SetResponse&ID=a",
        "ConnectionType=SetStatus&ID=a",
        "ConnectionType=GetRequest&ID=a%20b",
        "ConnectionType=GetRequest&ID=1234567890123456789012345678901",
        "{\"statusCode\":\"200%20OK\"}",
    ] {
        assert_eq!(
            Request::read(body.as_bytes()),
            Err(Malformed::Form),
            "{body}"
        );
    }
    assert_eq!(
        Request::read(&vec![b'a'; MAX_BODY_BYTES + 1]),
        Err(Malformed::TooLarge)
    );
}

#[test]
fn every_status_bit_is_read() {
    let cases: [(u32, DeviceState, bool); 17] = [
        (0x1, DeviceState::Error, false),
        (0x2, DeviceState::Online, false),
        (0x4, DeviceState::Online, false),
        (0x8, DeviceState::Error, false),
        (0x20, DeviceState::CoverOpen, false),
        (0x40, DeviceState::Online, false),
        (0x100, DeviceState::Online, false),
        (0x200, DeviceState::Online, false),
        (0x400, DeviceState::Error, false),
        (0x800, DeviceState::Error, false),
        (0x2000, DeviceState::Error, false),
        (0x4000, DeviceState::Error, false),
        (0x2_0000, DeviceState::Online, true),
        (0x8_0000, DeviceState::PaperOut, false),
        (0x100_0000, DeviceState::Online, false),
        (0x8000_0000, DeviceState::Error, false),
        // What an emulator answers without paper: 655368.
        (0xA_0008, DeviceState::PaperOut, true),
    ];
    for (bits, state, paper_low) in cases {
        for text in [bits.to_string(), bits.cast_signed().to_string()] {
            let status = Status::decimal(&text).unwrap();
            assert_eq!(
                (status.state(), status.is_paper_low()),
                (state, paper_low),
                "{bits:#x}"
            );
        }
        assert_eq!(
            Status::hexadecimal(&format!("{bits:#010x}")),
            Status::decimal(&bits.to_string())
        );
    }
    assert!(Status::decimal("251658262").unwrap().is_printed());
    for text in ["", "x", "4294967296", "-2147483649", "0x2"] {
        assert_eq!(Status::decimal(text), None, "{text}");
    }
    for text in ["", "0x", "251658262", "0x1FFFFFFFF", "0x+1", "0xg"] {
        assert_eq!(Status::hexadecimal(text), None, "{text}");
    }
}

#[test]
fn a_result_is_read_however_its_tags_are_closed() {
    let id = token(1);
    let ok = "success=\"true\" code=\"\" status=\"251658262\"";
    let cases = [
        format!(
            "<PrintResponseInfo><ePOSPrint><printjobid>{id}</printjobid><PrintResponse><response {ok}></response></PrintResponse></ePOSPrint></PrintResponseInfo>"
        ),
        // A sample of the vendor closes what it did not open.
        format!(
            "<PrintResponseInfo Version=\"2.00\"><ePOSPrint><Parameter><devid>local_printer</devid><printjobid>{id}</printjobid></Parameter><PrintResponse><response {ok}/></PrintResponse></ePOSPrint></ePOSPrint></PrintResponse>"
        ),
        format!(
            "<PrintResponseInfo><ePOSPrint><Parameter><printjobid>{id}</Parameter><PrintResponse><response {ok}>"
        ),
        format!(
            "<PrintResponseInfo><ePOSPrint><PrintResponse><response {ok}/></PrintResponse><Parameter><printjobid>\n {id} </printjobid></Parameter>"
        ),
        format!(
            "<p:PrintResponseInfo xmlns:p=\"x\"><p:ePOSPrint><p:printjobid>{id}</p:printjobid><p:response {ok}/></p:ePOSPrint>"
        ),
        format!("<a><printjobid><![CDATA[{id}]]></printjobid><response {ok}/> & &unknown; </b>"),
        format!(
            "<a><printjobid>{id}</printjobid><response {}/>",
            ok.replace('"', "'")
        ),
    ];
    for xml in cases {
        assert_eq!(
            proved(&xml, Some(Phase::Served)),
            Some(Evidence::Printed),
            "{xml}"
        );
    }
}

#[test]
fn results_belong_to_the_id_that_stands_nearest() {
    let part = |id: &str, attributes: &str| {
        format!(
            "<ePOSPrint><Parameter><printjobid>{id}</printjobid></Parameter><PrintResponse><response {attributes}/></PrintResponse></ePOSPrint>"
        )
    };
    let xml = format!(
        "<PrintResponseInfo>{}{}{}<ePOSPrint><response success=\"true\" status=\"2\"/></ePOSPrint></PrintResponseInfo>",
        part(&token(1).to_string(), "success=\"true\" status=\"2\""),
        part("a-1", "success=\"true\" status=\"2\""),
        part(
            &token(2).to_string(),
            "success=\"false\" code=\"EPTR_REC_EMPTY\" status=\"524288\""
        ),
    );
    let result = result_of(&xml);
    let tokens: Vec<_> = result.jobs.iter().map(|job| job.token).collect();
    assert_eq!(tokens, [Some(token(1)), None, Some(token(2)), None]);
    let proved = conclude(&result, None, |_| Some(Phase::Served));
    assert_eq!(proved.len(), 2);
    assert_eq!(proved[0], (token(1), Evidence::Printed));
    assert!(matches!(&proved[1], (named, Evidence::NotPrinted(_)) if *named == token(2)));
    // Version 1.00 names nothing, and nothing is guessed.
    let old = "<PrintResponseInfo><response success=\"true\" code=\"\" status=\"251658262\"/></PrintResponseInfo>";
    let handed = Some(Handed {
        token: token(1),
        phase: Phase::Served,
    });
    assert!(conclude(&result_of(old), handed, |_| Some(Phase::Served)).is_empty());
}

#[test]
fn a_document_type_is_not_read_and_a_bomb_stays_small() {
    let bomb = "<?xml version=\"1.0\"?><!DOCTYPE lolz [<!ENTITY lol \"lol\"><!ENTITY lol2 \"&lol;&lol;\">]><a>&lol2;</a>";
    for (kind, field) in [("SetResponse", "ResponseFile"), ("SetStatus", "Status")] {
        let body = form(&[("ConnectionType", kind), (field, bomb)]);
        assert_eq!(Request::read(&body), Err(Malformed::DocumentType));
    }
    assert_eq!(Malformed::DocumentType.status(), 400);
    let deep = "<a>".repeat(200_000);
    assert_eq!(result_of(&deep), PrintResult::default());
    let many = "<response success=\"true\" status=\"2\"/>".repeat(10_000);
    assert_eq!(result_of(&many).jobs.len(), 64);
    let long = format!("<response code=\"{}\"/>", "x".repeat(100_000));
    assert_eq!(result_of(&long).jobs[0].code.text().len(), 64);
    for garbage in ["", "no xml", "<", "<a", "<a b=", "]]>", "\u{0}"] {
        assert_eq!(result_of(garbage), PrintResult::default(), "{garbage:?}");
    }
}

#[test]
fn notifications_are_read_under_either_name() {
    let xml = "<statusmonitor><printerstatus devicename=\"local_printer\" asbstatus=\"0x0F00003C\"/>\
        <printerstatus devicename=\"bar\" asbstatus=\"0x00080000\"/><printerstatus devicename=\"x\"/></statusmonitor>";
    for field in ["Status", "ResponseFile"] {
        let body = form(&[("ConnectionType", "SetStatus"), ("ID", "k"), (field, xml)]);
        let Ok(Request::Status { id, monitored }) = Request::read(&body) else {
            panic!("{field}");
        };
        assert_eq!(id.as_deref(), Some("k"));
        let seen: Vec<_> = monitored
            .iter()
            .map(|printer| {
                (
                    printer.device.as_str(),
                    printer.is_local(),
                    printer.report.state,
                )
            })
            .collect();
        assert_eq!(
            seen,
            [
                ("local_printer", true, DeviceState::CoverOpen),
                ("bar", false, DeviceState::PaperOut)
            ]
        );
    }
}
