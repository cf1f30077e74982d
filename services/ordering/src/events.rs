//! Publishes `ordering.order.<state>.v1`, `ordering.order.undone.v1`, `ordering.schedule.changed.v1`,
//! `ordering.payment.changed.v1` and `ordering.refund.requested.v1`; consumes `capacity.hold.gone.v1`,
//! `capacity.orders.decided.v1`, `payments.payment.*.v1` and `printing.order.printed.v1`; subscribes to
//! `catalog.menu.published.v1` and `membership.rules.published.v1` on every replica. Lists its orders for
//! services that fill themselves.

mod published;
mod refunds;

use std::collections::BTreeMap;

use anyhow::Context as _;
use async_trait::async_trait;
use chassis::{
    amqp::Amqp,
    clock::SharedClock,
    db::{SystemTx, TenantTx},
    error::Problem,
    id::{BranchId, BrandId, OrderId},
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
    membership::v1::RulesPublished,
    payments::v1::PaymentChanged,
    printing::v1::OrderPrinted,
};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

pub use published::{
    changed, listed, listed_with_pricing, payment_changed, payment_progress, rescheduled,
};
pub use refunds::refund_requested;

use crate::{
    app::{Ordering, menus::Menus, payments, quote::to_utc, rule_documents::RuleDocuments},
    domain::{
        online_payment::PaymentReport,
        order_decision::{Action, DecisionBatch, OrderDecision},
    },
    store::{order_decisions, order_events, orders},
};

/// The consumers of events.
#[must_use]
pub fn consumers(app: &Ordering) -> Vec<Consumer> {
    let lost_holds = LostHolds { app: app.clone() };
    let decisions = Decisions { app: app.clone() };
    let payments = Payments { app: app.clone() };
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
        Consumer::new("ordering.payments", &["payments.payment.*.v1"], payments)
            .filled_from("payments", "payments.payment"),
        Consumer::new(
            "ordering.printed_orders",
            &["printing.order.printed.v1"],
            PrintedOrders { app: app.clone() },
        ),
    ]
}

/// What other services can copy.
#[must_use]
pub fn snapshots(clock: SharedClock) -> Vec<Snapshot> {
    let recent = Orders { clock: Some(clock) };
    vec![
        Snapshot::new("ordering.order", recent),
        Snapshot::new("ordering.every_order", Orders { clock: None }),
    ]
}

/// The last event of each order, again, with the whole order: of those that are open or were closed
/// lately, or of all without a clock, and then with what they were priced with.
struct Orders {
    clock: Option<SharedClock>,
}

/// How long after its promised time a closed order counts as recent; no event is redelivered later.
const RECENT: TimeDelta = TimeDelta::days(30);

#[async_trait]
impl Source for Orders {
    async fn keys(&self, tx: &mut SystemTx, after: Key, limit: i64) -> Result<Vec<Key>, Problem> {
        let since = self.clock.as_ref().map(|clock| clock.now() - RECENT);
        Ok(orders::list_keys(tx, after, since, limit).await?)
    }

    async fn events(&self, tx: &mut TenantTx, ids: &[Uuid]) -> Result<Vec<Event>, Problem> {
        let ids: Vec<OrderId> = ids.iter().copied().map(OrderId::from_uuid).collect();
        let mut last = order_events::list_last(tx, &ids).await?;
        let org = tx.org();
        let orders = orders::list(tx, &ids).await?.into_iter();
        let events = orders.filter_map(|order| {
            let entry = last.remove(&order.id)?;
            Some(match self.clock {
                Some(_) => listed(org, &order, &entry),
                None => listed_with_pricing(org, &order, &entry),
            })
        });
        Ok(events.collect())
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
        reschedule_reason: decided.reschedule_reason,
        started_at: now,
    };
    Ok((batch, decisions?))
}

fn read_decision(decided: &DecidedOrder) -> anyhow::Result<OrderDecision> {
    let wanted_at = to_utc(decided.wanted_at);
    let (action, wanted_at) = match decided.decision() {
        Decision::Cancel => (Action::Cancel, None),
        Decision::Reschedule => (
            Action::Reschedule,
            Some(wanted_at.context("a new time without its slot")?),
        ),
        Decision::RescheduleNext => (Action::RescheduleNext, None),
        Decision::Keep | Decision::Unspecified => {
            anyhow::bail!("no action for order {}", decided.order_id)
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

struct Payments {
    app: Ordering,
}

#[async_trait]
impl Handler for Payments {
    async fn handle(&self, tx: &mut TenantTx, events: &[Received]) -> Result<(), Problem> {
        // A report has the sums over all attempts and refunds, so the latest of each order says it all.
        let mut latest: BTreeMap<OrderId, PaymentReport> = BTreeMap::new();
        for event in events {
            let (order, report) = read_payment(event)?;
            let known = latest.get(&order).map_or(0, |known| known.version);
            if report.version > known {
                latest.insert(order, report);
            }
        }
        self.app.apply_payment_reports(tx, &latest).await
    }
}

fn read_payment(event: &Received) -> anyhow::Result<(OrderId, PaymentReport)> {
    let changed: PaymentChanged = event.decode()?;
    Ok((changed.order_id.parse()?, payments::report(&changed)?))
}

struct PrintedOrders {
    app: Ordering,
}

#[async_trait]
impl Handler for PrintedOrders {
    async fn handle(&self, tx: &mut TenantTx, events: &[Received]) -> Result<(), Problem> {
        let mut orders = events
            .iter()
            .map(|event| Ok(event.decode::<OrderPrinted>()?.order_id.parse()?))
            .collect::<anyhow::Result<Vec<OrderId>>>()?;
        orders.sort_unstable();
        orders.dedup();
        for order in orders {
            self.app.accept_printed(tx, order).await?;
        }
        Ok(())
    }
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
        // Rows are locked in the order of their ids, so that two replicas never deadlock.
        orders.sort_unstable();
        orders.dedup();
        for order in orders {
            self.app.cancel_for_lost_hold(tx, order).await?;
        }
        Ok(())
    }
}

/// Drops cached menus as new ones are published, until `shutdown`.
pub async fn follow_menus(amqp: Amqp, menus: Menus, shutdown: CancellationToken) {
    let mut signals = subscribe(&amqp, &["catalog.menu.published.v1"]);
    while let Some(Some(signal)) = shutdown.run_until_cancelled(signals.next()).await {
        match signal {
            Signal::Gap => menus.invalidate_all(),
            Signal::Event(event) => invalidate(&menus, &event).await,
        }
    }
}

async fn invalidate(menus: &Menus, event: &Received) {
    let published = event.decode::<MenuPublished>();
    let branch = published.map(|published| published.branch_id.parse::<BranchId>());
    match branch {
        Ok(Ok(branch)) => menus.invalidate(event.org, branch).await,
        _ => tracing::warn!(event.id = %event.id, "an event of a new menu without its branch"),
    }
}

/// Reads a brand's rules again as new ones are published, until `shutdown`.
pub async fn follow_rules(amqp: Amqp, rules: RuleDocuments, shutdown: CancellationToken) {
    let mut signals = subscribe(&amqp, &["membership.rules.published.v1"]);
    while let Some(Some(signal)) = shutdown.run_until_cancelled(signals.next()).await {
        match signal {
            Signal::Gap => rules.read_all_again(),
            Signal::Event(event) => {
                let published = event.decode::<RulesPublished>();
                let brand = published.map(|published| published.brand_id.parse::<BrandId>());
                match brand {
                    Ok(Ok(brand)) => rules.published(event.org, brand).await,
                    _ => {
                        tracing::warn!(event.id = %event.id, "an event of new rules without its brand")
                    }
                }
            }
        }
    }
}
