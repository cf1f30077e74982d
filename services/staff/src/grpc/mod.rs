//! The gRPC door: messages to domain values and back.

mod convert;
mod staff_service;

pub use staff_service::StaffRpc;
