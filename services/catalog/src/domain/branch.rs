//! Branches.

use chassis::{
    error::Violations,
    id::{BranchId, BrandId},
};
use chrono_tz::Tz;

/// A branch of a brand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Branch {
    /// Id.
    pub id: BranchId,
    /// Brand it belongs to.
    pub brand_id: BrandId,
    /// What the owner decides.
    pub details: Details,
    /// Version for the next change.
    pub version: i64,
}

/// What the owner of a branch decides about it; parsed at the door.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Details {
    /// Code, unique in the brand.
    pub code: String,
    /// Slug in the storefront's address, unique in the brand.
    pub slug: String,
    /// Name.
    pub name: String,
    /// Phone in E.164 form, may be empty.
    pub phone: String,
    /// Address as written, may be empty.
    pub address: String,
    /// Time zone.
    pub time_zone: Tz,
    /// Business-day cut-off in minutes after midnight, 0–719.
    pub cutoff_minutes: i16,
    /// State.
    pub state: State,
}

/// State of a branch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// 籌備中: only test orders.
    Setup,
    /// 營業中.
    Live,
    /// 暫停.
    Suspended,
    /// 已歇業: not shown to customers.
    Closed,
}

impl State {
    /// Word for it in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Setup => "setup",
            Self::Live => "live",
            Self::Suspended => "suspended",
            Self::Closed => "closed",
        }
    }

    /// State with this word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Setup, Self::Live, Self::Suspended, Self::Closed]
            .into_iter()
            .find(|state| state.as_str() == word)
    }
}

/// Reads an IANA time zone; empty means Asia/Taipei.
pub fn parse_time_zone(field: &str, raw: &str, violations: &mut Violations) -> Tz {
    if raw.is_empty() {
        return Tz::Asia__Taipei;
    }
    raw.parse().unwrap_or_else(|_| {
        violations.push(field, "VALIDATION_FAILED");
        Tz::Asia__Taipei
    })
}

/// Reads the cut-off: 00:00–11:59 as minutes after midnight.
pub fn parse_cutoff(field: &str, minutes: i32, violations: &mut Violations) -> i16 {
    match i16::try_from(minutes) {
        Ok(minutes @ 0..=719) => minutes,
        _ => {
            violations.push_with(field, "VALIDATION_FAILED", [("min", 0), ("max", 719)]);
            0
        }
    }
}
