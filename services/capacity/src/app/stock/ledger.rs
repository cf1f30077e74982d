//! Writes what happened to the stock of a branch.

use chassis::{db::TenantTx, id::BranchId};

use crate::{
    app::{Dependencies, error::Error},
    domain::stock::ledger::Ledger,
    store,
};

/// Writes what a ledger has gathered; the constraints check it once more.
pub async fn write_ledger(
    deps: &Dependencies,
    tx: &mut TenantTx,
    branch_id: BranchId,
    ledger: &Ledger,
) -> Result<(), Error> {
    store::stock::buckets::insert(tx, branch_id, &ledger.made).await?;
    store::stock::buckets::apply(tx, branch_id, &ledger.changes).await?;
    store::stock::movements::insert_many(tx, &*deps.clock, branch_id, &ledger.movements, None)
        .await?;
    Ok(())
}
