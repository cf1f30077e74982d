//! The agent between a server of its protocol and printers that put what they get on paper.

mod kill;
mod label_printer;
mod line;
mod printing;
mod server;
mod slip_printer;
mod support;
mod trouble;
