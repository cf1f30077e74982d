//! Payment providers.

pub mod ecpay;
pub mod jkopay;
pub mod linepay;
pub mod newebpay;
mod rules;
pub mod stripe;
mod tamper;
pub mod tappay;
