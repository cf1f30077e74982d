//! Special days: lists, saves and removes those of branches and brands.

use std::collections::BTreeMap;

use chassis::{
    audit,
    authn::Identity,
    db::TenantTx,
    error::Violations,
    id::{BranchId, BrandId, OrganisationId, SpecialDayId},
};
use chrono::{DateTime, NaiveDate, Utc};

use super::affected_orders::{Plan, Started, settle};
use crate::{
    app::{
        Core,
        availability::announce::announce,
        error::Error,
        find_branch::find_branch,
        once::{Once, is_taken},
    },
    domain::{
        availability::notice::Notice,
        hours::{
            affected_orders::Decisions,
            special_days::{Day, SpecialDay},
        },
    },
    store::{self, branches::Branch},
};

/// Whose special days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner {
    /// A branch's own.
    Branch(BranchId),
    /// A brand's.
    Brand(BrandId),
}

/// A special day to be saved.
#[derive(Clone, Debug)]
pub struct SaveSpecialDay {
    /// Key and hash of the request.
    pub once: Once,
    /// The day to change; `None` for a new one.
    pub special_day_id: Option<SpecialDayId>,
    /// Whose; of one to change, as it was.
    pub owner: Owner,
    /// What it shall be.
    pub day: Day,
    /// Version read; 0 for a new one.
    pub version: i64,
    /// What becomes of orders that fall outside.
    pub decisions: Decisions,
    /// Name of who does it.
    pub actor: String,
}

/// A special day to be removed.
#[derive(Clone, Debug)]
pub struct RemoveSpecialDay {
    /// The day.
    pub special_day_id: SpecialDayId,
    /// Version read.
    pub version: i64,
    /// What becomes of orders that fall outside.
    pub decisions: Decisions,
}

/// The branches that a special day concerns, and the special days there are.
#[derive(Debug)]
pub struct Ground {
    /// The branch, or all of the brand.
    pub branches: Vec<Branch>,
    /// Their brand.
    pub brand_id: BrandId,
    /// Special days of the brand and of its branches that are not over.
    pub days: Vec<SpecialDay>,
    /// The earliest business day that any of the branches has at present.
    pub today: NaiveDate,
}

/// Lists the special days of a branch with those of its brand, or of a brand, from yesterday on; each with
/// whether some of its dates are ignored.
pub async fn list(
    core: &Core,
    identity: &Identity,
    org: OrganisationId,
    owner: Owner,
) -> Result<Vec<(SpecialDay, bool)>, Error> {
    let mut tx = core.db.tenant(org).await?;
    let ground = find_ground(&mut tx, identity, owner, core.clock.now()).await?;
    let (days, from) = (&ground.days, ground.today.pred_opt());
    let shown = days.iter().filter(|day| {
        let is_theirs = match owner {
            Owner::Branch(branch_id) => day.branch_id.is_none_or(|own| own == branch_id),
            Owner::Brand(_) => day.branch_id.is_none(),
        };
        is_theirs && from.is_none_or(|from| day.day.to >= from)
    });
    Ok(shown
        .map(|day| (day.clone(), day.is_overridden(days)))
        .collect())
}

/// Finds the branches of an owner and the special days around them.
///
/// Who may see a branch may see what its brand has; a brand's own list is for who may see the brand.
pub async fn find_ground(
    tx: &mut TenantTx,
    identity: &Identity,
    owner: Owner,
    now: DateTime<Utc>,
) -> Result<Ground, Error> {
    let (branches, brand_id) = match owner {
        Owner::Branch(branch_id) => {
            let branch = find_branch(tx, identity, branch_id).await?;
            let brand_id = branch.brand_id;
            (vec![branch], brand_id)
        }
        Owner::Brand(brand_id) => {
            let branches = store::branches::list_of_brand(tx, brand_id).await?;
            if branches.is_empty() {
                return Err(Error::BrandUnknown);
            }
            identity.require_brand(brand_id)?;
            (branches, brand_id)
        }
    };
    let business_day = |branch: &Branch| {
        chassis::business_day::BusinessDay::of(now, branch.tz, branch.cutoff_minutes).date()
    };
    let today = branches.iter().map(business_day).min();
    let today = today.unwrap_or_else(|| now.date_naive());
    let from = crate::domain::hours::special_days::matter_from(today);
    Ok(Ground {
        branches,
        brand_id,
        days: store::hours::special_days::list_of_brand(tx, brand_id, from).await?,
        today,
    })
}

/// The plans of the branches with these special days in place of those there are.
pub async fn plans(
    core: &Core,
    tx: &mut TenantTx,
    branches: &[Branch],
    days: &[SpecialDay],
) -> Result<Vec<Plan>, Error> {
    let now = core.clock.now();
    let mut plans = Vec::with_capacity(branches.len());
    for branch in branches {
        let mut parts = core.schedules.parts(tx, branch).await?.as_ref().clone();
        parts.special_days = days.to_vec();
        plans.push((branch.branch_id, parts.schedule(branch, now)));
    }
    Ok(plans)
}

/// Saves a special day, and answers with what ordering carries out; what `encode` makes of them is kept for
/// a repeat of the request.
///
/// Refuses with `BranchUnknown`, `BrandUnknown`, `SpecialDayUnknown`, `VersionConflict`, `OrdersAffected`,
/// `IdempotencyMismatch` and what [`SpecialDay::judge`] notes.
pub async fn save(
    core: &Core,
    identity: &Identity,
    org: OrganisationId,
    ask: &SaveSpecialDay,
    encode: impl Fn(&SpecialDay, Option<Started>) -> Vec<u8>,
) -> Result<Vec<u8>, Error> {
    match save_once(core, identity, org, ask, &encode).await {
        Err(error) if is_taken(&error) => save_once(core, identity, org, ask, &encode).await,
        answer => answer,
    }
}

async fn save_once(
    core: &Core,
    identity: &Identity,
    org: OrganisationId,
    ask: &SaveSpecialDay,
    encode: impl Fn(&SpecialDay, Option<Started>) -> Vec<u8>,
) -> Result<Vec<u8>, Error> {
    let mut tx = core.db.tenant(org).await?;
    let now = core.clock.now();
    let (ground, before) = lock(core, &mut tx, identity, ask).await?;
    if let Some(answer) = ask.once.answer(&mut tx).await? {
        return Ok(answer);
    }
    let current = before.as_ref().map_or(0, |before| before.version);
    if current != ask.version {
        return Err(Error::VersionConflict {
            given: ask.version,
            current,
        });
    }
    let day = SpecialDay {
        special_day_id: ask
            .special_day_id
            .unwrap_or_else(|| SpecialDayId::new(&*core.clock)),
        brand_id: ground.brand_id,
        branch_id: match ask.owner {
            Owner::Branch(branch_id) => Some(branch_id),
            Owner::Brand(_) => None,
        },
        day: ask.day.clone(),
        version: current + 1,
    };
    let was = before.as_ref().map(|before| &before.day);
    audit::changed("special_day", day.special_day_id, &was, &Some(&day.day));
    let after = with(&ground, &day)?;
    store::hours::special_days::save(&mut tx, &day, (now, &ask.actor)).await?;
    let started = apply(core, &mut tx, identity, (&ground, &after), &ask.decisions).await?;
    let answer = encode(&day, started);
    ask.once.keep(&mut tx, &answer, now).await?;
    tx.commit().await?;
    forget(core, org, &ground);
    Ok(answer)
}

/// Removes a special day, and answers what ordering carries out. Refuses with `SpecialDayUnknown`,
/// `VersionConflict` and `OrdersAffected`.
pub async fn remove(
    core: &Core,
    identity: &Identity,
    org: OrganisationId,
    ask: &RemoveSpecialDay,
) -> Result<Option<Started>, Error> {
    let mut tx = core.db.tenant(org).await?;
    let (owner, _) = find(&mut tx, ask.special_day_id).await?;
    let ground = lock_ground(core, &mut tx, identity, owner).await?;
    // Read again: it may have changed before its branches were locked.
    let (_, day) = find(&mut tx, ask.special_day_id).await?;
    if day.version != ask.version {
        return Err(Error::VersionConflict {
            given: ask.version,
            current: day.version,
        });
    }
    audit::changed("special_day", ask.special_day_id, &Some(&day.day), &None);
    let after = without(&ground, ask.special_day_id);
    store::hours::special_days::delete(&mut tx, ask.special_day_id).await?;
    let started = apply(core, &mut tx, identity, (&ground, &after), &ask.decisions).await?;
    tx.commit().await?;
    forget(core, org, &ground);
    Ok(started)
}

/// A special day of the organisation with its owner. Refuses with `SpecialDayUnknown`.
pub async fn find(
    tx: &mut TenantTx,
    special_day_id: SpecialDayId,
) -> Result<(Owner, SpecialDay), Error> {
    let day = store::hours::special_days::find(tx, special_day_id)
        .await?
        .ok_or(Error::SpecialDayUnknown)?;
    let owner = day
        .branch_id
        .map_or(Owner::Brand(day.brand_id), Owner::Branch);
    Ok((owner, day))
}

/// The special days with this one, in place of its version before; refuses where it cannot be.
pub fn with(ground: &Ground, day: &SpecialDay) -> Result<Vec<SpecialDay>, Error> {
    let mut violations = Violations::new();
    day.judge("special_day", &ground.days, ground.today, &mut violations);
    violations.into_result()?;
    let mut after = without(ground, day.special_day_id);
    after.push(day.clone());
    Ok(after)
}

/// The special days without this one.
#[must_use]
pub fn without(ground: &Ground, special_day_id: SpecialDayId) -> Vec<SpecialDay> {
    let others = ground
        .days
        .iter()
        .filter(|other| other.special_day_id != special_day_id);
    others.cloned().collect()
}

async fn lock(
    core: &Core,
    tx: &mut TenantTx,
    identity: &Identity,
    ask: &SaveSpecialDay,
) -> Result<(Ground, Option<SpecialDay>), Error> {
    let ground = lock_ground(core, tx, identity, ask.owner).await?;
    let Some(special_day_id) = ask.special_day_id else {
        return Ok((ground, None));
    };
    let (owner, before) = find(tx, special_day_id).await?;
    if owner != ask.owner {
        return Err(Error::SpecialDayUnknown);
    }
    Ok((ground, Some(before)))
}

async fn lock_ground(
    core: &Core,
    tx: &mut TenantTx,
    identity: &Identity,
    owner: Owner,
) -> Result<Ground, Error> {
    // What is found out of scope or unknown below was locked for nothing, and is free again at once.
    match owner {
        Owner::Branch(branch_id) => {
            store::branches::lock(tx, branch_id).await?;
        }
        Owner::Brand(brand_id) => {
            store::branches::lock_brand(tx, brand_id).await?;
        }
    }
    find_ground(tx, identity, owner, core.clock.now()).await
}

async fn apply(
    core: &Core,
    tx: &mut TenantTx,
    identity: &Identity,
    (ground, after): (&Ground, &[SpecialDay]),
    decisions: &Decisions,
) -> Result<Option<Started>, Error> {
    let plans = plans(core, tx, &ground.branches, after).await?;
    let started = settle(core, tx, identity, ground.brand_id, &plans, decisions).await?;
    let branch_ids: Vec<_> = plans.iter().map(|(branch_id, _)| *branch_id).collect();
    store::hours::special_days::touch(tx, &branch_ids).await?;
    for branch_id in branch_ids {
        announce(core, tx, branch_id, &Notice::hours()).await?;
    }
    Ok(started)
}

fn forget(core: &Core, org: OrganisationId, ground: &Ground) {
    for branch in &ground.branches {
        core.availabilities.forget(org, branch.branch_id);
    }
}

/// Days of branches that are ignored with `after` and were not before.
#[must_use]
pub fn newly_overridden(ground: &Ground, after: &[SpecialDay]) -> Vec<SpecialDay> {
    let before: BTreeMap<_, _> = ground
        .days
        .iter()
        .map(|day| (day.special_day_id, day.is_overridden(&ground.days)))
        .collect();
    let ignored = after
        .iter()
        .filter(|day| day.is_overridden(after) && before.get(&day.special_day_id) != Some(&true));
    ignored.cloned().collect()
}
