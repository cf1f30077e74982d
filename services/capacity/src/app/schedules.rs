//! Schedules of branches, kept in memory while their versions stand.

use std::sync::Arc;

use chassis::{
    db::TenantTx,
    id::{BranchId, OrganisationId},
};
use moka::sync::Cache;

use super::error::Error;
use crate::{
    domain::calendar::Schedule,
    store::{self, branches::Branch},
};

const BRANCHES_KEPT: u64 = 10_000;

/// Schedules as last read; clones share them.
#[derive(Clone, Debug)]
pub struct Schedules(Cache<(OrganisationId, BranchId), Known>);

#[derive(Clone, Debug)]
struct Known {
    branch_version: i64,
    hours_version: i64,
    schedule: Arc<Schedule>,
}

impl Default for Schedules {
    fn default() -> Self {
        Self(Cache::new(BRANCHES_KEPT))
    }
}

impl Schedules {
    /// The schedule of a branch just read in `tx`; reads its hours only when they have changed.
    pub async fn get(&self, tx: &mut TenantTx, branch: &Branch) -> Result<Arc<Schedule>, Error> {
        let key = (tx.org(), branch.branch_id);
        if let Some(known) = self.0.get(&key)
            && known.branch_version == branch.version
            && known.hours_version == branch.hours_version
        {
            return Ok(known.schedule);
        }
        let schedule = Arc::new(Schedule {
            hours: store::hours::get(tx, branch.branch_id).await?,
            tz: branch.tz,
            cutoff_minutes: branch.cutoff_minutes,
        });
        let known = Known {
            branch_version: branch.version,
            hours_version: branch.hours_version,
            schedule: schedule.clone(),
        };
        self.0.insert(key, known);
        Ok(schedule)
    }
}
