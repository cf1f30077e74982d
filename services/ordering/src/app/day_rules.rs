//! How branches count days, known from memory for what rules ask of weekdays and times.

use std::time::Duration;

use chassis::{
    id::{BranchId, OrganisationId},
    sales::Method,
};
use moka::sync;
use tokio::time::Instant;

use super::{Ordering, capacity::day_rule};
use crate::domain::menu::DayRule;

/// What is older is looked up again.
const FRESH_FOR: Duration = Duration::from_secs(30);
/// What nobody ordered from for so long is forgotten.
const KEEP: Duration = Duration::from_secs(24 * 60 * 60);
const MAX_BRANCHES: u64 = 10_000;
/// For a branch that nobody ever knew, while capacity is away.
const UNKNOWN: DayRule = DayRule {
    tz: chrono_tz::Asia::Taipei,
    cutoff_minutes: 240,
};

/// How branches count days; clones share what is known.
#[derive(Clone)]
pub struct DayRules {
    known: sync::Cache<(OrganisationId, BranchId), (DayRule, Instant)>,
}

impl Default for DayRules {
    fn default() -> Self {
        let known = sync::Cache::builder()
            .max_capacity(MAX_BRANCHES)
            .time_to_idle(KEEP)
            .build();
        Self { known }
    }
}

impl DayRules {
    /// Remembers what capacity said with a hold.
    pub fn note(&self, org: OrganisationId, branch: BranchId, rule: DayRule) {
        self.known.insert((org, branch), (rule, Instant::now()));
    }
}

impl Ordering {
    /// How a branch counts days; what was known before counts while capacity is away.
    pub(super) async fn day_rule_of(
        &self,
        org: OrganisationId,
        branch: BranchId,
        method: Method,
    ) -> DayRule {
        let known = self.day_rules.known.get(&(org, branch));
        if let Some((rule, at)) = known
            && at.elapsed() < FRESH_FOR
        {
            return rule;
        }
        let available = self.capacity.availability(org, branch, method, None).await;
        let read = available
            .map_err(anyhow::Error::from)
            .and_then(|found| day_rule(&found.time_zone, found.cutoff_minutes));
        match read {
            Ok(rule) => {
                self.day_rules.note(org, branch, rule);
                rule
            }
            Err(error) => {
                tracing::warn!(branch.id = %branch, %error, "priced without knowing the branch's clock");
                known.map_or(UNKNOWN, |(rule, _)| rule)
            }
        }
    }
}
