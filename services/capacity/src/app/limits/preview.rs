//! Previews limits before they are saved.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use chassis::{
    authn::Identity,
    business_day::BusinessDay,
    error::{CommonReason, Problem, Violations},
    id::{BranchId, OrganisationId},
    sales::Method,
};

use super::{FARTHEST, MOST_OVERBOOKED, can_be_corrected};
use crate::{
    app::{Dependencies, error::Error, find_branch::find_branch},
    domain::limits::{
        Limits, Rule,
        counter::Pool,
        parse::validate,
        simulation::{SimulatedOrder, simulate},
        usage::CapacityUsage,
    },
    store::{self, limits::counters::Counter},
};

/// What limits would do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preview {
    /// Counters that would be beyond their limits, the earliest first.
    pub overbooked: Vec<Counter>,
    /// The day tried.
    pub day: BusinessDay,
    /// Orders of that day.
    pub orders: usize,
    /// Those that would have been changed, in the order in which they came.
    pub tried: Vec<SimulatedOrder>,
}

/// Tries rules on what is booked and on the orders of a past day; yesterday's where none is named.
/// Refuses with `CAPACITY_INVALID`, `IN_THE_FUTURE`, `BranchUnknown`.
pub async fn preview(
    deps: &Dependencies,
    identity: &Identity,
    org: OrganisationId,
    branch_id: BranchId,
    rules: &[Rule],
    day: Option<BusinessDay>,
) -> Result<Preview, Error> {
    let mut tx = deps.db.tenant(org).await?;
    let branch = find_branch(&mut tx, identity, branch_id).await?;
    let schedule = deps.schedules.get(&mut tx, &branch).await?;
    let now = deps.clock.now();
    let mut violations = Violations::new();
    let slot_minutes = Some(schedule.slot_minutes_at(now));
    validate(
        "rules",
        rules.iter().enumerate(),
        slot_minutes,
        &mut violations,
    );
    violations.into_result()?;
    let today = schedule.business_day(now);
    let day = day.unwrap_or_else(|| today.prev());
    if day >= today {
        return Err(Problem::new(CommonReason::InTheFuture)
            .message("only a day that is over can be tried")
            .field("business_day", CommonReason::InTheFuture)
            .into());
    }
    let limits = Arc::new(Limits::new(rules));

    let begins_at = |day: BusinessDay| day.starts_at(schedule.tz, schedule.cutoff_minutes);
    let (from, far) = (begins_at(today), now + FARTHEST);
    let booked = store::limits::counted_orders::list(&mut tx, branch_id, from, far).await?;
    let past = store::limits::counted_orders::list(
        &mut tx,
        branch_id,
        begins_at(day),
        begins_at(day.next()),
    )
    .await?;
    tx.rollback().await?;

    let calendars = Method::ALL.map(|method| schedule.at_for(now, method));
    let mut usage = CapacityUsage {
        limits: limits.clone(),
        used: HashMap::new(),
    };
    let mut limit_of = BTreeMap::new();
    for counted in &booked {
        let order = &counted.order;
        let Some(calendar) = calendars.iter().find(|it| it.method() == order.method) else {
            continue;
        };
        let takes = usage.add_order(calendar, order);
        limit_of.extend(takes.iter().map(|take| (take.key, take.limit)));
    }
    let present = schedule.slot_holding(now);
    let overbooked = limit_of
        .into_iter()
        .filter(|(key, limit)| key.pool == Pool::All && usage.used(*key) > *limit)
        .filter(|(key, _)| can_be_corrected(limits.find(key.rule_id), key, present))
        .map(|(key, limit)| Counter {
            key,
            held: usage.used(key),
            committed: 0,
            limit,
        })
        .take(MOST_OVERBOOKED)
        .collect();
    let past: Vec<_> = past.into_iter().map(|counted| counted.order).collect();
    Ok(Preview {
        overbooked,
        day,
        orders: past.len(),
        tried: simulate(&limits, &schedule, day, &past),
    })
}
