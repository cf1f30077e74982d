use proto::capacity::v1 as pb;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    problem::Rejection,
    rest::{Result, convert::text, hours::Decisions},
};

/// A day, or days, on which other hours count than the week's.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct SpecialDay {
    /// Id.
    #[schema(format = Uuid)]
    pub special_day_id: String,
    /// Brand.
    #[schema(format = Uuid)]
    pub brand_id: String,
    /// Branch it counts for; null for all branches of the brand.
    #[schema(format = Uuid)]
    pub branch_id: Option<String>,
    /// Name.
    pub name: String,
    /// First date.
    #[schema(format = Date)]
    pub from_date: String,
    /// Last date.
    #[schema(format = Date)]
    pub to_date: String,
    /// Periods of each of the dates; none: closed.
    pub periods: Vec<DayPeriod>,
    /// Of a brand's day: branches may not have days of their own on its dates.
    pub locked: bool,
    /// Version for the next change.
    pub version: i64,
    /// Of a branch's day: some of its dates are ignored because the brand locked them.
    pub overridden: bool,
}

/// Whose a special day is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Owner {
    /// A branch's own.
    Branch(String),
    /// All branches' of a brand.
    Brand(String),
}

/// An opening period of a day; close at or before open means the next day.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DayPeriod {
    /// Opening in minutes after midnight, 0–1,439.
    pub open_minute: i32,
    /// Close in minutes after midnight, 0–1,440; 0 to 1,440 is the whole day.
    pub close_minute: i32,
}

/// A special day as it shall be.
#[derive(Debug, Clone, PartialEq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SpecialDayInput {
    /// Name, 1–60 characters.
    pub name: String,
    /// First date.
    #[schema(format = Date)]
    pub from_date: String,
    /// Last date; at most 366 days in all.
    #[schema(format = Date)]
    pub to_date: String,
    /// Periods of each of the dates, at most 6; none: closed.
    #[serde(default)]
    pub periods: Vec<DayPeriod>,
    /// Of a brand's day: branches may not have days of their own on its dates.
    #[serde(default)]
    pub locked: bool,
    /// Version it was read at; left out for a new one.
    #[serde(default)]
    pub version: i64,
    /// What becomes of booked orders outside; not read by a preview.
    #[serde(default)]
    pub decisions: Decisions,
}

impl TryFrom<pb::SpecialDay> for SpecialDay {
    type Error = Rejection;

    fn try_from(day: pb::SpecialDay) -> Result<Self> {
        let period = |period: pb::DayPeriod| DayPeriod {
            open_minute: period.open_minute,
            close_minute: period.close_minute,
        };
        Ok(Self {
            special_day_id: day.special_day_id,
            brand_id: day.brand_id,
            branch_id: text(day.branch_id),
            name: day.name,
            from_date: day.from_date,
            to_date: day.to_date,
            periods: day.periods.into_iter().map(period).collect(),
            locked: day.locked,
            version: day.version,
            overridden: day.overridden,
        })
    }
}

impl SpecialDayInput {
    /// The message.
    pub fn into_wire(self, special_day_id: String, owner: Owner) -> pb::SpecialDay {
        let (brand_id, branch_id) = match owner {
            Owner::Brand(brand_id) => (brand_id, String::new()),
            Owner::Branch(branch_id) => (String::new(), branch_id),
        };
        let period = |period: DayPeriod| pb::DayPeriod {
            open_minute: period.open_minute,
            close_minute: period.close_minute,
        };
        pb::SpecialDay {
            special_day_id,
            brand_id,
            branch_id,
            name: self.name,
            from_date: self.from_date,
            to_date: self.to_date,
            periods: self.periods.into_iter().map(period).collect(),
            locked: self.locked,
            version: self.version,
            overridden: false,
        }
    }
}
