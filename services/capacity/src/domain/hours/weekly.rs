//! Weekly hours and slot settings, of the branch and of methods that differ from it.

use std::collections::BTreeMap;

use chassis::sales::Method;
use chrono::{Datelike as _, NaiveDate, NaiveTime, TimeDelta};
use chrono_tz::Tz;

use super::opening::Opening;
use crate::domain::local_time::instant_of;

/// Minutes of a day by the clock on the wall.
pub const DAY_MINUTES: i32 = 24 * 60;
pub const WEEK_MINUTES: i32 = 7 * DAY_MINUTES;
const DELIVERY_LEAD_MINUTES: u16 = 40;

/// One weekly opening period; close at or before open means the next day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub struct Period {
    /// ISO weekday of the opening, 1 Monday … 7 Sunday.
    pub weekday: i16,
    /// Opening in minutes after midnight.
    pub open_minute: i16,
    /// Close in minutes after midnight; 0 to 1,440 is a whole day.
    pub close_minute: i16,
}

impl Period {
    /// The part of it that every day of its own has.
    #[must_use]
    pub const fn of_day(self) -> DayPeriod {
        DayPeriod {
            open_minute: self.open_minute,
            close_minute: self.close_minute,
        }
    }

    /// Its opening in minutes after Monday 00:00.
    #[must_use]
    pub fn start_in_week(self) -> i32 {
        (i32::from(self.weekday) - 1) * DAY_MINUTES + i32::from(self.open_minute)
    }
}

/// An opening period of a day; close at or before open means the next day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub struct DayPeriod {
    /// Opening in minutes after midnight.
    pub open_minute: i16,
    /// Close in minutes after midnight; 0 to 1,440 is the whole day.
    pub close_minute: i16,
}

impl DayPeriod {
    /// How long it lasts by the clock on the wall.
    #[must_use]
    pub fn length_minutes(self) -> i32 {
        let length = i32::from(self.close_minute) - i32::from(self.open_minute);
        if length > 0 {
            length
        } else {
            length + DAY_MINUTES
        }
    }

    /// The opening it makes on `date`.
    ///
    /// A time the clock skips does not exist: an opening that lies within it is none.
    #[must_use]
    pub fn opening_on(self, date: NaiveDate, tz: Tz) -> Option<Opening> {
        let midnight = date.and_time(NaiveTime::MIN);
        let opens = midnight + TimeDelta::minutes(i64::from(self.open_minute));
        let closes = opens + TimeDelta::minutes(i64::from(self.length_minutes()));
        let opening = Opening {
            from: instant_of(tz, opens),
            to: instant_of(tz, closes),
        };
        (opening.from < opening.to).then_some(opening)
    }
}

/// What a method has for itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct MethodHours {
    /// A week of its own, sorted; `None`: it follows the branch.
    pub periods: Option<Vec<Period>>,
    /// Minutes before close when ordering ends; `None` for those of the branch.
    pub last_order_minutes: Option<u16>,
    /// Minutes between ordering and the earliest promise; `None` for the method's default.
    pub lead_minutes: Option<u16>,
}

/// What may be ordered while the branch is closed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, sqlx::Type)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "text", rename_all = "snake_case")]
pub enum OutsideHours {
    /// Orders for a later slot.
    #[default]
    FutureOnly,
    /// Nothing.
    None,
}

/// Weekly hours and slot settings of a branch.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Hours {
    /// Weekly opening periods of the branch, sorted; none: closed.
    pub periods: Vec<Period>,
    /// Methods that differ from it.
    pub methods: BTreeMap<Method, MethodHours>,
    /// Length of a slot in minutes.
    pub slot_minutes: u16,
    /// Minutes between ordering and the earliest promise of 自取.
    pub lead_minutes: u16,
    /// Days ahead that may be ordered for.
    pub days_ahead: u16,
    /// Minutes before close when ordering ends.
    pub last_order_minutes: u16,
    /// Most orders in one slot; `None` for no limit.
    pub max_orders_per_slot: Option<i64>,
    /// What may be ordered while closed.
    pub outside: OutsideHours,
}

impl Default for Hours {
    /// Unset hours: closed, with the platform's defaults for the rest.
    fn default() -> Self {
        Self {
            periods: Vec::new(),
            methods: BTreeMap::new(),
            slot_minutes: 15,
            lead_minutes: 15,
            days_ahead: 7,
            last_order_minutes: 15,
            max_orders_per_slot: None,
            outside: OutsideHours::FutureOnly,
        }
    }
}

impl Hours {
    /// The week of a method: its own, else the branch's.
    #[must_use]
    pub fn week_of(&self, method: Method) -> &[Period] {
        self.methods
            .get(&method)
            .and_then(|own| own.periods.as_deref())
            .unwrap_or(&self.periods)
    }

    /// Minutes before close when ordering by a method ends.
    #[must_use]
    pub fn last_order_minutes_of(&self, method: Method) -> u16 {
        self.methods
            .get(&method)
            .and_then(|own| own.last_order_minutes)
            .unwrap_or(self.last_order_minutes)
    }

    /// Minutes between ordering by a method and the earliest promise: its own, else 40 for 外送 and none
    /// for 現場.
    #[must_use]
    pub fn lead_minutes_of(&self, method: Method) -> u16 {
        let own = self.methods.get(&method).and_then(|own| own.lead_minutes);
        own.unwrap_or(match method {
            Method::Pickup => self.lead_minutes,
            Method::Delivery => DELIVERY_LEAD_MINUTES,
            Method::OnSite => 0,
        })
    }

    /// The periods of a method that begin on `date`.
    pub fn periods_on(&self, method: Method, date: NaiveDate) -> impl Iterator<Item = DayPeriod> {
        let weekday =
            i16::try_from(date.weekday().number_from_monday()).expect("a weekday is 1 to 7");
        self.week_of(method)
            .iter()
            .filter(move |period| period.weekday == weekday)
            .map(|period| period.of_day())
    }
}
