//! Changes the limits of a branch.

use std::sync::Arc;

use chassis::{
    audit,
    authn::Identity,
    db::TenantTx,
    error::Violations,
    id::{BranchId, OrganisationId},
};

use super::{BranchLimits, recount, seen};
use crate::{
    app::{Core, availability::announce::announce, error::Error, find_branch::lock_branch},
    domain::{
        availability::notice::Notice,
        limits::{Limits, Rule, parse::judge},
    },
    store::{self, branches::Branch, limits::LimitVersion},
};

/// Rules that staff give a branch.
#[derive(Clone, Debug)]
pub struct SetLimits {
    /// Branch.
    pub branch_id: BranchId,
    /// Rules as they shall be.
    pub rules: Vec<Rule>,
    /// Version they were read at.
    pub version: i64,
    /// Why.
    pub note: String,
    /// Name of who changes them.
    pub actor: String,
}

/// Replaces the limits of a branch. Refuses with `CAPACITY_INVALID`, `VersionConflict`, `BranchUnknown`.
pub async fn set(
    core: &Core,
    identity: &Identity,
    org: OrganisationId,
    ask: SetLimits,
) -> Result<BranchLimits, Error> {
    let mut tx = core.db.tenant(org).await?;
    let branch = lock_branch(&mut tx, identity, ask.branch_id).await?;
    if branch.limits_version != ask.version {
        return Err(Error::VersionConflict {
            given: ask.version,
            current: branch.limits_version,
        });
    }
    let before = store::limits::rules(&mut tx, branch.branch_id, ask.version).await?;
    audit::changed("limits", branch.branch_id, &before, &ask.rules);
    let change = LimitVersion {
        version: ask.version + 1,
        rules: ask.rules,
        changed_at: core.clock.now(),
        changed_by: ask.actor,
        note: ask.note,
    };
    let limits = write(core, &mut tx, &branch, change).await?;
    tx.commit().await?;
    core.availabilities.forget(org, branch.branch_id);
    Ok(limits)
}

/// Gives a locked branch rules; the caller commits, and then forgets its availability.
pub(super) async fn write(
    core: &Core,
    tx: &mut TenantTx,
    branch: &Branch,
    change: LimitVersion,
) -> Result<BranchLimits, Error> {
    let (branch_id, now) = (branch.branch_id, core.clock.now());
    let schedule = core.schedules.get(tx, branch).await?;
    let mut violations = Violations::new();
    let slot_minutes = Some(schedule.slot_minutes_at(now));
    judge(
        "rules",
        change.rules.iter().enumerate(),
        slot_minutes,
        &mut violations,
    );
    violations.into_result()?;
    store::limits::insert(tx, branch_id, &change).await?;
    let limits = Arc::new(Limits::new(&change.rules));
    recount(tx, branch_id, &limits, &schedule, now).await?;
    announce(core, tx, branch_id, &Notice::hours()).await?;
    seen(core, tx, branch_id, &schedule, change.rules, change.version).await
}
