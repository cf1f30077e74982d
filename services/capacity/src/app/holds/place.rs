//! Holds stock and slots: concurrent orders of a branch share one transaction.
//!
//! A batch costs a fixed number of statements however many orders it carries. The branch is locked
//! first, so two replicas take turns; what the planner grants is then written by increments, which
//! the constraints check once more. Where the database rejects a batch, each order goes alone.

use std::{collections::BTreeSet, collections::HashMap, sync::Arc};

use chassis::{
    coalesce::{Coalescer, batch_or_each},
    db::TenantTx,
    id::{BranchId, HoldKey, OrderId, OrganisationId, SkuId},
};

use chrono_tz::Tz;

use crate::{
    app::{
        Dependencies,
        availability::publish::publish_changes,
        error::{Error, is_unavailable},
    },
    domain::{
        holds::{
            Hold,
            batch::{BatchOutcome, BatchPlanner, GrantedHold, HoldRequest},
            state::HoldState,
        },
        hours::schedule::Schedule,
        limits::{counter::Taken, usage::CapacityUsage, window::counting_from},
        stock::{BucketChange, levels::StockLevels},
    },
    store::{self, branches::Branch},
};

const ORDERS_A_BATCH: usize = 256;
const TRIES: usize = 5;

type HoldResult = Result<Held, Error>;

/// A hold, and how its branch counts days.
#[derive(Clone, Debug)]
pub struct Held {
    /// The hold.
    pub hold: Hold,
    /// Zone of the branch.
    pub tz: Tz,
    /// Business-day cut-off of the branch in minutes after midnight.
    pub cutoff_minutes: u16,
}

impl Held {
    /// A hold in its branch.
    #[must_use]
    pub const fn of(hold: Hold, branch: &Branch) -> Self {
        Self {
            hold,
            tz: branch.tz,
            cutoff_minutes: branch.cutoff_minutes,
        }
    }
}

/// Takes orders one by one and serves those of a branch together; clones share the queues.
#[derive(Clone)]
pub struct HoldBatcher(Coalescer<(OrganisationId, BranchId), HoldRequest, HoldResult>);

impl HoldBatcher {
    /// A batcher with an empty queue.
    #[must_use]
    pub fn new(deps: Dependencies) -> Self {
        Self(Coalescer::new(
            ORDERS_A_BATCH,
            move |(org, branch_id), requests: Vec<HoldRequest>| {
                let deps = deps.clone();
                Box::pin(async move { serve(&deps, org, branch_id, requests).await })
            },
        ))
    }

    /// Holds all that is requested for an order, or nothing.
    ///
    /// A repeated key returns the hold that exists. Rejects with `HoldRejected`, `BranchUnknown`, and
    /// `HoldGone` when the order's hold was given back.
    pub async fn hold(
        &self,
        org: OrganisationId,
        branch_id: BranchId,
        request: HoldRequest,
    ) -> HoldResult {
        match self.0.submit((org, branch_id), request).await {
            Some(result) => result,
            None => Err(anyhow::anyhow!("the batch of a hold ended without a response").into()),
        }
    }
}

async fn serve(
    deps: &Dependencies,
    org: OrganisationId,
    branch_id: BranchId,
    requests: Vec<HoldRequest>,
) -> Vec<HoldResult> {
    batch_or_each(
        requests.len(),
        |some| serve_together(deps, org, branch_id, &requests[some]),
        is_unavailable,
        |error| Err(error.clone()),
    )
    .await
}

async fn serve_together(
    deps: &Dependencies,
    org: OrganisationId,
    branch_id: BranchId,
    requests: &[HoldRequest],
) -> Result<Vec<HoldResult>, Error> {
    for _ in 0..TRIES {
        if let Some(results) = serve_once(deps, org, branch_id, requests).await? {
            return Ok(results);
        }
    }
    Err(anyhow::anyhow!("a hold's key was taken at the same moment {TRIES} times").into())
}

/// `None` when another branch took one of the keys at the same moment; its hold is found the next time.
async fn serve_once(
    deps: &Dependencies,
    org: OrganisationId,
    branch_id: BranchId,
    requests: &[HoldRequest],
) -> Result<Option<Vec<HoldResult>>, Error> {
    let mut tx = deps.db.tenant(org).await?;
    let Some(branch) = store::branches::lock(&mut tx, branch_id).await? else {
        let unknown = requests.iter().map(|_| Err(Error::BranchUnknown));
        return Ok(Some(unknown.collect()));
    };
    let schedule = deps.schedules.get(&mut tx, &branch).await?;
    let mut known = Known::find(&mut tx, requests).await?;
    let fresh: Vec<_> = requests
        .iter()
        .filter(|request| known.of(request).is_none())
        .collect();
    let mut planner = prepare(deps, &mut tx, &branch, &schedule, &fresh).await?;

    let now = planner.calendar.now();
    let expires_at = now + deps.hold_ttl;
    let mut outcome = BatchOutcome::default();
    let mut repeated = Vec::new();
    let mut decide = |request: &HoldRequest| {
        if let Some(hold) = known.of(request) {
            return repeat(hold, expires_at, &mut repeated);
        }
        planner.decide(request.clone(), &mut outcome)?;
        let granted = outcome
            .granted
            .last()
            .expect("a request that is not rejected is granted");
        let hold = held(branch_id, granted, expires_at);
        known.add(hold.clone());
        Ok(hold)
    };
    let results: Vec<HoldResult> = requests
        .iter()
        .map(|request| decide(request).map(|hold| Held::of(hold, &branch)))
        .collect();

    if outcome.granted.is_empty() && repeated.is_empty() {
        tx.rollback().await?;
        return Ok(Some(results));
    }
    if !repeated.is_empty() {
        store::holds::postpone(&mut tx, &repeated, expires_at).await?;
    }
    if !outcome.granted.is_empty() {
        let granted = &outcome.granted;
        match store::holds::insert_many(&mut tx, branch_id, granted, now, expires_at).await {
            Err(error) if matches!(error.constraint(), Some("holds_key" | "holds_pkey")) => {
                return Ok(None);
            }
            inserted => inserted?,
        }
        write_counters(deps, &mut tx, branch_id, &outcome).await?;
    }
    publish_changes(deps, &mut tx, branch_id, &outcome.changes).await?;
    tx.commit().await?;
    if !outcome.changes.is_empty() {
        deps.availabilities.forget(org, branch_id);
    }
    Ok(Some(results))
}

async fn prepare<'schedule>(
    deps: &Dependencies,
    tx: &mut TenantTx,
    branch: &Branch,
    schedule: &'schedule Arc<Schedule>,
    fresh: &[&HoldRequest],
) -> Result<BatchPlanner<'schedule>, Error> {
    let calendar = schedule.at(deps.clock.now());
    let sku_ids: BTreeSet<SkuId> = fresh
        .iter()
        .flat_map(|request| request.skus.keys().copied())
        .collect();
    let mut sku_ids: Vec<_> = sku_ids.into_iter().collect();
    let mut stock = StockLevels::default();
    if !sku_ids.is_empty() {
        stock.recipes = store::stock::recipes::of(tx, branch.brand_id, &sku_ids).await?;
        sku_ids.extend(stock.recipes.components());
        let items = store::stock::items::find_many(tx, branch.branch_id, &sku_ids).await?;
        stock.items = items.into_iter().map(|item| (item.sku_id, item)).collect();
    }
    if !stock.items.is_empty() {
        let today = calendar.today();
        stock.buckets =
            store::stock::buckets::find_many(tx, branch.branch_id, &sku_ids, today).await?;
    }
    let limits = deps.limits.get(tx, branch).await?;
    let mut usage = CapacityUsage {
        limits,
        used: HashMap::new(),
    };
    if !CapacityUsage::is_unlimited(&usage.limits, schedule) && !fresh.is_empty() {
        let from = counting_from(&calendar);
        usage.used = store::limits::counters::used(tx, branch.branch_id, from).await?;
    }
    let pauses = deps.pauses.get(tx, branch).await?;
    Ok(BatchPlanner {
        calendar,
        state: branch.state,
        stock,
        usage,
        pauses,
        proposed: HashMap::new(),
    })
}

async fn write_counters(
    deps: &Dependencies,
    tx: &mut TenantTx,
    branch_id: BranchId,
    outcome: &BatchOutcome,
) -> Result<(), Error> {
    let mut changes = std::collections::BTreeMap::<_, BucketChange>::new();
    for granted in outcome
        .granted
        .iter()
        .filter(|granted| !granted.request.test)
    {
        for part in &granted.parts {
            changes
                .entry((part.sku_id, part.bucket_day))
                .or_default()
                .held += part.quantity;
        }
    }
    store::stock::buckets::insert(tx, branch_id, &outcome.new_buckets).await?;
    store::stock::buckets::apply(tx, branch_id, &changes).await?;
    store::limits::counters::hold(tx, branch_id, &outcome.counters).await?;
    store::stock::movements::insert_many(tx, &*deps.clock, branch_id, &outcome.movements, None)
        .await?;
    Ok(())
}

/// Holds that exist already, by order and by key.
struct Known {
    by_order: HashMap<OrderId, Hold>,
    by_key: HashMap<HoldKey, OrderId>,
}

impl Known {
    async fn find(tx: &mut TenantTx, requests: &[HoldRequest]) -> Result<Self, Error> {
        let order_ids: Vec<_> = requests.iter().map(|request| request.order_id).collect();
        let hold_keys: Vec<_> = requests.iter().map(|request| request.hold_key).collect();
        let mut known = Self {
            by_order: HashMap::new(),
            by_key: HashMap::new(),
        };
        for hold in store::holds::find_many(tx, &order_ids, &hold_keys).await? {
            known.add(hold);
        }
        Ok(known)
    }

    fn of(&self, request: &HoldRequest) -> Option<&Hold> {
        let order_id = self
            .by_key
            .get(&request.hold_key)
            .unwrap_or(&request.order_id);
        self.by_order.get(order_id)
    }

    fn add(&mut self, hold: Hold) {
        if let Some(key) = hold.hold_key {
            self.by_key.insert(key, hold.order_id);
        }
        self.by_order.insert(hold.order_id, hold);
    }
}

/// The hold that exists, with its full time again: the caller is still placing the order.
fn repeat(
    hold: &Hold,
    expires_at: chrono::DateTime<chrono::Utc>,
    repeated: &mut Vec<OrderId>,
) -> Result<Hold, Error> {
    match hold.state {
        HoldState::Released => Err(Error::HoldGone),
        HoldState::Committed => Ok(hold.clone()),
        HoldState::Held => {
            repeated.push(hold.order_id);
            Ok(Hold {
                expires_at: expires_at.max(hold.expires_at),
                ..hold.clone()
            })
        }
    }
}

fn held(
    branch_id: BranchId,
    granted: &GrantedHold,
    expires_at: chrono::DateTime<chrono::Utc>,
) -> Hold {
    Hold {
        order_id: granted.request.order_id,
        branch_id,
        hold_key: Some(granted.request.hold_key),
        state: HoldState::Held,
        test: granted.request.test,
        order_version: 0,
        slot_starts_at: granted.slot.starts_at,
        promised_at: granted.promised_at,
        business_day: granted.slot.business_day,
        expires_at,
        parts: granted.parts.clone(),
        taken: granted.takes.iter().map(Taken::from).collect(),
    }
}
