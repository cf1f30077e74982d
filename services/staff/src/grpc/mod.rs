//! The gRPC server: messages to domain values and back.

mod audit_service;
mod convert;
mod create_account;
mod staff_service;

pub use audit_service::AuditRpc;
pub use staff_service::StaffRpc;
