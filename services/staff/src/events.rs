//! Publishes `staff.sessions.ended.v1`; consumes branches of catalog, and the audit records of all
//! services.

use std::collections::HashMap;

use async_trait::async_trait;
use chassis::{
    audit,
    clock::Clock,
    db::TenantTx,
    error::Problem,
    id::{AccountId, BranchId, BrandId},
    inbox::{Consumer, Handler, Received},
    network,
    outbox::{self, Event},
    time,
};
use proto::{catalog::v1::BranchChanged, common::v1::AuditRecord, staff::v1::SessionsEnded};
use redis::aio::ConnectionManager;
use serde_json::Value;

use crate::store::{
    self,
    audit_records::{Change, NewRecord},
    branches::Branch,
    sessions::Session,
};

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
pub fn consumers(redis: ConnectionManager) -> Vec<Consumer> {
    vec![
        Consumer::new("staff.branches", &["catalog.branch.changed.v1"], Branches)
            .filled_from("catalog", "catalog.branch"),
        Consumer::new("staff.audit", &[audit::EVENT], AuditRecords { redis }),
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

struct AuditRecords {
    redis: ConnectionManager,
}

impl AuditRecords {
    /// Adds where each caller came from, as its session says. A session that has ended, or that Redis
    /// does not give, adds nothing.
    async fn add_origins(&self, records: &mut [NewRecord]) {
        let mut known: HashMap<String, Vec<Session>> = HashMap::new();
        for record in records {
            let (Some(session_id), Ok(account)) = (record.session_id, record.actor_id.parse())
            else {
                continue;
            };
            if !known.contains_key(&record.actor_id) {
                let listed = store::sessions::list(&mut self.redis.clone(), account).await;
                known.insert(record.actor_id.clone(), listed.unwrap_or_default());
            }
            let mut sessions = known[&record.actor_id].iter();
            if let Some(session) = sessions.find(|session| session.id.as_uuid() == session_id) {
                record.network = network::masked(&session.remote_address);
                record.user_agent.clone_from(&session.user_agent);
            }
        }
    }
}

#[async_trait]
impl Handler for AuditRecords {
    async fn handle(&self, tx: &mut TenantTx, events: &[Received]) -> Result<(), Problem> {
        let records = events.iter().map(read_audit_record);
        let mut records = records.collect::<Result<Vec<NewRecord>, Problem>>()?;
        self.add_origins(&mut records).await;
        store::audit_records::append(tx, &records).await
    }
}

/// Ids that are none come from requests that were never carried out; the request itself shows them.
fn read_audit_record(event: &Received) -> Result<NewRecord, Problem> {
    let record = event.decode::<AuditRecord>()?;
    let recorded_at = record.recorded_at.as_ref().and_then(time::from_wire);
    let request: Option<Value> = serde_json::from_str(&record.request_json).ok();
    // Signing in has no session yet; its request says where it comes from.
    let origin = |name: &str| {
        let value = request.as_ref().and_then(|request| request[name].as_str());
        value.unwrap_or_default().to_owned()
    };
    Ok(NewRecord {
        record_id: event.aggregate,
        recorded_at: recorded_at.unwrap_or(event.at),
        action: record.action,
        outcome: record.outcome,
        actor_kind: record.actor_kind,
        actor_id: record.actor_id,
        session_id: record.session_id.parse().ok(),
        network: origin("remote_address"),
        user_agent: origin("user_agent"),
        on_behalf_of: record.on_behalf_of.parse().ok(),
        brand_id: record.brand_id.parse().ok(),
        branch_id: record.branch_id.parse().ok(),
        object_type: record.object_type,
        object_id: record.object_id,
        request,
        changes: record
            .changes
            .into_iter()
            .map(|change| Change {
                field: change.field,
                before: change.before,
                after: change.after,
            })
            .collect(),
        omitted_changes: record.omitted_changes,
        reason: record.reason,
        trace_id: record.trace_id,
    })
}
