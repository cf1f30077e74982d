//! Holds of orders: placed, rescheduled and settled.

pub mod place;
pub mod reschedule;
pub mod settle;
