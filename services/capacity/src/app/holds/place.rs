//! Holds stock and slots: concurrent orders of a branch share one transaction.
//!
//! A batch costs a fixed number of statements however many orders it carries. The branch is locked
//! first, so two replicas take turns; what the planner grants is then written by increments, which
//! the constraints judge once more. Where the database refuses a batch, each order goes alone.

use std::{collections::BTreeSet, collections::HashMap, sync::Arc};

use chassis::{
    coalesce::{Coalescer, batch_or_each},
    db::TenantTx,
    id::{BranchId, HoldKey, OrderId, OrganisationId, SkuId},
};

use chrono_tz::Tz;

use crate::{
    app::{
        Core,
        availability::announce::announce,
        error::{Error, constraint, is_unavailable},
        limits::counting_from,
    },
    domain::{
        holds::{
            Hold, Taken,
            fate::HoldState,
            plan::{Granted, Outcome, Planner, Wanted},
        },
        hours::schedule::Schedule,
        limits::book::Book,
        stock::{BucketChange, shelf::Shelf},
    },
    store::{self, branches::Branch},
};

const ORDERS_A_BATCH: usize = 256;
const TRIES: usize = 5;

type Answer = Result<Held, Error>;

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
pub struct Desk(Coalescer<(OrganisationId, BranchId), Wanted, Answer>);

impl Desk {
    /// A desk with nobody waiting.
    #[must_use]
    pub fn new(core: Core) -> Self {
        Self(Coalescer::new(
            ORDERS_A_BATCH,
            move |(org, branch_id), wanted: Vec<Wanted>| {
                let core = core.clone();
                Box::pin(async move { serve(&core, org, branch_id, wanted).await })
            },
        ))
    }

    /// Holds all an order wants, or nothing.
    ///
    /// A repeated key answers the hold that exists. Refuses with `Refused`, `BranchUnknown`, and
    /// `HoldGone` when the order's hold was given back.
    pub async fn hold(&self, org: OrganisationId, branch_id: BranchId, wanted: Wanted) -> Answer {
        match self.0.submit((org, branch_id), wanted).await {
            Some(answer) => answer,
            None => Err(anyhow::anyhow!("the batch of a hold ended without an answer").into()),
        }
    }
}

async fn serve(
    core: &Core,
    org: OrganisationId,
    branch_id: BranchId,
    wanted: Vec<Wanted>,
) -> Vec<Answer> {
    batch_or_each(
        wanted.len(),
        |some| serve_together(core, org, branch_id, &wanted[some]),
        is_unavailable,
        |error| Err(error.clone()),
    )
    .await
}

async fn serve_together(
    core: &Core,
    org: OrganisationId,
    branch_id: BranchId,
    wanted: &[Wanted],
) -> Result<Vec<Answer>, Error> {
    let mut tries = TRIES;
    loop {
        tries -= 1;
        match serve_once(core, org, branch_id, wanted).await {
            // Another branch took one of the keys at the same moment: now it is found.
            Err(error) if tries > 0 && is_taken_key(&error) => {}
            outcome => return outcome,
        }
    }
}

fn is_taken_key(error: &Error) -> bool {
    matches!(constraint(error), Some("holds_key" | "holds_pkey"))
}

async fn serve_once(
    core: &Core,
    org: OrganisationId,
    branch_id: BranchId,
    wanted: &[Wanted],
) -> Result<Vec<Answer>, Error> {
    let mut tx = core.db.tenant(org).await?;
    let Some(branch) = store::branches::lock(&mut tx, branch_id).await? else {
        return Ok(wanted.iter().map(|_| Err(Error::BranchUnknown)).collect());
    };
    let schedule = core.schedules.get(&mut tx, &branch).await?;
    let mut known = Known::find(&mut tx, wanted).await?;
    let fresh: Vec<_> = wanted
        .iter()
        .filter(|order| known.of(order).is_none())
        .collect();
    let mut planner = prepare(core, &mut tx, &branch, &schedule, &fresh).await?;

    let now = planner.calendar.now();
    let expires_at = now + core.hold_ttl;
    let mut outcome = Outcome::default();
    let mut repeated = Vec::new();
    let mut decide = |order: &Wanted| {
        if let Some(hold) = known.of(order) {
            return repeat(hold, expires_at, &mut repeated);
        }
        planner.decide(order.clone(), &mut outcome)?;
        let granted = outcome
            .granted
            .last()
            .expect("what is not refused is granted");
        let hold = held(branch_id, granted, expires_at);
        known.add(hold.clone());
        Ok(hold)
    };
    let answers: Vec<Answer> = wanted
        .iter()
        .map(|order| decide(order).map(|hold| Held::of(hold, &branch)))
        .collect();

    if outcome.granted.is_empty() && repeated.is_empty() {
        tx.rollback().await?;
        return Ok(answers);
    }
    if !repeated.is_empty() {
        store::holds::postpone(&mut tx, &repeated, expires_at).await?;
    }
    if !outcome.granted.is_empty() {
        store::holds::insert_many(&mut tx, branch_id, &outcome.granted, now, expires_at).await?;
        write_counters(core, &mut tx, branch_id, &outcome).await?;
    }
    announce(core, &mut tx, branch_id, &outcome.notice).await?;
    tx.commit().await?;
    if !outcome.notice.is_empty() {
        core.availabilities.forget(org, branch_id);
    }
    Ok(answers)
}

async fn prepare<'schedule>(
    core: &Core,
    tx: &mut TenantTx,
    branch: &Branch,
    schedule: &'schedule Arc<Schedule>,
    fresh: &[&Wanted],
) -> Result<Planner<'schedule>, Error> {
    let calendar = schedule.at(core.clock.now());
    let sku_ids: BTreeSet<SkuId> = fresh
        .iter()
        .flat_map(|order| order.skus.keys().copied())
        .collect();
    let mut sku_ids: Vec<_> = sku_ids.into_iter().collect();
    let mut shelf = Shelf::default();
    if !sku_ids.is_empty() {
        shelf.recipes = store::stock::recipes::of(tx, branch.brand_id, &sku_ids).await?;
        sku_ids.extend(shelf.recipes.components());
        let items = store::stock::items::find_many(tx, branch.branch_id, &sku_ids).await?;
        shelf.items = items.into_iter().map(|item| (item.sku_id, item)).collect();
    }
    if !shelf.items.is_empty() {
        let today = calendar.today();
        shelf.buckets =
            store::stock::buckets::find_many(tx, branch.branch_id, &sku_ids, today).await?;
    }
    let limits = core.limits.get(tx, branch).await?;
    let mut book = Book {
        limits,
        used: HashMap::new(),
    };
    if !Book::is_boundless(&book.limits, schedule) && !fresh.is_empty() {
        let from = counting_from(&calendar);
        book.used = store::limits::counters::used(tx, branch.branch_id, from).await?;
    }
    let pauses = core.pauses.get(tx, branch).await?;
    Ok(Planner {
        calendar,
        state: branch.state,
        shelf,
        book,
        pauses,
        proposed: HashMap::new(),
    })
}

async fn write_counters(
    core: &Core,
    tx: &mut TenantTx,
    branch_id: BranchId,
    outcome: &Outcome,
) -> Result<(), Error> {
    let mut changes = std::collections::BTreeMap::<_, BucketChange>::new();
    for granted in outcome
        .granted
        .iter()
        .filter(|granted| !granted.wanted.test)
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
    store::stock::movements::insert_many(tx, &*core.clock, branch_id, &outcome.movements, None)
        .await?;
    Ok(())
}

/// Holds that exist already, by order and by key.
struct Known {
    by_order: HashMap<OrderId, Hold>,
    by_key: HashMap<HoldKey, OrderId>,
}

impl Known {
    async fn find(tx: &mut TenantTx, wanted: &[Wanted]) -> Result<Self, Error> {
        let order_ids: Vec<_> = wanted.iter().map(|order| order.order_id).collect();
        let hold_keys: Vec<_> = wanted.iter().map(|order| order.hold_key).collect();
        let mut known = Self {
            by_order: HashMap::new(),
            by_key: HashMap::new(),
        };
        for hold in store::holds::find_many(tx, &order_ids, &hold_keys).await? {
            known.add(hold);
        }
        Ok(known)
    }

    fn of(&self, wanted: &Wanted) -> Option<&Hold> {
        let order_id = self
            .by_key
            .get(&wanted.hold_key)
            .unwrap_or(&wanted.order_id);
        self.by_order.get(order_id)
    }

    fn add(&mut self, hold: Hold) {
        if let Some(key) = hold.hold_key {
            self.by_key.insert(key, hold.order_id);
        }
        self.by_order.insert(hold.order_id, hold);
    }
}

/// The hold that exists, given its full time again: whoever asks is still at it.
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

fn held(branch_id: BranchId, granted: &Granted, expires_at: chrono::DateTime<chrono::Utc>) -> Hold {
    Hold {
        order_id: granted.wanted.order_id,
        branch_id,
        hold_key: Some(granted.wanted.hold_key),
        state: HoldState::Held,
        test: granted.wanted.test,
        order_version: 0,
        slot_starts_at: granted.slot.starts_at,
        promised_at: granted.promised_at,
        business_day: granted.slot.business_day,
        expires_at,
        parts: granted.parts.clone(),
        taken: granted.takes.iter().map(Taken::from).collect(),
    }
}
