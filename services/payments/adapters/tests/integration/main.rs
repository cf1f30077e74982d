//! The crate as its users see it.

mod callbacks;
mod parse;
mod seeds;
mod vectors;
