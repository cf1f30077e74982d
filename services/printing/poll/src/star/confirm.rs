//! The confirmation. It is answered 200 whatever it proves: a printer that gets no answer says it again.

use super::{
    query::Query,
    status::{Class, StatusCode},
};
use crate::{Evidence, Ink, NotPrinted, Phase, Remedy, text::decoded};

/// Judges a confirmation. `phase` is that of the try which the query names, never of "the current one";
/// none when it names none of this printer's.
#[must_use]
pub fn confirm(query: &Query, phase: Option<Phase>) -> Option<Evidence> {
    let phase = phase.filter(|phase| *phase != Phase::Closed)?;
    let code = decoded(query.code.as_deref().unwrap_or_default());
    if code.trim() == "OK" {
        return Some(Evidence::Printed);
    }
    match StatusCode::parse(&code) {
        Some(code) if code.class() == Class::Online => Some(Evidence::Printed),
        Some(code) => failure(&code, phase),
        // It has let go of the job and does not say how it went. What was never fetched is not on paper.
        None if phase == Phase::Offered => Some(Evidence::NotPrinted(NotPrinted {
            remedy: Remedy::Retry,
            ink: Ink::No,
            code: String::new(),
        })),
        None => Some(Evidence::Unclear),
    }
}

/// What a code other than success proves of a try.
pub(super) fn failure(code: &StatusCode, phase: Phase) -> Option<Evidence> {
    let (remedy, ink) = match (code.class(), code.number()) {
        // The download failed. Our own 404 to a fetch that came too late makes a printer say so, of a
        // job that it may have printed.
        (Class::Job, 520 | 521) if phase == Phase::Unconfirmed => return None,
        (Class::Job, 520) => (Remedy::Retry, Ink::No),
        (Class::Job, 510 | 512 | 521) => (Remedy::Nothing, Ink::No),
        (Class::Job, _) => (Remedy::Nothing, Ink::Maybe),
        (Class::Printer, _) => (Remedy::WhenWell, Ink::Maybe),
        (Class::Online | Class::Other, _) => return Some(Evidence::Unclear),
    };
    // A printer that never had the bytes put no ink on paper.
    let ink = if phase == Phase::Offered {
        Ink::No
    } else {
        ink
    };
    Some(Evidence::NotPrinted(NotPrinted {
        remedy,
        ink,
        code: code.text().to_owned(),
    }))
}
