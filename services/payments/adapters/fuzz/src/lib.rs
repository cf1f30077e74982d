//! What the fuzz targets share. `cargo +nightly fuzz run ecpay` in the folder above runs one.
//!
//! Messages that are signed correctly are the property tests' of the crate itself.

#[path = "../../tests/integration/parse.rs"]
mod parse;

pub use parse::parse;
