//! Publishes `ordering.order.placed.v1`, `ordering.order.<state>.v1`, `ordering.order.undone.v1` and
//! `ordering.schedule.changed.v1`; consumes `capacity.hold.gone.v1` and `capacity.orders.decided.v1`;
//! hears `catalog.menu.published.v1` on every replica. Lists its orders for the consumers of their
//! events.

use anyhow::Context as _;
use async_trait::async_trait;
use chassis::{
    amqp::Amqp,
    clock::SharedClock,
    db::{SystemTx, TenantTx},
    error::Problem,
    id::{BranchId, OrderId},
    inbox::{Consumer, Handler, Received, Signal, subscribe},
    outbox::Event,
    service::Snapshot,
    snapshot::{Key, Source},
};
use chrono::{DateTime, TimeDelta, Utc};
use futures::StreamExt as _;
use proto::{
    capacity::v1::{DecidedOrder, Decision, HoldGone, OrdersDecided},
    catalog::v1::MenuPublished,
    ordering::v1 as wire,
};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::{
    app::{
        Ordering,
        menus::Menus,
        quote::{to_timestamp, to_utc},
    },
    domain::{
        order::Order,
        order_decision::{Action, DecisionBatch, OrderDecision},
        order_history::{EventKind, OrderEvent},
        order_state::OrderState,
    },
    grpc::convert::state_to_wire,
    store::{order_decisions, order_events, orders},
};

/// An order exists.
#[must_use]
pub fn placed(order: &Order) -> Event {
    let body = wire::OrderPlaced {
        order_id: order.id.to_string(),
        branch_id: order.branch.to_string(),
        brand_id: order.brand.to_string(),
        version: order.progress.version,
        pickup_number: order.pickup_number.to_string(),
        promised_at: Some(to_timestamp(order.promised_at)),
        test: order.test,
    };
    Event::new(
        "ordering.order.placed.v1",
        order.id.as_uuid(),
        order.progress.version,
        &body,
    )
}

/// An order moved on, or a step was taken back.
#[must_use]
pub fn moved(order: &Order, entry: &OrderEvent) -> Event {
    let given_up = matches!(entry.to, OrderState::Cancelled | OrderState::Rejected);
    let prepared = entry.from.is_some_and(OrderState::is_prepared);
    let body = wire::OrderStateChanged {
        order_id: order.id.to_string(),
        branch_id: order.branch.to_string(),
        version: entry.version,
        from: entry
            .from
            .map_or(wire::OrderState::Unspecified, state_to_wire)
            .into(),
        to: state_to_wire(entry.to).into(),
        return_stock: given_up && !prepared,
    };
    Event::new(event_type(entry), order.id.as_uuid(), entry.version, &body)
}

/// An order was moved to another slot.
///
/// Not one of `ordering.order.*.v1`, whose readers expect a change of state.
#[must_use]
pub fn rescheduled(order: &Order, entry: &OrderEvent) -> Event {
    let before = order.moved.as_ref().map(|moved| to_timestamp(moved.from));
    let body = wire::ScheduleChanged {
        order_id: order.id.to_string(),
        branch_id: order.branch.to_string(),
        version: entry.version,
        state: state_to_wire(entry.to).into(),
        from: before,
        to: Some(to_timestamp(order.promised_at)),
        business_day: order.business_day.to_string(),
        reason: entry.reason.clone(),
    };
    Event::new(
        "ordering.schedule.changed.v1",
        order.id.as_uuid(),
        entry.version,
        &body,
    )
}

const fn event_type(entry: &OrderEvent) -> &'static str {
    if matches!(entry.kind, EventKind::Undone) {
        return "ordering.order.undone.v1";
    }
    match entry.to {
        OrderState::PendingPayment => "ordering.order.pending_payment.v1",
        OrderState::Placed => "ordering.order.placed.v1",
        OrderState::Accepted => "ordering.order.accepted.v1",
        OrderState::Preparing => "ordering.order.preparing.v1",
        OrderState::Ready => "ordering.order.ready.v1",
        OrderState::Delivering => "ordering.order.delivering.v1",
        OrderState::Completed => "ordering.order.completed.v1",
        OrderState::Cancelled => "ordering.order.cancelled.v1",
        OrderState::Rejected => "ordering.order.rejected.v1",
        OrderState::Expired => "ordering.order.expired.v1",
        OrderState::NoShow => "ordering.order.no_show.v1",
    }
}

/// The readers of events.
#[must_use]
pub fn consumers(app: &Ordering) -> Vec<Consumer> {
    let lost_holds = LostHolds { app: app.clone() };
    let decisions = Decisions { app: app.clone() };
    vec![
        Consumer::new(
            "ordering.lost_holds",
            &["capacity.hold.gone.v1"],
            lost_holds,
        )
        .filled_from("capacity", "capacity.released_hold"),
        Consumer::new(
            "ordering.decisions",
            &["capacity.orders.decided.v1"],
            decisions,
        ),
    ]
}

/// What other services may keep a copy of.
#[must_use]
pub fn snapshots(clock: SharedClock) -> Vec<Snapshot> {
    vec![Snapshot::new("ordering.order", Orders { clock })]
}

/// Orders that are open, and those closed lately: the last event of each, again.
struct Orders {
    clock: SharedClock,
}

/// How long after its promised time a closed order is still listed; no longer is an event missed.
const LIST_CLOSED: TimeDelta = TimeDelta::days(30);

#[async_trait]
impl Source for Orders {
    async fn keys(&self, tx: &mut SystemTx, after: Key, limit: i64) -> Result<Vec<Key>, Problem> {
        let since = self.clock.now() - LIST_CLOSED;
        Ok(orders::list_keys(tx, after, since, limit).await?)
    }

    async fn events(&self, tx: &mut TenantTx, ids: &[Uuid]) -> Result<Vec<Event>, Problem> {
        let ids: Vec<OrderId> = ids.iter().copied().map(OrderId::from_uuid).collect();
        let mut events = Vec::with_capacity(ids.len());
        for order in orders::list(tx, &ids).await? {
            let last = order_events::list(tx, order.id).await?.pop();
            events.extend(last.map(|entry| announced(&order, &entry)));
        }
        Ok(events)
    }
}

/// The event that announced the order's present state; a placed order has a body of its own.
fn announced(order: &Order, last: &OrderEvent) -> Event {
    if order.progress.state == OrderState::Placed {
        placed(order)
    } else {
        moved(order, last)
    }
}

struct Decisions {
    app: Ordering,
}

#[async_trait]
impl Handler for Decisions {
    async fn handle(&self, tx: &mut TenantTx, events: &[Received]) -> Result<(), Problem> {
        let now = self.app.clock.now();
        for event in events {
            let (batch, decisions) = read_decisions(event.decode()?, now)?;
            order_decisions::insert(tx, &batch, &decisions).await?;
        }
        Ok(())
    }
}

fn read_decisions(
    decided: OrdersDecided,
    now: DateTime<Utc>,
) -> anyhow::Result<(DecisionBatch, Vec<OrderDecision>)> {
    let decisions: anyhow::Result<_> = decided.orders.iter().map(read_decision).collect();
    let batch = DecisionBatch {
        id: decided.batch_id.parse()?,
        brand: decided.brand_id.parse()?,
        account: decided.account_id.parse()?,
        account_name: decided.account_name,
        may_cancel_late: decided.may_cancel_late,
        move_reason: decided.move_reason,
        started_at: now,
    };
    Ok((batch, decisions?))
}

fn read_decision(decided: &DecidedOrder) -> anyhow::Result<OrderDecision> {
    let wanted_at = to_utc(decided.wanted_at);
    let (action, wanted_at) = match decided.decision() {
        Decision::Cancel => (Action::Cancel, None),
        Decision::Move => (
            Action::Move,
            Some(wanted_at.context("an order is moved to no slot")?),
        ),
        Decision::MoveNext => (Action::MoveNext, None),
        Decision::Keep | Decision::Unspecified => {
            anyhow::bail!("nothing is to be done with order {}", decided.order_id)
        }
    };
    Ok(OrderDecision {
        order: decided.order_id.parse()?,
        branch: decided.branch_id.parse()?,
        promised_at: to_utc(decided.promised_at).context("an order without its promised time")?,
        action,
        wanted_at,
    })
}

struct LostHolds {
    app: Ordering,
}

#[async_trait]
impl Handler for LostHolds {
    async fn handle(&self, tx: &mut TenantTx, events: &[Received]) -> Result<(), Problem> {
        let mut orders = events
            .iter()
            .map(|event| Ok(event.decode::<HoldGone>()?.order_id.parse()?))
            .collect::<anyhow::Result<Vec<OrderId>>>()?;
        // Rows are locked in the order of their ids, so that two replicas never wait for each other.
        orders.sort_unstable();
        orders.dedup();
        for order in orders {
            self.app.cancel_for_lost_hold(tx, order).await?;
        }
        Ok(())
    }
}

/// Forgets menus as new ones are published, until `shutdown`.
pub async fn follow_menus(amqp: Amqp, menus: Menus, shutdown: CancellationToken) {
    let mut signals = subscribe(&amqp, &["catalog.menu.published.v1"]);
    while let Some(Some(signal)) = shutdown.run_until_cancelled(signals.next()).await {
        match signal {
            Signal::Gap => menus.invalidate_all(),
            Signal::Event(event) => forget(&menus, &event).await,
        }
    }
}

async fn forget(menus: &Menus, event: &Received) {
    let published = event.decode::<MenuPublished>();
    let branch = published.map(|published| published.branch_id.parse::<BranchId>());
    match branch {
        Ok(Ok(branch)) => menus.invalidate(event.org, branch).await,
        _ => tracing::warn!(event.id = %event.id, "an event of a new menu names no branch"),
    }
}
