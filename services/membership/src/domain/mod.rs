//! Rules without I/O.

pub mod code;
pub mod contact;
pub mod habits;
pub mod line;
pub mod member;
pub mod search;
