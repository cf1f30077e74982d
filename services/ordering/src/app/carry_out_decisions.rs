//! Carries out decisions about booked orders that were saved with a change of hours: a flow over capacity and
//! our own database, each order by itself, in numbered steps.
//!
//! 1. Take a decision that is due, count the attempt and postpone the next one, in a commit of its own: a
//!    process that dies leaves it due again, and nothing is retried for ever.
//! 2. For an order that goes to the next slot: find the slot and store it. Undo: delete the slot.
//! 3. Lock the order, let capacity move what it holds, and commit the order's new slot together with the
//!    end of the decision. A cancellation is this commit alone; capacity follows its event.
//!
//! A failure during step 3 leaves the slot stored: the next attempt continues with that very slot, and capacity
//! responds to a repeated request as to the first. Where no attempt had a clear result, or the order has changed
//! since, capacity is brought back to the order's own slot before the decision fails.

use chassis::{
    error::{CommonReason, Problem, Reason, ToProblem as _},
    id::OrganisationId,
};
use chrono::{DateTime, TimeDelta, Utc};
use futures::{StreamExt as _, stream};
use proto::{ProblemReason as _, capacity::v1::SlotState};

use super::{Ordering, quote::to_utc, reschedule::is_unclear};
use crate::{
    domain::{
        order::Order,
        order_decision::{Action, Attempt, Next, attempt, next_after, pause_after},
        order_history::CancelReason,
        order_state::OrderState,
        order_transition::{Rights, TransitionRequest},
    },
    store::{
        order_decisions::{self, Key, Taken},
        orders,
    },
};

/// Decisions that one turn of the timer takes.
const A_TURN: i64 = 200;
const AT_ONCE: usize = 4;

/// Result of requesting a slot.
enum AtSlot {
    /// The decision has ended.
    Ended,
    /// Another slot is to be found.
    Refused,
}

impl Ordering {
    /// Carries out what is due, each decision by itself: one that fails stops no other.
    pub async fn carry_out_decisions(&self) -> Result<(), sqlx::Error> {
        let mut tx = self.db.system("find decisions that are due").await?;
        let due = order_decisions::list_due(&mut tx, self.clock.now(), A_TURN).await?;
        tx.rollback().await?;
        stream::iter(due)
            .for_each_concurrent(AT_ONCE, async |(org, key)| {
                if let Err(error) = self.carry_out_decision(org, key).await {
                    let cause = error.cause.as_ref().map(|cause| format!("{cause:#}"));
                    tracing::warn!(
                        decision_batch.id = %key.batch, order.id = %key.order, %error, cause,
                        "a decision about an order is not carried out yet"
                    );
                }
            })
            .await;
        Ok(())
    }

    async fn carry_out_decision(&self, org: OrganisationId, key: Key) -> Result<(), Problem> {
        let Some(mut taken) = self.step_1_take(org, key).await? else {
            return Ok(());
        };
        let action = taken.decision.action;
        let outcome = match (attempt(action, taken.progress.attempts), action) {
            (Attempt::CarryOut, Action::Cancel) => self.cancel_decided(org, &taken).await,
            (Attempt::CarryOut, Action::Reschedule | Action::RescheduleNext) => {
                self.reschedule_decided(org, &mut taken).await
            }
            (Attempt::Undo, _) => self.undo_decided(org, &taken).await,
            (Attempt::GiveUp, _) => self.give_up(org, &taken).await,
        };
        if let Err(problem) = &outcome {
            let mut tx = self.db.tenant(org).await?;
            order_decisions::set_reason(&mut tx, key, &problem.reason).await?;
            tx.commit().await?;
        }
        outcome
    }

    async fn step_1_take(&self, org: OrganisationId, key: Key) -> Result<Option<Taken>, Problem> {
        let now = self.clock.now();
        let mut tx = self.db.tenant(org).await?;
        let Some(mut taken) = order_decisions::take(&mut tx, key, now).await? else {
            return Ok(None);
        };
        taken.progress.attempts = taken.progress.attempts.saturating_add(1);
        let due_at = now + pause_after(taken.progress.attempts);
        order_decisions::update_progress(&mut tx, &taken, due_at).await?;
        tx.commit().await?;
        Ok(Some(taken))
    }

    async fn cancel_decided(&self, org: OrganisationId, taken: &Taken) -> Result<(), Problem> {
        let mut tx = self.db.tenant(org).await?;
        let mut order = orders::lock(&mut tx, taken.decision.order).await?;
        if !order_decisions::lock_waiting(&mut tx, taken.key()).await? {
            return Ok(());
        }
        if order.progress.state != OrderState::Cancelled {
            let request = TransitionRequest {
                to: OrderState::Cancelled,
                cancel_reason: Some(CancelReason::Closed),
                reason: String::new(),
                cash_received: false,
                override_payment: false,
            };
            // That the account manages orders was judged when it decided.
            let rights = Rights {
                manage: true,
                cancel_late: taken.batch.may_cancel_late,
                reopen: false,
            };
            let before = order.progress.clone();
            let now = self.clock.now();
            match order.advance(&request, &taken.batch.actor(), rights, now) {
                Ok(entries) => {
                    self.write(&mut tx, &order, &before, &entries, None).await?;
                }
                Err(refused) => {
                    let reason = refused.to_problem().reason;
                    order_decisions::finish(&mut tx, taken.key(), Some(&reason)).await?;
                    tx.commit().await?;
                    return Ok(());
                }
            }
        }
        order_decisions::finish(&mut tx, taken.key(), None).await?;
        tx.commit().await?;
        Ok(())
    }

    async fn reschedule_decided(
        &self,
        org: OrganisationId,
        taken: &mut Taken,
    ) -> Result<(), Problem> {
        loop {
            let slot = match taken.decision.wanted_at {
                Some(slot) => slot,
                None => match self.step_2_find_slot(org, taken).await? {
                    Some(slot) => slot,
                    None => return self.fail(org, taken, taken.progress.why_no_slot()).await,
                },
            };
            match self.step_3_reschedule(org, taken, slot).await? {
                AtSlot::Ended => return Ok(()),
                AtSlot::Refused => {}
            }
        }
    }

    /// The first slot with enough capacity for the order after its time and after those that rejected it,
    /// stored; `None` when there is none.
    async fn step_2_find_slot(
        &self,
        org: OrganisationId,
        taken: &mut Taken,
    ) -> Result<Option<DateTime<Utc>>, Problem> {
        let mut tx = self.db.tenant(org).await?;
        let order = orders::get(&mut tx, taken.decision.order).await?;
        tx.commit().await?;
        // Hours that were changed just now count: the offer from before is of no use.
        let not_before = Some(taken.batch.started_at);
        let available = self.slots_of(org, &order, not_before).await?;
        let after = taken.decision.promised_at;
        let with_capacity = available
            .slots
            .iter()
            .filter(|slot| matches!(slot.state(), SlotState::Open | SlotState::Filling));
        let mut starts = with_capacity.filter_map(|slot| to_utc(slot.starts_at));
        let found = starts.find(|start| *start > after && *start >= taken.progress.search_from);
        if let Some(slot) = found {
            let mut tx = self.db.tenant(org).await?;
            order_decisions::set_slot(&mut tx, taken.key(), slot).await?;
            tx.commit().await?;
            taken.decision.wanted_at = found;
        }
        Ok(found)
    }

    async fn step_3_reschedule(
        &self,
        org: OrganisationId,
        taken: &mut Taken,
        slot: DateTime<Utc>,
    ) -> Result<AtSlot, Problem> {
        let key = taken.key();
        let mut tx = self.db.tenant(org).await?;
        let mut order = orders::lock(&mut tx, taken.decision.order).await?;
        if !order_decisions::lock_waiting(&mut tx, key).await? {
            return Ok(AtSlot::Ended);
        }
        if order.wanted_at == Some(slot) && order.progress.state.is_open() {
            order_decisions::finish(&mut tx, key, None).await?;
            tx.commit().await?;
            return Ok(AtSlot::Ended);
        }
        if let Some(reason) = changed_since(&order, taken) {
            if taken.progress.attempts > 1 && !self.follow(org, &order).await {
                return Err(Problem::new(CommonReason::TemporarilyUnavailable)
                    .message("capacity could not be brought back to an order that has changed"));
            }
            order_decisions::finish(&mut tx, key, Some(&reason)).await?;
            tx.commit().await?;
            return Ok(AtSlot::Ended);
        }
        let held = self
            .capacity
            .reschedule(org, order.branch, order.id, slot)
            .await;
        match held {
            Ok(hold) => {
                let (reason, actor) = (&taken.batch.reschedule_reason, taken.batch.actor());
                self.write_new_slot(&mut tx, &mut order, (slot, &hold), reason, &actor)
                    .await?;
                order_decisions::finish(&mut tx, key, None).await?;
                tx.commit().await?;
                Ok(AtSlot::Ended)
            }
            Err(problem) if is_unclear(&problem) => Err(problem),
            Err(problem) => {
                let search_from = match next_after(
                    taken.decision.action,
                    &problem.reason,
                    taken.progress.slots_refused,
                ) {
                    Next::Slot => slot + TimeDelta::seconds(1),
                    Next::Day => {
                        let rule = order.day_rule;
                        rule.day_of(slot).ends_at(rule.tz, rule.cutoff_minutes)
                    }
                    Next::Nowhere => {
                        order_decisions::finish(&mut tx, key, Some(&problem.reason)).await?;
                        tx.commit().await?;
                        return Ok(AtSlot::Ended);
                    }
                };
                taken.decision.wanted_at = None;
                taken.progress.attempts = 1;
                taken.progress.slots_refused += 1;
                taken.progress.search_from = search_from;
                taken.progress.reason = problem.reason.to_string();
                let due_at = self.clock.now() + pause_after(1);
                order_decisions::update_progress(&mut tx, taken, due_at).await?;
                tx.commit().await?;
                Ok(AtSlot::Refused)
            }
        }
    }

    /// Fails a decision once capacity has the order where it is.
    async fn undo_decided(&self, org: OrganisationId, taken: &Taken) -> Result<(), Problem> {
        let mut tx = self.db.tenant(org).await?;
        let order = orders::lock(&mut tx, taken.decision.order).await?;
        if !order_decisions::lock_waiting(&mut tx, taken.key()).await? {
            return Ok(());
        }
        if taken.decision.wanted_at.is_some() && !self.follow(org, &order).await {
            return Err(last_problem(taken));
        }
        let reason = last_problem(taken).reason;
        order_decisions::finish(&mut tx, taken.key(), Some(&reason)).await?;
        tx.commit().await?;
        Ok(())
    }

    async fn give_up(&self, org: OrganisationId, taken: &Taken) -> Result<(), Problem> {
        tracing::error!(
            decision_batch.id = %taken.batch.id, order.id = %taken.decision.order,
            reason = taken.progress.reason, "a decision about an order was given up"
        );
        self.fail(org, taken, &last_problem(taken).reason).await
    }

    async fn fail(&self, org: OrganisationId, taken: &Taken, reason: &str) -> Result<(), Problem> {
        let mut tx = self.db.tenant(org).await?;
        order_decisions::finish(&mut tx, taken.key(), Some(reason)).await?;
        tx.commit().await?;
        Ok(())
    }
}

/// Why an order is not rescheduled any more: it is being made or has ended, or was rescheduled since.
fn changed_since(order: &Order, taken: &Taken) -> Option<String> {
    if let Err(error) = order.require_reschedulable() {
        return Some(error.to_problem().reason.to_string());
    }
    (order.promised_at != taken.decision.promised_at)
        .then(|| CommonReason::VersionConflict.word().to_owned())
}

/// Why the latest attempt failed; unknown where the process died.
fn last_problem(taken: &Taken) -> Problem {
    match taken.progress.reason.as_str() {
        "" => Problem::new(CommonReason::TemporarilyUnavailable),
        reason => Problem::new(Reason::from_word(reason)),
    }
}
