//! Who changed what: a record for each call of an RPC declared `audited`.
//!
//! The server opens a [`Call`] around an audited RPC. The first tenant transaction in it that has
//! changed something takes the record into the outbox as it commits, so that neither exists without
//! the other. A call that ends well without such a transaction gets one of its own, and so does one
//! that is refused for lack of authority. Every call is written to the log under the target `audit`
//! as well. Staff consumes the records and stores them.
//!
//! A handler need do nothing. One that knows what a thing was and what it is says so in a line each,
//! with [`before`] and [`after`] or with [`changed`], and the record shows the change field by field.
//! Of a file it says so with [`imported`].

mod call;
mod changes;
mod diff;
mod import;
mod json;
mod mask;
mod record;
mod shorten;
mod sink;
mod subject;

pub(crate) use call::{Call, append, note_organisation, note_place};
pub use call::{after, before, changed, imported, in_this_call, on_behalf_of, removed};
pub use import::ImportedRow;
pub use record::Record;
pub use sink::AuditSink;
pub(crate) use sink::OutboxSink;

/// Type of the events that carry the records.
pub const EVENT: &str = "platform.audit.recorded.v1";
