//! Payment providers.

pub mod ecpay;
pub mod newebpay;
mod rules;
mod tamper;
