//! 產能限制: how much a branch accepts in a time, apart from stock.
//!
//! A rule is measure × target × window × days × limit. All rules that count on a day must hold; a rule
//! of a single date takes the place of those of other days with the same measure, target and window.

use std::collections::{BTreeMap, BTreeSet};

use chassis::{
    id::{CategoryId, LimitRuleId, ProductId, VariantId},
    sales::{Channel, Method},
};
use chrono::{Datelike as _, NaiveDate};
use serde::{Deserialize, Serialize};

pub mod counter;
pub mod demand;
pub mod grid;
pub mod load;
pub mod order;
pub mod parse;
mod promise;
pub mod simulation;
pub mod usage;
pub mod window;

/// Orders of a platform were accepted before they arrive here: they may overbook.
#[must_use]
pub const fn may_overbook(channel: Channel) -> bool {
    matches!(channel, Channel::UberEats)
}

/// Most rules of a branch.
pub const MOST_RULES: usize = 200;

/// What a rule counts. Making is counted in seconds and limited in minutes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// 單數.
    Orders,
    /// 份數.
    Units,
    /// 製作分鐘.
    MakeMinutes,
    /// 金額, in the minor unit.
    Amount,
}

/// What a rule is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LimitTarget {
    /// Everything.
    All,
    /// Orders of a method.
    Method(Method),
    /// Products of a category.
    Category(CategoryId),
    /// A product with all its variants.
    Product(ProductId),
    /// A variant.
    Variant(VariantId),
    /// Products with a print tag.
    Tag(String),
    /// Products made at a station.
    Station(String),
}

/// The time over which a rule counts.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Window {
    /// Each slot.
    Slot,
    /// Any so many minutes in a row.
    Rolling(u16),
    /// A named part of the business day.
    Daypart {
        /// Name.
        name: String,
        /// Start in minutes after local midnight.
        from: u16,
        /// End; not after the start means on the next day.
        to: u16,
    },
    /// The whole business day.
    Day,
}

/// The business days on which a rule counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Days {
    /// By weekday.
    Week {
        /// 1 for Monday to 7 for Sunday; empty for all.
        weekdays: BTreeSet<u8>,
        /// First date.
        from: Option<NaiveDate>,
        /// Last date.
        to: Option<NaiveDate>,
    },
    /// A single date.
    Date(NaiveDate),
}

/// A rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rule {
    /// Id.
    pub rule_id: LimitRuleId,
    /// What it counts.
    pub measure: Measure,
    /// What it is about.
    pub target: LimitTarget,
    /// The target's name as staff saw it; empty where the target is its own name.
    pub target_name: String,
    /// Over which time.
    pub window: Window,
    /// On which days.
    pub days: Days,
    /// Most of it; 0 for closed, and where people say it.
    pub limit: i64,
    /// People at work, where they say the limit; else 0.
    pub people: i64,
    /// Percent of the limit by channel; a channel without one may take all.
    pub shares: BTreeMap<Channel, u8>,
    /// Of the limit kept for the counter.
    pub reserved_for_counter: i64,
    /// Hours before the requested slot in which part of the work may be done.
    pub early_hours: u8,
    /// Counts.
    pub enabled: bool,
}

impl Rule {
    /// The limit in what is counted, for slots of so many minutes.
    #[must_use]
    pub fn limit(&self, slot_minutes: u32) -> i64 {
        match self.measure {
            Measure::MakeMinutes if self.people > 0 => self.people * i64::from(slot_minutes) * 60,
            Measure::MakeMinutes => self.limit * 60,
            Measure::Orders | Measure::Units | Measure::Amount => self.limit,
        }
    }

    /// The limit as staff know it, for slots of so many minutes.
    #[must_use]
    pub fn shown(&self, counted: i64) -> i64 {
        match self.measure {
            Measure::MakeMinutes => (counted + 59) / 60,
            Measure::Orders | Measure::Units | Measure::Amount => counted,
        }
    }

    /// Its windows are over soon after they begin, unlike dayparts and days.
    #[must_use]
    pub const fn is_short(&self) -> bool {
        matches!(self.window, Window::Slot | Window::Rolling(_))
    }

    /// Rules with the same key limit the same thing.
    const fn key(&self) -> (Measure, &LimitTarget, &Window) {
        (self.measure, &self.target, &self.window)
    }
}

impl Days {
    fn contains(&self, date: NaiveDate) -> bool {
        match self {
            Self::Date(only) => *only == date,
            Self::Week { weekdays, from, to } => {
                let weekday = u8::try_from(date.weekday().number_from_monday()).unwrap_or_default();
                (weekdays.is_empty() || weekdays.contains(&weekday))
                    && from.is_none_or(|from| from <= date)
                    && to.is_none_or(|to| date <= to)
            }
        }
    }
}

/// The rules of a branch that count, ready to evaluate.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Limits(Vec<ActiveRule>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct ActiveRule {
    rule: Rule,
    /// Dates on which a rule of that date takes its place.
    replaced_on: BTreeSet<NaiveDate>,
}

impl Limits {
    /// The rules that are enabled.
    #[must_use]
    pub fn new(rules: &[Rule]) -> Self {
        let rules: Vec<_> = rules.iter().filter(|rule| rule.enabled).collect();
        let rulings = rules.iter().map(|rule| {
            let dates = rules
                .iter()
                .filter(|other| other.key() == rule.key())
                .filter_map(|other| match other.days {
                    Days::Date(date) => Some(date),
                    Days::Week { .. } => None,
                });
            let replaced_on = match rule.days {
                Days::Date(_) => BTreeSet::new(),
                Days::Week { .. } => dates.collect(),
            };
            ActiveRule {
                rule: (*rule).clone(),
                replaced_on,
            }
        });
        Self(rulings.collect())
    }

    /// There is no rule.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The rules, whether or not they count on a day.
    pub fn rules(&self) -> impl Iterator<Item = &Rule> {
        self.0.iter().map(|ruling| &ruling.rule)
    }

    /// A rule by its id.
    #[must_use]
    pub fn find(&self, rule_id: LimitRuleId) -> Option<&Rule> {
        self.rules().find(|rule| rule.rule_id == rule_id)
    }

    /// Slots differ by what is in a cart.
    #[must_use]
    pub fn by_cart(&self) -> bool {
        self.rules().any(|rule| {
            rule.measure != Measure::Orders
                || !matches!(rule.target, LimitTarget::All | LimitTarget::Method(_))
        })
    }

    fn rule_on(&self, index: usize, date: NaiveDate) -> Option<&Rule> {
        let ruling = self.0.get(index)?;
        let counts = ruling.rule.days.contains(date) && !ruling.replaced_on.contains(&date);
        counts.then_some(&ruling.rule)
    }
}

#[cfg(test)]
mod tests;
