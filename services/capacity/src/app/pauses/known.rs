//! Pauses of branches, kept in memory while their versions stand.

use std::sync::Arc;

use chassis::{
    db::TenantTx,
    id::{BranchId, OrganisationId},
};
use moka::sync::Cache;

use crate::{
    app::error::Error,
    domain::pauses::Pauses,
    store::{self, branches::Branch},
};

const BRANCHES_KEPT: u64 = 10_000;

/// Pauses as last read; clones share them.
#[derive(Clone, Debug)]
pub struct KnownPauses(Cache<(OrganisationId, BranchId), (i64, Arc<Pauses>)>);

impl Default for KnownPauses {
    fn default() -> Self {
        Self(Cache::new(BRANCHES_KEPT))
    }
}

impl KnownPauses {
    /// The pauses of a branch just read in `tx`; reads them only when they have changed.
    pub async fn get(&self, tx: &mut TenantTx, branch: &Branch) -> Result<Arc<Pauses>, Error> {
        let mut pauses = self.get_many(tx, std::slice::from_ref(branch)).await?;
        Ok(pauses.remove(0))
    }

    /// The pauses of branches just read in `tx`, in their order; one statement reads those that have changed.
    pub async fn get_many(
        &self,
        tx: &mut TenantTx,
        branches: &[Branch],
    ) -> Result<Vec<Arc<Pauses>>, Error> {
        let org = tx.org();
        let kept = |branch: &Branch| match self.0.get(&(org, branch.branch_id)) {
            Some((version, pauses)) if version == branch.pauses_version => Some(pauses),
            // A branch that never had one needs no query.
            None if branch.pauses_version == 0 => Some(Arc::default()),
            _ => None,
        };
        let kept: Vec<_> = branches.iter().map(kept).collect();
        let missing: Vec<_> = branches
            .iter()
            .zip(&kept)
            .filter(|(_, kept)| kept.is_none())
            .map(|(branch, _)| branch.branch_id)
            .collect();
        let mut read = store::pauses::lasting(tx, &missing).await?;
        let pauses = branches.iter().zip(kept).map(|(branch, kept)| {
            kept.unwrap_or_else(|| {
                let lasting = read.remove(&branch.branch_id).unwrap_or_default();
                let pauses = Arc::new(Pauses::new(lasting));
                let known = (branch.pauses_version, pauses.clone());
                self.0.insert((org, branch.branch_id), known);
                pauses
            })
        });
        Ok(pauses.collect())
    }
}
