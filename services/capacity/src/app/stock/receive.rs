//! Lets what was expected for a day arrive in the running stock when the day begins.

use std::collections::{HashMap, HashSet};

use chassis::{
    id::{BranchId, OrganisationId},
    job::JobRun,
};

use super::ledger::write_ledger;
use crate::{
    app::{Dependencies, availability::publish::publish_changes, error::Error},
    domain::{
        availability::changes::VisibleChanges,
        stock::{Bucket, BucketKey, ledger::Ledger, running_day},
    },
    store,
};

/// As many branches of a tenant as one turn serves.
const BRANCHES_A_TURN: i64 = 500;

/// Receives for every branch that has begun a day since; several processes may do it at once.
pub async fn receive_stock(deps: &Dependencies) -> anyhow::Result<()> {
    let mut tx = deps.db.system("receive expected stock").await?;
    let now = deps.clock.now();
    let found = store::stock::items::list_expecting(&mut tx, now, BRANCHES_A_TURN).await?;
    tx.rollback().await?;
    let mut run = JobRun::default();
    for (org, branch_id) in found {
        run.run(org, receive_in(deps, org, branch_id)).await;
    }
    run.end()
}

/// Receives in one branch what no other process has received.
async fn receive_in(
    deps: &Dependencies,
    org: OrganisationId,
    branch_id: BranchId,
) -> Result<(), Error> {
    let mut tx = deps.db.tenant(org).await?;
    let Some(branch) = store::branches::lock(&mut tx, branch_id).await? else {
        return Err(Error::BranchUnknown);
    };
    let today = branch.business_day(deps.clock.now());
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
    let mut changes = VisibleChanges::default();
    for item in &items {
        ledger.receive(item, today);
        let key = (item.sku_id, running_day());
        let left =
            |buckets: &HashMap<BucketKey, Bucket>| buckets.get(&key).map_or(0, Bucket::available);
        let available = (left(&buckets), left(&ledger.buckets));
        let shown_from = recipes.shown_from(item);
        changes.stock(item.sku_id, available, item.low_threshold, shown_from);
        changes.restocked_by_staff(item.sku_id, available);
    }
    write_ledger(deps, &mut tx, branch_id, &ledger).await?;
    store::stock::items::set_received(&mut tx, branch_id, &sku_ids, today).await?;
    publish_changes(deps, &mut tx, branch_id, &changes).await?;
    tx.commit().await?;
    deps.availabilities.forget(org, branch_id);
    Ok(())
}
