//! Tags.

pub mod merge;
pub mod of_member;
pub mod of_members;
