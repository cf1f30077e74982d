//! What becomes of orders as their payments go on: paid ones are placed, unpaid ones expire in time.
//!
//! Payments says how a payment stands, by events and when it is asked; the version of the payment makes
//! each report count once, in whatever order they come. An order is placed in the commit that takes in
//! the report, with its pickup number and everything that follows from it.

use std::collections::BTreeMap;

use chassis::{
    db::TenantTx,
    error::{CommonReason, Problem, ToProblem as _},
    id::{BranchId, OrderId, OrganisationId},
    job::JobRun,
    outbox,
};
use chrono::{DateTime, TimeDelta, Utc};
use futures::{StreamExt as _, stream};
use rand::RngExt as _;
use uuid::Uuid;

use super::{Ordering, payments::PaymentStanding};
use crate::{
    domain::{
        online_payment::PaymentReport,
        order::Order,
        order_history::{OrderEvent, Progress, UNDO_WINDOW},
        order_number::PickupNumber,
        order_payment::AtTime,
        order_state::OrderState,
    },
    events,
    store::{
        order_counters::{self, Counts, Moment},
        order_payments, orders,
    },
};

/// Orders that one turn of the timer takes.
const A_TURN: i64 = 200;
/// Those that it looks at concurrently.
const AT_ONCE: usize = 8;
/// How long what a turn took is kept from other processes, and when a failed look is repeated.
const LEASE: TimeDelta = TimeDelta::seconds(20);

/// An order that a report changed.
struct Reported {
    order: Order,
    before: Progress,
    is_placed: bool,
}

impl Ordering {
    /// Takes in reports of payments; the caller commits.
    pub async fn apply_payment_reports(
        &self,
        tx: &mut TenantTx,
        reports: &BTreeMap<OrderId, PaymentReport>,
    ) -> Result<(), Problem> {
        let mut changed = Vec::new();
        // Rows are locked in the order of their ids, so that two replicas never deadlock.
        for (id, report) in reports {
            let order = match orders::lock(tx, *id).await {
                // A test order is deleted after thirty days.
                Err(problem) if problem.is(CommonReason::NotFound) => {
                    tracing::warn!(order.id = %id, "a payment of an unknown order");
                    continue;
                }
                locked => locked?,
            };
            changed.extend(self.apply_report(order, report));
        }
        self.write_reported(tx, changed).await
    }

    fn apply_report(&self, mut order: Order, report: &PaymentReport) -> Option<Reported> {
        let before = order.progress.clone();
        order.apply_payment(report).then(|| Reported {
            is_placed: order.is_placed_by(report),
            before,
            order,
        })
    }

    /// Writes what reports changed. Numbers are assigned when all orders are locked, branch by branch.
    async fn write_reported(
        &self,
        tx: &mut TenantTx,
        reported: Vec<Reported>,
    ) -> Result<(), Problem> {
        let mut placed: BTreeMap<(BranchId, bool), Vec<Reported>> = BTreeMap::new();
        for one in reported {
            if one.is_placed {
                let counter = (one.order.branch, one.order.terms.test);
                placed.entry(counter).or_default().push(one);
            } else {
                self.write_payment(tx, &one.order, &[]).await?;
            }
        }
        let now = self.clock.now();
        for (counter, orders) in placed {
            let numbers = take_pickup_numbers(tx, counter, &orders, now).await?;
            for (mut one, number) in orders.into_iter().zip(numbers) {
                let entry = one.order.place_paid(number, now);
                let entries = [entry.map_err(|error| error.to_problem())?];
                self.write(tx, &one.order, &one.before, &entries, None)
                    .await?;
                self.write_payment(tx, &one.order, &entries).await?;
            }
        }
        Ok(())
    }

    /// Writes the online payment of a locked order. Without entries its state stayed, so that the change
    /// has an event of its own.
    pub(super) async fn write_payment(
        &self,
        tx: &mut TenantTx,
        order: &Order,
        entries: &[OrderEvent],
    ) -> Result<(), Problem> {
        order_payments::update(tx, order).await?;
        if entries.is_empty() {
            orders::update_progress(tx, order, order.progress.version).await?;
            let event = events::payment_changed(order, self.clock.now());
            outbox::publish(tx, &*self.clock, &event.into_iter().collect::<Vec<_>>()).await?;
        }
        Ok(())
    }

    /// Looks at the orders whose time to be paid is over, each by itself: one that fails stops no other.
    pub async fn expire_unpaid_orders(&self) -> anyhow::Result<()> {
        let now = self.clock.now();
        let mut tx = self.db.system("take unpaid orders").await?;
        let due = order_payments::take_due(&mut tx, now, now + LEASE, A_TURN).await?;
        tx.commit().await?;
        let looks = due.into_iter().map(|(org, order)| async move {
            let look = tokio::spawn({
                let app = self.clone();
                async move { app.expire_unpaid_order(org, order).await }
            });
            (org, look.await)
        });
        let looked: Vec<_> = stream::iter(looks)
            .buffer_unordered(AT_ONCE)
            .collect()
            .await;
        let mut run = JobRun::default();
        for (org, outcome) in looked {
            let outcome = outcome.map_err(Problem::internal).and_then(|looked| looked);
            run.run(org, async { outcome }).await;
        }
        run.end()
    }

    /// Places an order whose time to be paid is over when payments has its money, lets it wait once more
    /// while an attempt is under way, and ends it otherwise.
    pub async fn expire_unpaid_order(
        &self,
        org: OrganisationId,
        id: OrderId,
    ) -> Result<(), Problem> {
        // Where payments is away an attempt may be under way; the order waits once and no longer, and
        // money that comes after its end goes back by itself.
        let standing = self.payments.find(org, id).await;
        let under_way = match &standing {
            Ok(found) => found.as_ref().is_some_and(|standing| standing.under_way),
            Err(error) => {
                tracing::warn!(order.id = %id, %error, "could not ask how a payment stands");
                true
            }
        };
        let standing = standing.ok().flatten();

        let mut tx = self.db.tenant(org).await?;
        let mut order = orders::lock(&mut tx, id).await?;
        if order.progress.state != OrderState::PendingPayment {
            order_payments::update(&mut tx, &order).await?;
            tx.commit().await?;
            return Ok(());
        }
        let before = order.progress.clone();
        if let Some(PaymentStanding { report, .. }) = &standing {
            order.apply_payment(report);
            if order.is_placed_by(report) {
                let one = Reported {
                    order,
                    before,
                    is_placed: true,
                };
                self.write_reported(&mut tx, vec![one]).await?;
                tx.commit().await?;
                return Ok(());
            }
        }
        let now = self.clock.now();
        match order.at_time(under_way, now) {
            AtTime::Waits(_) | AtTime::Extended(_) => {
                self.write_payment(&mut tx, &order, &[]).await?;
            }
            AtTime::Expired => {
                let entry = order.expire(now).map_err(|error| error.to_problem())?;
                let entries = [entry];
                self.write(&mut tx, &order, &before, &entries, None).await?;
                self.write_payment(&mut tx, &order, &entries).await?;
            }
        }
        tx.commit().await?;
        self.prepaying
            .note(org, before.state, order.progress.state)
            .await;
        Ok(())
    }
}

/// Pickup numbers of a branch for orders that are placed now.
async fn take_pickup_numbers(
    tx: &mut TenantTx,
    counter: (BranchId, bool),
    orders: &[Reported],
    now: DateTime<Utc>,
) -> Result<Vec<PickupNumber>, Problem> {
    let rule = orders[0].order.day_rule;
    let moment = Moment {
        now,
        day: rule.day_of(now),
        undo_day: rule.day_of(now - UNDO_WINDOW),
    };
    let counts = Counts {
        orders: 0,
        pickups: i32::try_from(orders.len()).map_err(anyhow::Error::from)?,
    };
    let seed = Uuid::from_u128(rand::rng().random());
    let (_, numbers) = order_counters::take(tx, counter, moment, counts, seed).await?;
    Ok(numbers)
}
