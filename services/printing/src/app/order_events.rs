//! What follows from the events of orders: copies, and slips exactly once each.
//!
//! Events come late, again and in any order. A copy only moves to a later version; a slip is asked for by the step that
//! an event names, however late it comes, for each exists once. A step that comes before the copy of its order waits
//! for it.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Context as _;
use chassis::{
    db::TenantTx,
    error::Problem,
    id::{BranchId, BrandId, OrderId, OrganisationId},
    inbox::Received,
    text_enum::WireEnum as _,
    time,
};
use chrono::{DateTime, NaiveDate, Utc};
use prost::Message as _;
use proto::ordering::v1::{
    CancelReason, GetOrderSnapshotsRequest, OrderChange, OrderChanged, OrderSnapshot, PaymentState,
    ScheduleChanged, ordering_service_client::OrderingServiceClient,
};

use super::{Dependencies, new_jobs, order_end, order_facts};
use crate::{
    domain::{
        document::Trigger,
        job::{Job, Reason},
        order::OrderState,
        routing::{self, Plan, Point},
        settings::BranchSettings,
    },
    store::{
        self,
        orders::{OrderCopy, WaitingStep},
    },
};

/// An event as it is applied.
#[derive(Clone, Debug)]
pub struct OrderEvent {
    order: OrderId,
    brand: BrandId,
    branch: BranchId,
    version: i64,
    state: OrderState,
    at: DateTime<Utc>,
    business_day: NaiveDate,
    paid: bool,
    cause: String,
    kind: Kind,
    snapshot: Option<OrderSnapshot>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// The order came to a state.
    Step,
    /// A step was taken back.
    Undone,
    /// It was edited.
    Revised,
    /// It was given another time.
    Rescheduled(DateTime<Utc>),
}

impl OrderEvent {
    /// Reads an event of an order.
    pub fn read(event: &Received) -> anyhow::Result<Self> {
        if event.type_ == "ordering.schedule.changed.v1" {
            let body: ScheduleChanged = event.decode()?;
            let change = body.change.context("an event without its change")?;
            let promised = time::from_wire(change.promised_at.as_ref().context("no time")?)
                .context("a time that is none")?;
            return Self::of(&change, None, Kind::Rescheduled(promised));
        }
        let body: OrderChanged = event.decode()?;
        let change = body.change.context("an event without its change")?;
        let kind = match event.type_.as_str() {
            "ordering.order.undone.v1" => Kind::Undone,
            "ordering.order.revised.v1" => Kind::Revised,
            _ => Kind::Step,
        };
        Self::of(&change, body.order, kind)
    }

    fn of(
        change: &OrderChange,
        snapshot: Option<OrderSnapshot>,
        kind: Kind,
    ) -> anyhow::Result<Self> {
        let at = change.at.as_ref().and_then(time::from_wire);
        let cause = CancelReason::try_from(change.cancel_reason).unwrap_or_default();
        let cause = match cause {
            CancelReason::Unspecified => String::new(),
            cause => cause.as_str_name().to_owned(),
        };
        Ok(Self {
            order: change.order_id.parse()?,
            brand: change.brand_id.parse()?,
            branch: change.branch_id.parse()?,
            version: change.version,
            state: OrderState::from_wire(change.to).context("an order without its state")?,
            at: at.context("a change without its time")?,
            business_day: change.business_day.parse()?,
            paid: change.payment_state() == PaymentState::Paid && change.paid >= change.total,
            cause,
            kind,
            snapshot,
        })
    }

    fn trigger(&self) -> Option<Trigger> {
        self.state.trigger().filter(|_| self.kind == Kind::Step)
    }
}

/// Applies events of one organisation, those of each order in the order of its versions.
pub async fn apply(
    deps: &Dependencies,
    tx: &mut TenantTx,
    mut events: Vec<OrderEvent>,
) -> Result<(), Problem> {
    let branches: BTreeSet<BranchId> = events.iter().map(|event| event.branch).collect();
    let branches: Vec<BranchId> = branches.into_iter().collect();
    let points = store::print_points::list_with_rules(tx, &branches).await?;
    let printing: BTreeSet<BranchId> = points.iter().map(|of| of.point.branch).collect();
    // Whoever prints nothing pays for nothing.
    events.retain(|event| printing.contains(&event.branch));
    if events.is_empty() {
        return Ok(());
    }
    events.sort_by_key(|event| (event.order, event.version));
    let mut ids: Vec<OrderId> = events.iter().map(|event| event.order).collect();
    ids.dedup();
    let known = store::orders::lock(tx, &ids).await?;
    let printing: Vec<BranchId> = printing.into_iter().collect();
    let settings = store::branches::list_settings(tx, &printing).await?;
    let mut work = Work {
        deps,
        points,
        settings: settings.into_iter().collect(),
        copies: known.into_iter().map(|copy| (copy.id, copy)).collect(),
        snapshots: BTreeMap::new(),
        steps: Vec::new(),
        jobs: Vec::new(),
    };
    for event in &events {
        work.apply(tx, event).await?;
    }
    work.finish(tx).await
}

/// One batch of events.
struct Work<'a> {
    deps: &'a Dependencies,
    points: Vec<Point>,
    settings: BTreeMap<BranchId, BranchSettings>,
    copies: BTreeMap<OrderId, OrderCopy>,
    /// Present snapshots that were read or came with the events.
    snapshots: BTreeMap<OrderId, OrderSnapshot>,
    /// Steps of orders of which there is no copy.
    steps: Vec<WaitingStep>,
    jobs: Vec<Job>,
}

impl Work<'_> {
    async fn apply(&mut self, tx: &mut TenantTx, event: &OrderEvent) -> Result<(), Problem> {
        let was_known = self.copies.contains_key(&event.order);
        let is_new = self.save_copy(tx, event).await?;
        if !self.copies.contains_key(&event.order) {
            self.steps
                .extend(event.trigger().map(|trigger| WaitingStep {
                    order: event.order,
                    trigger,
                    at: event.at,
                }));
            return Ok(());
        }
        if !was_known {
            for step in store::orders::take_steps(tx, &[event.order]).await? {
                self.print(tx, event, step.trigger, step.at).await?;
            }
        }
        if let Some(trigger) = event.trigger() {
            self.print(tx, event, trigger, event.at).await?;
        }
        if !is_new {
            return Ok(());
        }
        // What was asked for so far must be there to be withdrawn.
        let ended = event.kind == Kind::Step && event.state.is_void();
        if ended || event.kind == Kind::Revised {
            let jobs = std::mem::take(&mut self.jobs);
            new_jobs::insert(self.deps, tx, jobs).await?;
            let copy = &self.copies[&event.order];
            if ended {
                order_end::cancel(self.deps, tx, copy).await?;
            } else {
                order_end::revise(self.deps, tx, copy).await?;
            }
        }
        Ok(())
    }

    /// Stores what an event says of its order; false when it says nothing new, or there is no copy to begin with.
    async fn save_copy(&mut self, tx: &mut TenantTx, event: &OrderEvent) -> Result<bool, Problem> {
        let known = self.copies.get(&event.order);
        let is_newer = known.is_none_or(|known| known.version < event.version);
        if let Some(snapshot) = &event.snapshot {
            let revision = snapshot.revision;
            // A late event still brings what the order was in its revision.
            if is_newer || known.is_some_and(|known| known.revision > revision) {
                let bytes = snapshot.encode_to_vec();
                let copy = self.copy(event);
                if is_newer {
                    store::orders::upsert(tx, &copy).await?;
                    self.snapshots.insert(event.order, snapshot.clone());
                    self.copies.insert(event.order, copy);
                }
                store::orders::save_snapshot(tx, event.order, revision, &bytes).await?;
                return Ok(is_newer);
            }
            return Ok(false);
        }
        // An end that comes before its order is kept, or the order would be printed when it comes.
        if !is_newer || (known.is_none() && !event.state.is_void()) {
            return Ok(false);
        }
        let copy = self.copy(event);
        store::orders::upsert(tx, &copy).await?;
        if let Kind::Rescheduled(promised) = event.kind {
            self.reschedule(tx, &copy, promised).await?;
        }
        self.copies.insert(event.order, copy);
        Ok(true)
    }

    /// The copy of an order after an event.
    fn copy(&self, event: &OrderEvent) -> OrderCopy {
        let known = self.copies.get(&event.order);
        let snapshot = event.snapshot.as_ref();
        let text = |of: fn(&OrderSnapshot) -> &String, known: Option<&String>| {
            let text = snapshot.map(of).or(known);
            text.cloned().unwrap_or_default()
        };
        OrderCopy {
            id: event.order,
            branch: event.branch,
            version: event.version,
            revision: match (snapshot, known) {
                (Some(snapshot), _) => snapshot.revision,
                (None, Some(known)) => known.revision,
                (None, None) => 1,
            },
            state: event.state,
            order_number: text(|of| &of.order_number, known.map(|of| &of.order_number)),
            pickup_number: text(|of| &of.pickup_number, known.map(|of| &of.pickup_number)),
            business_day: event.business_day,
            test: snapshot.map_or_else(|| known.is_some_and(|of| of.test), |of| of.test),
            paid: event.paid,
            cause: event.cause.clone(),
            printed_at: known.and_then(|of| of.printed_at),
            changed_at: event.at,
        }
    }

    async fn reschedule(
        &mut self,
        tx: &mut TenantTx,
        copy: &OrderCopy,
        promised: DateTime<Utc>,
    ) -> Result<(), Problem> {
        let Some(mut snapshot) = self.snapshot(tx, copy).await? else {
            return Ok(());
        };
        snapshot.promised_at = Some(time::to_wire(promised));
        snapshot.wanted_at = snapshot.promised_at;
        let bytes = snapshot.encode_to_vec();
        store::orders::save_snapshot(tx, copy.id, copy.revision, &bytes).await?;
        self.snapshots.insert(copy.id, snapshot);
        Ok(())
    }

    async fn snapshot(
        &mut self,
        tx: &mut TenantTx,
        copy: &OrderCopy,
    ) -> Result<Option<OrderSnapshot>, Problem> {
        if let Some(found) = self.snapshots.get(&copy.id) {
            return Ok(Some(found.clone()));
        }
        order_facts::find_snapshot(tx, copy.id, copy.revision).await
    }

    /// Asks for the slips of a step; not of an order that was cancelled meanwhile.
    async fn print(
        &mut self,
        tx: &mut TenantTx,
        event: &OrderEvent,
        trigger: Trigger,
        at: DateTime<Utc>,
    ) -> Result<(), Problem> {
        let Some(copy) = self.copies.get(&event.order).cloned() else {
            return Ok(());
        };
        let asks = |of: &Point| {
            of.point.branch == copy.branch
                && of.rules.iter().any(|rule| rule.trigger == Some(trigger))
        };
        if copy.state.is_void() || !self.points.iter().any(asks) {
            return Ok(());
        }
        let Some(snapshot) = self.snapshot(tx, &copy).await? else {
            return Ok(());
        };
        let facts = order_facts::order(&snapshot, copy.paid)?;
        let keep = self.settings.get(&copy.branch).copied().unwrap_or_default();
        // A fill lists orders of the last month.
        if !copy.state.is_open() && at + keep.keep() <= self.deps.clock.now() {
            return Ok(());
        }
        let circumstances = new_jobs::Circumstances {
            brand: event.brand,
            trigger: Some(trigger),
            due_at: at,
            keep: keep.keep(),
            payload: None,
        };
        let mut plans = routing::route(&facts, trigger, &self.points);
        if facts.revision > 1 {
            // A step that is told again after a revision asks for nothing: 修改單 said what is new.
            let known = store::print_jobs::list_of_order(tx, copy.id, i64::MAX).await?;
            let asked = |plan: &Plan<'_>| {
                known.iter().any(|job| {
                    let replaced = job.reason == Some(Reason::OrderRevised);
                    job.source == plan.source() && job.reprint == 0 && !replaced
                })
            };
            plans.retain(|plan| !asked(plan));
        }
        let jobs = plans
            .iter()
            .map(|plan| new_jobs::of_plan(self.deps, plan, &facts, &circumstances));
        self.jobs.extend(jobs);
        Ok(())
    }

    async fn finish(self, tx: &mut TenantTx) -> Result<(), Problem> {
        new_jobs::insert(self.deps, tx, self.jobs).await?;
        Ok(store::orders::insert_steps(tx, &self.steps).await?)
    }
}

/// Fetches the copy of an order from ordering and prints the steps that waited for it.
pub async fn fetch(
    deps: &Dependencies,
    org: OrganisationId,
    id: OrderId,
) -> Result<Option<OrderCopy>, Problem> {
    let channel = deps.peers.channel_for("ordering", org);
    let request = GetOrderSnapshotsRequest {
        order_ids: vec![id.to_string()],
    };
    let response = OrderingServiceClient::new(channel)
        .get_order_snapshots(request)
        .await
        .map_err(|status| Problem::from_status(&status))?;
    let found = response.into_inner().orders.pop();
    let mut tx = deps.db.tenant(org).await?;
    match found {
        Some(snapshot) => {
            let event = of_snapshot(snapshot, deps.clock.now())?;
            apply(deps, &mut tx, vec![event]).await?;
        }
        // Ordering does not know it: nothing will ever come.
        None => {
            store::orders::take_steps(&mut tx, &[id]).await?;
        }
    }
    let copy = store::orders::find(&mut tx, id).await?;
    tx.commit().await?;
    Ok(copy)
}

/// The event that says what a snapshot says, without a step.
fn of_snapshot(snapshot: OrderSnapshot, now: DateTime<Utc>) -> anyhow::Result<OrderEvent> {
    Ok(OrderEvent {
        order: snapshot.order_id.parse()?,
        brand: snapshot.brand_id.parse()?,
        branch: snapshot.branch_id.parse()?,
        version: snapshot.version,
        state: OrderState::from_wire(snapshot.state).context("an order without its state")?,
        at: now,
        business_day: snapshot.business_day.parse()?,
        paid: snapshot.payment_state() == PaymentState::Paid && snapshot.paid >= snapshot.total,
        cause: String::new(),
        kind: Kind::Undone,
        snapshot: Some(snapshot),
    })
}
