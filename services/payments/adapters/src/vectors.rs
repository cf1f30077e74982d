//! Runs test vectors of payment providers: entries of `{gateway, kind, inputs, expected}` from JSON
//! files, or from the `json` blocks of a fact sheet.

mod read;
mod run;

pub use read::{ReadError, Vector, read};
pub use run::{Outcome, run};
