//! Gives an order another slot: a flow over capacity and our own database, in numbered steps.
//!
//! 1. Check that the order can be rescheduled, and store the request; a repeated one is found there.
//!    Undo: delete the request.
//! 2. Lock the order and let capacity move what it holds.
//! 3. Commit the new slot with its entry and its event; the same commit deletes the request.
//!
//! The lock of step 2 is kept to the end, so that nobody accepts, makes or cancels the order meanwhile.
//! A failure in between leaves the request stored, and a timer continues from step 2: capacity responds
//! to a repeated request as to the first one. When the order has changed since, capacity is brought back to
//! the order's own slot instead.

use chassis::{
    audit,
    authn::Identity,
    db::TenantTx,
    error::{Code, CommonReason, Problem, ToProblem as _},
    id::{OrderId, OrganisationId, RescheduleId},
    outbox,
};
use chrono::{DateTime, TimeDelta, Utc};
use futures::{StreamExt as _, stream};
use proto::capacity::v1::CapacityReason;
use serde_json::json;
use tracing::Instrument as _;

use super::{
    Ordering,
    capacity::{Hold, to_lines},
    transition_order::{not_staff, staff, stale},
};
use crate::{
    domain::{
        order::{NewSlot, Order},
        order_history::{EventActor, EventKind},
        pause::named,
        reschedule::Reschedule,
        stock_need::stock_need,
    },
    events,
    store::{order_events, orders, reschedules},
};

/// By then the call that began it has ended or its process has died: no call lasts as long.
const LEFT_BEHIND: TimeDelta = TimeDelta::seconds(30);
/// Rescheduled orders that one run of the timer continues.
const RESCHEDULES_PER_RUN: i64 = 100;
/// Those that it continues concurrently.
const CONCURRENT_RESCHEDULES: usize = 8;
/// Reschedulings of one order that can be under way at the same time.
const MAX_RESCHEDULES_PER_ORDER: usize = 10;

/// A request of staff to reschedule an order.
#[derive(Clone, Debug)]
pub struct RescheduleOrder {
    /// The order.
    pub order: OrderId,
    /// Version it was read at.
    pub version: i64,
    /// Start of the slot.
    pub wanted_at: DateTime<Utc>,
    /// Why, as the customer reads it.
    pub reason: String,
}

/// A rescheduling after step 1.
enum Begun {
    /// An earlier request like it has rescheduled the order.
    Done(Box<Order>),
    /// It is stored and has to be carried out.
    UnderWay(Reschedule),
}

impl Ordering {
    /// Gives an order another slot, or finds that this very request has done so before.
    pub async fn reschedule(
        &self,
        org: OrganisationId,
        caller: &Identity,
        request: RescheduleOrder,
    ) -> Result<Order, Problem> {
        let (account, actor) = staff(caller)?;
        let EventActor::Staff { name, .. } = actor else {
            return Err(not_staff());
        };
        let reschedule = Reschedule {
            id: RescheduleId::new(&*self.clock),
            order: request.order,
            version: request.version,
            wanted_at: request.wanted_at,
            reason: request.reason,
            account,
            account_name: name,
        };
        match self.step_1_begin(org, caller, reschedule).await? {
            Begun::Done(order) => Ok(*order),
            Begun::UnderWay(reschedule) => self.carry_out_apart(org, reschedule).await,
        }
    }

    /// Continues reschedulings that crashes and outages interrupted; what fails again waits behind the others.
    pub async fn finish_reschedules(&self) -> Result<(), sqlx::Error> {
        let now = self.clock.now();
        let mut tx = self.db.system("take interrupted reschedulings").await?;
        let left =
            reschedules::take_due(&mut tx, now, now + LEFT_BEHIND, RESCHEDULES_PER_RUN).await?;
        tx.commit().await?;
        let finish = |(org, reschedule): (OrganisationId, Reschedule)| async move {
            let order = reschedule.order;
            match self.carry_out_apart(org, reschedule).await {
                Ok(_) => tracing::info!(order.id = %order, "an interrupted rescheduling is done"),
                Err(error) => {
                    tracing::warn!(order.id = %order, %error, "a rescheduling was interrupted")
                }
            }
        };
        stream::iter(left)
            .for_each_concurrent(CONCURRENT_RESCHEDULES, finish)
            .await;
        Ok(())
    }

    /// Carries a rescheduling out in a task of its own: it continues when the caller disconnects, and a panic ends
    /// this one alone.
    async fn carry_out_apart(
        &self,
        org: OrganisationId,
        reschedule: Reschedule,
    ) -> Result<Order, Problem> {
        let app = self.clone();
        let flow = async move { app.carry_out(org, &reschedule).await };
        let done = tokio::spawn(audit::in_this_call(flow.in_current_span())).await;
        done.map_err(Problem::internal)?
    }

    async fn step_1_begin(
        &self,
        org: OrganisationId,
        caller: &Identity,
        reschedule: Reschedule,
    ) -> Result<Begun, Problem> {
        let mut tx = self.db.tenant(org).await?;
        let order = orders::lock(&mut tx, reschedule.order).await?;
        caller.require_branch(order.brand, order.branch)?;
        if is_done(&mut tx, &reschedule).await? {
            return Ok(Begun::Done(Box::new(order)));
        }
        still_reschedulable(&mut tx, &reschedule, &order).await?;
        let under_way = reschedules::list(&mut tx, order.id).await?;
        if under_way.len() >= MAX_RESCHEDULES_PER_ORDER {
            return Err(Problem::new(CommonReason::TemporarilyUnavailable)
                .message("earlier reschedulings of the order have to be finished first"));
        }
        if let Some(first) = under_way
            .into_iter()
            .find(|other| reschedule.repeats(other))
        {
            return Ok(Begun::UnderWay(first));
        }
        let due_at = self.clock.now() + LEFT_BEHIND;
        reschedules::insert(&mut tx, &reschedule, due_at).await?;
        tx.commit().await?;
        Ok(Begun::UnderWay(reschedule))
    }

    /// Steps 2 and 3.
    async fn carry_out(
        &self,
        org: OrganisationId,
        reschedule: &Reschedule,
    ) -> Result<Order, Problem> {
        let mut tx = self.db.tenant(org).await?;
        let order = orders::lock(&mut tx, reschedule.order).await?;
        // Another replica's timer may have been faster; then it is done, or stale.
        let under_way = reschedules::take(&mut tx, reschedule.id).await?;
        if is_done(&mut tx, reschedule).await? {
            tx.commit().await?;
            return Ok(order);
        }
        if let Err(changed) = still_reschedulable(&mut tx, reschedule, &order).await {
            if !under_way || self.follow(org, &order).await {
                tx.commit().await?;
            }
            return Err(changed);
        }

        let held = self
            .capacity
            .reschedule(org, order.branch, order.id, reschedule.wanted_at)
            .await;
        let slot = match held {
            Ok(slot) => slot,
            Err(problem) if is_unclear(&problem) => return Err(problem),
            Err(problem) => {
                tx.commit().await?;
                return Err(self.with_names(org, &order, problem).await);
            }
        };
        if order.wanted_at == Some(reschedule.wanted_at) {
            // It has that slot; capacity was called in case the two had diverged.
            tx.commit().await?;
            return Ok(order);
        }
        match self.step_3_commit(tx, order, reschedule, &slot).await {
            Ok(order) => Ok(order),
            Err(problem) => self.settle(org, reschedule, problem).await,
        }
    }

    /// A refusal of capacity at the lines of the order, with the names they were sold under.
    async fn with_names(&self, org: OrganisationId, order: &Order, problem: Problem) -> Problem {
        let problem = to_lines(problem, &stock_need(order.items()));
        match self.menus.get(org, order.branch).await {
            Ok(menu) => named(problem, &menu, order.items()),
            Err(_) => problem,
        }
    }

    async fn step_3_commit(
        &self,
        mut tx: TenantTx,
        mut order: Order,
        reschedule: &Reschedule,
        slot: &Hold,
    ) -> Result<Order, Problem> {
        let slot = (reschedule.wanted_at, slot);
        self.write_new_slot(
            &mut tx,
            &mut order,
            slot,
            &reschedule.reason,
            &reschedule.actor(),
        )
        .await?;
        tx.commit().await?;
        Ok(order)
    }

    /// Writes the slot that capacity has given a locked order, with its entry and its event.
    pub(super) async fn write_new_slot(
        &self,
        tx: &mut TenantTx,
        order: &mut Order,
        (wanted_at, slot): (DateTime<Utc>, &Hold),
        reason: &str,
        actor: &EventActor,
    ) -> Result<(), Problem> {
        let slot = NewSlot {
            wanted_at,
            promised_at: slot.promised_at,
            business_day: slot.business_day,
        };
        let read_version = order.progress.version;
        let before = json!({ "wanted_at": order.wanted_at });
        let entry = order
            .reschedule(slot, reason, actor, self.clock.now())
            .map_err(|error| error.to_problem())?;
        let after = json!({ "wanted_at": order.wanted_at });
        audit::changed("order", order.id, &before, &after);
        orders::update_slot(tx, order, read_version).await?;
        order_events::insert(tx, &[(order.id, &entry)], None).await?;
        let changes = [events::rescheduled(order, &entry)];
        outbox::publish(tx, &*self.clock, &changes).await
    }

    /// After a commit that failed, or whose result is unknown: the stored state decides.
    async fn settle(
        &self,
        org: OrganisationId,
        reschedule: &Reschedule,
        problem: Problem,
    ) -> Result<Order, Problem> {
        let mut tx = self.db.tenant(org).await?;
        let now = orders::get(&mut tx, reschedule.order).await?;
        if is_done(&mut tx, reschedule).await? {
            return Ok(now);
        }
        let cause = problem.cause.as_ref().map(|cause| format!("{cause:#}"));
        tracing::error!(order.id = %reschedule.order, error = %problem, cause, "a rescheduling was not written yet");
        Err(Problem::new(CommonReason::TemporarilyUnavailable)
            .message("the order could not be written; it is rescheduled as soon as it can be"))
    }

    /// Brings capacity to the slot of an order that changed while it was being rescheduled; `false` when
    /// that has to be retried.
    pub(super) async fn follow(&self, org: OrganisationId, order: &Order) -> bool {
        if !order.progress.state.is_open() {
            // The event of its end releases what it holds, in whatever slot.
            return true;
        }
        let capacity = &self.capacity;
        let slot = match order.wanted_at {
            Some(wanted_at) => Some(wanted_at),
            None => capacity
                .slot_of(org, order.branch, order.method, order.promised_at)
                .await
                .unwrap_or_default(),
        };
        let followed =
            match slot {
                Some(slot) => capacity.reschedule(org, order.branch, order.id, slot).await,
                None => Err(Problem::new(CapacityReason::NoSlot)
                    .message("its slot is not offered any more")),
            };
        if let Err(error) = &followed {
            tracing::error!(order.id = %order.id, %error, "an order and its hold differ in their slot");
        }
        followed.is_ok()
    }
}

async fn still_reschedulable(
    tx: &mut TenantTx,
    reschedule: &Reschedule,
    order: &Order,
) -> Result<(), Problem> {
    order
        .require_reschedulable()
        .map_err(|error| error.to_problem())?;
    if order.progress.version != reschedule.version {
        return Err(stale(tx, order, reschedule.version, order.progress.state).await?);
    }
    Ok(())
}

/// Whether this request has rescheduled the order before.
async fn is_done(tx: &mut TenantTx, reschedule: &Reschedule) -> Result<bool, Problem> {
    let entry = order_events::find(tx, reschedule.order, reschedule.version + 1).await?;
    Ok(entry.is_some_and(|entry| {
        matches!(entry.kind, EventKind::Rescheduled { to, .. } if to == reschedule.wanted_at)
            && entry.reason == reschedule.reason
    }))
}

/// Capacity may have rescheduled the order although the call failed.
pub(super) fn is_unclear(problem: &Problem) -> bool {
    matches!(
        problem.code(),
        Code::Unavailable | Code::Deadline | Code::Internal
    )
}
