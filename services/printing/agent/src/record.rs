//! What is written into the journal.

use proto::printing::v1::{Job, JobResult};

/// One step that must survive.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct Record {
    /// The step.
    #[prost(oneof = "Change", tags = "1, 2, 3, 4, 5, 6, 7")]
    pub(crate) change: Option<Change>,
}

/// The step of a record.
#[derive(Clone, PartialEq, prost::Oneof)]
pub(crate) enum Change {
    /// A job with all its data arrived.
    #[prost(message, tag = "1")]
    Received(Job),
    /// The first byte of a copy may be on its way to the printer.
    #[prost(message, tag = "2")]
    Begun(Step),
    /// Every byte of a copy was written.
    #[prost(message, tag = "3")]
    Written(Step),
    /// The printer confirmed a copy.
    #[prost(message, tag = "4")]
    Confirmed(Step),
    /// What became of an attempt; ends it.
    #[prost(message, tag = "5")]
    Finished(JobResult),
    /// The server has the result.
    #[prost(message, tag = "6")]
    Told(Step),
    /// How far the numbers of the stream and the server's clock are.
    #[prost(message, tag = "7")]
    Position(Position),
}

/// A copy of an attempt.
#[derive(Clone, PartialEq, Eq, prost::Message)]
pub(crate) struct Step {
    #[prost(string, tag = "1")]
    pub(crate) job_id: String,
    #[prost(int32, tag = "2")]
    pub(crate) attempt: i32,
    /// From 1; 0 where a step has no copy.
    #[prost(int32, tag = "3")]
    pub(crate) copy: i32,
}

/// What a journal that is written anew begins with.
#[derive(Clone, Copy, PartialEq, Eq, prost::Message)]
pub(crate) struct Position {
    /// Number of the last job.
    #[prost(int64, tag = "1")]
    pub(crate) last_seq: i64,
    /// The server's clock less the machine's, in milliseconds.
    #[prost(int64, tag = "2")]
    pub(crate) clock_offset_ms: i64,
    /// The machine's clock when this was written, in milliseconds.
    #[prost(int64, tag = "3")]
    pub(crate) written_at_ms: i64,
}

impl From<Change> for Record {
    fn from(change: Change) -> Self {
        Self {
            change: Some(change),
        }
    }
}
