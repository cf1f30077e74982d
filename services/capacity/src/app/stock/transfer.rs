//! Moves units from one branch to another: both sides or neither.

use std::collections::BTreeMap;

use chassis::{
    audit,
    authn::Identity,
    db::TenantTx,
    id::{BranchId, OrganisationId, SkuId},
    idempotency::Once,
};

use super::change::{ItemToday, publish_change, record};
use crate::{
    app::{Dependencies, error::Error, find_branch::lock_branch},
    domain::stock::{Bucket, MovementKind, StockMode},
    store::{
        self,
        branches::Branch,
        stock::movements::{Movement, StaffMovement},
    },
};

/// A transfer by staff.
#[derive(Clone, Debug)]
pub struct Transfer {
    /// The same key and body give the first answer again.
    pub once: Once,
    /// Branch that sends.
    pub from: BranchId,
    /// Branch that receives, another one.
    pub to: BranchId,
    /// Unit.
    pub sku_id: SkuId,
    /// Units, at least 1.
    pub quantity: i64,
    /// Why.
    pub reason: String,
    /// Name of who does it.
    pub actor: String,
}

/// Moves units; `encode` makes the answer that a repeat will get again.
///
/// Refuses with `StockNegative`, `ItemUnknown` and `NotTracked` for the sender, `SkuMismatch` for
/// a receiver that does not count the unit, `IDEMPOTENCY_MISMATCH` and `BranchUnknown`.
pub async fn transfer(
    deps: &Dependencies,
    identity: &Identity,
    org: OrganisationId,
    command: &Transfer,
    encode: impl Fn(&ItemToday, &Movement) -> Vec<u8>,
) -> Result<Vec<u8>, Error> {
    let mut tx = deps.db.tenant(org).await?;
    // In the order of their ids, as everywhere: opposite transfers wait for each other in line.
    let first = lock_branch(&mut tx, identity, command.from.min(command.to)).await?;
    let second = lock_branch(&mut tx, identity, command.from.max(command.to)).await?;
    let (from, to) = if first.branch_id == command.from {
        (first, second)
    } else {
        (second, first)
    };
    if let Some(given) = command.once.begin(&mut tx, &*deps.clock).await? {
        return Ok(given);
    }
    let sent = find(deps, &mut tx, &from, command.sku_id)
        .await?
        .ok_or(Error::ItemUnknown)?;
    if sent.item.mode == StockMode::Untracked {
        return Err(Error::NotTracked);
    }
    let received = find(deps, &mut tx, &to, command.sku_id).await?;
    let received = received.filter(|it| it.item.mode != StockMode::Untracked);
    let received = received.ok_or(Error::SkuMismatch)?;

    let on_hand = |moved: i64| {
        let sender = (command.from, sent.bucket.on_hand - moved);
        BTreeMap::from([sender, (command.to, received.bucket.on_hand + moved)])
    };
    audit::changed(
        "stock_item",
        command.sku_id,
        &on_hand(0),
        &on_hand(command.quantity),
    );
    let after = sent.bucket.adjusted(-command.quantity)?;
    let kind = MovementKind::TransferredOut;
    let (sent, movement) = write(
        deps,
        &mut tx,
        command,
        (&from, to.branch_id),
        sent,
        kind,
        after,
    )
    .await?;
    let after = received.bucket.adjusted(command.quantity)?;
    let kind = MovementKind::TransferredIn;
    write(
        deps,
        &mut tx,
        command,
        (&to, from.branch_id),
        received,
        kind,
        after,
    )
    .await?;

    let answer = encode(&sent, &movement);
    command.once.finish(&mut tx, &answer).await?;
    tx.commit().await?;
    deps.availabilities.forget(org, command.from);
    deps.availabilities.forget(org, command.to);
    Ok(answer)
}

async fn find(
    deps: &Dependencies,
    tx: &mut TenantTx,
    branch: &Branch,
    sku_id: SkuId,
) -> Result<Option<ItemToday>, Error> {
    let items = store::stock::items::find_many(tx, branch.branch_id, &[sku_id]).await?;
    let today = branch.business_day(deps.clock.now());
    let buckets = store::stock::buckets::find_many(tx, branch.branch_id, &[sku_id], today).await?;
    Ok(items
        .into_iter()
        .next()
        .map(|item| ItemToday::new(item, &buckets, today)))
}

async fn write(
    deps: &Dependencies,
    tx: &mut TenantTx,
    command: &Transfer,
    (branch, other): (&Branch, BranchId),
    mut item: ItemToday,
    kind: MovementKind,
    after: Bucket,
) -> Result<(ItemToday, Movement), Error> {
    let before = std::mem::replace(&mut item.bucket, after);
    let today = branch.business_day(deps.clock.now());
    let movement = StaffMovement {
        sku_id: command.sku_id,
        business_day: item.item.bucket_day(today, today).unwrap_or(today),
        kind,
        quantity: after.balance() - before.balance(),
        after,
        actor: &command.actor,
        reason: &command.reason,
        other_branch_id: Some(other),
    };
    let movement = record(deps, tx, branch.branch_id, &movement).await?;
    publish_change(deps, tx, branch, &item.item, (before, after)).await?;
    Ok((item, movement))
}
