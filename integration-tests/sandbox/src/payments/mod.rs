//! Payment providers.

pub mod ecpay;
pub mod linepay;
pub mod newebpay;
mod rules;
mod tamper;
