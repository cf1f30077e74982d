//! Publishes `capacity.availability.changed.v1` and `capacity.orders.decided.v1`; consumes branches of
//! catalog and orders.

use std::sync::LazyLock;

use anyhow::Context as _;
use async_trait::async_trait;
use chassis::{
    db::{SystemTx, TenantTx},
    error::Problem,
    id::{AccountId, BranchId, BrandId, DecisionBatchId, OrderId},
    inbox::{Consumer, Handler, Received},
    outbox::Event,
    service::Snapshot,
    snapshot::{Key, Source},
};
use chrono_tz::Tz;
use opentelemetry::{global, metrics::Counter};
use proto::{
    capacity::v1::{DecidedOrder, OrdersDecided},
    catalog::v1::{BranchChanged, BranchState as WireBranchState},
    ordering::v1::{OrderChange, OrderChanged, OrderState},
};

use crate::{
    app::{
        Core,
        availability::announce::{announce, hold_gone, tell_gone},
        holds::settle::{News, settle},
        limits, pauses,
    },
    domain::{
        availability::notice::Notice,
        branch_state::BranchState,
        holds::fate::{Fate, HoldState},
        hours::affected_orders::{Action, BookedOrder},
    },
    grpc::{convert::timestamp, wire_action},
    store::{self, branches::Branch},
};
use uuid::Uuid;

static HOLDS_GONE: LazyLock<Counter<u64>> = LazyLock::new(|| {
    global::meter("capacity")
        .u64_counter("capacity.holds.gone")
        .with_description("Orders placed although their hold had been given back")
        .build()
});

/// Who decided about orders, and what that account may do.
#[derive(Clone, Copy, Debug)]
pub struct DecidedBy<'a> {
    /// The account.
    pub account: AccountId,
    /// The name that stands in the history of the orders.
    pub name: &'a str,
    /// It may cancel orders that are accepted already.
    pub may_cancel_late: bool,
}

/// Decisions were saved with a change of hours; ordering carries them out.
pub fn orders_decided(
    batch_id: DecisionBatchId,
    brand_id: BrandId,
    by: &DecidedBy<'_>,
    move_reason: &str,
    orders: &[(BookedOrder, Action)],
) -> Event {
    let order = |(order, action): &(BookedOrder, Action)| {
        let (decision, wanted_at) = wire_action(*action);
        DecidedOrder {
            order_id: order.order_id.to_string(),
            branch_id: order.branch_id.to_string(),
            promised_at: Some(timestamp(order.promised_at)),
            decision: decision.into(),
            wanted_at,
        }
    };
    let body = OrdersDecided {
        batch_id: batch_id.to_string(),
        brand_id: brand_id.to_string(),
        account_id: by.account.to_string(),
        account_name: by.name.to_owned(),
        may_cancel_late: by.may_cancel_late,
        move_reason: move_reason.to_owned(),
        orders: orders.iter().map(order).collect(),
    };
    Event::new("capacity.orders.decided.v1", batch_id.as_uuid(), 1, &body)
}

/// The readers of events.
pub fn consumers(core: &Core) -> Vec<Consumer> {
    vec![
        Consumer::new(
            "capacity.branches",
            &["catalog.branch.changed.v1"],
            Branches { core: core.clone() },
        )
        .filled_from("catalog", "catalog.branch"),
        Consumer::new(
            "capacity.orders",
            &["ordering.order.*.v1"],
            Orders { core: core.clone() },
        )
        .filled_from("ordering", "ordering.order"),
    ]
}

/// What other services may have to be told again.
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
    core: Core,
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
                pauses::join_brand(&self.core, tx, branch).await?;
                // Another cut-off or zone moves the windows of limits.
                limits::recount_branch(&self.core, tx, branch.branch_id).await?;
                let notice = Notice {
                    slots: true,
                    ..Notice::default()
                };
                announce(&self.core, tx, branch.branch_id, &notice).await?;
                self.core.availabilities.forget(tx.org(), branch.branch_id);
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
    core: Core,
}

#[async_trait]
impl Handler for Orders {
    async fn handle(&self, tx: &mut TenantTx, events: &[Received]) -> Result<(), Problem> {
        let changes = events
            .iter()
            .map(|event| Ok((event, read_change(event)?)))
            .collect::<anyhow::Result<Vec<_>>>()?;
        let news: Vec<News> = changes.iter().filter_map(read_news).collect();
        let settled = settle(&self.core, tx, &news).await?;
        let finished: Vec<OrderId> = changes.iter().filter_map(read_finished).collect();
        store::holds::finish(tx, &finished).await?;
        tell_gone(&self.core, tx, &settled.gone).await?;
        report_gone(&settled.gone);
        // The commit follows at once; a reading in between is forgotten with its half second.
        for branch_id in settled.branches {
            self.core.availabilities.forget(tx.org(), branch_id);
        }
        Ok(())
    }
}

/// Tells of orders that rely on a hold which was given back.
pub fn report_gone(orders: &[(BranchId, OrderId)]) {
    for (_, order_id) in orders {
        HOLDS_GONE.add(1, &[]);
        tracing::error!(order.id = %order_id, "an order exists whose hold was given back");
    }
}

fn read_change(event: &Received) -> anyhow::Result<OrderChange> {
    let changed = event.decode::<OrderChanged>()?;
    changed
        .change
        .context("an order's event without its change")
}

/// What an event means for stock and slots; `None` when it changes nothing for them.
fn read_news((event, change): &(&Received, OrderChange)) -> Option<News> {
    Some(News {
        order_id: OrderId::from_uuid(event.aggregate),
        fate: fate_of(change.to(), change.from(), change.return_stock)?,
        version: event.version,
        lapsed_by: None,
    })
}

/// An order that will not be handed over any more; a change of hours need not ask about it.
fn read_finished((event, change): &(&Received, OrderChange)) -> Option<OrderId> {
    let is_finished = matches!(change.to(), OrderState::Completed | OrderState::NoShow);
    is_finished.then(|| OrderId::from_uuid(event.aggregate))
}

/// What a state of an order means for what it holds; `None`: nothing yet.
pub fn fate_of(state: OrderState, before: OrderState, return_stock: bool) -> Option<Fate> {
    match state {
        OrderState::Unspecified | OrderState::PendingPayment => None,
        OrderState::Placed
        | OrderState::Accepted
        | OrderState::Preparing
        | OrderState::Ready
        | OrderState::Delivering
        | OrderState::Completed
        | OrderState::NoShow => Some(Fate::Placed),
        OrderState::Expired => Some(Fate::GivenBack),
        OrderState::Cancelled | OrderState::Rejected => {
            // Before it was placed nothing had been sold that could be used up.
            let unpaid = before == OrderState::PendingPayment;
            Some(if unpaid || return_stock {
                Fate::GivenBack
            } else {
                Fate::UsedUp
            })
        }
    }
}
