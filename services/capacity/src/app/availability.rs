//! What a branch can sell now, read at most twice a second per branch however many ask.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use chassis::{
    db::TenantTx,
    id::{BranchId, BrandId, OrganisationId, SkuId},
};
use chrono::{DateTime, TimeDelta, Utc};
use moka::sync::Cache as Kept;
use tokio::sync::Mutex;

use super::{Core, error::Error};
use crate::{
    domain::{
        calendar::{Calendar, SlotTime},
        plan::{Fullness, SlotBook},
        stock::StockMode,
    },
    store::{self, branches::BranchState},
};

/// Every storefront polls this; what another replica writes is seen after this long at the latest.
const KEPT_FOR: Duration = Duration::from_millis(500);
const BRANCHES_KEPT: u64 = 10_000;

/// What a branch can sell at a moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Availability {
    /// Branch.
    pub branch_id: BranchId,
    /// Brand it belongs to.
    pub brand_id: BrandId,
    /// When this was true.
    pub as_of: DateTime<Utc>,
    /// It takes orders for now.
    pub open: bool,
    /// When it opens next, while it does not.
    pub opens_at: Option<DateTime<Utc>>,
    /// When ordering for now ends.
    pub last_order_at: Option<DateTime<Utc>>,
    /// ASAP promise.
    pub promised_at: Option<DateTime<Utc>>,
    /// Slots from now to the last day ahead.
    pub slots: Vec<(SlotTime, Fullness)>,
    /// Units left of what is tracked.
    pub skus: Vec<(SkuId, i64)>,
    /// Earliest slot that is not full.
    pub earliest_slot_at: Option<DateTime<Utc>>,
}

/// Availabilities as last read; clones share them.
#[derive(Clone, Debug)]
pub struct Cache(Kept<(OrganisationId, BranchId), Arc<Entry>>);

#[derive(Debug, Default)]
struct Entry {
    /// Counts own writes: what was read before one is forgotten.
    writes: AtomicU64,
    read: Mutex<Option<Read>>,
}

#[derive(Debug)]
struct Read {
    at: Instant,
    writes: u64,
    availability: Arc<Availability>,
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

/// Gets what a branch can sell; callers that come together share one reading.
pub async fn get(
    core: &Core,
    org: OrganisationId,
    branch_id: BranchId,
) -> Result<Arc<Availability>, Error> {
    let entry = core
        .availabilities
        .0
        .get_with((org, branch_id), Arc::default);
    let mut read = entry.read.lock().await;
    let writes = entry.writes.load(Ordering::Acquire);
    if let Some(read) = &*read
        && read.writes == writes
        && read.at.elapsed() < KEPT_FOR
        && is_recent(read.availability.as_of, core.clock.now())
    {
        return Ok(read.availability.clone());
    }
    let at = Instant::now();
    let mut tx = core.db.tenant(org).await?;
    let availability = Arc::new(load(core, &mut tx, branch_id).await?);
    tx.rollback().await?;
    *read = Some(Read {
        at,
        writes,
        availability: availability.clone(),
    });
    Ok(availability)
}

fn is_recent(as_of: DateTime<Utc>, now: DateTime<Utc>) -> bool {
    let kept_for = TimeDelta::from_std(KEPT_FOR).expect("half a second is a short time");
    (as_of..=as_of + kept_for).contains(&now)
}

async fn load(core: &Core, tx: &mut TenantTx, branch_id: BranchId) -> Result<Availability, Error> {
    let branch = store::branches::find(tx, branch_id)
        .await?
        .ok_or(Error::BranchUnknown)?;
    let schedule = core.schedules.get(tx, &branch).await?;
    let calendar = schedule.at(core.clock.now());
    let limit = schedule.hours.max_orders_per_slot;
    let booked = match limit {
        Some(_) => {
            let from = calendar.slot_holding(calendar.now());
            store::slots::booked(tx, branch_id, from).await?
        }
        None => Default::default(),
    };
    let skus = load_skus(tx, branch_id, &calendar).await?;
    let sells = branch.state == BranchState::Live;
    let book = SlotBook { booked, limit };
    Ok(describe(&branch, sells, &calendar, &book, skus))
}

async fn load_skus(
    tx: &mut TenantTx,
    branch_id: BranchId,
    calendar: &Calendar<'_>,
) -> Result<Vec<(SkuId, i64)>, Error> {
    let mut items = store::items::list(tx, branch_id).await?;
    items.retain(|item| item.mode != StockMode::Untracked);
    let today = calendar.today();
    let keys: Vec<_> = items
        .iter()
        .filter_map(|item| Some((item.sku_id, item.bucket_day(today)?)))
        .collect();
    let buckets = store::buckets::find_keys(tx, branch_id, &keys).await?;
    let left = items.iter().zip(&keys).map(|(item, key)| {
        let bucket = buckets
            .get(key)
            .copied()
            .unwrap_or_else(|| item.untouched());
        (item.sku_id, bucket.available())
    });
    Ok(left.collect())
}

fn describe(
    branch: &store::branches::Branch,
    sells: bool,
    calendar: &Calendar<'_>,
    book: &SlotBook,
    skus: Vec<(SkuId, i64)>,
) -> Availability {
    let now = calendar.now();
    let open = sells && calendar.accepting().is_some();
    let slots: Vec<_> = if sells {
        calendar
            .slots()
            .map(|slot| (slot, book.fullness(calendar, slot.starts_at)))
            .collect()
    } else {
        Vec::new()
    };
    let orderable =
        |(slot, fullness): &&(SlotTime, Fullness)| !slot.past && *fullness != Fullness::Full;
    Availability {
        branch_id: branch.branch_id,
        brand_id: branch.brand_id,
        as_of: now,
        open,
        opens_at: if sells && !open {
            calendar.opens_at()
        } else {
            None
        },
        last_order_at: if open {
            calendar.ordering_ends_at()
        } else {
            None
        },
        promised_at: book
            .promise(calendar)
            .ok()
            .filter(|_| open)
            .map(|(_, promise)| promise),
        earliest_slot_at: slots.iter().find(orderable).map(|(slot, _)| slot.starts_at),
        slots,
        skus,
    }
}
