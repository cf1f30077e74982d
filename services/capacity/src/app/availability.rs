//! What a branch can sell now.

pub mod cache;
pub mod open_statuses;
pub mod publish;

use std::{collections::HashMap, sync::Arc};

use chassis::id::{BranchId, BrandId, OrderId, OrganisationId};
use chrono::{DateTime, Utc};

use self::cache::CachedBranch;
use super::{Dependencies, error::Error};
use crate::{
    domain::{
        availability::{Availability, AvailabilityQuery, BranchSnapshot},
        limits::{usage::CapacityUsage, window::counting_from},
        stock::levels::{RescheduledParts, StockLevels},
    },
    store,
};

/// What a branch can sell.
#[derive(Clone, Debug)]
pub struct Found {
    /// Brand it belongs to.
    pub brand_id: BrandId,
    /// What it can sell.
    pub availability: Arc<Availability>,
}

/// Gets what a branch can sell, for a cart if there is one.
///
/// A caller that was notified of a change says so by `not_before`: another replica may have written it.
pub async fn get(
    deps: &Dependencies,
    org: OrganisationId,
    branch_id: BranchId,
    query: &AvailabilityQuery,
    not_before: Option<DateTime<Utc>>,
) -> Result<Found, Error> {
    let branch = read(deps, org, branch_id, not_before).await?;
    Ok(Found {
        brand_id: branch.brand_id,
        availability: branch.availability(deps.clock.now(), query),
    })
}

/// Gets what a branch could sell an order that is to be rescheduled: what it uses of the limits itself is not
/// counted, and another day must have in stock what it has taken.
pub async fn get_for_reschedule(
    deps: &Dependencies,
    org: OrganisationId,
    branch_id: BranchId,
    order_id: OrderId,
    query: &AvailabilityQuery,
) -> Result<Found, Error> {
    let branch = read(deps, org, branch_id, None).await?;
    let mut tx = deps.db.tenant(org).await?;
    let counted = store::limits::counted_orders::find(&mut tx, order_id).await?;
    let holds = store::holds::find_many(&mut tx, &[order_id], &[]).await?;
    tx.rollback().await?;
    let mut holds = holds.into_iter();
    let hold = holds.find(|hold| hold.branch_id == branch_id && !hold.test);
    let query = AvailabilityQuery {
        rescheduled: hold.map(|hold| RescheduledParts {
            from: hold.business_day,
            parts: hold.parts,
        }),
        ..query.clone()
    };
    let mut snapshot = branch.snapshot.clone();
    if let Some(counted) = counted {
        snapshot.usage.remove(&counted.taken);
    }
    let now = deps.clock.now();
    let grid = snapshot.grid(query.method, query.channel);
    let stock = Arc::new(snapshot.stock_of_day(now, query.day));
    Ok(Found {
        brand_id: branch.brand_id,
        availability: Arc::new(snapshot.availability(now, &query, &grid, stock)),
    })
}

async fn read(
    deps: &Dependencies,
    org: OrganisationId,
    branch_id: BranchId,
    not_before: Option<DateTime<Utc>>,
) -> Result<Arc<CachedBranch>, Error> {
    let load = load(deps, org, branch_id);
    let cache = &deps.availabilities;
    cache
        .get((org, branch_id), &deps.clock, not_before, load)
        .await
}

async fn load(
    deps: &Dependencies,
    org: OrganisationId,
    branch_id: BranchId,
) -> Result<CachedBranch, Error> {
    // Whatever is read is at least as new.
    let now = deps.clock.now();
    let mut tx = deps.db.tenant(org).await?;
    let branch = store::branches::find(&mut tx, branch_id)
        .await?
        .ok_or(Error::BranchUnknown)?;
    let schedule = deps.schedules.get(&mut tx, &branch).await?;
    let mut usage = CapacityUsage {
        limits: deps.limits.get(&mut tx, &branch).await?,
        used: HashMap::new(),
    };
    let calendar = schedule.at(now);
    if !CapacityUsage::is_unlimited(&usage.limits, &schedule) {
        let from = counting_from(&calendar);
        usage.used = store::limits::counters::used(&mut tx, branch_id, from).await?;
    }
    let items = store::stock::items::list(&mut tx, branch_id).await?;
    let (recipes, _) = store::stock::recipes::list(&mut tx, branch.brand_id).await?;
    let sku_ids: Vec<_> = items.iter().map(|item| item.sku_id).collect();
    let today = calendar.today();
    let stock = StockLevels {
        recipes,
        buckets: store::stock::buckets::find_many(&mut tx, branch_id, &sku_ids, today).await?,
        items: items.into_iter().map(|item| (item.sku_id, item)).collect(),
    };
    let pauses = deps.pauses.get(&mut tx, &branch).await?;
    tx.rollback().await?;
    let snapshot = BranchSnapshot {
        as_of: now,
        state: branch.state,
        schedule: schedule.clone(),
        usage,
        stock,
        pauses,
    };
    Ok(CachedBranch::new(branch.brand_id, snapshot))
}
