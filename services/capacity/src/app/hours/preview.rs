//! What a storefront would offer after a change of hours, and which booked orders it would leave outside.

use chassis::{
    authn::Identity,
    db::TenantTx,
    id::{BranchId, OrganisationId, SpecialDayId},
    sales::Method,
};
use chrono::{DateTime, Utc};

use super::{
    affected_orders::{self, Plan},
    set::{PlannedHours, plan, withdrawn},
    special_days::{
        Owner, SpecialDayScope, find, find_scope, newly_overridden, plans, with, without,
    },
};
use crate::{
    app::{Dependencies, error::Error, find_branch::find_branch},
    domain::hours::{
        affected_orders::BookedOrder,
        offer::{OfferedDay, offered},
        special_days::{Day, SpecialDay},
        versions::Versions,
    },
    store::branches::Branch,
};

/// What would be changed.
#[derive(Clone, Debug)]
pub enum Change {
    /// Nothing.
    Nothing,
    /// The hours.
    Hours(PlannedHours),
    /// A pending version would be withdrawn.
    Withdraw(i64),
    /// A special day would be saved, in place of one or as a new one.
    Save(Option<SpecialDayId>, Owner, Day),
    /// A special day would be removed.
    Remove(SpecialDayId),
}

/// What to preview.
#[derive(Clone, Debug)]
pub struct PreviewQuery {
    /// Branch whose offer is shown; of a brand's special day also `None`, for any of its branches.
    pub branch_id: Option<BranchId>,
    /// Method it is shown for.
    pub method: Method,
    /// What would be changed.
    pub change: Change,
    /// Seen from then on; `None` for now, or for when planned hours take effect.
    pub from: Option<DateTime<Utc>>,
}

/// What a change would do.
#[derive(Clone, Debug)]
pub struct Preview {
    /// The days from the requested moment on.
    pub days: Vec<OfferedDay>,
    /// Booked orders that would fall outside, earliest first.
    pub affected: Vec<BookedOrder>,
    /// Days of branches that would be ignored because of a lock.
    pub overridden: Vec<SpecialDay>,
}

/// Computes what a change would do; refuses as the change itself would, decisions and versions aside.
pub async fn preview(
    deps: &Dependencies,
    identity: &Identity,
    org: OrganisationId,
    query: &PreviewQuery,
) -> Result<Preview, Error> {
    let mut tx = deps.db.tenant(org).await?;
    let branch = match (query.branch_id, &query.change) {
        (Some(branch_id), _) => find_branch(&mut tx, identity, branch_id).await?,
        (None, Change::Save(_, owner @ Owner::Brand(_), _)) => {
            let scope = find_scope(&mut tx, identity, *owner, deps.clock.now()).await?;
            let first = scope.branches.into_iter().next();
            first.ok_or(Error::BrandUnknown)?
        }
        (None, _) => return Err(Error::BranchUnknown),
    };
    let now = deps.clock.now();
    let mut overridden = Vec::new();
    let mut from = query.from.unwrap_or(now);
    let plans = match &query.change {
        Change::Nothing => {
            let parts = deps.schedules.parts(&mut tx, &branch).await?;
            vec![(branch.branch_id, parts.schedule(&branch, now))]
        }
        Change::Hours(planned) => {
            from = query.from.or(planned.effective_at).unwrap_or(now);
            let changed = |known: &Versions| Ok(plan(known, planned, now)?.1);
            change_hours(deps, &mut tx, &branch, changed).await?
        }
        Change::Withdraw(number) => {
            let changed = |known: &Versions| withdrawn(known, *number, now);
            change_hours(deps, &mut tx, &branch, changed).await?
        }
        Change::Save(special_day_id, owner, day) => {
            let scope = scope_of(deps, &mut tx, identity, &branch, *owner).await?;
            if let Some(special_day_id) = special_day_id
                && find(&mut tx, *special_day_id).await?.0 != *owner
            {
                return Err(Error::SpecialDayUnknown);
            }
            let day = SpecialDay {
                special_day_id: special_day_id.unwrap_or_else(|| SpecialDayId::new(&*deps.clock)),
                brand_id: scope.brand_id,
                branch_id: match owner {
                    Owner::Branch(branch_id) => Some(*branch_id),
                    Owner::Brand(_) => None,
                },
                day: day.clone(),
                version: 0,
            };
            let after = with(&scope, &day)?;
            overridden = newly_overridden(&scope, &after);
            plans(deps, &mut tx, &scope.branches, &after).await?
        }
        Change::Remove(special_day_id) => {
            let (owner, _) = find(&mut tx, *special_day_id).await?;
            let scope = scope_of(deps, &mut tx, identity, &branch, owner).await?;
            let after = without(&scope, *special_day_id);
            plans(deps, &mut tx, &scope.branches, &after).await?
        }
    };
    let affected = affected_orders::find(&mut tx, now, &plans).await?;
    let seen = plans
        .iter()
        .find(|(branch_id, _)| *branch_id == branch.branch_id);
    let (_, schedule) = seen.ok_or(Error::BranchUnknown)?;
    Ok(Preview {
        days: offered(schedule, from, query.method),
        affected,
        overridden,
    })
}

async fn change_hours(
    deps: &Dependencies,
    tx: &mut TenantTx,
    branch: &Branch,
    change: impl FnOnce(&Versions) -> Result<Versions, Error>,
) -> Result<Vec<Plan>, Error> {
    let mut parts = deps.schedules.parts(tx, branch).await?.as_ref().clone();
    parts.hours = change(&parts.hours)?;
    let schedule = parts.schedule(branch, deps.clock.now());
    Ok(vec![(branch.branch_id, schedule)])
}

/// The scope of an owner that includes the branch: itself, or its own brand.
async fn scope_of(
    deps: &Dependencies,
    tx: &mut TenantTx,
    identity: &Identity,
    branch: &Branch,
    owner: Owner,
) -> Result<SpecialDayScope, Error> {
    match owner {
        Owner::Branch(branch_id) if branch_id != branch.branch_id => Err(Error::BranchUnknown),
        Owner::Brand(brand_id) if brand_id != branch.brand_id => Err(Error::BrandUnknown),
        owner => find_scope(tx, identity, owner, deps.clock.now()).await,
    }
}
