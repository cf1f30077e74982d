//! A time in which a branch is open.

use chrono::{DateTime, Utc};

/// A time without interruption in which the branch is open; `to` is no longer part of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Opening {
    /// Opens.
    pub from: DateTime<Utc>,
    /// Closes.
    pub to: DateTime<Utc>,
}
