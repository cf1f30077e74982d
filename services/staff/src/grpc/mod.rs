//! The gRPC door: messages to domain values and back.

mod audit_service;
mod convert;
mod staff_service;

pub use audit_service::AuditRpc;
pub use staff_service::StaffRpc;
