//! Payment providers.

pub mod ecpay;
pub mod jkopay;
pub mod linepay;
pub mod newebpay;
mod rules;
mod tamper;
pub mod tappay;
