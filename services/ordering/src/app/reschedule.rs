//! Moves an order to another slot: a flow over capacity and our own database, in numbered steps.
//!
//! 1. Check that the order may be moved, and write the wish down; a repeated one is found there.
//!    Undo: forget the wish.
//! 2. Lock the order and let capacity move what it holds.
//! 3. Commit the new slot with its entry and its event; the same commit forgets the wish.
//!
//! The lock of step 2 lasts to the end, so that nobody accepts, makes or cancels the order meanwhile.
//! Whatever breaks off in between leaves the wish behind, and a timer goes on from step 2: capacity
//! answers a repeated move as it did the first one. When the order has changed since, capacity
//! follows the order instead.

use chassis::{
    audit,
    authn::Identity,
    db::TenantTx,
    error::{Problem, ToProblem as _},
    id::{OrderId, OrganisationId, SlotMoveId},
    outbox,
};
use chrono::{DateTime, TimeDelta, Utc};
use futures::{StreamExt as _, stream};
use serde_json::json;
use tracing::Instrument as _;

use super::{
    Ordering,
    capacity::{Hold, to_lines},
    move_order::{not_staff, staff, stale},
};
use crate::{
    domain::{
        order::{NewSlot, Order},
        order_history::{EventActor, EventKind},
        pause::named,
        slot_move::SlotMove,
        stock_need::stock_need,
    },
    events,
    store::{order_events, orders, slot_moves},
};

/// By then whoever began a move has ended it, or is no more: no call lasts as long.
const LEFT_BEHIND: TimeDelta = TimeDelta::seconds(30);
/// Moves that one turn of the timer goes on with.
const MOVES_A_TURN: i64 = 100;
/// Moves that it goes on with at the same time.
const MOVES_AT_ONCE: usize = 8;
/// Moves of one order that may be under way: more of them are only the same trouble again.
const MOVES_OF_AN_ORDER: usize = 10;

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

/// A move that was asked for.
enum Begun {
    /// An earlier request like it has moved the order.
    Done(Box<Order>),
    /// It is written down and has to be carried out.
    UnderWay(SlotMove),
}

impl Ordering {
    /// Moves an order to another slot, or finds that this very wish has moved it before.
    pub async fn reschedule(
        &self,
        org: OrganisationId,
        caller: &Identity,
        request: Reschedule,
    ) -> Result<Order, Problem> {
        let (account, actor) = staff(caller)?;
        let EventActor::Staff { name, .. } = actor else {
            return Err(not_staff());
        };
        let wish = SlotMove {
            id: SlotMoveId::new(&*self.clock),
            order: request.order,
            version: request.version,
            wanted_at: request.wanted_at,
            reason: request.reason,
            account,
            account_name: name,
        };
        match self.step_1_begin(org, caller, wish).await? {
            Begun::Done(order) => Ok(*order),
            Begun::UnderWay(wish) => self.carry_out_apart(org, wish).await,
        }
    }

    /// Goes on with what crashes and outages broke off; what fails again waits behind the others.
    pub async fn finish_moves(&self) -> Result<(), sqlx::Error> {
        let now = self.clock.now();
        let mut tx = self.db.system("take moves that were broken off").await?;
        let left = slot_moves::take_due(&mut tx, now, now + LEFT_BEHIND, MOVES_A_TURN).await?;
        tx.commit().await?;
        let finish = |(org, wish): (OrganisationId, SlotMove)| async move {
            let order = wish.order;
            match self.carry_out_apart(org, wish).await {
                Ok(_) => tracing::info!(order.id = %order, "a move that was broken off is done"),
                Err(error) => tracing::warn!(order.id = %order, %error, "a move was broken off"),
            }
        };
        stream::iter(left)
            .for_each_concurrent(MOVES_AT_ONCE, finish)
            .await;
        Ok(())
    }

    /// Carries a move out in a task of its own: a caller who hangs up need not leave the rest to the
    /// timer, and a panic ends this move alone.
    async fn carry_out_apart(&self, org: OrganisationId, wish: SlotMove) -> Result<Order, Problem> {
        let app = self.clone();
        let flow = async move { app.carry_out(org, &wish).await };
        let done = tokio::spawn(audit::in_this_call(flow.in_current_span())).await;
        done.map_err(Problem::internal)?
    }

    async fn step_1_begin(
        &self,
        org: OrganisationId,
        caller: &Identity,
        wish: SlotMove,
    ) -> Result<Begun, Problem> {
        let mut tx = self.db.tenant(org).await?;
        let order = orders::lock(&mut tx, wish.order).await?;
        caller.require_branch(order.brand, order.branch)?;
        if is_done(&mut tx, &wish).await? {
            return Ok(Begun::Done(Box::new(order)));
        }
        still_movable(&mut tx, &wish, &order).await?;
        let under_way = slot_moves::list(&mut tx, order.id).await?;
        if under_way.len() >= MOVES_OF_AN_ORDER {
            return Err(Problem::new("TEMPORARILY_UNAVAILABLE")
                .message("earlier moves of the order have to be finished first"));
        }
        if let Some(first) = under_way.into_iter().find(|other| wish.repeats(other)) {
            return Ok(Begun::UnderWay(first));
        }
        let due_at = self.clock.now() + LEFT_BEHIND;
        slot_moves::insert(&mut tx, &wish, due_at).await?;
        tx.commit().await?;
        Ok(Begun::UnderWay(wish))
    }

    /// Steps 2 and 3.
    async fn carry_out(&self, org: OrganisationId, wish: &SlotMove) -> Result<Order, Problem> {
        let mut tx = self.db.tenant(org).await?;
        let order = orders::lock(&mut tx, wish.order).await?;
        // Another replica's timer may have been faster; then the wish is done, or stale.
        let under_way = slot_moves::take(&mut tx, wish.id).await?;
        if is_done(&mut tx, wish).await? {
            tx.commit().await?;
            return Ok(order);
        }
        if let Err(changed) = still_movable(&mut tx, wish, &order).await {
            if !under_way || self.follow(org, &order).await {
                tx.commit().await?;
            }
            return Err(changed);
        }

        let moved = self
            .capacity
            .move_to(org, order.branch, order.id, wish.wanted_at)
            .await;
        let slot = match moved {
            Ok(slot) => slot,
            Err(problem) if is_unclear(&problem) => return Err(problem),
            Err(problem) => {
                tx.commit().await?;
                return Err(self.in_words(org, &order, problem).await);
            }
        };
        if order.sold.wanted_at == Some(wish.wanted_at) {
            // It has that slot; capacity was only asked lest the two had drifted apart.
            tx.commit().await?;
            return Ok(order);
        }
        match self.step_3_commit(tx, order, wish, &slot).await {
            Ok(moved) => Ok(moved),
            Err(problem) => self.settle(org, wish, problem).await,
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

    async fn step_3_commit(
        &self,
        mut tx: TenantTx,
        mut order: Order,
        wish: &SlotMove,
        slot: &Hold,
    ) -> Result<Order, Problem> {
        let slot = (wish.wanted_at, slot);
        self.write_new_slot(&mut tx, &mut order, slot, &wish.reason, &wish.actor())
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
        let before = json!({ "wanted_at": order.sold.wanted_at });
        let entry = order
            .reschedule(slot, reason, actor, self.clock.now())
            .map_err(|error| error.to_problem())?;
        let after = json!({ "wanted_at": order.sold.wanted_at });
        audit::changed("order", order.id, &before, &after);
        orders::update_slot(tx, order, read_version).await?;
        order_events::insert(tx, &[(order.id, &entry)], None).await?;
        let announced = [events::rescheduled(order, &entry)];
        outbox::publish(tx, &*self.clock, &announced).await
    }

    /// After a commit that failed, or whose answer was lost: what is true decides.
    async fn settle(
        &self,
        org: OrganisationId,
        wish: &SlotMove,
        problem: Problem,
    ) -> Result<Order, Problem> {
        let mut tx = self.db.tenant(org).await?;
        let now = orders::get(&mut tx, wish.order).await?;
        if is_done(&mut tx, wish).await? {
            return Ok(now);
        }
        let cause = problem.cause.as_ref().map(|cause| format!("{cause:#}"));
        tracing::error!(order.id = %wish.order, error = %problem, cause, "a move was not written yet");
        Err(Problem::new("TEMPORARILY_UNAVAILABLE")
            .message("the order could not be written; it moves as soon as it can be"))
    }

    /// Brings capacity to the slot of an order that changed while it was being moved; `false` when
    /// that has to be tried again.
    pub(super) async fn follow(&self, org: OrganisationId, order: &Order) -> bool {
        if !order.progress.state.is_open() {
            // Its end gives back what it holds, wherever that is.
            return true;
        }
        let capacity = &self.capacity;
        let slot = match order.sold.wanted_at {
            Some(wanted_at) => Some(wanted_at),
            None => capacity
                .slot_of(org, order.branch, order.sold.method, order.promised_at)
                .await
                .unwrap_or_default(),
        };
        let followed = match slot {
            Some(slot) => capacity.move_to(org, order.branch, order.id, slot).await,
            None => Err(Problem::new("NO_SLOT").message("its slot is not offered any more")),
        };
        if let Err(error) = &followed {
            tracing::error!(order.id = %order.id, %error, "an order's time and its load lie apart");
        }
        followed.is_ok()
    }
}

async fn still_movable(tx: &mut TenantTx, wish: &SlotMove, order: &Order) -> Result<(), Problem> {
    order
        .require_movable()
        .map_err(|error| error.to_problem())?;
    if order.progress.version != wish.version {
        return Err(stale(tx, order, wish.version, order.progress.state).await?);
    }
    Ok(())
}

/// Whether this wish has moved the order before, whatever became of it since.
async fn is_done(tx: &mut TenantTx, wish: &SlotMove) -> Result<bool, Problem> {
    let entry = order_events::find(tx, wish.order, wish.version + 1).await?;
    Ok(entry.is_some_and(|entry| {
        matches!(entry.kind, EventKind::Rescheduled { to, .. } if to == wish.wanted_at)
            && entry.reason == wish.reason
    }))
}

/// Capacity may have moved the order although it did not say so.
pub(super) fn is_unclear(problem: &Problem) -> bool {
    matches!(
        problem.reason.as_ref(),
        "TEMPORARILY_UNAVAILABLE" | "DEADLINE_EXCEEDED" | chassis::error::INTERNAL
    )
}
