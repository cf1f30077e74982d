//! Pauses of branches, kept in memory while their versions stand.

use std::sync::Arc;

use chassis::{
    db::TenantTx,
    id::{BranchId, OrganisationId},
};
use moka::sync::Cache;

use crate::{
    app::error::Error,
    domain::pause::Pauses,
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
        let key = (tx.org(), branch.branch_id);
        match self.0.get(&key) {
            Some((version, pauses)) if version == branch.pauses_version => return Ok(pauses),
            // A branch that never had one need not be asked about.
            None if branch.pauses_version == 0 => return Ok(Arc::default()),
            _ => {}
        }
        let pauses = Pauses::new(store::pauses::lasting(tx, branch.branch_id).await?);
        let pauses = Arc::new(pauses);
        self.0.insert(key, (branch.pauses_version, pauses.clone()));
        Ok(pauses)
    }
}
