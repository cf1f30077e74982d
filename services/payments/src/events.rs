//! Publishes `payments.payment.*.v1`; consumes branches of catalog, the ends
//! of orders and refunds paid out on site. Lists its
//! payments for services that fill themselves.

use async_trait::async_trait;
use chassis::{
    db::{SystemTx, TenantTx},
    error::Problem,
    inbox::{Consumer, Handler, Received},
    outbox::Event,
    service::Snapshot,
    snapshot::{Key, Source},
};
use proto::{
    catalog::v1::BranchChanged,
    ordering::v1::{OrderChanged, OrderRefundChanged},
};
use uuid::Uuid;

use crate::{
    app::{Dependencies, cash_refunds, order_events},
    domain::payment::{Payment, PaymentState},
    store::{self, branches::Branch},
    wire::{self, Happening},
};

/// The readers of events.
pub fn consumers(deps: &Dependencies) -> Vec<Consumer> {
    vec![
        Consumer::new(
            "payments.branches",
            &["catalog.branch.changed.v1"],
            Branches,
        )
        .filled_from("catalog", "catalog.branch"),
        Consumer::new(
            "payments.orders",
            &[
                "ordering.order.expired.v1",
                "ordering.order.cancelled.v1",
                "ordering.order.rejected.v1",
                "ordering.order.completed.v1",
                // A completion that is taken back: undone, or reopened.
                "ordering.order.undone.v1",
                "ordering.order.preparing.v1",
            ],
            Orders { deps: deps.clone() },
        )
        .filled_from("ordering", "ordering.order"),
        Consumer::new(
            "payments.cash_refunds",
            &["ordering.refund.requested.v1"],
            CashRefunds { deps: deps.clone() },
        ),
    ]
}

/// What other services can list to fill themselves.
pub fn snapshots(deps: &Dependencies) -> Vec<Snapshot> {
    let payments = Payments { deps: deps.clone() };
    vec![Snapshot::new("payments.payment", payments)]
}

struct Branches;

#[async_trait]
impl Handler for Branches {
    async fn handle(&self, tx: &mut TenantTx, events: &[Received]) -> Result<(), Problem> {
        let mut branches = events
            .iter()
            .map(read_branch)
            .collect::<anyhow::Result<Vec<Branch>>>()?;
        // Rows are locked in the order of their ids, as everywhere.
        branches.sort_by_key(|branch| (branch.id, branch.version));
        for branch in &branches {
            store::branches::upsert(tx, branch).await?;
        }
        Ok(())
    }
}

fn read_branch(event: &Received) -> anyhow::Result<Branch> {
    let branch = event.decode::<BranchChanged>()?.branch.unwrap_or_default();
    Ok(Branch {
        id: branch.branch_id.parse()?,
        brand: branch.brand_id.parse()?,
        version: event.version,
    })
}

struct Orders {
    deps: Dependencies,
}

#[async_trait]
impl Handler for Orders {
    async fn handle(&self, tx: &mut TenantTx, events: &[Received]) -> Result<(), Problem> {
        let mut events: Vec<&Received> = events.iter().collect();
        // Rows are locked in the order of their ids, so that two replicas never deadlock.
        events.sort_by_key(|event| (event.aggregate, event.version));
        for event in events {
            let body: OrderChanged = event.decode()?;
            order_events::apply(&self.deps, tx, &body).await?;
        }
        Ok(())
    }
}

struct CashRefunds {
    deps: Dependencies,
}

#[async_trait]
impl Handler for CashRefunds {
    async fn handle(&self, tx: &mut TenantTx, events: &[Received]) -> Result<(), Problem> {
        for event in events {
            let body: OrderRefundChanged = event.decode()?;
            cash_refunds::book(&self.deps, tx, &body).await?;
        }
        Ok(())
    }
}

/// The last state of each payment.
struct Payments {
    deps: Dependencies,
}

#[async_trait]
impl Source for Payments {
    async fn keys(&self, tx: &mut SystemTx, after: Key, limit: i64) -> Result<Vec<Key>, Problem> {
        let after = (after.org.as_uuid(), after.id);
        let keys = store::payments::list_keys(tx, after, limit).await?;
        Ok(keys.into_iter().map(|(org, id)| Key { org, id }).collect())
    }

    async fn events(&self, tx: &mut TenantTx, ids: &[Uuid]) -> Result<Vec<Event>, Problem> {
        let now = self.deps.clock.now();
        let mut events = Vec::with_capacity(ids.len());
        for payment in store::payments::list(tx, ids).await? {
            let attempts = store::attempts::list(tx, payment.id).await?;
            if let Some(happening) = last_happening(&payment) {
                events.push(wire::changed(
                    &payment,
                    happening,
                    attempts.last(),
                    None,
                    now,
                ));
            }
        }
        Ok(events)
    }
}

/// The event that would announce how a payment stands; none while it waits.
fn last_happening(payment: &Payment) -> Option<Happening> {
    use crate::domain::refund::RefundState::Succeeded;
    match payment.state {
        PaymentState::Pending => None,
        PaymentState::Authorized => Some(Happening::Authorized),
        PaymentState::Captured => Some(Happening::Captured),
        PaymentState::PartlyRefunded | PaymentState::Refunded => {
            Some(Happening::RefundSettled(Succeeded))
        }
        PaymentState::Failed => Some(Happening::Failed),
        PaymentState::Expired => Some(Happening::Expired),
    }
}
