//! Points: rules, what an account is made of, and what orders earn.

pub mod account;
pub mod entry;
pub mod rules;
