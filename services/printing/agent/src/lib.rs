//! The print agent: the branch's own small program between the platform and its printers.
//!
//! It keeps one stream to printing, writes every job to its disk before it says that it has it, prints
//! the jobs of each printer one after the other, and says what the printer answered. What it has is
//! printed while the line is down, until the job's time is over; what it was writing when it was killed is
//! told as unconfirmed and never printed again by itself. It must never render, decide what is printed
//! where, or know an order.

mod board;
mod clock;
mod config;
mod escpos;
mod job;
mod journal;
mod pairing;
mod printer;
mod record;
mod run;
mod session;
mod spool;
mod timing;
mod tspl;
mod wire;
mod worker;

pub use config::{Address, Config, PrinterConfig};
pub use pairing::CodeRefused;
pub use run::{check, run};
pub use timing::Timing;
