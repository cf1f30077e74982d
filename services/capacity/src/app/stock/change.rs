//! Stock as staff change it.

use std::collections::{BTreeMap, HashMap};

use chassis::{
    audit,
    authn::Identity,
    business_day::BusinessDay,
    db::TenantTx,
    error::check_version,
    id::{BranchId, OrganisationId, SkuId},
    idempotency::Once,
};

use crate::{
    app::{
        Dependencies,
        availability::publish::publish_changes,
        error::Error,
        find_branch::{find_branch, lock_branch},
    },
    domain::{
        availability::changes::VisibleChanges,
        stock::{
            Bucket, BucketKey, Deduct, MovementKind, StockItem, ledger::OrderMovement, running_day,
        },
    },
    store::{
        self,
        branches::Branch,
        stock::movements::{Movement, StaffMovement},
    },
};

/// A stock item and its counters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ItemToday {
    /// Settings.
    pub item: StockItem,
    /// Counters today.
    pub bucket: Bucket,
    /// Counters of coming days that something is booked for; for 當日扣 also those of the coming week
    /// that something is expected for.
    pub days: Vec<(BusinessDay, Bucket)>,
}

impl ItemToday {
    /// An item with its buckets of today and later.
    #[must_use]
    pub fn new(item: StockItem, buckets: &HashMap<BucketKey, Bucket>, today: BusinessDay) -> Self {
        let day = item.bucket_day(today, today).unwrap_or(today);
        let bucket = buckets.get(&(item.sku_id, day)).copied();
        let mut days = BTreeMap::new();
        if item.is_expecting() {
            let week = std::iter::successors(Some(today.next()), |day| Some(day.next()));
            let expected = week
                .take(DAYS_EXPECTED)
                .filter(|day| item.amount_on(*day) > 0);
            days.extend(expected.map(|day| (day, item.initial(day))));
        }
        if item.has_days() {
            let coming = buckets
                .iter()
                .filter(|((sku_id, day), _)| *sku_id == item.sku_id && *day > today);
            days.extend(coming.map(|((_, day), bucket)| (*day, *bucket)));
        }
        Self {
            bucket: bucket.unwrap_or_else(|| item.initial(day)),
            item,
            days: days.into_iter().collect(),
        }
    }
}

/// Days ahead of which staff see what is expected.
const DAYS_EXPECTED: usize = 7;

/// Settings of an item as staff set them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ItemChange {
    /// The item, with the version its settings were read at.
    pub item: StockItem,
    /// The further settings come with it; otherwise they stay as they are.
    pub with_rules: bool,
    /// What orders for later days take from; `None` where that stays as it is.
    pub deduct: Option<Deduct>,
}

/// A movement that staff record.
#[derive(Clone, Debug)]
pub struct RecordMovement {
    /// The same key and body give the first answer again.
    pub once: Once,
    /// Branch.
    pub branch_id: BranchId,
    /// Unit.
    pub sku_id: SkuId,
    /// Received, counted, adjusted or scrapped.
    pub kind: MovementKind,
    /// Units; the count itself for counted, signed for adjusted.
    pub quantity: i64,
    /// Why.
    pub reason: String,
    /// Name of who does it.
    pub actor: String,
}

/// Creates or changes the settings of an item.
///
/// Changed amounts hold from today's bucket on: days already begun or booked get the difference,
/// and one lowered below what is sold keeps a shortfall. Refuses with `VERSION_CONFLICT` and
/// `BranchUnknown`.
pub async fn set_item(
    deps: &Dependencies,
    identity: &Identity,
    org: OrganisationId,
    branch_id: BranchId,
    change: ItemChange,
) -> Result<ItemToday, Error> {
    let mut tx = deps.db.tenant(org).await?;
    let branch = lock_branch(&mut tx, identity, branch_id).await?;
    let today = branch.business_day(deps.clock.now());
    let sku_id = change.item.sku_id;
    let before = store::stock::items::find_many(&mut tx, branch_id, &[sku_id])
        .await?
        .pop()
        .unwrap_or_else(|| StockItem::untracked(sku_id));
    check_version(change.item.version, before.version)?;
    let mut item = change.item;
    if change.with_rules {
        item.rules.dates.retain(|day, _| *day >= today);
    } else {
        item.rules = before.rules.clone();
    }
    item.rules.deduct = change.deduct.unwrap_or(before.rules.deduct);
    let item = item.replacing(&before, today);
    audit::changed("stock_item", sku_id, &before, &item);
    store::stock::items::upsert(&mut tx, branch_id, &item).await?;
    let buckets = store::stock::buckets::find_many(&mut tx, branch_id, &[sku_id], today).await?;
    let (changed, movements) = change_amounts(&before, &item, &buckets);
    store::stock::buckets::set_many(&mut tx, branch_id, &changed).await?;
    store::stock::movements::insert_many(&mut tx, &*deps.clock, branch_id, &movements, None)
        .await?;

    let was = ItemToday::new(before, &buckets, today);
    let buckets = buckets.into_iter().chain(changed).collect();
    let is = ItemToday::new(item, &buckets, today);
    let mut changes = VisibleChanges::default();
    if was.item.mode == is.item.mode {
        let available = (was.bucket.available(), is.bucket.available());
        changes.stock(sku_id, available, is.item.low_threshold, 0);
    }
    // Settings themselves are seen: the mode, the limit, from which number on it is shown.
    changes.sku_ids.insert(sku_id);
    publish_changes(deps, &mut tx, branch_id, &changes).await?;
    tx.commit().await?;
    deps.availabilities.forget(org, branch_id);
    Ok(is)
}

/// What changed amounts do to the days that are begun or booked; what is not made yet begins with
/// the new amount by itself, and what is received already is there however much was expected.
pub fn change_amounts(
    before: &StockItem,
    after: &StockItem,
    buckets: &HashMap<BucketKey, Bucket>,
) -> (BTreeMap<BucketKey, Bucket>, Vec<OrderMovement>) {
    let (mut changed, mut movements) = (BTreeMap::new(), Vec::new());
    for (&(sku_id, bucket_day), bucket) in buckets {
        let quantity = after.amount_on(bucket_day) - before.amount_on(bucket_day);
        let planned = bucket_day != running_day() && !after.has_received(bucket_day);
        if sku_id != after.sku_id || !planned || quantity == 0 {
            continue;
        }
        let after = bucket.with_amount_changed(quantity);
        changed.insert((sku_id, bucket_day), after);
        movements.push(OrderMovement {
            order_id: None,
            sku_id,
            bucket_day,
            kind: MovementKind::Adjusted,
            quantity,
            after,
        });
    }
    movements.sort_unstable_by_key(|movement| movement.bucket_day);
    (changed, movements)
}

/// Records a movement by staff; `encode` makes the answer that a repeat will get again.
///
/// Refuses with `StockNegative`, `ItemUnknown`, `NotTracked`, `IDEMPOTENCY_MISMATCH` and
/// `BranchUnknown`.
pub async fn record_movement(
    deps: &Dependencies,
    identity: &Identity,
    org: OrganisationId,
    command: &RecordMovement,
    encode: impl Fn(&ItemToday, &Movement) -> Vec<u8>,
) -> Result<Vec<u8>, Error> {
    let mut tx = deps.db.tenant(org).await?;
    let branch_id = command.branch_id;
    let branch = lock_branch(&mut tx, identity, branch_id).await?;
    if let Some(given) = command.once.begin(&mut tx, &*deps.clock).await? {
        return Ok(given);
    }
    let item = store::stock::items::find_many(&mut tx, branch_id, &[command.sku_id])
        .await?
        .pop();
    let item = item.ok_or(Error::ItemUnknown)?;
    let today = branch.business_day(deps.clock.now());
    let business_day = item.bucket_day(today, today).ok_or(Error::NotTracked)?;
    let buckets =
        store::stock::buckets::find_many(&mut tx, branch_id, &[command.sku_id], today).await?;
    let mut item = ItemToday::new(item, &buckets, today);
    let before = item.bucket;
    let after = match command.kind {
        MovementKind::Counted => before.counted(command.quantity),
        MovementKind::Scrapped => before.adjusted(-command.quantity)?,
        _ => before.adjusted(command.quantity)?,
    };
    item.bucket = after;
    audit::changed("stock_item", command.sku_id, &before, &after);
    let movement = record(
        deps,
        &mut tx,
        branch.branch_id,
        &StaffMovement {
            sku_id: command.sku_id,
            business_day,
            kind: command.kind,
            quantity: after.balance() - before.balance(),
            after,
            actor: &command.actor,
            reason: &command.reason,
            other_branch_id: None,
        },
    )
    .await?;
    let answer = encode(&item, &movement);
    command.once.finish(&mut tx, &answer).await?;
    publish_change(deps, &mut tx, &branch, &item.item, (before, after)).await?;
    tx.commit().await?;
    deps.availabilities.forget(org, branch_id);
    Ok(answer)
}

/// Writes a movement by staff and the bucket it leaves.
pub async fn record(
    deps: &Dependencies,
    tx: &mut TenantTx,
    branch_id: BranchId,
    movement: &StaffMovement<'_>,
) -> Result<Movement, Error> {
    let key = (movement.sku_id, movement.business_day);
    store::stock::buckets::set(tx, branch_id, key, &movement.after).await?;
    Ok(store::stock::movements::insert(tx, &*deps.clock, branch_id, movement).await?)
}

/// Publishes the change of a bucket by staff, as far as customers or the shop see it.
pub async fn publish_change(
    deps: &Dependencies,
    tx: &mut TenantTx,
    branch: &Branch,
    item: &StockItem,
    (before, after): (Bucket, Bucket),
) -> Result<(), Error> {
    let recipes = store::stock::recipes::using(tx, branch.brand_id, &[item.sku_id]).await?;
    let mut changes = VisibleChanges::default();
    changes.stock(
        item.sku_id,
        (before.available(), after.available()),
        item.low_threshold,
        recipes.shown_from(item),
    );
    changes.restocked_by_staff(item.sku_id, (before.available(), after.available()));
    publish_changes(deps, tx, branch.branch_id, &changes).await
}

/// Lists movements of a unit, newest first, those before `before` of the journal.
pub async fn list_movements(
    deps: &Dependencies,
    identity: &Identity,
    org: OrganisationId,
    (branch_id, sku_id): (BranchId, SkuId),
    before: i64,
    limit: i64,
) -> Result<Vec<Movement>, Error> {
    let mut tx = deps.db.tenant(org).await?;
    find_branch(&mut tx, identity, branch_id).await?;
    Ok(store::stock::movements::list(&mut tx, branch_id, sku_id, before, limit).await?)
}
