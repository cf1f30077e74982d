//! Publishes `staff.sessions.ended.v1`; consumes branches of catalog.

use async_trait::async_trait;
use chassis::{
    clock::Clock,
    db::TenantTx,
    error::Problem,
    id::{AccountId, BranchId, BrandId},
    inbox::{Consumer, Handler, Received},
    outbox::{self, Event},
};
use proto::{catalog::v1::BranchChanged, staff::v1::SessionsEnded};

use crate::store::{self, branches::Branch, sessions::Session};

/// Publishes that sessions of an account are over; no sessions, no event.
pub async fn publish_sessions_ended(
    tx: &mut TenantTx,
    clock: &dyn Clock,
    account: AccountId,
    ended: &[Session],
) -> Result<(), Problem> {
    if ended.is_empty() {
        return Ok(());
    }
    let body = SessionsEnded {
        account_id: account.to_string(),
        session_ids: ended.iter().map(|session| session.id.to_string()).collect(),
    };
    // Sessions have no version; a repeat or another order changes nothing.
    let event = Event::new("staff.sessions.ended.v1", account.as_uuid(), 0, &body);
    outbox::publish(tx, clock, &[event]).await
}

/// The readers of events.
pub fn consumers() -> Vec<Consumer> {
    vec![
        Consumer::new("staff.branches", &["catalog.branch.changed.v1"], Branches)
            .filled_from("catalog", "catalog.branch"),
    ]
}

struct Branches;

#[async_trait]
impl Handler for Branches {
    async fn handle(&self, tx: &mut TenantTx, events: &[Received]) -> Result<(), Problem> {
        let branches = events.iter().map(read_branch);
        let mut branches = branches.collect::<anyhow::Result<Vec<Branch>>>()?;
        // Rows are locked in the order of their ids, as everywhere.
        branches.sort_by_key(|branch| (branch.id, branch.version));
        for branch in &branches {
            store::branches::upsert(tx, branch).await?;
        }
        Ok(())
    }
}

fn read_branch(event: &Received) -> anyhow::Result<Branch> {
    let branch = event.decode::<BranchChanged>()?.branch.unwrap_or_default();
    Ok(Branch {
        id: branch.branch_id.parse::<BranchId>()?,
        brand: branch.brand_id.parse::<BrandId>()?,
        version: branch.version,
    })
}
