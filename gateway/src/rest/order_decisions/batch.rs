use chrono::{DateTime, Utc};
use proto::ordering::v1 as pb;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    problem::Rejection,
    rest::{Result, convert::required_time},
};

/// Decisions that were saved with one change.
#[derive(Debug, Serialize, ToSchema)]
pub struct DecisionBatch {
    /// The batch.
    #[schema(format = Uuid)]
    pub batch_id: String,
    /// When it was taken on.
    pub started_at: DateTime<Utc>,
    /// Name of who decided.
    pub decided_by: String,
    /// Why orders are moved, as their customers read it; empty where none is.
    pub move_reason: String,
    /// Orders that are still to be cancelled or moved.
    pub waiting: i32,
    /// Orders with which that was done.
    pub done: i32,
    /// Orders with which it could not be done; they are as they were.
    pub failed: i32,
}

impl TryFrom<pb::DecisionBatch> for DecisionBatch {
    type Error = Rejection;

    fn try_from(batch: pb::DecisionBatch) -> Result<Self> {
        Ok(Self {
            batch_id: batch.batch_id,
            started_at: required_time(batch.started_at, "when decisions were taken on")?,
            decided_by: batch.decided_by,
            move_reason: batch.move_reason,
            waiting: batch.waiting,
            done: batch.done,
            failed: batch.failed,
        })
    }
}
