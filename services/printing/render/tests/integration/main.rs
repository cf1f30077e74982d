//! Slips as a branch gets them: on paper, as bytes, read back by other means.
#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot be set up has failed"
)]

mod bad_input;
mod clouds;
mod codes;
mod common;
mod copies;
mod escpos;
mod escpos_reader;
mod golden;
mod labels;
mod properties;
mod slips;
mod tspl_reader;
