//! The fetch: the same bytes for the same try, until something is proved or its time is over.

use super::query::Query;
use crate::Phase;

/// The one format that is offered: every model takes it, pixel for pixel.
pub const MEDIA_TYPE: &str = "image/png";

/// What a fetch is answered with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fetched {
    /// 200 with the bytes of the try, the same each time; it is in the printer's hands from now on.
    Bytes,
    /// 404: nothing to print. The printer will say 520, which proves nothing then.
    Nothing,
    /// 415: another format was asked for.
    OtherFormat,
}

impl Fetched {
    /// Its status.
    #[must_use]
    pub const fn status(self) -> u16 {
        match self {
            Self::Bytes => 200,
            Self::Nothing => 404,
            Self::OtherFormat => 415,
        }
    }
}

/// Decides a fetch. `phase` is that of the try which the query names, or, where it names none, of the
/// one in the printer's hands; none when there is no such try of this printer.
#[must_use]
pub fn fetch(query: &Query, phase: Option<Phase>) -> Fetched {
    let is_offered = matches!(phase, Some(Phase::Offered | Phase::Served));
    let is_format = query.media_type.as_deref().is_none_or(|media| {
        let media = media.split(';').next().unwrap_or_default().trim();
        media.eq_ignore_ascii_case(MEDIA_TYPE)
    });
    match (is_offered, is_format) {
        (false, _) => Fetched::Nothing,
        (true, true) => Fetched::Bytes,
        (true, false) => Fetched::OtherFormat,
    }
}
