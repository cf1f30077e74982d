//! What a branch can sell now, read at most twice a second per branch however many ask.

pub mod announce;
pub mod open_statuses;

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use chassis::{
    business_day::BusinessDay,
    db::TenantTx,
    id::{BranchId, BrandId, OrderId, OrganisationId},
};
use chrono::{DateTime, TimeDelta, Utc};
use moka::sync::Cache as Kept;
use tokio::sync::Mutex;

use super::{Core, error::Error, limits::counting_from};
use crate::{
    domain::{
        availability::{Asked, Availability, Goods, Snapshot},
        channel::Channel,
        limits::{book::Book, grid::Grid},
        method::Method,
        stock::shelf::{Moving, Shelf},
    },
    store,
};

/// Every storefront polls this; what another replica writes is seen after this long at the latest.
const KEPT_FOR: Duration = Duration::from_millis(500);
const BRANCHES_KEPT: u64 = 10_000;
/// Days that customers choose; what is asked about more is worked out anew.
const DAYS_KEPT: u64 = 32;

/// What was read of branches; clones share it.
#[derive(Clone, Debug)]
pub struct Cache(Kept<(OrganisationId, BranchId), Arc<Entry>>);

#[derive(Debug, Default)]
struct Entry {
    /// Counts own writes: what was read before one is forgotten.
    writes: AtomicU64,
    read: Mutex<Option<Read>>,
}

#[derive(Clone, Debug)]
struct Read {
    at: Instant,
    writes: u64,
    known: Arc<Known>,
}

/// A branch as last read, and what was made of it for those who have no cart.
#[derive(Debug)]
struct Known {
    brand_id: BrandId,
    snapshot: Snapshot,
    grids: Kept<(Method, Channel), Arc<Grid>>,
    goods: Kept<Option<BusinessDay>, Arc<Goods>>,
    without_cart: Kept<(Method, Option<BusinessDay>), Arc<Availability>>,
}

/// What a branch can sell.
#[derive(Clone, Debug)]
pub struct Found {
    /// Brand it belongs to.
    pub brand_id: BrandId,
    /// What it can sell.
    pub availability: Arc<Availability>,
}

impl Default for Cache {
    fn default() -> Self {
        Self(Kept::builder().max_capacity(BRANCHES_KEPT).build())
    }
}

impl Cache {
    /// Forgets what was read of a branch, because it has just been changed.
    pub fn forget(&self, org: OrganisationId, branch_id: BranchId) {
        if let Some(entry) = self.0.get(&(org, branch_id)) {
            entry.writes.fetch_add(1, Ordering::AcqRel);
        }
    }
}

/// Gets what a branch can sell, for a cart if there is one; callers that come together share one reading.
///
/// Who has heard of a change is not told what was so before: another replica may have written it.
pub async fn get(
    core: &Core,
    org: OrganisationId,
    branch_id: BranchId,
    asked: &Asked,
    not_before: Option<DateTime<Utc>>,
) -> Result<Found, Error> {
    let known = read(core, org, branch_id, not_before).await?;
    let now = core.clock.now();
    let (method, channel) = (asked.method, asked.channel);
    let work_out = || {
        let grid = known.grids.get_with((method, channel), || {
            Arc::new(known.snapshot.grid(method, channel))
        });
        let goods = known
            .goods
            .get_with(asked.day, || Arc::new(known.snapshot.goods(now, asked.day)));
        Arc::new(known.snapshot.availability(now, asked, &grid, goods))
    };
    let availability = if asked.has_cart() || channel != Channel::Web {
        work_out()
    } else {
        known.without_cart.get_with((method, asked.day), work_out)
    };
    Ok(Found {
        brand_id: known.brand_id,
        availability,
    })
}

/// Gets what a branch could sell an order that is to be moved: what it takes of the limits itself is in
/// nobody's way, and another day must have in stock what it has taken.
pub async fn get_for_move(
    core: &Core,
    org: OrganisationId,
    branch_id: BranchId,
    order_id: OrderId,
    asked: &Asked,
) -> Result<Found, Error> {
    let known = read(core, org, branch_id, None).await?;
    let mut tx = core.db.tenant(org).await?;
    let counted = store::limits::counted_orders::find(&mut tx, order_id).await?;
    let holds = store::holds::find_many(&mut tx, &[order_id], &[]).await?;
    tx.rollback().await?;
    let mut holds = holds.into_iter();
    let hold = holds.find(|hold| hold.branch_id == branch_id && !hold.test);
    let asked = Asked {
        moving: hold.map(|hold| Moving {
            from: hold.business_day,
            parts: hold.parts,
        }),
        ..asked.clone()
    };
    let mut snapshot = known.snapshot.clone();
    if let Some(counted) = counted {
        snapshot.book.leave(&counted.taken);
    }
    let now = core.clock.now();
    let grid = snapshot.grid(asked.method, asked.channel);
    let goods = Arc::new(snapshot.goods(now, asked.day));
    Ok(Found {
        brand_id: known.brand_id,
        availability: Arc::new(snapshot.availability(now, &asked, &grid, goods)),
    })
}

async fn read(
    core: &Core,
    org: OrganisationId,
    branch_id: BranchId,
    not_before: Option<DateTime<Utc>>,
) -> Result<Arc<Known>, Error> {
    let entry = core
        .availabilities
        .0
        .get_with((org, branch_id), Arc::default);
    let mut read = entry.read.lock().await;
    let writes = entry.writes.load(Ordering::Acquire);
    if let Some(read) = &*read
        && read.writes == writes
        && read.at.elapsed() < KEPT_FOR
        && is_recent(read.known.snapshot.as_of, core.clock.now())
        && not_before.is_none_or(|at| at <= read.known.snapshot.as_of)
    {
        return Ok(read.known.clone());
    }
    let at = Instant::now();
    let mut tx = core.db.tenant(org).await?;
    let known = Arc::new(load(core, &mut tx, branch_id).await?);
    tx.rollback().await?;
    *read = Some(Read {
        at,
        writes,
        known: known.clone(),
    });
    Ok(known)
}

fn is_recent(as_of: DateTime<Utc>, now: DateTime<Utc>) -> bool {
    let kept_for = TimeDelta::from_std(KEPT_FOR).expect("half a second is a short time");
    (as_of..=as_of + kept_for).contains(&now)
}

async fn load(core: &Core, tx: &mut TenantTx, branch_id: BranchId) -> Result<Known, Error> {
    // Whatever is read is at least as new.
    let now = core.clock.now();
    let branch = store::branches::find(tx, branch_id)
        .await?
        .ok_or(Error::BranchUnknown)?;
    let schedule = core.schedules.get(tx, &branch).await?;
    let mut book = Book {
        limits: core.limits.get(tx, &branch).await?,
        used: HashMap::new(),
    };
    let calendar = schedule.at(now);
    if !Book::is_boundless(&book.limits, &schedule) {
        book.used = store::limits::counters::used(tx, branch_id, counting_from(&calendar)).await?;
    }
    let items = store::stock::items::list(tx, branch_id).await?;
    let (recipes, _) = store::stock::recipes::list(tx, branch.brand_id).await?;
    let sku_ids: Vec<_> = items.iter().map(|item| item.sku_id).collect();
    let shelf = Shelf {
        recipes,
        buckets: store::stock::buckets::find_many(tx, branch_id, &sku_ids, calendar.today())
            .await?,
        items: items.into_iter().map(|item| (item.sku_id, item)).collect(),
    };
    let pauses = core.pauses.get(tx, &branch).await?;
    Ok(Known {
        brand_id: branch.brand_id,
        snapshot: Snapshot {
            as_of: now,
            state: branch.state,
            schedule: schedule.clone(),
            book,
            shelf,
            pauses,
        },
        grids: Kept::new((Method::ALL.len() * Channel::ALL.len()) as u64),
        goods: Kept::new(DAYS_KEPT),
        without_cart: Kept::new(Method::ALL.len() as u64 * DAYS_KEPT),
    })
}
