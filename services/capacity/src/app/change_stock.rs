//! Stock as staff see and change it.

use chassis::{
    authn::Identity,
    business_day::BusinessDay,
    db::TenantTx,
    id::{BranchId, OrganisationId, SkuId},
};

use super::{
    Core,
    announce::announce,
    error::{Error, constraint},
    find_branch::{find_branch, lock_branch},
};
use crate::{
    domain::{
        hold::OrderMovement,
        notice::Notice,
        stock::{Bucket, MovementKind, StockItem, StockMode, running_day},
    },
    store::{
        self,
        answers::Answer,
        branches::Branch,
        movements::{Movement, StaffMovement},
    },
};

/// A stock item and its counters today.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ItemToday {
    /// Settings.
    pub item: StockItem,
    /// Counters.
    pub bucket: Bucket,
}

/// A movement staff ask for.
#[derive(Clone, Debug)]
pub struct MoveStock {
    /// The same key and body give the first answer again.
    pub idempotency_key: String,
    /// Hash of the body.
    pub body_hash: Vec<u8>,
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

/// Lists the stock items of a branch with their counters today.
pub async fn list(
    core: &Core,
    identity: &Identity,
    org: OrganisationId,
    branch_id: BranchId,
) -> Result<Vec<ItemToday>, Error> {
    let mut tx = core.db.tenant(org).await?;
    let branch = find_branch(&mut tx, identity, branch_id).await?;
    let today = today(core, &branch);
    let items = store::items::list(&mut tx, branch_id).await?;
    let keys: Vec<_> = items
        .iter()
        .filter_map(|item| Some((item.sku_id, item.bucket_day(today)?)))
        .collect();
    let buckets = store::buckets::find_keys(&mut tx, branch_id, &keys).await?;
    let of = |item: StockItem| {
        let bucket = item
            .bucket_day(today)
            .and_then(|day| buckets.get(&(item.sku_id, day)));
        ItemToday {
            item,
            bucket: bucket.copied().unwrap_or_else(|| item.untouched()),
        }
    };
    Ok(items.into_iter().map(of).collect())
}

/// Creates or changes the settings of an item; `item.version` is the one they were read at.
///
/// A changed daily amount holds from today's bucket on. Refuses with `VersionConflict` and
/// `BranchUnknown`.
pub async fn set_item(
    core: &Core,
    identity: &Identity,
    org: OrganisationId,
    branch_id: BranchId,
    item: StockItem,
) -> Result<ItemToday, Error> {
    let mut tx = core.db.tenant(org).await?;
    let branch = lock_branch(&mut tx, identity, branch_id).await?;
    let before = store::items::find_many(&mut tx, branch_id, &[item.sku_id])
        .await?
        .pop();
    let current = before.map_or(0, |before| before.version);
    if item.version != current {
        return Err(Error::VersionConflict {
            given: item.version,
            current,
        });
    }
    let item = StockItem {
        version: current + 1,
        ..item
    };
    store::items::upsert(&mut tx, branch_id, &item).await?;
    let today = today(core, &branch);
    if item.mode == StockMode::Daily
        && let Some(before) = before
        && before.daily_amount != item.daily_amount
    {
        change_amount(core, &mut tx, branch_id, &item, before.daily_amount, today).await?;
    }
    let bucket = bucket_today(&mut tx, branch_id, &item, today).await?;
    let notice = Notice {
        sku_ids: [item.sku_id].into(),
        ..Notice::default()
    };
    announce(core, &mut tx, branch_id, &notice).await?;
    tx.commit().await?;
    core.availabilities.forget(org, branch_id);
    Ok(ItemToday { item, bucket })
}

/// Days already begun or booked get the difference; what is not made yet begins with the new amount.
async fn change_amount(
    core: &Core,
    tx: &mut TenantTx,
    branch_id: BranchId,
    item: &StockItem,
    amount_before: i64,
    today: BusinessDay,
) -> Result<(), Error> {
    let buckets = store::buckets::find_many(tx, branch_id, &[item.sku_id], today).await?;
    let mut movements = Vec::new();
    for ((sku_id, bucket_day), bucket) in buckets {
        if bucket_day == running_day() {
            continue;
        }
        let after = bucket.with_amount_changed(item.daily_amount - amount_before);
        store::buckets::set(tx, branch_id, (sku_id, bucket_day), &after).await?;
        let quantity = after.balance() - bucket.balance();
        let kind = MovementKind::Adjusted;
        movements.push(OrderMovement {
            order_id: None,
            sku_id,
            bucket_day,
            kind,
            quantity,
            after,
        });
    }
    store::movements::insert_many(tx, &*core.clock, branch_id, &movements).await?;
    Ok(())
}

/// Records a movement by staff; `encode` makes the answer that a repeat will get again.
///
/// Refuses with `StockNegative`, `ItemUnknown`, `NotTracked`, `IdempotencyMismatch` and
/// `BranchUnknown`.
pub async fn move_stock(
    core: &Core,
    identity: &Identity,
    org: OrganisationId,
    ask: &MoveStock,
    encode: impl Fn(&ItemToday, &Movement) -> Vec<u8>,
) -> Result<Vec<u8>, Error> {
    match move_stock_once(core, identity, org, ask, &encode).await {
        // The key was used at another branch at the same moment: now its answer is found.
        Err(error) if constraint(&error) == Some("answered_requests_pkey") => {
            move_stock_once(core, identity, org, ask, &encode).await
        }
        outcome => outcome,
    }
}

async fn move_stock_once(
    core: &Core,
    identity: &Identity,
    org: OrganisationId,
    ask: &MoveStock,
    encode: impl Fn(&ItemToday, &Movement) -> Vec<u8>,
) -> Result<Vec<u8>, Error> {
    let mut tx = core.db.tenant(org).await?;
    let branch_id = ask.branch_id;
    let branch = lock_branch(&mut tx, identity, branch_id).await?;
    if let Some(given) = store::answers::find(&mut tx, &ask.idempotency_key).await? {
        let same = given.body_hash == ask.body_hash;
        return if same {
            Ok(given.answer)
        } else {
            Err(Error::IdempotencyMismatch)
        };
    }
    let item = store::items::find_many(&mut tx, branch_id, &[ask.sku_id])
        .await?
        .pop();
    let item = item.ok_or(Error::ItemUnknown)?;
    let today = today(core, &branch);
    let business_day = item.bucket_day(today).ok_or(Error::NotTracked)?;
    let before = bucket_today(&mut tx, branch_id, &item, today).await?;
    let after = match ask.kind {
        MovementKind::Counted => before.counted(ask.quantity),
        MovementKind::Scrapped => before.adjusted(-ask.quantity)?,
        _ => before.adjusted(ask.quantity)?,
    };
    store::buckets::set(&mut tx, branch_id, (item.sku_id, business_day), &after).await?;
    let movement = StaffMovement {
        sku_id: item.sku_id,
        business_day,
        kind: ask.kind,
        quantity: after.balance() - before.balance(),
        after,
        actor: &ask.actor,
        reason: &ask.reason,
    };
    let movement = store::movements::insert(&mut tx, &*core.clock, branch_id, &movement).await?;
    let answer = encode(
        &ItemToday {
            item,
            bucket: after,
        },
        &movement,
    );
    let kept = Answer {
        body_hash: ask.body_hash.clone(),
        answer: answer.clone(),
    };
    store::answers::insert(&mut tx, &ask.idempotency_key, &kept, core.clock.now()).await?;
    let mut notice = Notice::default();
    notice.stock(
        item.sku_id,
        before.available(),
        after.available(),
        item.low_threshold,
    );
    announce(core, &mut tx, branch_id, &notice).await?;
    tx.commit().await?;
    core.availabilities.forget(org, branch_id);
    Ok(answer)
}

/// Lists movements of a unit, newest first, those before `before` of the journal.
pub async fn list_movements(
    core: &Core,
    identity: &Identity,
    org: OrganisationId,
    (branch_id, sku_id): (BranchId, SkuId),
    before: i64,
    limit: i64,
) -> Result<Vec<Movement>, Error> {
    let mut tx = core.db.tenant(org).await?;
    find_branch(&mut tx, identity, branch_id).await?;
    Ok(store::movements::list(&mut tx, branch_id, sku_id, before, limit).await?)
}

async fn bucket_today(
    tx: &mut TenantTx,
    branch_id: BranchId,
    item: &StockItem,
    today: BusinessDay,
) -> Result<Bucket, Error> {
    let Some(day) = item.bucket_day(today) else {
        return Ok(item.untouched());
    };
    let key = (item.sku_id, day);
    let found = store::buckets::find_keys(tx, branch_id, &[key]).await?;
    Ok(found.get(&key).copied().unwrap_or_else(|| item.untouched()))
}

fn today(core: &Core, branch: &Branch) -> BusinessDay {
    BusinessDay::of(core.clock.now(), branch.tz, branch.cutoff_minutes)
}
