//! Rules between the wire and prices.
#![expect(clippy::unwrap_used, reason = "tests")]

mod check;
mod common;
mod document;
mod enabling;
mod explanation;
mod replay;
