//! Line by line what the manuals say, and the exchanges that went wrong elsewhere.

mod deciding;
mod reading;

use url::form_urlencoded;
use uuid::Uuid;

use super::*;
use crate::{Evidence, Handed, JobToken, Phase};

fn token(attempt: u16) -> JobToken {
    JobToken::new(Uuid::from_u128(7), attempt).unwrap()
}

fn form(fields: &[(&str, &str)]) -> Vec<u8> {
    form_urlencoded::Serializer::new(String::new())
        .extend_pairs(fields)
        .finish()
        .into_bytes()
}

fn result_of(xml: &str) -> PrintResult {
    let body = form(&[
        ("ConnectionType", "SetResponse"),
        ("ID", "kitchen"),
        ("ResponseFile", xml),
    ]);
    match Request::read(&body).unwrap() {
        Request::Result { result, .. } => result,
        other => panic!("{other:?}"),
    }
}

fn response(token: JobToken, attributes: &str) -> String {
    format!(
        "<?xml version=\"1.0\"?><PrintResponseInfo Version=\"2.00\"><ePOSPrint><Parameter>\
         <devid>local_printer</devid><printjobid>{token}</printjobid></Parameter>\
         <PrintResponse><response {attributes} xmlns=\"http://www.epson-pos.com/schemas/2011/03/epos-print\"/>\
         </PrintResponse></ePOSPrint></PrintResponseInfo>"
    )
}

/// What a result proves of the first try in this phase.
fn proved(xml: &str, phase: Option<Phase>) -> Option<Evidence> {
    let handed = Some(Handed {
        token: token(1),
        phase: phase.unwrap_or(Phase::Served),
    });
    let mut all = conclude(&result_of(xml), handed, |named| {
        phase.filter(|_| named == token(1))
    });
    assert!(all.len() < 2);
    all.pop().map(|(named, evidence)| {
        assert_eq!(named, token(1));
        evidence
    })
}
