//! Confirms and gives back what orders hold, for events, timers and callers alike.

use std::collections::{BTreeMap, HashMap};

use chassis::{
    db::TenantTx,
    id::{BranchId, OrderId, SkuId},
};
use chrono::{DateTime, Utc};

use crate::{
    app::{Core, availability::announce::announce, error::Error},
    domain::{
        availability::notice::Notice,
        holds::{
            Hold, Settlement,
            fate::{Effect, Fate, HoldState, decide},
        },
        stock::{Bucket, BucketKey, StockItem, ledger::Ledger, running_day},
    },
    store::{self, branches::Branch},
};

/// News of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct News {
    /// The order.
    pub order_id: OrderId,
    /// What is known of it.
    pub fate: Fate,
    /// Its version; 0 where it was never made.
    pub version: i64,
    /// Counts only when the hold has lapsed by then.
    pub lapsed_by: Option<DateTime<Utc>>,
}

/// What news did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settled {
    /// Branches whose counters changed.
    pub branches: Vec<BranchId>,
    /// Orders whose hold was given back by this.
    pub given_back: Vec<OrderId>,
    /// Orders that exist although their hold was given back.
    pub gone: Vec<(BranchId, OrderId)>,
}

/// Applies news in its order; a handful of statements per branch, however much news there is.
///
/// The caller commits, and then forgets the availabilities of the branches named.
pub async fn settle(core: &Core, tx: &mut TenantTx, news: &[News]) -> Result<Settled, Error> {
    let order_ids: Vec<_> = news.iter().map(|news| news.order_id).collect();
    let branches = store::branches::lock_of_orders(tx, &order_ids).await?;
    let holds = store::holds::find_many(tx, &order_ids, &[]).await?;
    let mut holds: HashMap<_, _> = holds
        .into_iter()
        .map(|hold| (hold.order_id, hold))
        .collect();

    let mut settled = Settled::default();
    let mut effects: BTreeMap<BranchId, Vec<(OrderId, Effect)>> = BTreeMap::new();
    for news in news {
        // An order without a hold is not ours: it needed none, or is older than what is kept.
        let Some(hold) = holds.get_mut(&news.order_id) else {
            continue;
        };
        if news.lapsed_by.is_some_and(|by| hold.expires_at > by) {
            continue;
        }
        let effect = decide(hold.state, hold.order_version, news.fate, news.version);
        if effect == Effect::Nothing {
            continue;
        }
        if effect == Effect::Gone {
            settled.gone.push((hold.branch_id, news.order_id));
        }
        if matches!(effect, Effect::Release | Effect::Return) {
            settled.given_back.push(news.order_id);
        }
        hold.state = effect.next_state().unwrap_or(hold.state);
        hold.order_version = hold.order_version.max(news.version);
        effects
            .entry(hold.branch_id)
            .or_default()
            .push((hold.order_id, effect));
    }
    for branch in &branches {
        let Some(effects) = effects.get(&branch.branch_id) else {
            continue;
        };
        write(core, tx, branch, effects, &holds).await?;
        settled.branches.push(branch.branch_id);
    }
    Ok(settled)
}

async fn write(
    core: &Core,
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
    let mut moves: BTreeMap<OrderId, (HoldState, i64)> = BTreeMap::new();
    for (order_id, effect) in effects {
        let hold = &holds[order_id];
        settlement.apply(hold, *effect);
        moves.insert(*order_id, (hold.state, hold.order_version));
    }
    let moves: Vec<_> = moves
        .into_iter()
        .map(|(order_id, (state, version))| (order_id, state, version))
        .collect();
    store::holds::update_many(tx, &moves).await?;
    write_ledger(core, tx, branch_id, &settlement.ledger).await?;
    let mut notice = notice(tx, branch, &before, &settlement).await?;
    let counted =
        store::limits::counters::settle(tx, branch_id, &settlement.counter_changes).await?;
    for (_, change, limit) in counted {
        notice.counter(change, limit);
    }
    announce(core, tx, branch_id, &notice).await
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

/// Writes what a ledger has gathered; the constraints judge it once more.
pub async fn write_ledger(
    core: &Core,
    tx: &mut TenantTx,
    branch_id: BranchId,
    ledger: &Ledger,
) -> Result<(), Error> {
    store::stock::buckets::insert(tx, branch_id, &ledger.made).await?;
    store::stock::buckets::apply(tx, branch_id, &ledger.changes).await?;
    store::stock::movements::insert_many(tx, &*core.clock, branch_id, &ledger.movements, None)
        .await?;
    Ok(())
}

/// A confirmation changes nothing for buyers; what is given back may.
async fn notice(
    tx: &mut TenantTx,
    branch: &Branch,
    before: &HashMap<BucketKey, Bucket>,
    settlement: &Settlement,
) -> Result<Notice, Error> {
    let mut notice = Notice::default();
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
            notice.stock(sku_id, (before, after), low, shown);
        }
    }
    Ok(notice)
}
