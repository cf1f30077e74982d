//! Confirms and gives back what orders hold, for events, timers and callers alike.

use std::{
    collections::{BTreeMap, HashMap},
    sync::LazyLock,
};

use chassis::{
    db::TenantTx,
    id::{BranchId, OrderId, SkuId},
    outbox::{self, Event},
};
use chrono::{DateTime, Utc};
use opentelemetry::{global, metrics::Counter};
use proto::capacity::v1::HoldGone;

use crate::{
    app::{
        Dependencies, availability::publish::publish_changes, error::Error,
        stock::ledger::write_ledger,
    },
    domain::{
        availability::changes::VisibleChanges,
        holds::{
            Hold, Settlement,
            state::{Effect, HoldState, OrderStatus, decide},
        },
        stock::{Bucket, BucketKey, StockItem, running_day},
    },
    store::{self, branches::Branch},
};

static HOLDS_GONE: LazyLock<Counter<u64>> = LazyLock::new(|| {
    global::meter("capacity")
        .u64_counter("capacity.holds.gone")
        .with_description("Orders placed although their hold had been given back")
        .build()
});

/// A change of an order that concerns its hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OrderUpdate {
    /// The order.
    pub order_id: OrderId,
    /// What is known of it.
    pub status: OrderStatus,
    /// Its version; 0 where it was never made.
    pub version: i64,
    /// Counts only when the hold has lapsed by then.
    pub lapsed_by: Option<DateTime<Utc>>,
}

/// What updates did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settled {
    /// Branches whose counters changed.
    pub branches: Vec<BranchId>,
    /// Orders whose hold was given back by this.
    pub given_back: Vec<OrderId>,
}

/// Applies updates in their order, in a fixed number of statements per branch.
///
/// The caller commits, and then forgets the availabilities of the branches named.
pub async fn settle(
    deps: &Dependencies,
    tx: &mut TenantTx,
    updates: &[OrderUpdate],
) -> Result<Settled, Error> {
    let order_ids: Vec<_> = updates.iter().map(|update| update.order_id).collect();
    let branches = store::branches::lock_of_orders(tx, &order_ids).await?;
    let holds = store::holds::find_many(tx, &order_ids, &[]).await?;
    let mut holds: HashMap<_, _> = holds
        .into_iter()
        .map(|hold| (hold.order_id, hold))
        .collect();

    let (mut settled, mut gone) = (Settled::default(), Vec::new());
    let mut effects: BTreeMap<BranchId, Vec<(OrderId, Effect)>> = BTreeMap::new();
    for update in updates {
        // An order without a hold is not ours: it needed none, or is older than what is kept.
        let Some(hold) = holds.get_mut(&update.order_id) else {
            continue;
        };
        if update.lapsed_by.is_some_and(|by| hold.expires_at > by) {
            continue;
        }
        let effect = decide(
            hold.state,
            hold.order_version,
            update.status,
            update.version,
        );
        if effect == Effect::Nothing {
            continue;
        }
        if effect == Effect::Gone {
            gone.push((hold.branch_id, update.order_id));
        }
        if matches!(effect, Effect::Release | Effect::Return) {
            settled.given_back.push(update.order_id);
        }
        hold.state = effect.next_state().unwrap_or(hold.state);
        hold.order_version = hold.order_version.max(update.version);
        effects
            .entry(hold.branch_id)
            .or_default()
            .push((hold.order_id, effect));
    }
    for branch in &branches {
        let Some(effects) = effects.get(&branch.branch_id) else {
            continue;
        };
        write(deps, tx, branch, effects, &holds).await?;
        settled.branches.push(branch.branch_id);
    }
    publish_gone(deps, tx, &gone).await?;
    Ok(settled)
}

/// Publishes that orders exist whose holds were given back, so that ordering cancels them.
async fn publish_gone(
    deps: &Dependencies,
    tx: &mut TenantTx,
    orders: &[(BranchId, OrderId)],
) -> Result<(), Error> {
    let mut events = Vec::new();
    for &(branch_id, order_id) in orders {
        HOLDS_GONE.add(1, &[]);
        tracing::error!(order.id = %order_id, "an order exists whose hold was given back");
        events.push(hold_gone(branch_id, order_id));
    }
    if !events.is_empty() {
        outbox::publish(tx, &*deps.clock, &events).await?;
    }
    Ok(())
}

/// The event that an order's hold was given back although the order exists.
pub fn hold_gone(branch_id: BranchId, order_id: OrderId) -> Event {
    let body = HoldGone {
        order_id: order_id.to_string(),
        branch_id: branch_id.to_string(),
    };
    Event::new("capacity.hold.gone.v1", order_id.as_uuid(), 1, &body)
}

async fn write(
    deps: &Dependencies,
    tx: &mut TenantTx,
    branch: &Branch,
    effects: &[(OrderId, Effect)],
    holds: &HashMap<OrderId, Hold>,
) -> Result<(), Error> {
    let branch_id = branch.branch_id;
    let mut keys: Vec<BucketKey> = effects
        .iter()
        .flat_map(|(order_id, _)| &holds[order_id].parts)
        .map(|part| (part.sku_id, part.bucket_day))
        .collect();
    keys.sort_unstable();
    keys.dedup();
    let items = items_of_days(tx, branch_id, &keys).await?;
    keys.extend(items.keys().map(|sku_id| (*sku_id, running_day())));
    let buckets = store::stock::buckets::find_keys(tx, branch_id, &keys).await?;
    let before = buckets.clone();
    let mut settlement = Settlement::of(items, buckets);
    let mut transitions: BTreeMap<OrderId, (HoldState, i64)> = BTreeMap::new();
    for (order_id, effect) in effects {
        let hold = &holds[order_id];
        settlement.apply(hold, *effect);
        transitions.insert(*order_id, (hold.state, hold.order_version));
    }
    let transitions: Vec<_> = transitions
        .into_iter()
        .map(|(order_id, (state, version))| (order_id, state, version))
        .collect();
    store::holds::update_many(tx, &transitions).await?;
    write_ledger(deps, tx, branch_id, &settlement.ledger).await?;
    let mut changes = changes(tx, branch, &before, &settlement).await?;
    let counted =
        store::limits::counters::settle(tx, branch_id, &settlement.counter_changes).await?;
    for (_, change, limit) in counted {
        changes.counter(change, limit);
    }
    publish_changes(deps, tx, branch_id, &changes).await
}

/// Settings of the units whose days have buckets here; running stock needs none to be settled.
async fn items_of_days(
    tx: &mut TenantTx,
    branch_id: BranchId,
    keys: &[BucketKey],
) -> Result<HashMap<SkuId, StockItem>, Error> {
    let of_days = keys.iter().filter(|(_, day)| *day != running_day());
    let sku_ids: Vec<_> = of_days.map(|(sku_id, _)| *sku_id).collect();
    if sku_ids.is_empty() {
        return Ok(HashMap::new());
    }
    let items = store::stock::items::find_many(tx, branch_id, &sku_ids).await?;
    Ok(items.into_iter().map(|item| (item.sku_id, item)).collect())
}

/// A confirmation changes nothing for buyers; what is given back may.
async fn changes(
    tx: &mut TenantTx,
    branch: &Branch,
    before: &HashMap<BucketKey, Bucket>,
    settlement: &Settlement,
) -> Result<VisibleChanges, Error> {
    let mut changes = VisibleChanges::default();
    let changed: Vec<_> = settlement
        .ledger
        .buckets
        .iter()
        .map(|(key, after)| {
            (
                key.0,
                before.get(key).map_or(0, Bucket::available),
                after.available(),
            )
        })
        .filter(|(_, before, after)| before != after)
        .collect();
    if !changed.is_empty() {
        let sku_ids: Vec<_> = changed.iter().map(|(sku_id, ..)| *sku_id).collect();
        let items = store::stock::items::find_many(tx, branch.branch_id, &sku_ids).await?;
        let recipes = store::stock::recipes::using(tx, branch.brand_id, &sku_ids).await?;
        for (sku_id, before, after) in changed {
            let item = items.iter().find(|item| item.sku_id == sku_id);
            let (low, shown) = item.map_or((0, 0), |item| {
                (item.low_threshold, recipes.shown_from(item))
            });
            changes.stock(sku_id, (before, after), low, shown);
        }
    }
    Ok(changes)
}
