//! Use cases of staff.

pub mod accounts;
pub mod audit;
pub mod identity;
pub mod organisations;
pub mod passwords;
pub mod sessions;
pub mod sign_in;
