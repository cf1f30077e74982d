//! Moves an order to another slot: a flow over capacity and our own database, in numbered steps.
//!
//! 1. Lock the order and check that it may be moved. Nothing to undo.
//! 2. Let capacity move what it holds. Undo: move it back to the slot it had.
//! 3. Commit the new slot with its entry and its event. Undo: none, from here on it is moved.
//!
//! The lock of step 1 lasts to the end, so that nobody accepts, makes or cancels the order meanwhile.
//! Capacity answers a repeated move as it did the first one: whoever asks again after a failure in
//! between brings both sides together.

use chassis::{
    authn::Identity,
    business_day::BusinessDay,
    db::TenantTx,
    error::{Problem, Refusal as _},
    id::{OrderId, OrganisationId},
    outbox,
};
use chrono::{DateTime, Utc};
use tracing::Instrument as _;

use super::{
    Ordering,
    capacity::{Hold, to_lines},
    move_order::{staff, stale},
};
use crate::{
    domain::{
        order::{NewSlot, Order},
        order_history::{EventActor, EventKind},
        order_number::PickupNumber,
        pause::named,
        stock_need::stock_need,
    },
    events,
    store::{order_events, orders, pickup_counters},
};

/// A number may belong to an order of another day that is still open; so many in a row do not.
const MAX_DRAWS: usize = 100;

/// A wish of staff to move an order to another slot.
#[derive(Clone, Debug)]
pub struct Reschedule {
    /// The order.
    pub order: OrderId,
    /// Version it was read at.
    pub version: i64,
    /// Start of the slot.
    pub wanted_at: DateTime<Utc>,
    /// Why, as the customer reads it.
    pub reason: String,
}

impl Ordering {
    /// Moves an order to another slot, or finds that this very wish has moved it before.
    pub async fn reschedule(
        &self,
        org: OrganisationId,
        caller: &Identity,
        request: Reschedule,
    ) -> Result<Order, Problem> {
        let (app, caller) = (self.clone(), caller.clone());
        let flow = async move { app.run_reschedule(org, &caller, &request).await };
        // A caller who hangs up must not leave capacity with a slot that the order knows nothing of.
        let done = tokio::spawn(flow.in_current_span()).await;
        done.map_err(Problem::internal)?
    }

    async fn run_reschedule(
        &self,
        org: OrganisationId,
        caller: &Identity,
        request: &Reschedule,
    ) -> Result<Order, Problem> {
        let (_, actor) = staff(caller)?;
        let mut tx = self.db.tenant(org).await?;
        let order = orders::lock(&mut tx, request.order).await?;
        if self.step_1_check(&mut tx, caller, request, &order).await? {
            return Ok(order);
        }

        let moved = self
            .capacity
            .move_to(org, order.branch, order.id, request.wanted_at)
            .await;
        let slot = match moved {
            Ok(slot) => slot,
            Err(problem) => {
                tx.rollback().await?;
                if is_unclear(&problem) {
                    self.undo_2_move_back(org, &order).await;
                }
                return Err(self.in_words(org, &order, problem).await);
            }
        };

        if order.sold.wanted_at == Some(request.wanted_at) {
            // It has that slot; capacity was only asked lest the two had drifted apart.
            tx.rollback().await?;
            return Ok(order);
        }
        let written = self
            .step_3_commit(tx, order.clone(), request, &actor, &slot)
            .await;
        match written {
            Ok(moved) => Ok(moved),
            Err(problem) => self.settle(org, request, &order, problem).await,
        }
    }

    /// A refusal of capacity at the lines of the order, by the names they were sold under.
    async fn in_words(&self, org: OrganisationId, order: &Order, problem: Problem) -> Problem {
        let problem = to_lines(problem, &stock_need(&order.sold.lines));
        match self.menus.get(org, order.branch).await {
            Ok(menu) => named(problem, &menu, &order.sold),
            Err(_) => problem,
        }
    }

    /// `true` when nothing is left to do: this very wish has moved the order.
    async fn step_1_check(
        &self,
        tx: &mut TenantTx,
        caller: &Identity,
        request: &Reschedule,
        order: &Order,
    ) -> Result<bool, Problem> {
        caller.require_branch(order.brand, order.branch)?;
        if is_done(tx, request, order).await? {
            return Ok(true);
        }
        order
            .require_movable()
            .map_err(|error| error.to_problem())?;
        if order.progress.version != request.version {
            return Err(stale(tx, order, request.version, order.progress.state).await?);
        }
        Ok(false)
    }

    async fn step_3_commit(
        &self,
        mut tx: TenantTx,
        mut order: Order,
        request: &Reschedule,
        actor: &EventActor,
        slot: &Hold,
    ) -> Result<Order, Problem> {
        let pickup_number = if slot.business_day == order.business_day {
            order.pickup_number
        } else {
            self.draw_number(&mut tx, &order, slot.business_day).await?
        };
        let slot = NewSlot {
            wanted_at: request.wanted_at,
            promised_at: slot.promised_at,
            business_day: slot.business_day,
            pickup_number,
        };
        let read_version = order.progress.version;
        let entry = order
            .reschedule(slot, &request.reason, actor, self.clock.now())
            .map_err(|error| error.to_problem())?;
        if !orders::update_slot(&mut tx, &order, read_version).await? {
            return Err(anyhow::anyhow!("a locked order changed its version").into());
        }
        order_events::insert(&mut tx, &[(order.id, &entry)], None).await?;
        let announced = [events::rescheduled(&order, &entry)];
        outbox::publish(&mut tx, &*self.clock, &announced).await?;
        tx.commit().await?;
        Ok(order)
    }

    /// The next number of the new day that no open order of the branch has.
    async fn draw_number(
        &self,
        tx: &mut TenantTx,
        order: &Order,
        day: BusinessDay,
    ) -> Result<PickupNumber, Problem> {
        let rule = order.day_rule;
        let today = BusinessDay::of(self.clock.now(), rule.tz, rule.cutoff_minutes);
        // Who places an order waits at today's counter, whatever day it is for: with it in hand no
        // number can be taken between our look and our commit.
        pickup_counters::take(tx, order.branch, today, 0).await?;
        for _ in 0..MAX_DRAWS {
            let number = pickup_counters::take(tx, order.branch, day, 1).await?;
            if !orders::has_open_number(tx, order.branch, number).await? {
                return Ok(number);
            }
        }
        Err(anyhow::anyhow!("no free pickup number after {MAX_DRAWS} draws").into())
    }

    /// After a commit that failed, or whose answer was lost: what is true decides.
    async fn settle(
        &self,
        org: OrganisationId,
        request: &Reschedule,
        before: &Order,
        problem: Problem,
    ) -> Result<Order, Problem> {
        let mut tx = self.db.tenant(org).await?;
        let now = orders::get(&mut tx, before.id).await?;
        if is_done(&mut tx, request, &now).await? {
            return Ok(now);
        }
        tx.rollback().await?;
        let back = self.undo_2_move_back(org, before).await;
        let cause = problem.cause.as_ref().map(|cause| format!("{cause:#}"));
        tracing::error!(order.id = %before.id, error = %problem, cause, back, "a move was not written");
        Err(Problem::new("TEMPORARILY_UNAVAILABLE")
            .message("the order could not be written and has its former slot")
            .param("moved_back", back))
    }

    /// Gives the order its slot back; `false` when capacity could not be brought to it, and a person
    /// has to move the order again.
    async fn undo_2_move_back(&self, org: OrganisationId, order: &Order) -> bool {
        let capacity = &self.capacity;
        let slot = match order.sold.wanted_at {
            Some(wanted_at) => Some(wanted_at),
            None => capacity
                .slot_of(org, order.branch, order.sold.method, order.promised_at)
                .await
                .unwrap_or_default(),
        };
        let back = match slot {
            Some(slot) => capacity.move_to(org, order.branch, order.id, slot).await,
            None => Err(Problem::new("NO_SLOT").message("its slot is not offered any more")),
        };
        if let Err(error) = &back {
            tracing::error!(order.id = %order.id, %error, "an order kept its time, but not its slot");
        }
        back.is_ok()
    }
}

/// Whether the latest entry is what this wish asks for.
async fn is_done(tx: &mut TenantTx, request: &Reschedule, order: &Order) -> Result<bool, Problem> {
    if order.progress.version != request.version + 1
        || order.sold.wanted_at != Some(request.wanted_at)
    {
        return Ok(false);
    }
    let history = order_events::list(tx, order.id).await?;
    let last = history.last();
    Ok(last.is_some_and(|entry| {
        matches!(entry.kind, EventKind::Rescheduled { .. }) && entry.reason == request.reason
    }))
}

/// Capacity may have moved the order although it did not say so.
fn is_unclear(problem: &Problem) -> bool {
    matches!(
        problem.reason.as_ref(),
        "TEMPORARILY_UNAVAILABLE" | "DEADLINE_EXCEEDED" | chassis::error::INTERNAL
    )
}
