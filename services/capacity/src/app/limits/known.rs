//! Limits of branches, kept in memory while their versions stand.

use std::sync::Arc;

use chassis::{
    db::TenantTx,
    id::{BranchId, OrganisationId},
};
use moka::sync::Cache;

use crate::{
    app::error::Error,
    domain::limit::Limits,
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
        let (branch_id, version) = (branch.branch_id, branch.limits_version);
        let key = (tx.org(), branch_id);
        match self.0.get(&key) {
            Some((known, limits)) if known == version => return Ok(limits),
            // A branch that never had one need not be asked about.
            None if version == 0 => return Ok(Arc::default()),
            _ => {}
        }
        let rules = store::limits::rules(tx, branch_id, version).await?;
        let limits = Arc::new(Limits::new(&rules));
        self.0.insert(key, (version, limits.clone()));
        Ok(limits)
    }
}
