//! What a storefront would offer after a change of hours, and which booked orders it would leave outside.

use chassis::{
    authn::Identity,
    db::TenantTx,
    id::{BranchId, OrganisationId, SpecialDayId},
};
use chrono::{DateTime, Utc};

use super::{
    affected_orders::{self, Plan},
    set::{PlannedHours, plan, withdrawn},
    special_days::{Ground, Owner, find, find_ground, newly_overridden, plans, with, without},
};
use crate::{
    app::{Core, error::Error, find_branch::find_branch},
    domain::{
        hours::{
            affected_orders::BookedOrder,
            offer::{OfferedDay, offered},
            special_days::{Day, SpecialDay},
            versions::Versions,
        },
        method::Method,
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

/// What is asked.
#[derive(Clone, Debug)]
pub struct Ask {
    /// Branch whose offer is told; of a brand's special day also `None`, for any of its branches.
    pub branch_id: Option<BranchId>,
    /// Method it is told for.
    pub method: Method,
    /// What would be changed.
    pub change: Change,
    /// Seen from then on; `None` for now, or for when planned hours take effect.
    pub from: Option<DateTime<Utc>>,
}

/// What a change would do.
#[derive(Clone, Debug)]
pub struct Preview {
    /// The days from the moment asked on.
    pub days: Vec<OfferedDay>,
    /// Booked orders that would fall outside, earliest first.
    pub affected: Vec<BookedOrder>,
    /// Days of branches that would be ignored because of a lock.
    pub overridden: Vec<SpecialDay>,
}

/// Tells what a change would do; refuses as the change itself would, decisions and versions aside.
pub async fn preview(
    core: &Core,
    identity: &Identity,
    org: OrganisationId,
    ask: &Ask,
) -> Result<Preview, Error> {
    let mut tx = core.db.tenant(org).await?;
    let branch = match (ask.branch_id, &ask.change) {
        (Some(branch_id), _) => find_branch(&mut tx, identity, branch_id).await?,
        (None, Change::Save(_, owner @ Owner::Brand(_), _)) => {
            let ground = find_ground(&mut tx, identity, *owner, core.clock.now()).await?;
            let first = ground.branches.into_iter().next();
            first.ok_or(Error::BrandUnknown)?
        }
        (None, _) => return Err(Error::BranchUnknown),
    };
    let now = core.clock.now();
    let mut overridden = Vec::new();
    let mut from = ask.from.unwrap_or(now);
    let plans = match &ask.change {
        Change::Nothing => {
            let parts = core.schedules.parts(&mut tx, &branch).await?;
            vec![(branch.branch_id, parts.schedule(&branch, now))]
        }
        Change::Hours(planned) => {
            from = ask.from.or(planned.effective_at).unwrap_or(now);
            let changed = |known: &Versions| Ok(plan(known, planned, now)?.1);
            change_hours(core, &mut tx, &branch, changed).await?
        }
        Change::Withdraw(number) => {
            let changed = |known: &Versions| withdrawn(known, *number, now);
            change_hours(core, &mut tx, &branch, changed).await?
        }
        Change::Save(special_day_id, owner, day) => {
            let ground = ground(core, &mut tx, identity, &branch, *owner).await?;
            if let Some(special_day_id) = special_day_id
                && find(&mut tx, *special_day_id).await?.0 != *owner
            {
                return Err(Error::SpecialDayUnknown);
            }
            let day = SpecialDay {
                special_day_id: special_day_id.unwrap_or_else(|| SpecialDayId::new(&*core.clock)),
                brand_id: ground.brand_id,
                branch_id: match owner {
                    Owner::Branch(branch_id) => Some(*branch_id),
                    Owner::Brand(_) => None,
                },
                day: day.clone(),
                version: 0,
            };
            let after = with(&ground, &day)?;
            overridden = newly_overridden(&ground, &after);
            plans(core, &mut tx, &ground.branches, &after).await?
        }
        Change::Remove(special_day_id) => {
            let (owner, _) = find(&mut tx, *special_day_id).await?;
            let ground = ground(core, &mut tx, identity, &branch, owner).await?;
            let after = without(&ground, *special_day_id);
            plans(core, &mut tx, &ground.branches, &after).await?
        }
    };
    let affected = affected_orders::find(&mut tx, now, &plans).await?;
    let seen = plans
        .iter()
        .find(|(branch_id, _)| *branch_id == branch.branch_id);
    let (_, schedule) = seen.ok_or(Error::BranchUnknown)?;
    Ok(Preview {
        days: offered(schedule, from, ask.method),
        affected,
        overridden,
    })
}

async fn change_hours(
    core: &Core,
    tx: &mut TenantTx,
    branch: &Branch,
    change: impl FnOnce(&Versions) -> Result<Versions, Error>,
) -> Result<Vec<Plan>, Error> {
    let mut parts = core.schedules.parts(tx, branch).await?.as_ref().clone();
    parts.hours = change(&parts.hours)?;
    let schedule = parts.schedule(branch, core.clock.now());
    Ok(vec![(branch.branch_id, schedule)])
}

/// The ground of an owner that the branch stands on: itself, or its own brand.
async fn ground(
    core: &Core,
    tx: &mut TenantTx,
    identity: &Identity,
    branch: &Branch,
    owner: Owner,
) -> Result<Ground, Error> {
    match owner {
        Owner::Branch(branch_id) if branch_id != branch.branch_id => Err(Error::BranchUnknown),
        Owner::Brand(brand_id) if brand_id != branch.brand_id => Err(Error::BrandUnknown),
        owner => find_ground(tx, identity, owner, core.clock.now()).await,
    }
}
