//! The agent between a server of its protocol and printers that put what they get on paper.
#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot be set up has failed"
)]

mod kill;
mod label_printer;
mod line;
mod printing;
mod server;
mod slip_printer;
mod support;
mod trouble;
