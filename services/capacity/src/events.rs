//! Publishes `capacity.availability.changed.v1` and `capacity.orders.decided.v1`; consumes branches of
//! catalog and orders.

use anyhow::Context as _;
use async_trait::async_trait;
use chassis::{
    db::{SystemTx, TenantTx},
    error::Problem,
    id::{BranchId, BrandId, OrderId},
    inbox::{Consumer, Handler, Received},
    outbox::Event,
    service::Snapshot,
    snapshot::{Key, Source},
};
use chrono_tz::Tz;
use proto::{
    catalog::v1::{BranchChanged, BranchState as WireBranchState},
    ordering::v1::{OrderChange, OrderChanged, OrderState},
};

use uuid::Uuid;

use crate::{
    app::{
        Dependencies,
        availability::publish::publish_changes,
        holds::settle::{OrderUpdate, hold_gone, settle},
        limits, pauses,
    },
    domain::{
        availability::changes::VisibleChanges,
        branch_state::BranchState,
        holds::state::{HoldState, OrderStatus},
    },
    store::{self, branches::Branch},
};

/// The readers of events.
pub fn consumers(deps: &Dependencies) -> Vec<Consumer> {
    vec![
        Consumer::new(
            "capacity.branches",
            &["catalog.branch.changed.v1"],
            Branches { deps: deps.clone() },
        )
        .filled_from("catalog", "catalog.branch"),
        Consumer::new(
            "capacity.orders",
            &["ordering.order.*.v1"],
            Orders { deps: deps.clone() },
        )
        .filled_from("ordering", "ordering.order"),
    ]
}

/// What other services can list to fill themselves.
pub fn snapshots() -> Vec<Snapshot> {
    vec![Snapshot::new("capacity.released_hold", ReleasedHolds)]
}

/// Holds that were given back for orders that were made; those of open orders are gone.
struct ReleasedHolds;

#[async_trait]
impl Source for ReleasedHolds {
    async fn keys(&self, tx: &mut SystemTx, after: Key, limit: i64) -> Result<Vec<Key>, Problem> {
        Ok(store::holds::list_released_keys(tx, after, limit).await?)
    }

    async fn events(&self, tx: &mut TenantTx, ids: &[Uuid]) -> Result<Vec<Event>, Problem> {
        let order_ids: Vec<_> = ids.iter().copied().map(OrderId::from_uuid).collect();
        let holds = store::holds::find_many(tx, &order_ids, &[]).await?;
        let released = holds
            .iter()
            .filter(|hold| hold.state == HoldState::Released);
        Ok(released
            .map(|hold| hold_gone(hold.branch_id, hold.order_id))
            .collect())
    }
}

struct Branches {
    deps: Dependencies,
}

#[async_trait]
impl Handler for Branches {
    async fn handle(&self, tx: &mut TenantTx, events: &[Received]) -> Result<(), Problem> {
        let mut branches = events
            .iter()
            .map(read_branch)
            .collect::<anyhow::Result<Vec<Branch>>>()?;
        // Rows are locked in the order of their ids, as everywhere.
        branches.sort_by_key(|branch| (branch.branch_id, branch.version));
        for branch in &branches {
            if store::branches::upsert(tx, branch).await? {
                pauses::join_brand(&self.deps, tx, branch).await?;
                // Another cut-off or zone changes the windows of limits.
                limits::recount_branch(&self.deps, tx, branch.branch_id).await?;
                let changes = VisibleChanges {
                    slots: true,
                    ..VisibleChanges::default()
                };
                publish_changes(&self.deps, tx, branch.branch_id, &changes).await?;
                self.deps.availabilities.forget(tx.org(), branch.branch_id);
            }
        }
        Ok(())
    }
}

fn read_branch(event: &Received) -> anyhow::Result<Branch> {
    let branch = event.decode::<BranchChanged>()?.branch.unwrap_or_default();
    let state = match branch.state() {
        WireBranchState::Unspecified => anyhow::bail!("a branch in no state"),
        WireBranchState::Setup => BranchState::Setup,
        WireBranchState::Live => BranchState::Live,
        WireBranchState::Suspended => BranchState::Suspended,
        WireBranchState::Closed => BranchState::Closed,
    };
    Ok(Branch {
        branch_id: branch.branch_id.parse::<BranchId>()?,
        brand_id: branch.brand_id.parse::<BrandId>()?,
        tz: branch.time_zone.parse::<Tz>()?,
        cutoff_minutes: u16::try_from(branch.cutoff_minutes)?,
        state,
        version: branch.version,
        hours_version: 0,
        special_days_version: 0,
        pauses_version: 0,
        limits_version: 0,
    })
}

struct Orders {
    deps: Dependencies,
}

#[async_trait]
impl Handler for Orders {
    async fn handle(&self, tx: &mut TenantTx, events: &[Received]) -> Result<(), Problem> {
        let changes = events
            .iter()
            .map(|event| Ok((event, read_change(event)?)))
            .collect::<anyhow::Result<Vec<_>>>()?;
        let updates: Vec<OrderUpdate> = changes.iter().filter_map(read_update).collect();
        let settled = settle(&self.deps, tx, &updates).await?;
        let finished: Vec<OrderId> = changes.iter().filter_map(read_finished).collect();
        store::holds::finish(tx, &finished).await?;
        // The commit follows at once; a reading in between is forgotten with its half second.
        for branch_id in settled.branches {
            self.deps.availabilities.forget(tx.org(), branch_id);
        }
        Ok(())
    }
}

fn read_change(event: &Received) -> anyhow::Result<OrderChange> {
    let changed = event.decode::<OrderChanged>()?;
    changed
        .change
        .context("an order's event without its change")
}

/// What an event means for stock and slots; `None` when it changes nothing for them.
fn read_update((event, change): &(&Received, OrderChange)) -> Option<OrderUpdate> {
    Some(OrderUpdate {
        order_id: OrderId::from_uuid(event.aggregate),
        status: order_status(change.to(), change.from(), change.return_stock)?,
        version: event.version,
        lapsed_by: None,
    })
}

/// An order that will not be handed over any more; a change of hours need not consider it.
fn read_finished((event, change): &(&Received, OrderChange)) -> Option<OrderId> {
    let is_finished = matches!(change.to(), OrderState::Completed | OrderState::NoShow);
    is_finished.then(|| OrderId::from_uuid(event.aggregate))
}

/// What a state of an order means for what it holds; `None`: nothing yet.
pub fn order_status(
    state: OrderState,
    before: OrderState,
    return_stock: bool,
) -> Option<OrderStatus> {
    match state {
        OrderState::Unspecified | OrderState::PendingPayment => None,
        OrderState::Placed
        | OrderState::Accepted
        | OrderState::Preparing
        | OrderState::Ready
        | OrderState::Delivering
        | OrderState::Completed
        | OrderState::NoShow => Some(OrderStatus::Placed),
        OrderState::Expired => Some(OrderStatus::GivenBack),
        OrderState::Cancelled | OrderState::Rejected => {
            // Before it was placed nothing had been sold that could be used up.
            let unpaid = before == OrderState::PendingPayment;
            Some(if unpaid || return_stock {
                OrderStatus::GivenBack
            } else {
                OrderStatus::UsedUp
            })
        }
    }
}
