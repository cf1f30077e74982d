//! Changes a branch's weekly hours and slot settings, at once or at a later time, and takes back what is
//! still to come.

use chassis::{
    audit,
    authn::Identity,
    db::TenantTx,
    error::Violations,
    id::{BranchId, OrganisationId},
};
use chrono::{DateTime, Utc};

use super::{
    affected_orders::{Started, settle},
    schedules::Parts,
};
use crate::{
    app::{
        Core,
        availability::announce::announce,
        error::Error,
        find_branch::{find_branch, lock_branch},
        limits::recount,
    },
    domain::{
        availability::notice::Notice,
        hours::{
            Hours,
            affected_orders::Decisions,
            versions::{HoursVersion, Versions, judge_effective_at},
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
pub struct HoursNow {
    /// In force.
    pub hours: Hours,
    /// Waiting for their time, earliest first.
    pub pending: Vec<HoursVersion>,
    /// Version for the next change.
    pub version: i64,
}

/// Hours after a change, and what ordering carries out.
pub type Changed = (HoursNow, Option<Started>);

/// Gets the hours of a branch.
pub async fn get_hours(
    core: &Core,
    identity: &Identity,
    org: OrganisationId,
    branch_id: BranchId,
) -> Result<HoursNow, Error> {
    let mut tx = core.db.tenant(org).await?;
    let branch = find_branch(&mut tx, identity, branch_id).await?;
    let parts = core.schedules.parts(&mut tx, &branch).await?;
    Ok(seen(&parts.hours, branch.hours_version, core.clock.now()))
}

/// Lists versions of a branch's hours with numbers below `before`, with what counts at present.
pub async fn list_versions(
    core: &Core,
    identity: &Identity,
    org: OrganisationId,
    branch_id: BranchId,
    (before, limit): (i64, i64),
) -> Result<(Vec<HoursVersion>, Versions), Error> {
    let mut tx = core.db.tenant(org).await?;
    let branch = find_branch(&mut tx, identity, branch_id).await?;
    let parts = core.schedules.parts(&mut tx, &branch).await?;
    let versions = store::hours::list(&mut tx, branch_id, before, limit).await?;
    Ok((versions, parts.hours.clone()))
}

/// Replaces the hours read at a version, at once or at their time.
///
/// Bookings stay as they are: a lowered limit leaves its surplus as overbooked, a new slot length
/// leaves old bookings in their slots, and what falls outside needs a decision. Refuses with
/// `VersionConflict`, `BranchUnknown`, `HoursVersionUnknown`, `EffectiveConflict` and `OrdersAffected`.
pub async fn set_hours(
    core: &Core,
    identity: &Identity,
    org: OrganisationId,
    ask: &SetHours,
) -> Result<Changed, Error> {
    let mut tx = core.db.tenant(org).await?;
    let branch = lock_at(&mut tx, identity, ask.branch_id, ask.version).await?;
    let now = core.clock.now();
    let parts = core.schedules.parts(&mut tx, &branch).await?;
    if let Some(number) = ask.restores
        && !store::hours::knows(&mut tx, ask.branch_id, number).await?
    {
        return Err(Error::HoursVersionUnknown);
    }
    let mut version = plan(&parts.hours, &ask.planned, now)?.0;
    version.number = store::hours::next_version(&mut tx, ask.branch_id, ask.version).await?;
    version.restored_from = ask.restores;
    version.saved_by.clone_from(&ask.actor);

    let before = parts.hours.seen_at(now).0;
    audit::changed("hours", ask.branch_id, &before, &ask.planned.hours);
    if let Some(number) = ask.planned.replaces {
        store::hours::withdraw(&mut tx, ask.branch_id, number, (now, &ask.actor)).await?;
    }
    store::hours::insert(&mut tx, ask.branch_id, &version).await?;
    let hours = without_replaced(&parts.hours, &ask.planned).with(version.clone());
    let (before, version) = ((&branch, &*parts), version.number);
    finish(core, tx, identity, before, hours, version, &ask.decisions).await
}

/// Takes a pending change back. Refuses with `VersionConflict`, `BranchUnknown`, `HoursVersionUnknown`
/// and `OrdersAffected`.
pub async fn withdraw_hours(
    core: &Core,
    identity: &Identity,
    org: OrganisationId,
    ask: &WithdrawHours,
) -> Result<Changed, Error> {
    let mut tx = core.db.tenant(org).await?;
    let branch = lock_at(&mut tx, identity, ask.branch_id, ask.version).await?;
    let now = core.clock.now();
    let parts = core.schedules.parts(&mut tx, &branch).await?;
    let hours = withdrawn(&parts.hours, ask.number, now)?;
    let version = store::hours::next_version(&mut tx, ask.branch_id, ask.version).await?;
    store::hours::withdraw(&mut tx, ask.branch_id, ask.number, (now, &ask.actor)).await?;
    let before = (&branch, &*parts);
    finish(core, tx, identity, before, hours, version, &ask.decisions).await
}

/// The version that a change would make, and the hours with it.
pub fn plan(
    known: &Versions,
    planned: &PlannedHours,
    now: DateTime<Utc>,
) -> Result<(HoursVersion, Versions), Error> {
    if let Some(at) = planned.effective_at {
        let mut violations = Violations::new();
        judge_effective_at("effective_at", at, now, &mut violations);
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
    if branch.hours_version != version {
        return Err(Error::VersionConflict {
            given: version,
            current: branch.hours_version,
        });
    }
    Ok(branch)
}

async fn finish(
    core: &Core,
    mut tx: TenantTx,
    identity: &Identity,
    (branch, parts): (&Branch, &Parts),
    hours: Versions,
    version: i64,
    decisions: &Decisions,
) -> Result<Changed, Error> {
    let (org, branch_id, now) = (tx.org(), branch.branch_id, core.clock.now());
    let after = Parts {
        hours,
        special_days: parts.special_days.clone(),
    };
    let plans = [(branch_id, after.schedule(branch, now))];
    let limits = core.limits.get(&mut tx, branch).await?;
    recount(&mut tx, branch_id, &limits, &plans[0].1, now).await?;
    let brand_id = branch.brand_id;
    let started = settle(core, &mut tx, identity, brand_id, &plans, decisions).await?;
    announce(core, &mut tx, branch_id, &Notice::hours()).await?;
    tx.commit().await?;
    core.availabilities.forget(org, branch_id);
    Ok((seen(&after.hours, version, now), started))
}

fn seen(versions: &Versions, version: i64, now: DateTime<Utc>) -> HoursNow {
    HoursNow {
        hours: versions.seen_at(now).0,
        pending: versions.pending(now).cloned().collect(),
        version,
    }
}
