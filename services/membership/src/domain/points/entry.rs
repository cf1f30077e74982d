//! Entries: what changed of an account, and why.

use std::collections::BTreeMap;

use chassis::id::{AccountId, BranchId, MemberId, OrderId, RefundId};
use chrono::{DateTime, Utc};
use proto::membership::v1 as wire;
use uuid::Uuid;

chassis::text_enum! {
    /// Kind of an entry.
    #[derive(sqlx::Type)]
    #[sqlx(type_name = "text", rename_all = "snake_case")]
    pub enum EntryKind: wire::PointEntryKind {
        /// Credited for an order.
        Earned = "earned",
        /// Earned, but not credited yet.
        Pending = "pending",
        /// A bonus.
        Bonus = "bonus",
        /// Used by an order.
        Redeemed = "redeemed",
        /// Ended.
        Expired = "expired",
        /// Used points that came back.
        Returned = "returned",
        /// Earned points that were taken back.
        TakenBack = "taken_back",
        /// Adjusted by staff.
        Adjusted = "adjusted",
        /// Moved by a merging of members.
        Merged = "merged",
    }
}

/// Whose points: a member in a programme.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccountKey {
    /// Member.
    pub member: MemberId,
    /// Programme.
    pub programme: Uuid,
}

/// What an entry is about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct About {
    /// Order.
    pub order: Option<OrderId>,
    /// Number of the order; empty for none.
    pub order_number: String,
    /// Branch of the order.
    pub branch: Option<BranchId>,
    /// Refund.
    pub refund: Option<RefundId>,
    /// Version of the programme; 0 for none.
    pub programme_version: i64,
    /// Staff who made it; `None` for the platform.
    pub operator: Option<AccountId>,
    /// Reason in words.
    pub reason: String,
}

/// An entry to add.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewEntry {
    /// Account.
    pub account: AccountKey,
    /// Kind.
    pub kind: EntryKind,
    /// Changes of lots; the change of the balance is their sum.
    pub lots: Vec<(Uuid, i32)>,
    /// Change of what waits to be credited.
    pub pending: i32,
    /// Change of what the member owes.
    pub debt: i32,
    /// When.
    pub at: DateTime<Utc>,
    /// What it is about.
    pub about: About,
    /// What the one-line explanation says.
    pub explanation: &'static str,
    /// Its numbers.
    pub params: BTreeMap<&'static str, String>,
    /// What it books, once in the account.
    pub source: String,
}

impl NewEntry {
    /// An entry that changes nothing yet.
    #[must_use]
    pub fn new(
        account: AccountKey,
        kind: EntryKind,
        explanation: &'static str,
        source: String,
        at: DateTime<Utc>,
    ) -> Self {
        Self {
            account,
            kind,
            lots: Vec::new(),
            pending: 0,
            debt: 0,
            at,
            about: About::default(),
            explanation,
            params: BTreeMap::new(),
            source,
        }
    }

    /// Its change of the balance.
    #[must_use]
    pub fn points(&self) -> i32 {
        self.lots.iter().map(|(_, points)| points).sum()
    }

    /// Adds a number of the explanation.
    #[must_use]
    pub fn param(mut self, name: &'static str, value: impl ToString) -> Self {
        self.params.insert(name, value.to_string());
        self
    }
}
