//! 產能限制: the rules of branches, what is counted against them, and what fills the coming days.

mod copy;
pub mod known;
mod load;
mod preview;
mod recount;
mod set;
mod templates;

use chassis::{
    authn::Identity,
    db::TenantTx,
    id::{BranchId, OrganisationId},
};
use chrono::{DateTime, TimeDelta, Utc};

pub use copy::{CopyLimits, Source, copy};
pub use load::{Filling, SlotLoads, fillings, loads};
pub use preview::{Preview, preview};
pub use recount::recount;
pub use set::{SetLimits, set};
pub use templates::{delete_template, list_templates, save_template};

use super::{Dependencies, error::Error, find_branch::find_branch};
use crate::{
    domain::{
        hours::schedule::Schedule,
        limits::{Rule, counter::CounterKey},
    },
    store::{
        self,
        branches::Branch,
        limits::{LimitVersion, counters::Counter},
    },
};

/// No order is booked farther ahead.
const FARTHEST: TimeDelta = TimeDelta::days(400);
/// Most counters listed as overbooked.
const MOST_OVERBOOKED: usize = 200;

/// The limits of a branch as staff see them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BranchLimits {
    /// Branch.
    pub branch_id: BranchId,
    /// Rules in the order staff gave them.
    pub rules: Vec<Rule>,
    /// Version for the next change.
    pub version: i64,
    /// Most orders a slot takes by the hours; `None` for no limit.
    pub orders_per_slot: Option<i64>,
    /// Length of a slot.
    pub slot_minutes: u32,
    /// Counters beyond their limits, the earliest first.
    pub overbooked: Vec<Counter>,
}

/// Gets the limits of a branch. Refuses with `BranchUnknown`.
pub async fn get(
    deps: &Dependencies,
    tx: &mut TenantTx,
    branch: &Branch,
) -> Result<BranchLimits, Error> {
    let rules = store::limits::rules(tx, branch.branch_id, branch.limits_version).await?;
    let schedule = deps.schedules.get(tx, branch).await?;
    seen(
        deps,
        tx,
        branch.branch_id,
        &schedule,
        rules,
        branch.limits_version,
    )
    .await
}

/// Length of a branch's slots at present, by which its rules are validated. Refuses with `BranchUnknown`.
pub async fn slot_minutes(
    deps: &Dependencies,
    identity: &Identity,
    org: OrganisationId,
    branch_id: BranchId,
) -> Result<u32, Error> {
    let mut tx = deps.db.tenant(org).await?;
    let branch = find_branch(&mut tx, identity, branch_id).await?;
    let schedule = deps.schedules.get(&mut tx, &branch).await?;
    tx.rollback().await?;
    Ok(schedule.slot_minutes_at(deps.clock.now()))
}

async fn seen(
    deps: &Dependencies,
    tx: &mut TenantTx,
    branch_id: BranchId,
    schedule: &Schedule,
    rules: Vec<Rule>,
    version: i64,
) -> Result<BranchLimits, Error> {
    let now = deps.clock.now();
    let most = i64::try_from(MOST_OVERBOOKED).map_err(anyhow::Error::from)?;
    let from = schedule.business_day(now);
    let from = from.starts_at(schedule.tz, schedule.cutoff_minutes);
    let mut overbooked = store::limits::counters::overbooked(tx, branch_id, from, most).await?;
    let present = schedule.slot_holding(now);
    overbooked.retain(|counter| {
        let rule = rules
            .iter()
            .find(|rule| rule.rule_id == counter.key.rule_id);
        can_be_corrected(rule, &counter.key, present)
    });
    Ok(BranchLimits {
        branch_id,
        rules,
        version,
        orders_per_slot: schedule.hours.max_orders_per_slot,
        slot_minutes: schedule.slot_minutes_at(now),
        overbooked,
    })
}

/// What is over cannot be mended any more; a daypart or a day that is going on can.
fn can_be_corrected(rule: Option<&Rule>, key: &CounterKey, present: DateTime<Utc>) -> bool {
    !rule.is_none_or(Rule::is_short) || key.starts_at >= present
}

/// Lists versions of the limits of a branch below `before`, the latest first.
pub async fn versions(
    tx: &mut TenantTx,
    branch_id: BranchId,
    before: i64,
    limit: i64,
) -> Result<Vec<LimitVersion>, Error> {
    Ok(store::limits::list(tx, branch_id, before, limit).await?)
}

/// Counts a branch anew, after something of it has changed that the windows of limits depend on.
pub async fn recount_branch(
    deps: &Dependencies,
    tx: &mut TenantTx,
    branch_id: BranchId,
) -> Result<(), Error> {
    let branch = store::branches::lock(tx, branch_id)
        .await?
        .ok_or(Error::BranchUnknown)?;
    let limits = deps.limits.get(tx, &branch).await?;
    let schedule = deps.schedules.get(tx, &branch).await?;
    recount(tx, branch_id, &limits, &schedule, deps.clock.now()).await
}
