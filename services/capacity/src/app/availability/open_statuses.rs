//! Whether the branches of a brand take orders for now, many in one reading.

use std::collections::BTreeSet;

use chassis::{
    id::{BranchId, BrandId, OrganisationId},
    sales::{Channel, Method},
};
use chrono::TimeDelta;

use crate::{
    app::{Dependencies, error::Error},
    domain::{availability::open_status::OpenStatus, limits::usage::CapacityUsage},
    store,
};

/// A business day may have begun this long ago, and a rolling window before it.
const COUNTED_BEFORE: TimeDelta = TimeDelta::hours(30);
/// No promise is made for later than this: it would need the counters of every day ahead.
const PROMISED_WITHIN: TimeDelta = TimeDelta::hours(24);

/// Lists whether at most `limit` branches of a brand with ids after `after` take orders for now, by their
/// ids: the same as [`super::availability::get`] of each, in a fixed number of statements.
pub async fn list(
    deps: &Dependencies,
    org: OrganisationId,
    brand_id: BrandId,
    method: Method,
    after: Option<BranchId>,
    limit: i64,
) -> Result<Vec<(BranchId, OpenStatus)>, Error> {
    let mut tx = deps.db.tenant(org).await?;
    let now = deps.clock.now();
    let branches = store::branches::page_of_brand(&mut tx, brand_id, after, limit).await?;
    let schedules = deps.schedules.get_many(&mut tx, &branches).await?;
    let limits = deps.limits.get_many(&mut tx, &branches).await?;
    let pauses = deps.pauses.get_many(&mut tx, &branches).await?;
    let calendars: Vec<_> = schedules
        .iter()
        .map(|schedule| schedule.at_for(now, method))
        .collect();
    // Only an open branch makes a promise, which its counters decide.
    let bounded: Vec<_> = branches
        .iter()
        .zip(limits.iter().zip(&calendars))
        .filter(|(_, (limits, calendar))| {
            calendar.accepting().is_some()
                && !CapacityUsage::is_unlimited(limits, calendar.schedule())
        })
        .map(|(branch, _)| branch.branch_id)
        .collect();
    // The least that an order demands finds capacity in every counter that is not full.
    let rules = limits.iter().flat_map(|limits| limits.rules());
    let summed: BTreeSet<_> = rules
        .filter(|rule| rule.is_queue())
        .map(|rule| rule.rule_id)
        .collect();
    let summed: Vec<_> = summed.into_iter().collect();
    let (from, to) = (now - COUNTED_BEFORE, now + PROMISED_WITHIN);
    let mut used =
        store::limits::counters::full_between(&mut tx, &bounded, (from, to), &summed).await?;
    tx.rollback().await?;

    let mut statuses = Vec::with_capacity(branches.len());
    let parts = calendars.iter().zip(limits).zip(pauses);
    for (branch, ((calendar, limits), pauses)) in branches.iter().zip(parts) {
        let usage = CapacityUsage {
            used: used.remove(&branch.branch_id).unwrap_or_default(),
            limits,
        };
        let demand = usage.limits.least(Channel::Web, method);
        let mut status = OpenStatus::of(branch.state, calendar, &pauses, &usage, &demand);
        status.promise = status.promise.filter(|(_, promised_at)| *promised_at <= to);
        statuses.push((branch.branch_id, status));
    }
    Ok(statuses)
}
