//! Schedules of branches, kept in memory while their versions stand.

use std::{collections::HashMap, sync::Arc};

use chassis::{
    clock::SharedClock,
    db::TenantTx,
    id::{BranchId, OrganisationId},
    sales::Method,
};
use chrono::{DateTime, NaiveDate, Utc};
use moka::sync::Cache;
use parking_lot::Mutex;

use crate::{
    app::error::Error,
    domain::hours::{
        Opening,
        calendar::Calendar,
        schedule::Schedule,
        special_days::{SpecialDay, relevant_from, table},
        versions::Versions,
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
    cached: CachedSchedule,
    /// When it was made; earlier than that it says nothing.
    from: DateTime<Utc>,
    /// When the next hours take over.
    until: Option<DateTime<Utc>>,
}

/// A schedule with the openings that calendars were last made of; clones share them.
#[derive(Clone, Debug)]
pub struct CachedSchedule {
    schedule: Arc<Schedule>,
    openings: Arc<Mutex<HashMap<Method, CachedOpenings>>>,
}

/// The openings that begin on dates from the first to the last.
#[derive(Clone, Debug)]
struct CachedOpenings {
    dates: (NaiveDate, NaiveDate),
    openings: Arc<[Opening]>,
}

impl CachedSchedule {
    fn new(schedule: Schedule) -> Self {
        Self {
            schedule: Arc::new(schedule),
            openings: Arc::default(),
        }
    }

    /// The calendar of a method as seen at `now`.
    #[must_use]
    pub fn at_for(&self, now: DateTime<Utc>, method: Method) -> Calendar<'_> {
        self.schedule.at_with(now, method, |first, last| {
            let dates = (first, last);
            let mut cached = self.openings.lock();
            if let Some(known) = cached.get(&method).filter(|known| known.dates == dates) {
                return known.openings.clone();
            }
            let openings: Arc<[Opening]> = self.schedule.openings(method, first, last).into();
            let known = CachedOpenings {
                dates,
                openings: openings.clone(),
            };
            cached.insert(method, known);
            openings
        })
    }
}

/// What a schedule is made from.
#[derive(Clone, Debug, Default)]
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
        let from = relevant_from(schedule.business_day(now).date());
        schedule.special_days = table(&self.special_days, branch.branch_id, from);
        schedule
    }
}

impl Schedules {
    /// None known yet; `clock` decides which hours are in force.
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
        Ok(self.known(tx, branch).await?.cached.schedule)
    }

    /// What the schedule of a branch just read in `tx` is made from.
    pub async fn parts(&self, tx: &mut TenantTx, branch: &Branch) -> Result<Arc<Parts>, Error> {
        Ok(self.known(tx, branch).await?.parts)
    }

    /// The schedules of branches of one brand just read in `tx`, in their order; reads what they are made
    /// from in a few statements, however many have changed.
    pub async fn get_many(
        &self,
        tx: &mut TenantTx,
        branches: &[Branch],
    ) -> Result<Vec<CachedSchedule>, Error> {
        let known = self.known_many(tx, branches).await?;
        Ok(known.into_iter().map(|known| known.cached).collect())
    }

    async fn known(&self, tx: &mut TenantTx, branch: &Branch) -> Result<Known, Error> {
        let mut known = self.known_many(tx, std::slice::from_ref(branch)).await?;
        Ok(known.remove(0))
    }

    async fn known_many(
        &self,
        tx: &mut TenantTx,
        branches: &[Branch],
    ) -> Result<Vec<Known>, Error> {
        let (org, now) = (tx.org(), self.clock.now());
        let kept: Vec<_> = branches
            .iter()
            .map(|branch| {
                let kept = self.kept.get(&(org, branch.branch_id));
                kept.filter(|known| known.versions == versions(branch) && known.from <= now)
            })
            .collect();
        let missing = branches.iter().zip(&kept);
        let missing: Vec<_> = missing
            .filter_map(|(branch, kept)| kept.is_none().then_some(branch))
            .collect();
        let mut read = read(tx, &missing, now).await?;
        let known = branches.iter().zip(kept).map(|(branch, kept)| {
            let parts = match kept {
                Some(known) if known.until.is_none_or(|until| now < until) => return known,
                Some(known) => known.parts,
                None => Arc::new(read.remove(&branch.branch_id).unwrap_or_default()),
            };
            let known = Known::new(branch, parts, now);
            self.kept.insert((org, branch.branch_id), known.clone());
            known
        });
        Ok(known.collect())
    }
}

impl Known {
    fn new(branch: &Branch, parts: Arc<Parts>, now: DateTime<Utc>) -> Self {
        let next = parts.hours.pending(now).next();
        Self {
            versions: versions(branch),
            cached: CachedSchedule::new(parts.schedule(branch, now)),
            from: now,
            until: next.map(|version| version.effective_at),
            parts,
        }
    }
}

const fn versions(branch: &Branch) -> (i64, i64, i64) {
    (
        branch.version,
        branch.hours_version,
        branch.special_days_version,
    )
}

/// What the schedules of branches of one brand are made from.
async fn read(
    tx: &mut TenantTx,
    branches: &[&Branch],
    now: DateTime<Utc>,
) -> Result<HashMap<BranchId, Parts>, Error> {
    let Some(first) = branches.first() else {
        return Ok(HashMap::new());
    };
    let from = relevant_from(now.date_naive());
    let ids: Vec<_> = branches.iter().map(|branch| branch.branch_id).collect();
    let mut hours = store::hours::counting(tx, &ids, now).await?;
    let days = store::hours::special_days::list_of_branches(tx, first.brand_id, &ids, from).await?;
    // Days of the brand have no branch.
    let mut by_branch = HashMap::<Option<BranchId>, Vec<SpecialDay>>::new();
    for day in days {
        by_branch.entry(day.branch_id).or_default().push(day);
    }
    let of_brand = by_branch.remove(&None).unwrap_or_default();
    let mut parts = |id: BranchId| {
        let own = by_branch.remove(&Some(id)).unwrap_or_default();
        Parts {
            hours: hours.remove(&id).unwrap_or_default(),
            special_days: of_brand.iter().cloned().chain(own).collect(),
        }
    };
    Ok(ids.into_iter().map(|id| (id, parts(id))).collect())
}
