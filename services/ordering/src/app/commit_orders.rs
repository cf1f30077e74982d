//! Makes priced and held carts into orders: those of a branch that come at the same time in one
//! transaction, with a handful of statements however many they are.

use std::collections::{BTreeMap, HashMap, HashSet};

use anyhow::Context as _;
use chassis::{
    business_day::BusinessDay,
    clock::{Clock, SharedClock},
    coalesce::{Coalescer, batch_or_each},
    db::{Db, TenantTx, is_unavailable},
    error::{CommonReason, Problem},
    id::{BranchId, BrandId, OrderId, OrganisationId},
    outbox,
};
use chrono::{DateTime, TimeDelta, Utc};
use futures::FutureExt as _;
use rand::RngExt as _;
use uuid::Uuid;

use crate::{
    domain::{
        menu::DayRule,
        online_payment::OnlinePayment,
        order::{Contact, Order, first_event, first_lines},
        order_history::{EventActor, OrderEvent, UNDO_WINDOW, fold},
        order_number::{OrderNumber, PickupNumber},
        order_state::OrderState,
        order_terms::OrderTerms,
        quote::Quote,
    },
    events,
    store::{
        idempotency_keys::{self, PlacedWithKey},
        order_counters::{self, Counts, Moment},
        order_events::{self, RequestMark},
        order_lines, order_payments, orders,
    },
};

/// Test orders that a branch may place within [`TESTS_WINDOW`].
pub const MAX_TESTS: usize = 30;
const TESTS_WINDOW: TimeDelta = TimeDelta::hours(1);

/// An order about to exist.
#[derive(Clone, Debug)]
pub struct Draft {
    /// Id, the one its hold is for.
    pub id: OrderId,
    /// Brand.
    pub brand: BrandId,
    /// Branch.
    pub branch: BranchId,
    /// Where it comes from and how it is handed over and paid.
    pub terms: OrderTerms,
    /// What is sold.
    pub sold: Quote,
    /// How it is paid online; such an order waits for its payment, any other is placed at once.
    pub online: Option<OnlinePayment>,
    /// Promised time.
    pub promised_at: DateTime<Utc>,
    /// Business day it counts in.
    pub business_day: BusinessDay,
    /// Zone and cut-off of the branch.
    pub day_rule: DayRule,
    /// The customer.
    pub contact: Contact,
    /// Remark.
    pub remark: String,
    /// 餐具 wanted.
    pub utensils: bool,
    /// Who places it.
    pub actor: EventActor,
    /// Key and body hash of the request.
    pub mark: RequestMark,
}

/// Outcome of a draft.
#[derive(Clone, Debug)]
pub enum Committed {
    /// It is an order now.
    Placed(Box<Order>),
    /// Its key had placed an order before.
    Exists(PlacedWithKey),
    /// Nothing is known to have been written.
    Failed {
        /// Reason for the caller.
        reason: CommonReason,
        /// Its parameters.
        params: BTreeMap<String, String>,
    },
}

/// Commits under way, coalesced by branch; test orders apart, since they are numbered apart.
pub type Commits = Coalescer<(OrganisationId, BranchId, bool), Draft, Committed>;

/// Commits in `db`, at most `max_batch` in one transaction.
#[must_use]
pub fn commits(db: Db, clock: SharedClock, max_batch: usize) -> Commits {
    Coalescer::new(max_batch, move |(org, branch, _), drafts: Vec<Draft>| {
        let (db, clock) = (db.clone(), clock.clone());
        async move { commit_all(&db, &clock, org, branch, drafts).await }.boxed()
    })
}

/// One draft that the database rejects must not fail the others: then each is committed alone.
async fn commit_all(
    db: &Db,
    clock: &SharedClock,
    org: OrganisationId,
    branch: BranchId,
    drafts: Vec<Draft>,
) -> Vec<Committed> {
    let together = |some| commit_together(db, clock, org, branch, &drafts[some]);
    batch_or_each(drafts.len(), together, is_away, failed).await
}

fn is_away(problem: &Problem) -> bool {
    let cause = problem
        .cause
        .as_ref()
        .and_then(|cause| cause.downcast_ref());
    problem.is(CommonReason::TemporarilyUnavailable) || cause.is_some_and(is_unavailable)
}

fn failed(problem: &Problem) -> Committed {
    let params = problem.params.clone();
    if problem.is(CommonReason::RateLimited) {
        let reason = CommonReason::RateLimited;
        return Committed::Failed { reason, params };
    }
    let cause = problem.cause.as_ref().map(|cause| format!("{cause:#}"));
    tracing::error!(error = %problem, cause, "could not commit an order");
    let reason = if is_away(problem) {
        CommonReason::TemporarilyUnavailable
    } else {
        CommonReason::Internal
    };
    Committed::Failed { reason, params }
}

async fn commit_together(
    db: &Db,
    clock: &SharedClock,
    org: OrganisationId,
    branch: BranchId,
    drafts: &[Draft],
) -> Result<Vec<Committed>, Problem> {
    let mut tx = db.tenant(org).await?;
    // The same order twice in a batch is a customer's double tap: the second finds the first.
    let mut seen = HashSet::new();
    let first: Vec<&Draft> = drafts
        .iter()
        .filter(|draft| seen.insert(draft.id))
        .collect();
    let orders = number(&mut tx, clock, branch, &first).await?;
    let marks = first.iter().map(|draft| &draft.mark);
    let rows: Vec<_> = orders.iter().map(|(order, _)| order).zip(marks).collect();
    let inserted = orders::insert(&mut tx, &rows).await?;
    let placed: Vec<(Order, OrderEvent)> = orders
        .into_iter()
        .filter(|(order, _)| inserted.contains(&order.id))
        .collect();
    if drafts[0].terms.test && !placed.is_empty() {
        limit_tests(&mut tx, branch, clock.now()).await?;
    }
    write_details(&mut tx, clock, &placed).await?;

    let known = if placed.len() == drafts.len() {
        HashMap::new()
    } else {
        find_known(&mut tx, drafts).await?
    };
    tx.commit().await?;

    let placed = placed.into_iter().map(|(order, _)| (order.id, order));
    let mut placed: HashMap<OrderId, Order> = placed.collect();
    let committed = drafts.iter().map(|draft| {
        let Some(order) = placed.remove(&draft.id) else {
            let known = known.get(&draft.mark.key).cloned();
            return known.map(Committed::Exists);
        };
        Some(Committed::Placed(Box::new(order)))
    });
    let committed: Option<Vec<_>> = committed.collect();
    Ok(committed.context("an order was neither inserted nor there already")?)
}

/// Refuses to commit more test orders of a branch than it may have. The lock of its numbers makes one
/// transaction count after the other.
async fn limit_tests(
    tx: &mut TenantTx,
    branch: BranchId,
    now: DateTime<Utc>,
) -> Result<(), Problem> {
    let latest = orders::list_latest_tests(tx, branch, now - TESTS_WINDOW, MAX_TESTS + 1).await?;
    let Some(at) = latest.get(MAX_TESTS) else {
        return Ok(());
    };
    let wait = (*at + TESTS_WINDOW - now).num_milliseconds();
    let wait_secs = wait.max(1).unsigned_abs().div_ceil(1_000);
    Err(Problem::new(CommonReason::RateLimited)
        .message("the branch has had as many test orders as it may within an hour")
        .param("max", MAX_TESTS)
        .param("retry_after_secs", wait_secs))
}

/// Orders that the drafts' keys have placed, by key.
async fn find_known(
    tx: &mut TenantTx,
    drafts: &[Draft],
) -> Result<HashMap<String, PlacedWithKey>, Problem> {
    let keys: Vec<String> = drafts.iter().map(|draft| draft.mark.key.clone()).collect();
    let known = idempotency_keys::list(tx, &keys).await?;
    let known = known.into_iter().map(|known| (known.key.clone(), known));
    let mut known: HashMap<String, PlacedWithKey> = known.collect();

    // A key that was purged meanwhile is still found by the id, which came from the hold of key and body.
    let forgotten: Vec<&Draft> = drafts
        .iter()
        .filter(|draft| !known.contains_key(&draft.mark.key))
        .collect();
    let ids: Vec<OrderId> = forgotten.iter().map(|draft| draft.id).collect();
    for order in orders::list(tx, &ids).await? {
        let Some(draft) = forgotten.iter().find(|draft| draft.id == order.id) else {
            continue;
        };
        let placed = PlacedWithKey {
            key: draft.mark.key.clone(),
            order: order.id,
            pickup_text: order.pickup_text(),
            order_number: order.order_number,
            request_hash: draft.mark.hash.clone(),
        };
        known.insert(placed.key.clone(), placed);
    }
    Ok(known)
}

/// Gives drafts their numbers: orders that only have to be inserted. One that waits for its payment gets
/// its pickup number when it is placed.
async fn number(
    tx: &mut TenantTx,
    clock: &SharedClock,
    branch: BranchId,
    drafts: &[&Draft],
) -> Result<Vec<(Order, OrderEvent)>, Problem> {
    let now = clock.now();
    let rule = drafts[0].day_rule;
    let moment = Moment {
        now,
        day: rule.day_of(now),
        undo_day: rule.day_of(now - UNDO_WINDOW),
    };
    let placed = drafts.iter().filter(|draft| draft.online.is_none()).count();
    let counts = Counts {
        orders: i32::try_from(drafts.len()).map_err(anyhow::Error::from)?,
        pickups: i32::try_from(placed).map_err(anyhow::Error::from)?,
    };
    let seed = Uuid::from_u128(rand::rng().random());
    let test = drafts[0].terms.test;
    let (order_numbers, pickup_numbers) =
        order_counters::take(tx, (branch, test), moment, counts, seed).await?;
    let mut pickup_numbers = pickup_numbers.into_iter();
    let orders = drafts.iter().zip(order_numbers).map(|(draft, number)| {
        let pickup_number = match draft.online {
            None => pickup_numbers.next(),
            Some(_) => None,
        };
        to_order(draft, (number, pickup_number), &**clock, now)
    });
    orders.collect()
}

async fn write_details(
    tx: &mut TenantTx,
    clock: &SharedClock,
    placed: &[(Order, OrderEvent)],
) -> Result<(), Problem> {
    if placed.is_empty() {
        return Ok(());
    }
    let orders: Vec<&Order> = placed.iter().map(|(order, _)| order).collect();
    order_lines::insert(tx, &orders).await?;
    order_payments::insert(tx, &orders).await?;
    let entries: Vec<_> = placed
        .iter()
        .map(|(order, entry)| (order.id, entry))
        .collect();
    order_events::insert(tx, &entries, None).await?;
    let org = tx.org();
    let changes: Vec<_> = placed
        .iter()
        .map(|(order, entry)| events::changed(org, order, entry, &order.progress))
        .collect();
    outbox::publish(tx, &**clock, &changes).await
}

/// The order of a draft with its first entry.
fn to_order(
    draft: &Draft,
    (order_number, pickup_number): (OrderNumber, Option<PickupNumber>),
    clock: &dyn Clock,
    now: DateTime<Utc>,
) -> Result<(Order, OrderEvent), Problem> {
    let state = match draft.online {
        None => OrderState::Placed,
        Some(_) => OrderState::PendingPayment,
    };
    let entry = first_event(state, draft.actor.clone(), now);
    let sold = &draft.sold;
    let order = Order {
        id: draft.id,
        brand: draft.brand,
        branch: draft.branch,
        order_number,
        pickup_number,
        terms: draft.terms.clone(),
        method: sold.method,
        wanted_at: sold.wanted_at,
        promised_at: draft.promised_at,
        business_day: draft.business_day,
        day_rule: draft.day_rule,
        revision: 1,
        menu_version: sold.menu_version,
        menu_number: sold.menu_number,
        quote_hash: sold.hash.clone(),
        lines: first_lines(sold, clock),
        list_total: sold.list_total,
        fees: sold.fees.clone(),
        total: sold.total,
        benefits: sold.benefits.clone(),
        priced_with: sold.priced_with.clone(),
        contact: draft.contact.clone(),
        remark: draft.remark.clone(),
        utensils: draft.utensils,
        created_at: now,
        rescheduled: None,
        online: draft.online.clone(),
        progress: fold(std::slice::from_ref(&entry)).map_err(Problem::internal)?,
    };
    Ok((order, entry))
}
