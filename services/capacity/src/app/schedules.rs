//! Schedules of branches, kept in memory while their versions stand.

use std::sync::Arc;

use chassis::{
    clock::SharedClock,
    db::TenantTx,
    id::{BranchId, OrganisationId},
};
use chrono::{DateTime, Utc};
use moka::sync::Cache;

use super::error::Error;
use crate::{
    domain::{
        calendar::Schedule,
        hours_version::Versions,
        special_day::{SpecialDay, matter_from, table},
    },
    store::{self, branches::Branch},
};

const BRANCHES_KEPT: u64 = 10_000;

/// Schedules as last read; clones share them.
#[derive(Clone, Debug)]
pub struct Schedules {
    kept: Cache<(OrganisationId, BranchId), Known>,
    clock: SharedClock,
}

#[derive(Clone, Debug)]
struct Known {
    versions: (i64, i64, i64),
    parts: Arc<Parts>,
    schedule: Arc<Schedule>,
    /// When it was made; earlier than that it says nothing.
    from: DateTime<Utc>,
    /// When the next hours take over.
    until: Option<DateTime<Utc>>,
}

/// What a schedule is made from.
#[derive(Clone, Debug)]
pub struct Parts {
    /// The hours in force and those that wait for their time.
    pub hours: Versions,
    /// Special days of the branch and of its brand.
    pub special_days: Vec<SpecialDay>,
}

impl Parts {
    /// The schedule of a branch as it is at `now`.
    #[must_use]
    pub fn schedule(&self, branch: &Branch, now: DateTime<Utc>) -> Schedule {
        let (hours, later) = self.hours.seen_at(now);
        let mut schedule = Schedule::weekly(hours, branch.tz, branch.cutoff_minutes);
        schedule.later = later;
        let from = matter_from(schedule.business_day(now).date());
        schedule.special_days = table(&self.special_days, branch.branch_id, from);
        schedule
    }
}

impl Schedules {
    /// None known yet; which hours are in force is told by `clock`.
    #[must_use]
    pub fn new(clock: SharedClock) -> Self {
        Self {
            kept: Cache::new(BRANCHES_KEPT),
            clock,
        }
    }

    /// The schedule of a branch just read in `tx`, its `hours` being those in force; reads what it is
    /// made from only when that has changed.
    pub async fn get(&self, tx: &mut TenantTx, branch: &Branch) -> Result<Arc<Schedule>, Error> {
        Ok(self.known(tx, branch).await?.schedule)
    }

    /// What the schedule of a branch just read in `tx` is made from.
    pub async fn parts(&self, tx: &mut TenantTx, branch: &Branch) -> Result<Arc<Parts>, Error> {
        Ok(self.known(tx, branch).await?.parts)
    }

    async fn known(&self, tx: &mut TenantTx, branch: &Branch) -> Result<Known, Error> {
        let key = (tx.org(), branch.branch_id);
        let versions = (
            branch.version,
            branch.hours_version,
            branch.special_days_version,
        );
        let now = self.clock.now();
        let known = self
            .kept
            .get(&key)
            .filter(|known| known.versions == versions && known.from <= now);
        let parts = match known {
            Some(known) if known.until.is_none_or(|until| now < until) => return Ok(known),
            Some(known) => known.parts,
            None => Arc::new(read(tx, branch, now).await?),
        };
        let next = parts.hours.pending(now).next();
        let known = Known {
            versions,
            schedule: Arc::new(parts.schedule(branch, now)),
            from: now,
            until: next.map(|version| version.effective_at),
            parts: parts.clone(),
        };
        self.kept.insert(key, known.clone());
        Ok(known)
    }
}

async fn read(tx: &mut TenantTx, branch: &Branch, now: DateTime<Utc>) -> Result<Parts, Error> {
    let (branch_id, brand_id) = (branch.branch_id, branch.brand_id);
    let from = matter_from(now.date_naive());
    Ok(Parts {
        hours: store::hours::counting(tx, branch_id, now).await?,
        special_days: store::special_days::list_of_branch(tx, brand_id, branch_id, from).await?,
    })
}
