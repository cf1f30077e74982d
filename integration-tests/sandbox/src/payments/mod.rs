//! Payment providers.

pub mod ecpay;
mod rules;
mod tamper;
