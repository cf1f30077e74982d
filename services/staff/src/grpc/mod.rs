//! The gRPC server: messages to domain values and back.

mod convert;
mod create_account;
mod staff_service;

pub use staff_service::StaffRpc;
