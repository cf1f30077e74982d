//! Special days: lists, saves and removes those of branches and brands.

use std::collections::BTreeMap;

use chassis::{
    audit,
    authn::Identity,
    db::TenantTx,
    error::{Violations, check_version},
    id::{BranchId, BrandId, OrganisationId, SpecialDayId},
    idempotency::Once,
};
use chrono::{DateTime, NaiveDate, Utc};

use super::affected_orders::{Plan, StartedDecisions, settle};
use crate::{
    app::{
        Dependencies, availability::publish::publish_changes, error::Error,
        find_branch::find_branch,
    },
    domain::{
        availability::changes::VisibleChanges,
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
pub struct SpecialDayScope {
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
    deps: &Dependencies,
    identity: &Identity,
    org: OrganisationId,
    owner: Owner,
) -> Result<Vec<(SpecialDay, bool)>, Error> {
    let mut tx = deps.db.tenant(org).await?;
    let scope = find_scope(&mut tx, identity, owner, deps.clock.now()).await?;
    let (days, from) = (&scope.days, scope.today.pred_opt());
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
pub async fn find_scope(
    tx: &mut TenantTx,
    identity: &Identity,
    owner: Owner,
    now: DateTime<Utc>,
) -> Result<SpecialDayScope, Error> {
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
    let from = crate::domain::hours::special_days::relevant_from(today);
    Ok(SpecialDayScope {
        branches,
        brand_id,
        days: store::hours::special_days::list_of_brand(tx, brand_id, from).await?,
        today,
    })
}

/// The plans of the branches with these special days in place of those there are.
pub async fn plans(
    deps: &Dependencies,
    tx: &mut TenantTx,
    branches: &[Branch],
    days: &[SpecialDay],
) -> Result<Vec<Plan>, Error> {
    let now = deps.clock.now();
    let mut plans = Vec::with_capacity(branches.len());
    for branch in branches {
        let mut parts = deps.schedules.parts(tx, branch).await?.as_ref().clone();
        parts.special_days = days.to_vec();
        plans.push((branch.branch_id, parts.schedule(branch, now)));
    }
    Ok(plans)
}

/// Saves a special day, and answers with what ordering carries out; what `encode` makes of them is kept for
/// a repeat of the request.
///
/// Refuses with `BranchUnknown`, `BrandUnknown`, `SpecialDayUnknown`, `VERSION_CONFLICT`, `OrdersAffected`,
/// `IDEMPOTENCY_MISMATCH` and what [`SpecialDay::check`] notes.
pub async fn save(
    deps: &Dependencies,
    identity: &Identity,
    org: OrganisationId,
    command: &SaveSpecialDay,
    encode: impl Fn(&SpecialDay, Option<StartedDecisions>) -> Vec<u8>,
) -> Result<Vec<u8>, Error> {
    let mut tx = deps.db.tenant(org).await?;
    let now = deps.clock.now();
    let (scope, before) = lock(deps, &mut tx, identity, command).await?;
    if let Some(answer) = command.once.begin(&mut tx, &*deps.clock).await? {
        return Ok(answer);
    }
    let current = before.as_ref().map_or(0, |before| before.version);
    check_version(command.version, current)?;
    let day = SpecialDay {
        special_day_id: command
            .special_day_id
            .unwrap_or_else(|| SpecialDayId::new(&*deps.clock)),
        brand_id: scope.brand_id,
        branch_id: match command.owner {
            Owner::Branch(branch_id) => Some(branch_id),
            Owner::Brand(_) => None,
        },
        day: command.day.clone(),
        version: current + 1,
    };
    let was = before.as_ref().map(|before| &before.day);
    audit::changed("special_day", day.special_day_id, &was, &Some(&day.day));
    let after = with(&scope, &day)?;
    store::hours::special_days::save(&mut tx, &day, (now, &command.actor)).await?;
    let started = apply(
        deps,
        &mut tx,
        identity,
        (&scope, &after),
        &command.decisions,
    )
    .await?;
    let answer = encode(&day, started);
    command.once.finish(&mut tx, &answer).await?;
    tx.commit().await?;
    forget(deps, org, &scope);
    Ok(answer)
}

/// Removes a special day, and answers what ordering carries out. Refuses with `SpecialDayUnknown`,
/// `VERSION_CONFLICT` and `OrdersAffected`.
pub async fn remove(
    deps: &Dependencies,
    identity: &Identity,
    org: OrganisationId,
    command: &RemoveSpecialDay,
) -> Result<Option<StartedDecisions>, Error> {
    let mut tx = deps.db.tenant(org).await?;
    let (owner, _) = find(&mut tx, command.special_day_id).await?;
    let scope = lock_scope(deps, &mut tx, identity, owner).await?;
    // Read again: it may have changed before its branches were locked.
    let (_, day) = find(&mut tx, command.special_day_id).await?;
    check_version(command.version, day.version)?;
    audit::changed(
        "special_day",
        command.special_day_id,
        &Some(&day.day),
        &None,
    );
    let after = without(&scope, command.special_day_id);
    store::hours::special_days::delete(&mut tx, command.special_day_id).await?;
    let started = apply(
        deps,
        &mut tx,
        identity,
        (&scope, &after),
        &command.decisions,
    )
    .await?;
    tx.commit().await?;
    forget(deps, org, &scope);
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
pub fn with(scope: &SpecialDayScope, day: &SpecialDay) -> Result<Vec<SpecialDay>, Error> {
    let mut violations = Violations::new();
    day.check("special_day", &scope.days, scope.today, &mut violations);
    violations.into_result()?;
    let mut after = without(scope, day.special_day_id);
    after.push(day.clone());
    Ok(after)
}

/// The special days without this one.
#[must_use]
pub fn without(scope: &SpecialDayScope, special_day_id: SpecialDayId) -> Vec<SpecialDay> {
    let others = scope
        .days
        .iter()
        .filter(|other| other.special_day_id != special_day_id);
    others.cloned().collect()
}

async fn lock(
    deps: &Dependencies,
    tx: &mut TenantTx,
    identity: &Identity,
    command: &SaveSpecialDay,
) -> Result<(SpecialDayScope, Option<SpecialDay>), Error> {
    let scope = lock_scope(deps, tx, identity, command.owner).await?;
    let Some(special_day_id) = command.special_day_id else {
        return Ok((scope, None));
    };
    let (owner, before) = find(tx, special_day_id).await?;
    if owner != command.owner {
        return Err(Error::SpecialDayUnknown);
    }
    Ok((scope, Some(before)))
}

async fn lock_scope(
    deps: &Dependencies,
    tx: &mut TenantTx,
    identity: &Identity,
    owner: Owner,
) -> Result<SpecialDayScope, Error> {
    // What is found out of scope or unknown below was locked for nothing, and is free again at once.
    match owner {
        Owner::Branch(branch_id) => {
            store::branches::lock(tx, branch_id).await?;
        }
        Owner::Brand(brand_id) => {
            store::branches::lock_brand(tx, brand_id).await?;
        }
    }
    find_scope(tx, identity, owner, deps.clock.now()).await
}

async fn apply(
    deps: &Dependencies,
    tx: &mut TenantTx,
    identity: &Identity,
    (scope, after): (&SpecialDayScope, &[SpecialDay]),
    decisions: &Decisions,
) -> Result<Option<StartedDecisions>, Error> {
    let plans = plans(deps, tx, &scope.branches, after).await?;
    let started = settle(deps, tx, identity, scope.brand_id, &plans, decisions).await?;
    let branch_ids: Vec<_> = plans.iter().map(|(branch_id, _)| *branch_id).collect();
    store::hours::special_days::touch(tx, &branch_ids).await?;
    for branch_id in branch_ids {
        publish_changes(deps, tx, branch_id, &VisibleChanges::hours()).await?;
    }
    Ok(started)
}

fn forget(deps: &Dependencies, org: OrganisationId, scope: &SpecialDayScope) {
    for branch in &scope.branches {
        deps.availabilities.forget(org, branch.branch_id);
    }
}

/// Days of branches that are ignored with `after` and were not before.
#[must_use]
pub fn newly_overridden(scope: &SpecialDayScope, after: &[SpecialDay]) -> Vec<SpecialDay> {
    let before: BTreeMap<_, _> = scope
        .days
        .iter()
        .map(|day| (day.special_day_id, day.is_overridden(&scope.days)))
        .collect();
    let ignored = after
        .iter()
        .filter(|day| day.is_overridden(after) && before.get(&day.special_day_id) != Some(&true));
    ignored.cloned().collect()
}
