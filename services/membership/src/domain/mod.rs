//! Rules, apart from I/O.

pub mod benefits;
pub mod calendar;
pub mod code;
pub mod contact;
pub mod habits;
pub mod line;
pub mod member;
pub mod points;
pub mod programme;
pub mod search;
pub mod tag_rule;
pub mod tags;
pub mod tiers;
