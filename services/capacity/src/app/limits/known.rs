//! Limits of branches, kept in memory while their versions stand.

use std::sync::Arc;

use chassis::{
    db::TenantTx,
    id::{BranchId, OrganisationId},
};
use moka::sync::Cache;

use crate::{
    app::error::Error,
    domain::limits::Limits,
    store::{self, branches::Branch},
};

const BRANCHES_KEPT: u64 = 10_000;

/// Limits as last read; clones share them.
#[derive(Clone, Debug)]
pub struct KnownLimits(Cache<(OrganisationId, BranchId), (i64, Arc<Limits>)>);

impl Default for KnownLimits {
    fn default() -> Self {
        Self(Cache::new(BRANCHES_KEPT))
    }
}

impl KnownLimits {
    /// The limits of a branch just read in `tx`; reads them only when they have changed.
    pub async fn get(&self, tx: &mut TenantTx, branch: &Branch) -> Result<Arc<Limits>, Error> {
        let mut limits = self.get_many(tx, std::slice::from_ref(branch)).await?;
        Ok(limits.remove(0))
    }

    /// The limits of branches just read in `tx`, in their order; one statement reads those that have changed.
    pub async fn get_many(
        &self,
        tx: &mut TenantTx,
        branches: &[Branch],
    ) -> Result<Vec<Arc<Limits>>, Error> {
        let org = tx.org();
        let kept = |branch: &Branch| match self.0.get(&(org, branch.branch_id)) {
            Some((known, limits)) if known == branch.limits_version => Some(limits),
            // A branch that never had one needs no query.
            None if branch.limits_version == 0 => Some(Arc::default()),
            _ => None,
        };
        let kept: Vec<_> = branches.iter().map(kept).collect();
        let missing: Vec<_> = branches
            .iter()
            .zip(&kept)
            .filter(|(_, kept)| kept.is_none())
            .map(|(branch, _)| (branch.branch_id, branch.limits_version))
            .collect();
        let read = store::limits::rules_of(tx, &missing).await?;
        let limits = branches.iter().zip(kept).map(|(branch, kept)| {
            kept.unwrap_or_else(|| {
                let rules = read.get(&branch.branch_id).map(Vec::as_slice);
                let limits = Arc::new(Limits::new(rules.unwrap_or_default()));
                let known = (branch.limits_version, limits.clone());
                self.0.insert((org, branch.branch_id), known);
                limits
            })
        });
        Ok(limits.collect())
    }
}
