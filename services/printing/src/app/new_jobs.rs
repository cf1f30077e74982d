//! Makes jobs out of plans, exactly once each.

use chassis::{
    db::TenantTx,
    error::Problem,
    id::{BranchId, BrandId, DeviceId, PrintJobId},
    outbox,
};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;

use super::Dependencies;
use crate::{
    domain::{
        document::{Document, Per, Trigger},
        job::{Delivery, Job, State},
        order::Order,
        routing::Plan,
    },
    events, store,
};

/// What a plan's job is made with.
#[derive(Clone, Debug)]
pub struct Circumstances {
    /// Brand of the order's branch.
    pub brand: BrandId,
    /// Step of the order.
    pub trigger: Option<Trigger>,
    /// When it was.
    pub due_at: DateTime<Utc>,
    /// How long it waits.
    pub keep: TimeDelta,
    /// What is printed besides the order.
    pub payload: Option<Value>,
}

/// The job of a plan.
#[must_use]
pub fn of_plan(
    deps: &Dependencies,
    plan: &Plan<'_>,
    order: &Order,
    circumstances: &Circumstances,
) -> Job {
    let now = deps.clock.now();
    Job {
        point: Some(plan.point.id),
        rule: plan.rule,
        order: Some(order.id),
        revision: order.revision,
        trigger: circumstances.trigger,
        source: plan.source(),
        lines: plan.lines.clone(),
        per: plan.per,
        payload: circumstances.payload.clone(),
        copies: plan.point.copies,
        test: order.test,
        accepts: plan.document.shows_order(),
        due_at: circumstances.due_at,
        expires_at: circumstances.due_at + circumstances.keep,
        ..blank(
            deps,
            circumstances.brand,
            order.branch,
            plan.point.device,
            plan.document,
            now + circumstances.keep,
        )
    }
}

/// A job of one copy that concerns no order.
#[must_use]
pub fn blank(
    deps: &Dependencies,
    brand: BrandId,
    branch: BranchId,
    device: DeviceId,
    document: Document,
    expires_at: DateTime<Utc>,
) -> Job {
    let now = deps.clock.now();
    let id = PrintJobId::new(&*deps.clock);
    Job {
        id,
        brand,
        branch,
        device,
        point: None,
        rule: None,
        order: None,
        revision: 0,
        document,
        trigger: None,
        source: id.as_uuid(),
        lines: Vec::new(),
        per: Per::Order,
        payload: None,
        copies: 1,
        reprint: 0,
        reprint_of: None,
        may_be_duplicate: false,
        moved_from: None,
        test: false,
        accepts: false,
        state: State::Queued,
        reason: None,
        attempt: 0,
        tries: 0,
        not_before: now,
        lease_until: None,
        delivery: Delivery::None,
        withdraw_until: None,
        due_at: now,
        expires_at,
        created_at: now,
        sent_at: None,
        ended_at: None,
        version: 1,
    }
}

/// Stores jobs that do not exist yet, in their order, and announces them. Returns the new ones.
pub async fn insert(
    deps: &Dependencies,
    tx: &mut TenantTx,
    jobs: Vec<Job>,
) -> Result<Vec<Job>, Problem> {
    let new = store::print_jobs::insert(tx, &jobs).await?;
    let new: Vec<Job> = jobs
        .into_iter()
        .filter(|job| new.contains(&job.id))
        .collect();
    let now = deps.clock.now();
    let announced: Vec<_> = new
        .iter()
        .filter_map(|job| events::job_changed(job, now))
        .collect();
    outbox::publish(tx, &*deps.clock, &announced).await?;
    Ok(new)
}
