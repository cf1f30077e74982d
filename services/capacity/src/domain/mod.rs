//! Pure rules: when a branch sells, how much is left, and what becomes of a hold. No I/O.

pub mod affected;
pub mod availability;
pub mod branch_state;
pub mod calendar;
pub mod channel;
pub mod fate;
pub mod hold;
pub mod hours;
pub mod hours_version;
pub mod ledger;
pub mod limit;
pub mod line;
pub mod local_time;
pub mod method;
pub mod notice;
pub mod open_status;
pub mod pause;
pub mod plan;
pub mod recipe;
pub mod shelf;
pub mod special_day;
pub mod stock;
pub mod stock_file;
pub mod stock_import;
