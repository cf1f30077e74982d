//! Makes priced and held carts into orders: those of a branch that come at the same time in one
//! transaction, with a handful of statements however many they are.

use std::collections::HashSet;

use chassis::{
    business_day::BusinessDay,
    clock::SharedClock,
    coalesce::{Coalescer, together_or_alone},
    db::{Db, TenantTx, is_unavailable},
    error::Problem,
    id::{BranchId, BrandId, OrderId, OrganisationId},
    outbox,
};
use chrono::{DateTime, Utc};
use futures::FutureExt as _;

use crate::{
    domain::{
        menu::DayRule,
        order::{Contact, Order, placed_event},
        order_history::{OrderEvent, fold},
        order_number::{OrderNumber, PickupNumber},
        quote::Quote,
    },
    events,
    store::{
        idempotency_keys::{self, PlacedWithKey},
        order_events::{self, RequestMark},
        order_lines, orders, pickup_counters,
    },
};

/// A number may be in use; drawing five times and missing each time means something else is wrong.
const MAX_DRAWS: usize = 5;

/// An order about to exist.
#[derive(Clone, Debug)]
pub struct Draft {
    /// Id, the one its hold is for.
    pub id: OrderId,
    /// Brand.
    pub brand: BrandId,
    /// Branch.
    pub branch: BranchId,
    /// What is sold.
    pub sold: Quote,
    /// Promised time.
    pub promised_at: DateTime<Utc>,
    /// Business day it counts in.
    pub business_day: BusinessDay,
    /// Zone and cut-off of the branch.
    pub day_rule: DayRule,
    /// Who orders.
    pub contact: Contact,
    /// Remark.
    pub remark: String,
    /// 餐具 wanted.
    pub utensils: bool,
    /// Key and body hash of the request.
    pub mark: RequestMark,
}

/// What became of a draft.
#[derive(Clone, Debug)]
pub enum Committed {
    /// It is an order now.
    Placed(Box<Order>),
    /// Its key had placed an order before.
    Exists(PlacedWithKey),
    /// Nothing is known to have been written.
    Failed {
        /// Reason for the caller.
        reason: &'static str,
    },
}

/// Commits under way, coalesced by branch.
pub type Commits = Coalescer<(OrganisationId, BranchId), Draft, Committed>;

/// Commits in `db`, at most `max_batch` in one transaction.
#[must_use]
pub fn commits(db: Db, clock: SharedClock, max_batch: usize) -> Commits {
    Coalescer::new(max_batch, move |(org, branch), drafts: Vec<Draft>| {
        let (db, clock) = (db.clone(), clock.clone());
        async move { commit_all(&db, &clock, org, branch, drafts).await }.boxed()
    })
}

/// One draft that the database refuses must not take its neighbours along: then each goes alone.
async fn commit_all(
    db: &Db,
    clock: &SharedClock,
    org: OrganisationId,
    branch: BranchId,
    drafts: Vec<Draft>,
) -> Vec<Committed> {
    let together = |some| commit_together(db, clock, org, branch, &drafts[some]);
    together_or_alone(drafts.len(), together, is_away, failed).await
}

fn is_away(problem: &Problem) -> bool {
    let cause = problem
        .cause
        .as_ref()
        .and_then(|cause| cause.downcast_ref());
    problem.reason == "TEMPORARILY_UNAVAILABLE" || cause.is_some_and(is_unavailable)
}

fn failed(problem: &Problem) -> Committed {
    let cause = problem.cause.as_ref().map(|cause| format!("{cause:#}"));
    tracing::error!(error = %problem, cause, "could not commit an order");
    let reason = if is_away(problem) {
        "TEMPORARILY_UNAVAILABLE"
    } else {
        chassis::error::INTERNAL
    };
    Committed::Failed { reason }
}

async fn commit_together(
    db: &Db,
    clock: &SharedClock,
    org: OrganisationId,
    branch: BranchId,
    drafts: &[Draft],
) -> Result<Vec<Committed>, Problem> {
    let mut tx = db.tenant(org).await?;
    let mut placed: Indexed = Vec::with_capacity(drafts.len());
    let mut known: Vec<(usize, PlacedWithKey)> = Vec::new();
    let mut open: Vec<usize> = (0..drafts.len()).collect();
    for _ in 0..MAX_DRAWS {
        if open.is_empty() {
            break;
        }
        let (inserted, collided) = insert(&mut tx, clock, branch, drafts, &open).await?;
        placed.extend(inserted);
        known.extend(find_known(&mut tx, drafts, &collided).await?);
        open = collided;
        open.retain(|index| known.iter().all(|(settled, _)| settled != index));
    }
    if !open.is_empty() {
        return Err(anyhow::anyhow!("no free order number after {MAX_DRAWS} draws").into());
    }

    write_details(&mut tx, clock, &placed).await?;
    tx.commit().await?;

    let placed = placed
        .into_iter()
        .map(|(i, order)| (i, Committed::Placed(Box::new(order))));
    let known = known
        .into_iter()
        .map(|(i, known)| (i, Committed::Exists(known)));
    let mut committed: Vec<(usize, Committed)> = placed.chain(known).collect();
    committed.sort_by_key(|(index, _)| *index);
    Ok(committed
        .into_iter()
        .map(|(_, committed)| committed)
        .collect())
}

/// Orders with the place of their draft in the batch.
type Indexed = Vec<(usize, Order)>;

/// Inserts what it can of the `open` drafts; answers the orders, and the drafts that collided.
async fn insert(
    tx: &mut TenantTx,
    clock: &SharedClock,
    branch: BranchId,
    drafts: &[Draft],
    open: &[usize],
) -> Result<(Indexed, Vec<usize>), Problem> {
    // The same order twice in a batch: a customer's double tap. The second finds the first.
    let mut seen = HashSet::new();
    let (first, doubled): (Vec<usize>, Vec<usize>) = open
        .iter()
        .copied()
        .partition(|index| seen.insert(drafts[*index].id));

    let now = clock.now();
    let rule = drafts[first[0]].day_rule;
    let day = rule.day_of(now);
    let count = i32::try_from(first.len()).map_err(anyhow::Error::from)?;
    let number = pickup_counters::take(tx, branch, day, count).await?;

    let mut fresh: Indexed = Vec::with_capacity(first.len());
    for (index, pickup_number) in first.into_iter().zip(number.0..) {
        fresh.push((
            index,
            to_order(&drafts[index], PickupNumber(pickup_number), now)?,
        ));
    }
    let rows: Vec<_> = fresh
        .iter()
        .map(|(index, order)| (order, &drafts[*index].mark))
        .collect();
    let inserted = orders::insert(tx, drafts[open[0]].brand, branch, &rows).await?;
    let (placed, collided): (Indexed, Indexed) = fresh
        .into_iter()
        .partition(|(_, order)| inserted.contains(&order.id));
    let left = collided
        .into_iter()
        .map(|(index, _)| index)
        .chain(doubled)
        .collect();
    Ok((placed, left))
}

/// Finds drafts whose key has an order already; the others collided with a number only.
async fn find_known(
    tx: &mut TenantTx,
    drafts: &[Draft],
    collided: &[usize],
) -> Result<Vec<(usize, PlacedWithKey)>, Problem> {
    if collided.is_empty() {
        return Ok(Vec::new());
    }
    let key = |index: usize| &drafts[index].mark.key;
    let keys: Vec<String> = collided.iter().map(|index| key(*index).clone()).collect();
    let known = idempotency_keys::list(tx, &keys).await?;
    let settled = collided.iter().filter_map(|&index| {
        let known = known.iter().find(|known| known.key == *key(index))?;
        Some((index, known.clone()))
    });
    Ok(settled.collect())
}

async fn write_details(
    tx: &mut TenantTx,
    clock: &SharedClock,
    placed: &[(usize, Order)],
) -> Result<(), Problem> {
    if placed.is_empty() {
        return Ok(());
    }
    let orders: Vec<&Order> = placed.iter().map(|(_, order)| order).collect();
    order_lines::insert(tx, &orders).await?;
    let entries: Vec<OrderEvent> = orders
        .iter()
        .map(|order| placed_event(order.placed_at))
        .collect();
    let entries: Vec<_> = orders.iter().map(|order| order.id).zip(&entries).collect();
    order_events::insert(tx, &entries, None).await?;
    let announced: Vec<_> = orders.iter().map(|order| events::placed(order)).collect();
    outbox::publish(tx, &**clock, &announced).await
}

fn to_order(
    draft: &Draft,
    pickup_number: PickupNumber,
    now: DateTime<Utc>,
) -> Result<Order, anyhow::Error> {
    Ok(Order {
        id: draft.id,
        brand: draft.brand,
        branch: draft.branch,
        order_number: OrderNumber::draw(&mut rand::rng()),
        pickup_number,
        sold: draft.sold.clone(),
        promised_at: draft.promised_at,
        business_day: draft.business_day,
        day_rule: draft.day_rule,
        contact: draft.contact.clone(),
        remark: draft.remark.clone(),
        utensils: draft.utensils,
        test: false,
        placed_at: now,
        moved: None,
        progress: fold(&[placed_event(now)])?,
    })
}
