//! Changes the state of an order, and undoes the last step. Of two simultaneous requests one wins.

use chassis::{
    audit,
    authn::{Actor, Identity, Level},
    db::TenantTx,
    error::{CommonReason, Problem, Reason, ToProblem as _},
    id::{AccountId, OrderId, OrganisationId},
    outbox,
};
use proto::ordering::v1::OrderingReason;

use serde_json::json;

use super::{Ordering, recall::mismatch};
use crate::{
    domain::{
        order::Order,
        order_history::{CancelReason, EventActor, OrderEvent, Progress},
        order_state::OrderState,
        order_transition::{Error, Rights, TransitionRequest},
    },
    events,
    store::{
        order_counters,
        order_events::{self, RequestMark},
        orders, refunds,
    },
};

/// A request of staff to change the state of an order .
#[derive(Clone, Debug)]
pub struct TransitionOrder {
    /// The order.
    pub order: OrderId,
    /// Version it was read at.
    pub version: i64,
    /// The transition.
    pub transition: TransitionRequest,
    /// Key and body hash, when the caller gave a key.
    pub mark: Option<RequestMark>,
}

impl Ordering {
    /// Changes the state of an order as a member of staff.
    pub async fn transition_order(
        &self,
        org: OrganisationId,
        caller: &Identity,
        request: &TransitionOrder,
    ) -> Result<Order, Problem> {
        let mut tx = self.db.tenant(org).await?;
        let mut order = lock(&mut tx, caller, request.order).await?;
        if let Some(mark) = &request.mark
            && let Some(hash) = order_events::find_request(&mut tx, order.id, &mark.key).await?
        {
            return if hash == mark.hash {
                Ok(order)
            } else {
                Err(mismatch())
            };
        }
        if order.progress.version != request.version {
            return Err(stale(&mut tx, &order, request.version, request.transition.to).await?);
        }

        let (_, actor) = staff(caller)?;
        lock_number(&mut tx, &order).await?;
        let before = order.progress.clone();
        let advanced = order.advance(
            &request.transition,
            &actor,
            rights(caller),
            self.clock.now(),
        );
        let entries = advanced.map_err(|error| error.to_problem())?;
        let mark = request.mark.as_ref();
        self.write(&mut tx, &order, &before, &entries, mark).await?;
        tx.commit().await?;
        self.prepaying
            .note(org, before.state, order.progress.state)
            .await;
        Ok(order)
    }

    /// Undoes the last request of a member of staff, or finds that this very request has done so.
    pub async fn undo_transition(
        &self,
        org: OrganisationId,
        caller: &Identity,
        id: OrderId,
        version: i64,
    ) -> Result<Order, Problem> {
        let (account, actor) = staff(caller)?;
        let EventActor::Staff { name, .. } = &actor else {
            return Err(not_staff());
        };
        let mut tx = self.db.tenant(org).await?;
        let mut order = lock(&mut tx, caller, id).await?;
        if order.progress.version != version {
            let next = order_events::find(&mut tx, id, version + 1).await?;
            if next.is_some_and(|next| next.is_undo_by(account)) {
                return Ok(order);
            }
            let to = order.progress.state;
            return Err(stale(&mut tx, &order, version, to).await?);
        }

        // What was received with the step may have been paid out again.
        if refunds::exist(&mut tx, id).await? {
            let state = order.progress.state;
            return Err(Error::NothingToUndo { state }.to_problem());
        }
        lock_number(&mut tx, &order).await?;
        let history = order_events::list(&mut tx, id).await?;
        let before = order.progress.clone();
        let undone = order.undo(&history, account, name, self.clock.now());
        let entries = [undone.map_err(|error| error.to_problem())?];
        self.write(&mut tx, &order, &before, &entries, None).await?;
        tx.commit().await?;
        self.prepaying
            .note(org, before.state, order.progress.state)
            .await;
        Ok(order)
    }

    /// Cancels an order as its customer; one that is cancelled already stays so.
    pub async fn cancel_by_customer(
        &self,
        org: OrganisationId,
        id: OrderId,
        device: Option<String>,
    ) -> Result<Order, Problem> {
        let request = TransitionRequest {
            to: OrderState::Cancelled,
            cancel_reason: Some(CancelReason::CustomerRequest),
            reason: String::new(),
            cash_received: false,
            override_payment: false,
        };
        let mut tx = self.db.tenant(org).await?;
        let mut order = orders::lock(&mut tx, id).await?;
        if order.progress.state == OrderState::Cancelled {
            return Ok(order);
        }
        let before = order.progress.clone();
        let rights = Rights::default();
        let actor = EventActor::Customer { device };
        let advanced = order.advance(&request, &actor, rights, self.clock.now());
        let entries = advanced.map_err(|error| error.to_problem())?;
        self.write(&mut tx, &order, &before, &entries, None).await?;
        tx.commit().await?;
        Ok(order)
    }

    /// Writes progress, entries and events of a locked order that was at `before`.
    pub(super) async fn write(
        &self,
        tx: &mut TenantTx,
        order: &Order,
        before: &Progress,
        entries: &[OrderEvent],
        mark: Option<&RequestMark>,
    ) -> Result<(), Problem> {
        if let [first, ..] = entries {
            let state =
                |state: Option<OrderState>| json!({ "state": state.map(OrderState::as_str) });
            let (from, to) = (state(first.from), state(Some(order.progress.state)));
            audit::changed("order", order.id, &from, &to);
        }
        orders::update_progress(tx, order, before.version).await?;
        let rows: Vec<_> = entries.iter().map(|entry| (order.id, entry)).collect();
        order_events::insert(tx, &rows, mark).await?;
        let org = tx.org();
        let passed = before.through(entries, &order.progress);
        let changes: Vec<_> = entries
            .iter()
            .zip(passed.map_err(Problem::internal)?)
            .map(|(entry, progress)| events::changed(org, order, entry, &progress))
            .collect();
        outbox::publish(tx, &*self.clock, &changes).await
    }
}

/// Locks an order of one of the caller's branches until the transaction ends, so that requests for it
/// come one after the other and a repeated one finds what the first has done.
async fn lock(tx: &mut TenantTx, caller: &Identity, id: OrderId) -> Result<Order, Problem> {
    let order = orders::lock(tx, id).await?;
    caller.require_branch(order.brand, order.branch)?;
    Ok(order)
}

/// A closed order that is reopened takes its pickup number back: meanwhile it must not be assigned again.
async fn lock_number(tx: &mut TenantTx, order: &Order) -> Result<(), Problem> {
    if !order.progress.state.is_open() {
        order_counters::lock(tx, order.branch, order.terms.test).await?;
    }
    Ok(())
}

/// The refusal of a caller who read an older version: the state has changed since, or only the version.
pub(super) async fn stale(
    tx: &mut TenantTx,
    order: &Order,
    given: i64,
    to: OrderState,
) -> Result<Problem, Problem> {
    let read = order_events::find(tx, order.id, given).await?;
    let same_state = read.is_none_or(|entry| entry.to == order.progress.state);
    let reason = if same_state {
        Reason::from(CommonReason::VersionConflict)
    } else {
        OrderingReason::IllegalTransition.into()
    };
    Ok(Problem::new(reason)
        .message("the order was changed meanwhile")
        .param("state", order.progress.state.as_str())
        .param("expected", given)
        .param("actual", order.progress.version)
        .param("to", to.as_str()))
}

/// Rights of a caller beyond the permission that the RPC requires.
#[must_use]
pub fn rights(caller: &Identity) -> Rights {
    Rights {
        manage: caller.may("ops.orders", Level::Manage),
        cancel_late: caller.actions.contains("order.cancel_late"),
        reopen: caller.actions.contains("order.reopen"),
    }
}

pub(crate) fn staff(caller: &Identity) -> Result<(AccountId, EventActor), Problem> {
    match &caller.actor {
        Actor::Staff { account, name, .. } => Ok((
            *account,
            EventActor::Staff {
                account: *account,
                name: name.clone(),
            },
        )),
        _ => Err(not_staff()),
    }
}

pub(super) fn not_staff() -> Problem {
    Problem::new(CommonReason::PermissionDenied).message("only staff changes orders")
}
