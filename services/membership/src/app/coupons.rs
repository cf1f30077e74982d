//! Coupons.

pub mod merge;
