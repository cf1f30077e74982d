//! What several RPCs need: who may touch which brand.

pub mod access;
