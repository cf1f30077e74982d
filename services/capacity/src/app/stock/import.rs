//! Takes a branch's stock from a file: all of it or nothing.

use std::collections::BTreeMap;

use chassis::{
    authn::Identity,
    db::TenantTx,
    id::{BranchId, OrganisationId},
};

use super::{
    change::{change_amounts, today},
    list::{counted, name_components},
};
use crate::{
    app::{Core, availability::announce::announce, error::Error, find_branch::lock_branch},
    domain::{
        availability::notice::Notice,
        holds::OrderMovement,
        stock::{
            MovementKind,
            file::{self, CellProblem, Row},
            import::{Name, Plan, Planned, Stock, plan},
        },
    },
    store::{self, branches::Branch},
};

/// A file staff bring.
#[derive(Clone, Debug)]
pub struct Import {
    /// Branch.
    pub branch_id: BranchId,
    /// What its variants and options are called.
    pub names: Vec<Name>,
    /// Rows of the file.
    pub rows: Vec<Row>,
    /// What is wrong with the table itself.
    pub problems: Vec<CellProblem>,
    /// Only tell what would happen.
    pub dry_run: bool,
    /// Why.
    pub reason: String,
    /// Name of who does it.
    pub actor: String,
}

/// What an import did, or would do.
#[derive(Clone, Debug, Default)]
pub struct Imported {
    /// The file was written.
    pub applied: bool,
    /// What happens to each row, or every bad cell.
    pub plan: Plan,
}

/// Imports a file, or tells what it would do. With a bad cell nothing is written.
///
/// Refuses with `BranchUnknown`.
pub async fn import(
    core: &Core,
    identity: &Identity,
    org: OrganisationId,
    mut ask: Import,
) -> Result<Imported, Error> {
    let mut tx = core.db.tenant(org).await?;
    let branch = lock_branch(&mut tx, identity, ask.branch_id).await?;
    let today = today(core, &branch);
    name_components(&mut tx, &branch, &mut ask.names).await?;
    let (items, buckets) = counted(&mut tx, &branch, today).await?;
    let stock = Stock {
        names: &ask.names,
        items: &items.into_iter().map(|item| (item.sku_id, item)).collect(),
        buckets: &buckets,
        today,
    };
    let mut plan = plan(&stock, &ask.rows);
    plan.problems.splice(0..0, ask.problems.iter().cloned());
    if ask.dry_run || !plan.problems.is_empty() {
        tx.rollback().await?;
        return Ok(Imported {
            applied: false,
            plan,
        });
    }
    let changes: Vec<_> = plan
        .rows
        .iter()
        .filter(|row| !row.detail.is_empty())
        .collect();
    let notice = write(core, &mut tx, &branch, &stock, &changes, &ask).await?;
    announce(core, &mut tx, ask.branch_id, &notice).await?;
    tx.commit().await?;
    core.availabilities.forget(org, ask.branch_id);
    Ok(Imported {
        applied: true,
        plan,
    })
}

async fn write(
    core: &Core,
    tx: &mut TenantTx,
    branch: &Branch,
    stock: &Stock<'_>,
    changes: &[&Planned],
    ask: &Import,
) -> Result<Notice, Error> {
    let branch_id = branch.branch_id;
    let mut notice = Notice::default();
    let (mut buckets, mut adjusted, mut counts) = (BTreeMap::new(), Vec::new(), Vec::new());
    let items: Vec<_> = changes
        .iter()
        .filter(|change| change.before != change.after || change.before.version == 0)
        .map(|change| {
            let after = change.after.clone();
            after.in_place_of(&change.before, stock.today)
        })
        .collect();
    for change in changes {
        let item = &change
            .after
            .clone()
            .in_place_of(&change.before, stock.today);
        let was = stock.bucket(&change.before);
        let (days, movements) = change_amounts(&change.before, item, stock.buckets);
        buckets.extend(days);
        adjusted.extend(movements);
        notice.sku_ids.insert(item.sku_id);
        let Some(business_day) = item.bucket_day(stock.today, stock.today) else {
            continue;
        };
        let key = (item.sku_id, business_day);
        let before = buckets
            .get(&key)
            .copied()
            .unwrap_or_else(|| stock.bucket(item));
        let after = change.count.map_or(before, |count| before.counted(count));
        if change.count.is_some() {
            buckets.insert(key, after);
            counts.push(OrderMovement {
                order_id: None,
                sku_id: item.sku_id,
                bucket_day: business_day,
                kind: MovementKind::Counted,
                quantity: after.balance() - before.balance(),
                after,
            });
        }
        if change.before.mode == item.mode {
            let available = (was.available(), after.available());
            notice.stock(item.sku_id, available, item.low_threshold, 0);
        }
    }
    if !items.is_empty() {
        store::stock::items::upsert_basics(tx, branch_id, &items).await?;
    }
    store::stock::buckets::set_many(tx, branch_id, &buckets).await?;
    store::stock::movements::insert_many(tx, &*core.clock, branch_id, &adjusted, None).await?;
    let by = Some((ask.actor.as_str(), ask.reason.as_str()));
    store::stock::movements::insert_many(tx, &*core.clock, branch_id, &counts, by).await?;
    Ok(notice)
}

/// Reads a file's table; what cannot be read at all is refused.
pub fn read(content: &[u8]) -> Result<(Vec<Row>, Vec<CellProblem>), Error> {
    Ok(file::read(content)?)
}
