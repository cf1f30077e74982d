//! Moves what an order holds or has taken to another slot: all of it, or nothing.

use std::collections::{BTreeMap, HashMap};

use chassis::{
    business_day::BusinessDay,
    db::TenantTx,
    id::{BranchId, OrderId, OrganisationId},
};
use chrono::{DateTime, Utc};

use super::place::Held;
use crate::{
    app::{
        Dependencies, availability::publish::publish_changes, error::Error,
        stock::ledger::write_ledger,
    },
    domain::{
        availability::changes::VisibleChanges,
        holds::{Hold, batch::HoldRejected, state::HoldState},
        hours::calendar::{Calendar, SlotProblem, SlotTime},
        limits::{
            counter::{CounterChange, CounterIncrement, Fullness, Take, Taken},
            demand::Demand,
            order::SlotOrder,
            usage::CapacityUsage,
            window::counting_from,
        },
        pauses::SaleContext,
        stock::{
            BucketChange, BucketKey, MovementKind, Part, StockItem,
            ledger::Ledger,
            levels::{MissingUnits, Shortage},
            running_day,
        },
    },
    store::{self, branches::Branch},
};

/// Moves an order to the slot that begins at `wanted_at`; where it is already, nothing happens.
///
/// Refuses with `HoldRejected`, `HoldGone`, `BranchUnknown` and `OrderUnknown`.
pub async fn reschedule(
    deps: &Dependencies,
    org: OrganisationId,
    branch_id: BranchId,
    order_id: OrderId,
    wanted_at: DateTime<Utc>,
) -> Result<Held, Error> {
    let mut tx = deps.db.tenant(org).await?;
    let branch = store::branches::lock(&mut tx, branch_id)
        .await?
        .ok_or(Error::BranchUnknown)?;
    let found = store::holds::find_many(&mut tx, &[order_id], &[]).await?;
    let hold = found.into_iter().find(|hold| hold.branch_id == branch_id);
    let counted = store::limits::counted_orders::find(&mut tx, order_id).await?;
    let (hold, counted) = hold.zip(counted).ok_or(Error::OrderUnknown)?;
    if hold.state == HoldState::Released {
        return Err(Error::HoldGone);
    }
    if hold.slot_starts_at == wanted_at && hold.promised_at == wanted_at {
        return Ok(Held::of(hold, &branch));
    }
    let mut changes = VisibleChanges::default();
    let (slot, takes) =
        find_capacity(deps, &mut tx, &branch, &hold, &counted.order, wanted_at).await?;
    let parts = reschedule_parts(
        deps,
        &mut tx,
        &branch,
        &hold,
        slot.business_day,
        &mut changes,
    )
    .await?;
    reschedule_takes(&mut tx, &hold, &takes, &mut changes).await?;
    let rescheduled = Hold {
        slot_starts_at: slot.starts_at,
        promised_at: wanted_at,
        business_day: slot.business_day,
        parts,
        taken: takes.iter().map(Taken::from).collect(),
        ..hold
    };
    store::holds::set_slot(&mut tx, &rescheduled).await?;
    publish_changes(deps, &mut tx, branch_id, &changes).await?;
    tx.commit().await?;
    deps.availabilities.forget(org, branch_id);
    Ok(Held::of(rescheduled, &branch))
}

/// The slot, and what the order takes of the limits there once it has left where it is.
async fn find_capacity(
    deps: &Dependencies,
    tx: &mut TenantTx,
    branch: &Branch,
    hold: &Hold,
    order: &SlotOrder,
    wanted_at: DateTime<Utc>,
) -> Result<(SlotTime, Vec<Take>), Error> {
    let schedule = deps.schedules.get(tx, branch).await?;
    let calendar = schedule.at_for(deps.clock.now(), order.method);
    let mut usage = CapacityUsage {
        limits: deps.limits.get(tx, branch).await?,
        used: store::limits::counters::used(tx, branch.branch_id, counting_from(&calendar)).await?,
    };
    usage.remove(&hold.taken);
    let demand = usage
        .limits
        .demand(order.channel, order.method, &order.lines);
    let sale = SaleContext {
        channel: order.channel,
        method: order.method,
        lines: &order.lines,
    };
    let paused = deps
        .pauses
        .get(tx, branch)
        .await?
        .matching(&sale, wanted_at);
    let slot = if branch.state.takes(hold.test) {
        calendar.check_requested(wanted_at).and_then(|slot| {
            let remaining = usage.remaining(&calendar, &demand, slot.starts_at);
            match remaining.fullness {
                Fullness::Full => Err(SlotProblem::Full),
                Fullness::Open | Fullness::Filling => Ok(slot),
            }
        })
    } else {
        Err(SlotProblem::Closed)
    };
    match slot {
        Ok(slot) if paused.is_empty() => {
            let takes = if hold.test {
                Vec::new()
            } else {
                usage.takes(&calendar, &demand, slot.starts_at)
            };
            Ok((slot, takes))
        }
        slot => {
            let next = next(&usage, &calendar, &demand, wanted_at);
            Err(Box::new(HoldRejected {
                paused,
                slot: slot.err().map(|problem| (problem, next)),
                ..HoldRejected::default()
            })
            .into())
        }
    }
}

fn next(
    usage: &CapacityUsage,
    calendar: &Calendar<'_>,
    demand: &Demand,
    wanted_at: DateTime<Utc>,
) -> Option<DateTime<Utc>> {
    usage
        .earliest(calendar, demand, wanted_at)
        .or_else(|| usage.earliest(calendar, demand, calendar.now()))
}

/// Units go from the bucket they were taken from to that of the new day; on the same day they stay.
async fn reschedule_parts(
    deps: &Dependencies,
    tx: &mut TenantTx,
    branch: &Branch,
    hold: &Hold,
    day: BusinessDay,
    changes: &mut VisibleChanges,
) -> Result<Vec<Part>, Error> {
    if hold.parts.is_empty() || hold.test || hold.business_day == day {
        return Ok(hold.parts.clone());
    }
    let today = branch.business_day(deps.clock.now());
    let sku_ids: Vec<_> = hold.parts.iter().map(|part| part.sku_id).collect();
    let items = store::stock::items::find_many(tx, branch.branch_id, &sku_ids).await?;
    let items: HashMap<_, _> = items.into_iter().map(|item| (item.sku_id, item)).collect();
    let keys: Vec<BucketKey> = hold
        .parts
        .iter()
        .flat_map(|part| [part.bucket_day, day, running_day()].map(|day| (part.sku_id, day)))
        .collect();
    let mut shift = Shift {
        order_id: hold.order_id,
        sign: if hold.state == HoldState::Committed {
            (1, 0)
        } else {
            (0, -1)
        },
        ledger: Ledger::of(store::stock::buckets::find_keys(tx, branch.branch_id, &keys).await?),
        shortage: Shortage::default(),
    };
    let mut parts = Vec::new();
    for &part in &hold.parts {
        let item = items.get(&part.sku_id);
        let bucket_day = item.and_then(|item| item.bucket_day(day, today));
        if bucket_day == Some(part.bucket_day) {
            parts.push(part);
            continue;
        }
        changes.sku_ids.insert(part.sku_id);
        shift.leave(item, &part);
        if let Some((item, bucket_day)) = item.zip(bucket_day) {
            let part = Part { bucket_day, ..part };
            shift.enter(item, &part);
            parts.push(part);
        }
    }
    if !shift.shortage.missing.is_empty() {
        return Err(Box::new(HoldRejected {
            shortage: shift.shortage,
            ..HoldRejected::default()
        })
        .into());
    }
    write_ledger(deps, tx, branch.branch_id, &shift.ledger).await?;
    Ok(parts)
}

/// Units on their way from one bucket to another.
#[derive(Debug)]
struct Shift {
    order_id: OrderId,
    /// What leaving one unit does to the balance and to what is held.
    sign: (i64, i64),
    ledger: Ledger,
    shortage: Shortage,
}

impl Shift {
    fn leave(&mut self, item: Option<&StockItem>, part: &Part) {
        let kind = if self.sign.0 > 0 {
            MovementKind::Returned
        } else {
            MovementKind::Released
        };
        self.write(part, kind, self.sign);
        if let Some(item) = item {
            self.ledger.follow(item, part.bucket_day, part.quantity);
        }
    }

    fn enter(&mut self, item: &StockItem, part: &Part) {
        let bucket = self.ledger.open(item, part.bucket_day);
        if bucket.available() < part.quantity {
            self.shortage.missing.push(MissingUnits {
                sku_id: part.sku_id,
                wanted: part.quantity,
                left: bucket.available(),
            });
            return;
        }
        let kind = if self.sign.0 > 0 {
            MovementKind::Committed
        } else {
            MovementKind::Held
        };
        self.write(part, kind, (-self.sign.0, -self.sign.1));
    }

    fn write(&mut self, part: &Part, kind: MovementKind, (balance, held): (i64, i64)) {
        let change = BucketChange {
            balance: balance * part.quantity,
            held: held * part.quantity,
        };
        let key = (part.sku_id, part.bucket_day);
        self.ledger.write(key, change, kind, Some(self.order_id));
    }
}

async fn reschedule_takes(
    tx: &mut TenantTx,
    hold: &Hold,
    takes: &[Take],
    changes: &mut VisibleChanges,
) -> Result<(), Error> {
    let committed = hold.state == HoldState::Committed;
    let mut left = BTreeMap::<_, CounterChange>::new();
    for taken in &hold.taken {
        let change = left.entry(taken.key).or_default();
        let amount = if committed {
            &mut change.committed
        } else {
            &mut change.held
        };
        *amount -= taken.amount;
    }
    let mut added = BTreeMap::<_, CounterIncrement>::new();
    for take in takes {
        let counter = added.entry(take.key).or_default();
        counter.amount += take.amount;
        counter.limit = take.limit;
    }
    let branch_id = hold.branch_id;
    for (_, change, limit) in store::limits::counters::settle(tx, branch_id, &left).await? {
        changes.counter(change, limit);
    }
    store::limits::counters::hold(tx, branch_id, &added).await?;
    changes.slots |= !added.is_empty();
    if committed {
        let settled = added.iter().map(|(key, added)| {
            let change = CounterChange {
                held: -added.amount,
                committed: added.amount,
            };
            (*key, change)
        });
        store::limits::counters::settle(tx, branch_id, &settled.collect()).await?;
    }
    Ok(())
}
