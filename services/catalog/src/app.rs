//! What several doors need: who may touch which brand, and answering a repeated request alike.

pub mod access;
pub mod once;
