//! Members.

pub mod facts;
pub mod orders;
