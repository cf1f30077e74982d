//! SQL of the staff database and the sessions in Redis; the only place that knows tables and keys.

pub mod accounts;
pub mod audit_records;
pub mod branches;
pub mod failures;
pub mod organisations;
pub mod sessions;
