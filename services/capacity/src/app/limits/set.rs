//! Changes the limits of a branch.

use std::sync::Arc;

use chassis::{
    audit,
    authn::Identity,
    db::TenantTx,
    error::{Violations, check_version},
    id::{BranchId, OrganisationId},
};

use super::{BranchLimits, recount, seen};
use crate::{
    app::{
        Dependencies, availability::publish::publish_changes, error::Error,
        find_branch::lock_branch,
    },
    domain::{
        availability::changes::VisibleChanges,
        limits::{Limits, Rule, parse::validate},
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

/// Replaces the limits of a branch. Refuses with `CAPACITY_INVALID`, `VERSION_CONFLICT`, `BranchUnknown`.
pub async fn set(
    deps: &Dependencies,
    identity: &Identity,
    org: OrganisationId,
    command: SetLimits,
) -> Result<BranchLimits, Error> {
    let mut tx = deps.db.tenant(org).await?;
    let branch = lock_branch(&mut tx, identity, command.branch_id).await?;
    check_version(command.version, branch.limits_version)?;
    let before = store::limits::rules(&mut tx, branch.branch_id, command.version).await?;
    audit::changed("limits", branch.branch_id, &before, &command.rules);
    let change = LimitVersion {
        version: command.version + 1,
        rules: command.rules,
        changed_at: deps.clock.now(),
        changed_by: command.actor,
        note: command.note,
    };
    let limits = write(deps, &mut tx, &branch, change).await?;
    tx.commit().await?;
    deps.availabilities.forget(org, branch.branch_id);
    Ok(limits)
}

/// Gives a locked branch rules; the caller commits, and then forgets its availability.
pub(super) async fn write(
    deps: &Dependencies,
    tx: &mut TenantTx,
    branch: &Branch,
    change: LimitVersion,
) -> Result<BranchLimits, Error> {
    let (branch_id, now) = (branch.branch_id, deps.clock.now());
    let schedule = deps.schedules.get(tx, branch).await?;
    let mut violations = Violations::new();
    let slot_minutes = Some(schedule.slot_minutes_at(now));
    validate(
        "rules",
        change.rules.iter().enumerate(),
        slot_minutes,
        &mut violations,
    );
    violations.into_result()?;
    store::limits::insert(tx, branch_id, &change).await?;
    let limits = Arc::new(Limits::new(&change.rules));
    recount(tx, branch_id, &limits, &schedule, now).await?;
    publish_changes(deps, tx, branch_id, &VisibleChanges::hours()).await?;
    seen(deps, tx, branch_id, &schedule, change.rules, change.version).await
}
