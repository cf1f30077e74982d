//! How full the coming days are, and by what.

use std::collections::{BTreeMap, HashMap};

use chassis::{
    authn::Identity,
    business_day::BusinessDay,
    db::TenantTx,
    error::{CommonReason, Problem},
    id::{BranchId, OrganisationId, ProductId, VariantId},
};
use chrono::{DateTime, Utc};

use crate::{
    app::{Dependencies, error::Error, find_branch::find_branch},
    domain::limits::{
        Rule,
        load::{SlotLoad, Sum, loads as slot_loads},
        order::SlotOrder,
        usage::CapacityUsage,
        window::LONGEST_ROLLING,
    },
    store,
};

/// As far as orders may be booked ahead, and as long as they are kept.
const MOST_DAYS_AWAY: i64 = 60;

/// The slots of some days, and the rules that count in them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SlotLoads {
    /// Slots in order of time.
    pub slots: Vec<SlotLoad>,
    /// Rules.
    pub rules: Vec<Rule>,
}

/// Lists how full the slots of some days are; from today on where no day is named. Refuses with
/// `VALIDATION_FAILED`, `BranchUnknown`.
pub async fn loads(
    deps: &Dependencies,
    identity: &Identity,
    org: OrganisationId,
    branch_id: BranchId,
    from: Option<BusinessDay>,
    days: u16,
) -> Result<SlotLoads, Error> {
    let mut tx = deps.db.tenant(org).await?;
    let branch = find_branch(&mut tx, identity, branch_id).await?;
    let schedule = deps.schedules.get(&mut tx, &branch).await?;
    let limits = deps.limits.get(&mut tx, &branch).await?;
    let today = schedule.business_day(deps.clock.now());
    let first = from.unwrap_or(today);
    let away = (first.date() - today.date()).num_days();
    if away.abs() > MOST_DAYS_AWAY {
        let params = [("max", MOST_DAYS_AWAY), ("given", away)];
        return Err(Problem::new(CommonReason::ValidationFailed)
            .field_with("from_day", CommonReason::ValidationFailed, params)
            .into());
    }
    let begins_at = |day: BusinessDay| day.starts_at(schedule.tz, schedule.cutoff_minutes);
    let mut days_listed: Vec<_> = vec![first];
    while days_listed.len() < usize::from(days) {
        days_listed.push(days_listed[days_listed.len() - 1].next());
    }
    let from = begins_at(first);
    let to = begins_at(days_listed[days_listed.len() - 1].next());
    let usage = CapacityUsage {
        used: store::limits::counters::used(&mut tx, branch_id, from - LONGEST_ROLLING).await?,
        limits,
    };
    let orders = orders(&mut tx, branch_id, from, to).await?;
    tx.rollback().await?;

    let mut by_day = HashMap::<BusinessDay, Vec<SlotOrder>>::new();
    for order in orders {
        let day = schedule.business_day(order.slot_starts_at);
        by_day.entry(day).or_default().push(order);
    }
    let mut slots = Vec::new();
    for day in days_listed {
        let calendar = schedule.at(begins_at(day));
        let orders = by_day.remove(&day).unwrap_or_default();
        let mut loads = slot_loads(&usage, &calendar, begins_at(day.next()), &orders);
        // The slot going on at the cut-off is the day before's.
        loads.retain(|slot| slot.business_day == day);
        slots.append(&mut loads);
    }
    Ok(SlotLoads {
        slots,
        rules: usage.limits.rules().cloned().collect(),
    })
}

/// What fills a time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filling {
    /// Variants with what they amount to, the most units first.
    pub products: Vec<(ProductId, VariantId, Sum)>,
    /// Orders by their slots, with their units.
    pub orders: Vec<SlotOrder>,
}

/// Lists what fills a time. Refuses with `BranchUnknown`.
pub async fn fillings(
    deps: &Dependencies,
    identity: &Identity,
    org: OrganisationId,
    branch_id: BranchId,
    (from, to): (DateTime<Utc>, DateTime<Utc>),
) -> Result<Filling, Error> {
    let mut tx = deps.db.tenant(org).await?;
    find_branch(&mut tx, identity, branch_id).await?;
    let mut orders = orders(&mut tx, branch_id, from, to).await?;
    tx.rollback().await?;
    orders.sort_by_key(|order| (order.slot_starts_at, order.order_id));
    let mut sums = BTreeMap::<(ProductId, VariantId), Sum>::new();
    for line in orders.iter().flat_map(|order| &order.lines) {
        let sum = sums.entry((line.product_id, line.variant_id)).or_default();
        sum.add(std::slice::from_ref(line));
    }
    let mut products: Vec<_> = sums
        .into_iter()
        .map(|((product_id, variant_id), sum)| (product_id, variant_id, sum))
        .collect();
    products.sort_by_key(|(.., sum)| std::cmp::Reverse(sum.units));
    Ok(Filling { products, orders })
}

async fn orders(
    tx: &mut TenantTx,
    branch_id: BranchId,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
) -> Result<Vec<SlotOrder>, Error> {
    let counted = store::limits::counted_orders::list(tx, branch_id, from, to).await?;
    Ok(counted.into_iter().map(|counted| counted.order).collect())
}
