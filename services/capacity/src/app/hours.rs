//! 營業時間: hours, their versions and special days, and what a change means for booked orders.

pub mod affected_orders;
pub mod announce;
pub mod preview;
pub mod schedules;
pub mod set;
pub mod special_days;
