//! Counts what is booked anew, after the rules or the grid of slots have changed.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use chassis::{db::TenantTx, id::BranchId, sales::Method};
use chrono::{DateTime, Utc};

use super::FARTHEST;
use crate::{
    app::error::Error,
    domain::{
        hours::schedule::Schedule,
        limits::{Limits, counter::Taken, usage::CapacityUsage, window::day_counts_from},
    },
    store::{self, limits::counters::Counter},
};

/// Counts the orders of a locked branch from its present business day on by `limits` and `schedule`.
/// What they take beyond a limit stays, as overbooked.
pub async fn recount(
    tx: &mut TenantTx,
    branch_id: BranchId,
    limits: &Arc<Limits>,
    schedule: &Schedule,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    let from = day_counts_from(schedule, now);
    let orders = store::limits::counted_orders::list(tx, branch_id, from, now + FARTHEST).await?;
    let calendars = Method::ALL.map(|method| schedule.at_for(now, method));
    let mut usage = CapacityUsage {
        limits: limits.clone(),
        used: HashMap::new(),
    };
    let mut counters = BTreeMap::new();
    let mut changed = Vec::new();
    for counted in &orders {
        let order = &counted.order;
        let Some(calendar) = calendars.iter().find(|it| it.method() == order.method) else {
            continue;
        };
        let mut takes = usage.add_order(calendar, order);
        takes.retain(|take| take.key.starts_at >= from);
        for take in &takes {
            let counter = counters.entry(take.key).or_insert(Counter {
                key: take.key,
                held: 0,
                committed: 0,
                limit: take.limit,
            });
            if counted.committed {
                counter.committed += take.amount;
            } else {
                counter.held += take.amount;
            }
        }
        // What it took of windows that are over is not counted again.
        let before = counted.taken.iter().copied();
        let before = before.filter(|taken| taken.key.starts_at < from);
        let now_taken = takes.iter().map(Taken::from);
        let taken: Vec<_> = before.chain(now_taken).collect();
        if taken != counted.taken {
            changed.push((order.order_id, taken));
        }
    }
    let counters: Vec<_> = counters.into_values().collect();
    store::limits::counters::replace(tx, branch_id, from, &counters).await?;
    store::limits::counted_orders::set_taken(tx, &changed).await?;
    Ok(())
}
