//! Adapters to payment providers: what each speaks on the wire, behind one trait.
//!
//! It knows no order, no database and no event: an attempt goes in, and what the provider says of it
//! comes out. Everything a provider sends is verified here before it is read. To add a provider, add
//! its word to [`Provider`], a folder under `providers` and its vectors; nothing else changes.

mod adapter;
mod attempt;
mod callback;
mod calls;
mod capabilities;
mod codes;
mod credentials;
mod error;
mod http;
mod json;
mod mac;
mod provider;
mod providers;
mod refunds;
mod report;
#[cfg(test)]
mod scripted;
pub mod vectors;
mod wire;

pub use adapter::{Adapter, Context, NextStep, RefundRequest, Started};
pub use attempt::{Attempt, AttemptReference, Item, Payer, ReturnUrls};
pub use callback::{Acknowledgement, Callback, Notice, Question, Rejection, Verdict};
pub use capabilities::{Capabilities, ManualRefund};
pub use credentials::{Credentials, Field, InvalidCredential};
pub use error::CallError;
pub use http::{Http, HttpSettings};
pub use provider::{Endpoints, Environment, Provider};
pub use report::{RefundReport, RefundState, Report, State};
