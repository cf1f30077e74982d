//! 營業時間: weekly hours and special days, and the calendar they make.
//!
//! Imports go one way: `opening` ← `weekly` ← `parse` ← `special_days` ← `schedule` ← `calendar` ← `offer`;
//! `versions` and `affected_orders` are above `schedule`.

pub mod affected_orders;
pub mod calendar;
pub mod offer;
mod opening;
mod parse;
pub mod schedule;
pub mod special_days;
pub mod versions;
mod weekly;

pub use opening::Opening;
pub use parse::{RawHours, RawMethodHours};
pub use weekly::{DayPeriod, Hours, MethodHours, OutsideHours, Period};
