//! Branches.

use chassis::{
    error::{CommonReason, Violations},
    id::{BranchId, BrandId},
    text_enum,
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

/// What the owner of a branch decides about it.
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

text_enum! {
    /// State of a branch.
    pub enum State: proto::catalog::v1::BranchState {
        /// 籌備中: only test orders.
        Setup = "setup",
        /// 營業中.
        Live = "live",
        /// 暫停.
        Suspended = "suspended",
        /// 已歇業: not shown to customers.
        Closed = "closed",
    }
}

/// Reads an IANA time zone; empty means Asia/Taipei.
pub fn parse_time_zone(field: &str, raw: &str, violations: &mut Violations) -> Tz {
    if raw.is_empty() {
        return Tz::Asia__Taipei;
    }
    raw.parse().unwrap_or_else(|_| {
        violations.push(field, CommonReason::ValidationFailed);
        Tz::Asia__Taipei
    })
}

/// Reads the cut-off: 00:00–11:59 as minutes after midnight.
pub fn parse_cutoff(field: &str, minutes: i32, violations: &mut Violations) -> i16 {
    match i16::try_from(minutes) {
        Ok(minutes @ 0..=719) => minutes,
        _ => {
            violations.push_with(
                field,
                CommonReason::ValidationFailed,
                [("min", 0), ("max", 719)],
            );
            0
        }
    }
}
