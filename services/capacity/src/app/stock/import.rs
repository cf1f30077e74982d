//! Takes a branch's stock from a file: all of it or nothing.

use std::collections::BTreeMap;

use chassis::{
    audit::{self, ImportedRow},
    authn::Identity,
    db::TenantTx,
    id::{BranchId, OrganisationId},
};

use super::{
    change::change_amounts,
    list::{counted, name_components},
};
use crate::{
    app::{
        Dependencies, availability::publish::publish_changes, error::Error,
        find_branch::lock_branch,
    },
    domain::{
        availability::changes::VisibleChanges,
        stock::{
            MovementKind,
            file::{self, CellProblem, Row},
            import::{Name, Plan, Planned, Stock, plan},
            ledger::OrderMovement,
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
    /// Only plan, write nothing.
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

/// Imports a file, or plans it. With a bad cell nothing is written.
///
/// Refuses with `BranchUnknown`.
pub async fn import(
    deps: &Dependencies,
    identity: &Identity,
    org: OrganisationId,
    mut command: Import,
) -> Result<Imported, Error> {
    let mut tx = deps.db.tenant(org).await?;
    let branch = lock_branch(&mut tx, identity, command.branch_id).await?;
    let today = branch.business_day(deps.clock.now());
    name_components(&mut tx, &branch, &mut command.names).await?;
    let (items, buckets) = counted(&mut tx, &branch, today).await?;
    let stock = Stock {
        names: &command.names,
        items: &items.into_iter().map(|item| (item.sku_id, item)).collect(),
        buckets: &buckets,
        today,
    };
    let mut plan = plan(&stock, &command.rows);
    plan.problems.splice(0..0, command.problems.iter().cloned());
    if command.dry_run || !plan.problems.is_empty() {
        tx.rollback().await?;
        return Ok(Imported {
            applied: false,
            plan,
        });
    }
    let rows: Vec<_> = plan
        .rows
        .iter()
        .filter(|row| !row.changes.is_empty())
        .collect();
    audit::imported(
        "branch",
        command.branch_id,
        rows.iter().map(|row| audited(row)),
    );
    let changes = write(deps, &mut tx, &branch, &stock, &rows, &command).await?;
    publish_changes(deps, &mut tx, command.branch_id, &changes).await?;
    tx.commit().await?;
    deps.availabilities.forget(org, command.branch_id);
    Ok(Imported {
        applied: true,
        plan,
    })
}

fn audited(row: &Planned) -> ImportedRow<'_> {
    let columns = row.changes.iter();
    ImportedRow {
        line: row.line,
        name: &row.name,
        created: row.before.version == 0,
        columns: columns
            .map(|it| (it.column, &*it.before, &*it.after))
            .collect(),
    }
}

async fn write(
    deps: &Dependencies,
    tx: &mut TenantTx,
    branch: &Branch,
    stock: &Stock<'_>,
    rows: &[&Planned],
    command: &Import,
) -> Result<VisibleChanges, Error> {
    let branch_id = branch.branch_id;
    let mut changes = VisibleChanges::default();
    let (mut buckets, mut adjusted, mut counts) = (BTreeMap::new(), Vec::new(), Vec::new());
    let items: Vec<_> = rows
        .iter()
        .filter(|row| row.before != row.after || row.before.version == 0)
        .map(|row| {
            let after = row.after.clone();
            after.replacing(&row.before, stock.today)
        })
        .collect();
    for row in rows {
        let item = &row.after.clone().replacing(&row.before, stock.today);
        let was = stock.bucket(&row.before);
        let (days, movements) = change_amounts(&row.before, item, stock.buckets);
        buckets.extend(days);
        adjusted.extend(movements);
        changes.sku_ids.insert(item.sku_id);
        let Some(business_day) = item.bucket_day(stock.today, stock.today) else {
            continue;
        };
        let key = (item.sku_id, business_day);
        let before = buckets
            .get(&key)
            .copied()
            .unwrap_or_else(|| stock.bucket(item));
        let after = row.count.map_or(before, |count| before.counted(count));
        if row.count.is_some() {
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
        if row.before.mode == item.mode {
            let available = (was.available(), after.available());
            changes.stock(item.sku_id, available, item.low_threshold, 0);
        }
    }
    if !items.is_empty() {
        store::stock::items::upsert_basics(tx, branch_id, &items).await?;
    }
    store::stock::buckets::set_many(tx, branch_id, &buckets).await?;
    store::stock::movements::insert_many(tx, &*deps.clock, branch_id, &adjusted, None).await?;
    let by = Some((command.actor.as_str(), command.reason.as_str()));
    store::stock::movements::insert_many(tx, &*deps.clock, branch_id, &counts, by).await?;
    Ok(changes)
}

/// Reads a file's table; what cannot be read at all is refused.
pub fn read(content: &[u8]) -> Result<(Vec<Row>, Vec<CellProblem>), Error> {
    Ok(file::read(content)?)
}
