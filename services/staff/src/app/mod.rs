//! Use cases of staff, apart from the doors they are reached through.

pub mod accounts;
pub mod identity;
pub mod organisations;
pub mod sessions;
pub mod sign_in;
