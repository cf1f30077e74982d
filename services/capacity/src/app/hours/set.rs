//! Changes a branch's weekly hours and slot settings, at once or at a later time, and takes back what is
//! still to come.

use chassis::{
    audit,
    authn::Identity,
    db::TenantTx,
    error::{Violations, check_version},
    id::{BranchId, OrganisationId},
};
use chrono::{DateTime, Utc};

use super::{
    affected_orders::{StartedDecisions, settle},
    schedules::Parts,
};
use crate::{
    app::{
        Dependencies,
        availability::publish::publish_changes,
        error::Error,
        find_branch::{find_branch, lock_branch},
        limits::recount,
    },
    domain::{
        availability::changes::VisibleChanges,
        hours::{
            Hours,
            affected_orders::Decisions,
            versions::{HoursVersion, Versions, check_effective_at},
        },
    },
    store::{self, branches::Branch},
};

/// Hours as they shall be.
#[derive(Clone, Debug)]
pub struct PlannedHours {
    /// The hours.
    pub hours: Hours,
    /// From when they count; `None` for now.
    pub effective_at: Option<DateTime<Utc>>,
    /// The pending version that they replace.
    pub replaces: Option<i64>,
}

/// A change of hours.
#[derive(Clone, Debug)]
pub struct SetHours {
    /// Branch.
    pub branch_id: BranchId,
    /// The hours.
    pub planned: PlannedHours,
    /// The version that they restore.
    pub restores: Option<i64>,
    /// Version of the hours read.
    pub version: i64,
    /// What becomes of orders that fall outside.
    pub decisions: Decisions,
    /// Name of who does it.
    pub actor: String,
}

/// A pending change to take back.
#[derive(Clone, Debug)]
pub struct WithdrawHours {
    /// Branch.
    pub branch_id: BranchId,
    /// Number of the pending version.
    pub number: i64,
    /// Version of the hours read.
    pub version: i64,
    /// What becomes of orders that fall outside.
    pub decisions: Decisions,
    /// Name of who does it.
    pub actor: String,
}

/// The hours of a branch and what is to come.
#[derive(Clone, Debug)]
pub struct CurrentHours {
    /// In force.
    pub hours: Hours,
    /// Waiting for their time, earliest first.
    pub pending: Vec<HoursVersion>,
    /// Version for the next change.
    pub version: i64,
}

/// Hours after a change, and what ordering carries out.
pub type Changed = (CurrentHours, Option<StartedDecisions>);

/// Gets the hours of a branch.
pub async fn get_hours(
    deps: &Dependencies,
    identity: &Identity,
    org: OrganisationId,
    branch_id: BranchId,
) -> Result<CurrentHours, Error> {
    let mut tx = deps.db.tenant(org).await?;
    let branch = find_branch(&mut tx, identity, branch_id).await?;
    let parts = deps.schedules.parts(&mut tx, &branch).await?;
    Ok(seen(&parts.hours, branch.hours_version, deps.clock.now()))
}

/// Lists versions of a branch's hours with numbers below `before`, with what counts at present.
pub async fn list_versions(
    deps: &Dependencies,
    identity: &Identity,
    org: OrganisationId,
    branch_id: BranchId,
    (before, limit): (i64, i64),
) -> Result<(Vec<HoursVersion>, Versions), Error> {
    let mut tx = deps.db.tenant(org).await?;
    let branch = find_branch(&mut tx, identity, branch_id).await?;
    let parts = deps.schedules.parts(&mut tx, &branch).await?;
    let versions = store::hours::list(&mut tx, branch_id, before, limit).await?;
    Ok((versions, parts.hours.clone()))
}

/// Replaces the hours read at a version, at once or at their time.
///
/// Bookings stay as they are: a lowered limit leaves its surplus as overbooked, a new slot length
/// leaves old bookings in their slots, and what falls outside needs a decision. Refuses with
/// `VERSION_CONFLICT`, `BranchUnknown`, `HoursVersionUnknown`, `EffectiveConflict` and `OrdersAffected`.
pub async fn set_hours(
    deps: &Dependencies,
    identity: &Identity,
    org: OrganisationId,
    command: &SetHours,
) -> Result<Changed, Error> {
    let mut tx = deps.db.tenant(org).await?;
    let branch = lock_at(&mut tx, identity, command.branch_id, command.version).await?;
    let now = deps.clock.now();
    let parts = deps.schedules.parts(&mut tx, &branch).await?;
    if let Some(number) = command.restores
        && !store::hours::knows(&mut tx, command.branch_id, number).await?
    {
        return Err(Error::HoursVersionUnknown);
    }
    let mut version = plan(&parts.hours, &command.planned, now)?.0;
    version.number =
        store::hours::next_version(&mut tx, command.branch_id, command.version).await?;
    version.restored_from = command.restores;
    version.saved_by.clone_from(&command.actor);

    let before = parts.hours.seen_at(now).0;
    audit::changed("hours", command.branch_id, &before, &command.planned.hours);
    if let Some(number) = command.planned.replaces {
        store::hours::withdraw(&mut tx, command.branch_id, number, (now, &command.actor)).await?;
    }
    store::hours::insert(&mut tx, command.branch_id, &version).await?;
    let hours = without_replaced(&parts.hours, &command.planned).with(version.clone());
    let (before, version) = ((&branch, &*parts), version.number);
    finish(
        deps,
        tx,
        identity,
        before,
        hours,
        version,
        &command.decisions,
    )
    .await
}

/// Takes a pending change back. Refuses with `VERSION_CONFLICT`, `BranchUnknown`, `HoursVersionUnknown`
/// and `OrdersAffected`.
pub async fn withdraw_hours(
    deps: &Dependencies,
    identity: &Identity,
    org: OrganisationId,
    command: &WithdrawHours,
) -> Result<Changed, Error> {
    let mut tx = deps.db.tenant(org).await?;
    let branch = lock_at(&mut tx, identity, command.branch_id, command.version).await?;
    let now = deps.clock.now();
    let parts = deps.schedules.parts(&mut tx, &branch).await?;
    let hours = withdrawn(&parts.hours, command.number, now)?;
    let pending = parts.hours.find_pending(command.number, now);
    let pending = pending.map(|version| &version.hours);
    audit::changed("hours_version", command.number, &pending, &None);
    let version = store::hours::next_version(&mut tx, command.branch_id, command.version).await?;
    store::hours::withdraw(
        &mut tx,
        command.branch_id,
        command.number,
        (now, &command.actor),
    )
    .await?;
    let before = (&branch, &*parts);
    finish(
        deps,
        tx,
        identity,
        before,
        hours,
        version,
        &command.decisions,
    )
    .await
}

/// The version that a change would make, and the hours with it.
pub fn plan(
    known: &Versions,
    planned: &PlannedHours,
    now: DateTime<Utc>,
) -> Result<(HoursVersion, Versions), Error> {
    if let Some(at) = planned.effective_at {
        let mut violations = Violations::new();
        check_effective_at("effective_at", at, now, &mut violations);
        violations.into_result()?;
    }
    if let Some(number) = planned.replaces
        && known.find_pending(number, now).is_none()
    {
        return Err(Error::HoursVersionUnknown);
    }
    let others = without_replaced(known, planned);
    let effective_at = planned.effective_at.unwrap_or(now);
    if let Some(other) = others
        .pending(now)
        .find(|other| other.effective_at == effective_at)
    {
        return Err(Error::EffectiveConflict {
            number: other.number,
        });
    }
    let version = HoursVersion {
        number: i64::MAX,
        hours: planned.hours.clone(),
        effective_at,
        scheduled: planned.effective_at.is_some(),
        restored_from: None,
        saved_at: now,
        saved_by: String::new(),
        withdrawn: None,
    };
    let with = others.with(version.clone());
    Ok((version, with))
}

/// The hours without a pending version. Refuses with `HoursVersionUnknown`.
pub fn withdrawn(known: &Versions, number: i64, now: DateTime<Utc>) -> Result<Versions, Error> {
    match known.find_pending(number, now) {
        Some(_) => Ok(known.without(number)),
        None => Err(Error::HoursVersionUnknown),
    }
}

fn without_replaced(known: &Versions, planned: &PlannedHours) -> Versions {
    planned
        .replaces
        .map_or_else(|| known.clone(), |number| known.without(number))
}

async fn lock_at(
    tx: &mut TenantTx,
    identity: &Identity,
    branch_id: BranchId,
    version: i64,
) -> Result<Branch, Error> {
    let branch = lock_branch(tx, identity, branch_id).await?;
    check_version(version, branch.hours_version)?;
    Ok(branch)
}

async fn finish(
    deps: &Dependencies,
    mut tx: TenantTx,
    identity: &Identity,
    (branch, parts): (&Branch, &Parts),
    hours: Versions,
    version: i64,
    decisions: &Decisions,
) -> Result<Changed, Error> {
    let (org, branch_id, now) = (tx.org(), branch.branch_id, deps.clock.now());
    let after = Parts {
        hours,
        special_days: parts.special_days.clone(),
    };
    let plans = [(branch_id, after.schedule(branch, now))];
    let limits = deps.limits.get(&mut tx, branch).await?;
    recount(&mut tx, branch_id, &limits, &plans[0].1, now).await?;
    let brand_id = branch.brand_id;
    let started = settle(deps, &mut tx, identity, brand_id, &plans, decisions).await?;
    publish_changes(deps, &mut tx, branch_id, &VisibleChanges::hours()).await?;
    tx.commit().await?;
    deps.availabilities.forget(org, branch_id);
    Ok((seen(&after.hours, version, now), started))
}

fn seen(versions: &Versions, version: i64, now: DateTime<Utc>) -> CurrentHours {
    CurrentHours {
        hours: versions.seen_at(now).0,
        pending: versions.pending(now).cloned().collect(),
        version,
    }
}
