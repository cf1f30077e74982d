//! Pure types and rules of staff: organisations, accounts, roles, passwords.

pub mod account;
pub mod organisation;
pub mod password;
pub mod role;
