//! 特殊日: dates on which other hours count than the week's, and which of them win.

use std::{collections::BTreeMap, sync::Arc};

use chassis::{
    error::{CommonReason, Reason, Violations},
    id::{BranchId, BrandId, SpecialDayId},
    text,
};
use chrono::{Days, NaiveDate};
use proto::capacity::v1::CapacityReason;

use super::{parse::parse_day_periods, weekly::DayPeriod};
use crate::domain::local_time::parse_date;

const MOST_DAYS: i64 = 366;
/// A rejection names at most this many conflicting days.
const MOST_NAMED: usize = 20;

/// A special day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpecialDay {
    /// Id.
    pub special_day_id: SpecialDayId,
    /// Brand whose branches it counts for.
    pub brand_id: BrandId,
    /// The one branch it counts for; `None` for all of the brand.
    pub branch_id: Option<BranchId>,
    /// What it is.
    pub day: Day,
    /// Version.
    pub version: i64,
}

/// A special day, of a branch or of a brand.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Day {
    /// Name.
    pub name: String,
    /// First date.
    pub from: NaiveDate,
    /// Last date.
    pub to: NaiveDate,
    /// Periods of each of the dates, sorted; none: closed.
    pub periods: Vec<DayPeriod>,
    /// Branches may not have days of their own on its dates; only of a brand's.
    pub locked: bool,
}

/// A special day as received.
#[derive(Clone, Debug, Default)]
pub struct RawDay {
    /// Name.
    pub name: String,
    /// First date.
    pub from: String,
    /// Last date.
    pub to: String,
    /// Opening and close of each period.
    pub periods: Vec<(i32, i32)>,
    /// Branches may not have days of their own on its dates.
    pub locked: bool,
    /// It belongs to one branch.
    pub of_branch: bool,
}

/// Hours of one date in place of the week's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DayHours {
    /// Name of the special day.
    pub name: Arc<str>,
    /// Its periods; none: closed.
    pub periods: Arc<[DayPeriod]>,
}

/// Dates with other hours than the week's.
pub type DayTable = BTreeMap<NaiveDate, DayHours>;

impl Day {
    /// Validates a special day; every violation is pushed at its field below `prefix`.
    pub fn parse(prefix: &str, raw: &RawDay, violations: &mut Violations) -> Option<Self> {
        let found_before = violations.len();
        let name = text::bounded(&format!("{prefix}.name"), &raw.name, 1..=60, violations);
        let mut date = |field: &str, raw: &str| {
            let date = parse_date(raw);
            if date.is_none() {
                violations.push(format!("{prefix}.{field}"), CommonReason::ValidationFailed);
            }
            date
        };
        let (from, to) = (date("from_date", &raw.from), date("to_date", &raw.to));
        let mut repeated = true;
        if let (Some(from), Some(to)) = (from, to) {
            let days = (to - from).num_days() + 1;
            if !(1..=MOST_DAYS).contains(&days) {
                violations.push_with(
                    format!("{prefix}.to_date"),
                    CommonReason::SettingRange,
                    [("given", days), ("min", 1), ("max", MOST_DAYS)],
                );
            }
            repeated = days > 1;
        }
        if raw.locked && raw.of_branch {
            violations.push(format!("{prefix}.locked"), CommonReason::ValidationFailed);
        }
        let periods = parse_day_periods(prefix, &raw.periods, repeated, violations);
        if violations.len() > found_before {
            return None;
        }
        Some(Self {
            name,
            from: from?,
            to: to?,
            periods,
            locked: raw.locked,
        })
    }

    /// Some date is in both.
    #[must_use]
    pub fn overlaps(&self, other: &Self) -> bool {
        self.from <= other.to && other.from <= self.to
    }
}

impl SpecialDay {
    /// Checks whether it can be on its dates among `others`, those of its brand and of its branches; what
    /// forbids it is noted at the dates below `prefix`.
    ///
    /// Notes `IN_THE_PAST`, `FIELD_LOCKED` and `HOURS_OVERLAP`.
    pub fn check(
        &self,
        prefix: &str,
        others: &[Self],
        today: NaiveDate,
        violations: &mut Violations,
    ) {
        if self.day.to < today {
            violations.push_with(
                format!("{prefix}.to_date"),
                CommonReason::InThePast,
                [("given", self.day.to), ("today", today)],
            );
        }
        let in_the_way = others.iter().filter_map(|other| {
            if other.special_day_id == self.special_day_id || !other.day.overlaps(&self.day) {
                return None;
            }
            if other.branch_id == self.branch_id {
                return Some((Reason::from(CapacityReason::HoursOverlap), &other.day));
            }
            let locked = self.branch_id.is_some() && other.branch_id.is_none() && other.day.locked;
            locked.then(|| (CommonReason::FieldLocked.into(), &other.day))
        });
        for (reason, other) in in_the_way.take(MOST_NAMED) {
            let params = [
                ("name", other.name.clone()),
                ("from", other.from.to_string()),
                ("to", other.to.to_string()),
            ];
            violations.push_with(format!("{prefix}.from_date"), reason, params);
        }
    }

    /// A branch's day of which some dates are ignored, because its brand locked them.
    #[must_use]
    pub fn is_overridden(&self, others: &[Self]) -> bool {
        self.branch_id.is_some()
            && others.iter().any(|other| {
                other.branch_id.is_none() && other.day.locked && other.day.overlaps(&self.day)
            })
    }
}

/// What counts for a branch on each date: the brand's where it is locked, else the branch's own, else
/// the brand's. Days of other branches and dates before `from` are left out.
#[must_use]
pub fn table(days: &[SpecialDay], branch_id: BranchId, from: NaiveDate) -> DayTable {
    let rank = |day: &SpecialDay| match (day.branch_id, day.day.locked) {
        (Some(own), _) => (own == branch_id).then_some(1),
        (None, locked) => Some(if locked { 2 } else { 0 }),
    };
    let mut ranked: Vec<_> = days
        .iter()
        .filter_map(|day| Some((rank(day)?, day)))
        .collect();
    ranked.sort_by_key(|(rank, _)| *rank);
    let mut table = DayTable::new();
    for (_, SpecialDay { day, .. }) in ranked {
        let hours = DayHours {
            name: day.name.as_str().into(),
            periods: day.periods.as_slice().into(),
        };
        let first = day.from.max(from);
        let dates = first.iter_days().take_while(|date| *date <= day.to);
        table.extend(dates.map(|date| (date, hours.clone())));
    }
    table
}

/// The date from which special days still matter: a night may last into the next day, and the calendar
/// looks back at the opening that is going on.
#[must_use]
pub fn relevant_from(today: NaiveDate) -> NaiveDate {
    today - Days::new(10)
}

#[cfg(test)]
mod tests;
