//! Branches as last read: kept for a moment, and read once for callers that come together.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use chassis::{
    business_day::BusinessDay,
    clock::SharedClock,
    id::{BranchId, BrandId, OrganisationId},
    sales::{Channel, Method},
};
use chrono::{DateTime, TimeDelta, Utc};
use moka::sync::Cache;
use tokio::sync::Mutex;

use crate::{
    app::error::Error,
    domain::{
        availability::{Availability, AvailabilityQuery, BranchSnapshot, StockOfDay},
        limits::grid::Grid,
    },
};

/// Every storefront polls this; what another replica writes is seen after this long at the latest.
const KEPT_FOR: Duration = Duration::from_millis(500);
const BRANCHES_KEPT: u64 = 10_000;
/// Days that customers choose; for others the answer is computed anew.
const DAYS_KEPT: u64 = 32;

/// Branches as last read; clones share them.
#[derive(Clone, Debug)]
pub struct AvailabilityCache(Cache<(OrganisationId, BranchId), Arc<Entry>>);

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
    branch: Arc<CachedBranch>,
}

/// A branch as read, with the answers computed for queries without a cart.
#[derive(Debug)]
pub struct CachedBranch {
    /// Brand it belongs to.
    pub brand_id: BrandId,
    /// What decides what it can sell.
    pub snapshot: BranchSnapshot,
    grids: Cache<(Method, Channel), Arc<Grid>>,
    stock: Cache<Option<BusinessDay>, Arc<StockOfDay>>,
    without_cart: Cache<(Method, Option<BusinessDay>), Arc<Availability>>,
}

impl Default for AvailabilityCache {
    fn default() -> Self {
        Self(Cache::new(BRANCHES_KEPT))
    }
}

impl AvailabilityCache {
    /// Forgets what was read of a branch, because it has just been changed.
    pub fn forget(&self, org: OrganisationId, branch_id: BranchId) {
        if let Some(entry) = self.0.get(&(org, branch_id)) {
            entry.writes.fetch_add(1, Ordering::AcqRel);
        }
    }

    /// The branch as last read, or as `load` reads it where that is too old or from before `not_before`.
    pub async fn get(
        &self,
        key: (OrganisationId, BranchId),
        clock: &SharedClock,
        not_before: Option<DateTime<Utc>>,
        load: impl Future<Output = Result<CachedBranch, Error>>,
    ) -> Result<Arc<CachedBranch>, Error> {
        let entry = self.0.get_with(key, Arc::default);
        let mut read = entry.read.lock().await;
        let writes = entry.writes.load(Ordering::Acquire);
        if let Some(read) = &*read
            && read.writes == writes
            && read.at.elapsed() < KEPT_FOR
            && is_recent(read.branch.snapshot.as_of, clock.now())
            && not_before.is_none_or(|at| at <= read.branch.snapshot.as_of)
        {
            return Ok(read.branch.clone());
        }
        let at = Instant::now();
        let branch = Arc::new(load.await?);
        *read = Some(Read {
            at,
            writes,
            branch: branch.clone(),
        });
        Ok(branch)
    }
}

impl CachedBranch {
    /// A branch just read.
    #[must_use]
    pub fn new(brand_id: BrandId, snapshot: BranchSnapshot) -> Self {
        Self {
            brand_id,
            snapshot,
            grids: Cache::new((Method::ALL.len() * Channel::ALL.len()) as u64),
            stock: Cache::new(DAYS_KEPT),
            without_cart: Cache::new(Method::ALL.len() as u64 * DAYS_KEPT),
        }
    }

    /// What it can sell at `now`, computed once for all queries without a cart.
    #[must_use]
    pub fn availability(&self, now: DateTime<Utc>, query: &AvailabilityQuery) -> Arc<Availability> {
        let (method, channel, day) = (query.method, query.channel, query.day);
        let compute = || {
            let grid = self.grids.get_with((method, channel), || {
                Arc::new(self.snapshot.grid(method, channel))
            });
            let stock = self
                .stock
                .get_with(day, || Arc::new(self.snapshot.stock_of_day(now, day)));
            Arc::new(self.snapshot.availability(now, query, &grid, stock))
        };
        if query.has_cart() || channel != Channel::Web {
            compute()
        } else {
            self.without_cart.get_with((method, day), compute)
        }
    }
}

fn is_recent(as_of: DateTime<Utc>, now: DateTime<Utc>) -> bool {
    let kept_for = TimeDelta::from_std(KEPT_FOR).expect("half a second is a short time");
    (as_of..=as_of + kept_for).contains(&now)
}
