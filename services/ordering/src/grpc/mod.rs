//! The gRPC layer: proto ↔ domain. No rules, no SQL.

pub mod benefits;
pub mod convert;
pub mod order_decision_service;
pub mod ordering_service;
mod parse;
mod quote_changed;
pub mod refund_service;
pub mod snapshot;
