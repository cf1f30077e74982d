//! What a branch can sell now, read at most twice a second per branch however many ask.

use std::{
    collections::{BTreeSet, HashMap},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use chassis::{
    business_day::BusinessDay,
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
        channel::Channel,
        method::Method,
        pause::Lasting,
        plan::{Fullness, SlotBook},
        stock::SHOW_LAST,
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
    pub skus: Vec<SkuLeft>,
    /// 每單上限 of what has one.
    pub order_limits: Vec<(SkuId, i64)>,
    /// Earliest slot that is not full.
    pub earliest_slot_at: Option<DateTime<Utc>>,
    /// Pauses in force, the next to end first.
    pub pauses: Vec<Lasting>,
}

/// What is left of a unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SkuLeft {
    /// Variant or option.
    pub sku_id: SkuId,
    /// Units left, as far as its components suffice.
    pub available: i64,
    /// From this number down customers see it; 0 for never.
    pub show_last: i64,
}

/// Availabilities as last read; clones share them.
#[derive(Clone, Debug)]
pub struct Cache(Kept<(OrganisationId, BranchId), Arc<Entry>>);

#[derive(Debug, Default)]
struct Entry {
    /// Counts own writes: what was read before one is forgotten.
    writes: AtomicU64,
    read: Mutex<HashMap<Method, Read>>,
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

/// Gets what a branch can sell by a method; callers that come together share one reading.
pub async fn get(
    core: &Core,
    org: OrganisationId,
    branch_id: BranchId,
    method: Method,
) -> Result<Arc<Availability>, Error> {
    let entry = core
        .availabilities
        .0
        .get_with((org, branch_id), Arc::default);
    let mut read = entry.read.lock().await;
    let writes = entry.writes.load(Ordering::Acquire);
    if let Some(read) = read.get(&method)
        && read.writes == writes
        && read.at.elapsed() < KEPT_FOR
        && is_recent(read.availability.as_of, core.clock.now())
    {
        return Ok(read.availability.clone());
    }
    let at = Instant::now();
    let mut tx = core.db.tenant(org).await?;
    let availability = Arc::new(load(core, &mut tx, branch_id, method).await?);
    tx.rollback().await?;
    let now = Read {
        at,
        writes,
        availability: availability.clone(),
    };
    read.insert(method, now);
    Ok(availability)
}

fn is_recent(as_of: DateTime<Utc>, now: DateTime<Utc>) -> bool {
    let kept_for = TimeDelta::from_std(KEPT_FOR).expect("half a second is a short time");
    (as_of..=as_of + kept_for).contains(&now)
}

async fn load(
    core: &Core,
    tx: &mut TenantTx,
    branch_id: BranchId,
    method: Method,
) -> Result<Availability, Error> {
    let branch = store::branches::find(tx, branch_id)
        .await?
        .ok_or(Error::BranchUnknown)?;
    let schedule = core.schedules.get(tx, &branch).await?;
    let calendar = schedule.at_for(core.clock.now(), method);
    let limit = schedule.hours.max_orders_per_slot;
    let booked = match limit {
        Some(_) => {
            let from = calendar.slot_holding(calendar.now());
            store::slots::booked(tx, branch_id, from).await?
        }
        None => Default::default(),
    };
    let (skus, order_limits) = load_skus(tx, &branch, calendar.today()).await?;
    let sells = branch.state == BranchState::Live;
    let book = SlotBook { booked, limit };
    let pauses = core.pauses.get(tx, &branch).await?;
    let open_from = pauses.branch_open_from(Channel::Web, calendar.now());
    Ok(Availability {
        skus,
        order_limits,
        pauses: pauses.at(calendar.now()).cloned().collect(),
        ..shut_until(open_from, describe(&branch, sells, &calendar, &book))
    })
}

/// While the branch as a whole is paused nothing is promised, and no slot before its end can be had.
fn shut_until(open_from: Option<DateTime<Utc>>, mut availability: Availability) -> Availability {
    let shut = |at: DateTime<Utc>| open_from.is_none_or(|open| at < open);
    if shut(availability.as_of) {
        availability.promised_at = None;
        for (slot, fullness) in &mut availability.slots {
            if shut(slot.starts_at) {
                *fullness = Fullness::Full;
            }
        }
        let mut slots = availability.slots.iter();
        availability.earliest_slot_at = slots.find(orderable).map(|(slot, _)| slot.starts_at);
    }
    availability
}

fn orderable((slot, fullness): &&(SlotTime, Fullness)) -> bool {
    !slot.past && *fullness != Fullness::Full
}

/// What is left of each variant and option, and how much one order may have of it. Components are
/// told through what is made of them.
async fn load_skus(
    tx: &mut TenantTx,
    branch: &store::branches::Branch,
    today: BusinessDay,
) -> Result<(Vec<SkuLeft>, Vec<(SkuId, i64)>), Error> {
    let items = store::items::list(tx, branch.branch_id).await?;
    let (recipes, _) = store::recipes::list(tx, branch.brand_id).await?;
    let keys: Vec<_> = items
        .iter()
        .filter_map(|item| Some((item.sku_id, item.bucket_day(today)?)))
        .collect();
    let buckets = store::buckets::find_keys(tx, branch.branch_id, &keys).await?;
    let mut left = HashMap::new();
    for item in &items {
        if let Some(day) = item.bucket_day(today) {
            let bucket = buckets.get(&(item.sku_id, day)).copied();
            let bucket = bucket.unwrap_or_else(|| item.untouched(day));
            left.insert(item.sku_id, bucket.available());
        }
    }
    let rules: HashMap<_, _> = items
        .iter()
        .map(|item| (item.sku_id, &item.rules))
        .collect();
    let components = recipes.components();
    let sold: BTreeSet<_> = left.keys().chain(recipes.parts.keys()).collect();
    let told = sold
        .into_iter()
        .filter(|sku_id| !components.contains(sku_id));
    let skus = told.filter_map(|&sku_id| {
        let made = recipes.sellable(sku_id, |id| left.get(&id).copied());
        Some(SkuLeft {
            sku_id,
            available: left.get(&sku_id).copied().into_iter().chain(made).min()?,
            show_last: rules
                .get(&sku_id)
                .map_or(SHOW_LAST, |rules| rules.show_last),
        })
    });
    let limits = items
        .iter()
        .filter(|item| item.rules.max_per_order > 0)
        .map(|item| (item.sku_id, item.rules.max_per_order));
    Ok((skus.collect(), limits.collect()))
}

fn describe(
    branch: &store::branches::Branch,
    sells: bool,
    calendar: &Calendar<'_>,
    book: &SlotBook,
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
        skus: Vec::new(),
        order_limits: Vec::new(),
        pauses: Vec::new(),
    }
}
