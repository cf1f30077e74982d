//! Push clouds of printers: what each vendor speaks on the wire, behind one trait.
//!
//! A vendor's cloud takes a slip in the vendor's own mark-up and pushes it to a printer. This crate
//! knows no order, no queue and no database: a job goes in, and what the vendor says of it comes out;
//! whether it is tried again is the caller's to decide. To add a vendor, add its word to [`Vendor`] and
//! a folder under `vendors`; nothing else changes.

mod account;
mod cloud;
mod codes;
mod error;
mod http;
mod job;
mod report;
#[cfg(test)]
mod scripted;
mod sign;
mod vendor;
mod vendors;

pub use account::{Account, InvalidAccount};
pub use cloud::{Capabilities, Context, PushCloud};
pub use error::CallError;
pub use http::{Http, HttpSettings};
pub use job::{Content, Job, NewPrinter, Voice};
pub use report::{Counts, OrderState, PrinterState};
pub use vendor::Vendor;
