//! Lets what was expected for a day arrive in the running stock when the day begins.

use std::collections::{HashMap, HashSet};

use chassis::{
    id::{BranchId, OrganisationId},
    job::JobRun,
};

use super::change::today;
use crate::{
    app::{Core, availability::announce::announce, error::Error, holds::settle::write_ledger},
    domain::{
        availability::notice::Notice,
        stock::{Bucket, BucketKey, ledger::Ledger, running_day},
    },
    store,
};

/// As many branches of a tenant as one turn serves.
const BRANCHES_A_TURN: i64 = 500;

/// Receives for every branch that has begun a day since; several processes may do it at once.
pub async fn receive_stock(core: &Core) -> anyhow::Result<()> {
    let mut tx = core.db.system("receive expected stock").await?;
    let now = core.clock.now();
    let found = store::stock::items::list_expecting(&mut tx, now, BRANCHES_A_TURN).await?;
    tx.rollback().await?;
    let mut run = JobRun::default();
    for (org, branch_id) in found {
        run.run(org, receive_in(core, org, branch_id)).await;
    }
    run.end()
}

/// Receives in one branch what no other process has received.
async fn receive_in(core: &Core, org: OrganisationId, branch_id: BranchId) -> Result<(), Error> {
    let mut tx = core.db.tenant(org).await?;
    let Some(branch) = store::branches::lock(&mut tx, branch_id).await? else {
        return Err(Error::BranchUnknown);
    };
    let today = today(core, &branch);
    let items = store::stock::items::find_expecting(&mut tx, branch_id, today).await?;
    if items.is_empty() {
        return Ok(());
    }
    let sku_ids: Vec<_> = items.iter().map(|item| item.sku_id).collect();
    let keys: HashSet<BucketKey> = items
        .iter()
        .flat_map(|item| {
            let days = item.days_to_receive(today).chain([running_day()]);
            days.map(|day| (item.sku_id, day))
        })
        .collect();
    let keys: Vec<_> = keys.into_iter().collect();
    let buckets = store::stock::buckets::find_keys(&mut tx, branch_id, &keys).await?;
    let mut ledger = Ledger::of(buckets.clone());
    let recipes = store::stock::recipes::using(&mut tx, branch.brand_id, &sku_ids).await?;
    let mut notice = Notice::default();
    for item in &items {
        ledger.receive(item, today);
        let key = (item.sku_id, running_day());
        let left =
            |buckets: &HashMap<BucketKey, Bucket>| buckets.get(&key).map_or(0, Bucket::available);
        let available = (left(&buckets), left(&ledger.buckets));
        let shown_from = recipes.shown_from(item);
        notice.stock(item.sku_id, available, item.low_threshold, shown_from);
        notice.brought(item.sku_id, available);
    }
    write_ledger(core, &mut tx, branch_id, &ledger).await?;
    store::stock::items::set_received(&mut tx, branch_id, &sku_ids, today).await?;
    announce(core, &mut tx, branch_id, &notice).await?;
    tx.commit().await?;
    core.availabilities.forget(org, branch_id);
    Ok(())
}
