//! Pure types and rules, no I/O.

pub mod account;
pub mod attempt;
pub mod ledger;
pub mod method;
pub mod order;
pub mod payment;
pub mod reference;
pub mod refund;
pub mod schedule;
pub mod settlement;

#[cfg(test)]
mod samples;
