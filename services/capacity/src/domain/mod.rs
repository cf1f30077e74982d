//! Pure rules: when a branch sells, how much is left, and what becomes of a hold. No I/O.

pub mod calendar;
pub mod fate;
pub mod hold;
pub mod hours;
pub mod local_time;
pub mod notice;
pub mod plan;
pub mod recipe;
pub mod stock;
pub mod stock_file;
pub mod stock_import;
