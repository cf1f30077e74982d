//! Tags.

pub mod of_member;
