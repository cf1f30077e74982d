//! Print agents: our program in a branch.

use chassis::id::{BranchId, BrandId, PrintAgentId};
use chrono::{DateTime, TimeDelta, Utc};

use super::pairing::Codes;

/// How long after its last sign of life an agent counts as connected.
pub const CONNECTED_FOR: TimeDelta = TimeDelta::seconds(45);

/// An agent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Agent {
    /// Id.
    pub id: PrintAgentId,
    /// Brand of its branch.
    pub brand: BrandId,
    /// Branch it stands in.
    pub branch: BranchId,
    /// Name.
    pub name: String,
    /// When its pairing code is over; `None` once it was exchanged.
    pub code_expires_at: Option<DateTime<Utc>>,
    /// Its codes within an hour.
    pub codes: Codes,
    /// It has a token.
    pub paired: bool,
    /// Version of its program.
    pub software: String,
    /// When it was last heard of.
    pub last_seen_at: Option<DateTime<Utc>>,
    /// Version.
    pub version: i64,
}

impl Agent {
    /// Whether it counts as connected.
    #[must_use]
    pub fn is_connected(&self, now: DateTime<Utc>) -> bool {
        self.last_seen_at
            .is_some_and(|at| now - at <= CONNECTED_FOR)
    }
}
