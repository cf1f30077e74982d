//! Replays: the orders of the last days with and without a rule.
//!
//! Orders are read from ordering's list by cursor, page by page, and priced as values; nothing is written but the
//! progress and the result. A process that dies leaves the replay to another one, which begins anew.

mod pricer;

use anyhow::Context as _;
use benefit_rules::ReplayReport;
use chassis::{
    authn::Identity,
    clock::Clock,
    db::{OnConstraint as _, StoreError, TenantTx},
    error::Problem,
    id::{BenefitRuleId, BrandId, OrganisationId, ReplayId},
    snapshot::Key,
};
use chrono::{DateTime, TimeDelta, Utc};
use pricing::Amount;
use proto::{
    common::v1::{ListSnapshotRequest, snapshot_service_client::SnapshotServiceClient},
    membership::v1::{
        BenefitRule, MembershipReason, ReplayBranch, ReplayDay, ReplayMismatch, ReplayOrder,
        ReplayProduct, ReplayResult, ReplayWeekBefore,
    },
    ordering::v1::{OrderChanged, OrderSnapshot},
};
use uuid::Uuid;

use self::pricer::Pricer;
use super::Dependencies;
use crate::store::{
    self,
    replays::{Replay, ReplayState},
};

/// Most orders that are read.
const MOST_ORDERS: usize = 200_000;
const PAGE: i32 = 200;
const LARGEST_PAGE_BYTES: usize = 64 * 1024 * 1024;
/// How long a process keeps a replay from others between two pages.
const LEASE: TimeDelta = TimeDelta::seconds(60);
const MOST_PRODUCTS: usize = 100;

/// Starts a replay.
pub async fn start(
    tx: &mut TenantTx,
    identity: &Identity,
    clock: &dyn Clock,
    brand: BrandId,
    promotion: Option<BenefitRuleId>,
    rule: BenefitRule,
    days: i32,
) -> Result<Replay, Problem> {
    identity.require_brand(brand)?;
    if !store::branches::has_brand(tx, brand).await? {
        return Err(Problem::not_found("brand"));
    }
    let replay = Replay {
        id: ReplayId::new(clock),
        brand,
        promotion,
        rule,
        days,
        state: ReplayState::Running,
        orders_read: 0,
        result: None,
        started_at: clock.now(),
        finished_at: None,
    };
    store::replays::insert(tx, &replay)
        .await
        .on_constraint("replays_running", || {
            Running(Problem::new(MembershipReason::ReplayRunning))
        })
        .map_err(|Running(problem)| problem)?;
    Ok(replay)
}

/// A refusal on the way through a constraint.
struct Running(Problem);

impl From<StoreError> for Running {
    fn from(error: StoreError) -> Self {
        Self(error.into())
    }
}

/// A replay of a brand that the caller may see.
pub async fn get(tx: &mut TenantTx, identity: &Identity, id: ReplayId) -> Result<Replay, Problem> {
    let found = store::replays::find(tx, id).await?;
    let found = found.ok_or_else(|| Problem::not_found("replay"))?;
    super::benefits::places::listed_brands(tx, identity, Some(found.brand)).await?;
    Ok(found)
}

/// Carries out one replay that nobody works on; whether there was one.
pub async fn run_due(deps: &Dependencies) -> anyhow::Result<bool> {
    let now = deps.clock.now();
    let mut tx = deps.db.system("take a replay").await?;
    let taken = store::replays::take_due(&mut tx, now, now + LEASE).await?;
    tx.commit().await?;
    let Some((org, id)) = taken else {
        return Ok(false);
    };
    let outcome = run(deps, org, id).await;
    let result = match &outcome {
        Ok(result) => Some(result),
        Err(error) => {
            tracing::error!(replay.id = %id, error = format!("{error:#}"), "a replay failed");
            None
        }
    };
    let mut tx = deps.db.tenant(org).await?;
    store::replays::finish(&mut tx, id, result, deps.clock.now()).await?;
    tx.commit().await?;
    Ok(true)
}

async fn run(
    deps: &Dependencies,
    org: OrganisationId,
    id: ReplayId,
) -> anyhow::Result<ReplayResult> {
    let mut tx = deps.db.tenant(org).await?;
    let replay = store::replays::find(&mut tx, id)
        .await?
        .context("the replay is gone")?;
    tx.rollback().await?;
    let mut pricer = Pricer::new(deps, org, &replay);
    let mut token = first_token(org, since(&replay));
    let mut truncated = false;
    loop {
        let (orders, next) = page(deps, org, &token).await?;
        pricer.take(orders).await?;
        let mut tx = deps.db.tenant(org).await?;
        let read = i32::try_from(pricer.read).unwrap_or(i32::MAX);
        store::replays::progress(&mut tx, id, read, deps.clock.now() + LEASE).await?;
        tx.commit().await?;
        match next {
            Some(next) if pricer.read < MOST_ORDERS => token = next,
            Some(_) => {
                truncated = true;
                break;
            }
            None => break,
        }
    }
    Ok(result(&pricer, truncated))
}

fn since(replay: &Replay) -> DateTime<Utc> {
    replay.started_at - TimeDelta::days(replay.days.into())
}

/// Before the first order of an organisation that was created at an instant: ids begin with the time.
fn first_token(org: OrganisationId, at: DateTime<Utc>) -> String {
    let millis = u128::try_from(at.timestamp_millis()).unwrap_or_default();
    let id = Uuid::from_u128(millis << 80);
    Key { org, id }.to_string()
}

/// A page of the organisation's orders with where the next one begins.
async fn page(
    deps: &Dependencies,
    org: OrganisationId,
    token: &str,
) -> anyhow::Result<(Vec<OrderSnapshot>, Option<String>)> {
    let request = ListSnapshotRequest {
        subject: "ordering.every_order".to_owned(),
        page_token: token.to_owned(),
        page_size: PAGE,
    };
    let response = SnapshotServiceClient::new(deps.peers.channel("ordering"))
        .max_decoding_message_size(LARGEST_PAGE_BYTES)
        .list_snapshot(request)
        .await
        .context("read the orders of the last days")?
        .into_inner();
    let own = org.to_string();
    // Organisations follow each other; what comes after ours is not looked at.
    let all_own = response
        .items
        .iter()
        .all(|item| item.organisation_id == own);
    let mut orders = Vec::with_capacity(response.items.len());
    for item in response
        .items
        .iter()
        .filter(|item| item.organisation_id == own)
    {
        let event: OrderChanged = prost::Message::decode(&item.body[..])?;
        orders.extend(event.order);
    }
    orders.sort_by_key(|order| order.created_at.as_ref().map(|at| (at.seconds, at.nanos)));
    let next = response.next_page_token;
    let next = (all_own && !next.is_empty()).then_some(next);
    Ok((orders, next))
}

fn result(pricer: &Pricer<'_>, truncated: bool) -> ReplayResult {
    let report: ReplayReport = pricer.replayed.report();
    let count = |number: u64| i32::try_from(number).unwrap_or(i32::MAX);
    let branches = report.branches.iter().map(|effect| ReplayBranch {
        branch_id: effect.branch.to_string(),
        touched: count(effect.touched),
        net_before: effect.net_before.minor(),
        net_after: effect.net_after.minor(),
    });
    let products = report
        .products
        .iter()
        .take(MOST_PRODUCTS)
        .map(|effect| ReplayProduct {
            product_id: effect.product.to_string(),
            name: pricer
                .names
                .get(&effect.product)
                .cloned()
                .unwrap_or_default(),
            units: count(effect.units),
            net_before: effect.net_before.minor(),
            net_after: effect.net_after.minor(),
        });
    let largest = report.largest.iter().map(|effect| ReplayOrder {
        order_id: effect.order.to_string(),
        order_number: effect.number.clone(),
        branch_id: effect.branch.to_string(),
        net_before: effect.net_before.minor(),
        net_after: effect.net_after.minor(),
    });
    let days = report.days.iter().map(|day| ReplayDay {
        business_day: day.business_day.clone(),
        orders: count(day.sold.orders),
        touched: count(day.touched),
        net_before: day.sold.net.minor(),
        net_after: day.net_after.minor(),
        week_before: day.week_before.map(|before| ReplayWeekBefore {
            orders: count(before.orders),
            net: before.net.minor(),
        }),
    });
    let mismatches = report.mismatches.iter().map(|order| ReplayMismatch {
        order_id: order.order.to_string(),
        order_number: order.number.clone(),
        branch_id: order.branch.to_string(),
        sold: order.sold.minor(),
        now: order.now.map(Amount::minor),
    });
    ReplayResult {
        orders: i32::try_from(pricer.read).unwrap_or(i32::MAX),
        reproduced: count(report.reproduced),
        truncated,
        touched: count(report.touched),
        net_before: report.net_before.minor(),
        net_after: report.net_after.minor(),
        branches: branches.collect(),
        products: products.collect(),
        largest: largest.collect(),
        delivery_off: report.fees_off.minor(),
        gifts: report.gifts.minor(),
        by_day: days.collect(),
        mismatches: mismatches.collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_begins_with_the_first_order_of_the_period() {
        let at: DateTime<Utc> = "2026-09-02T04:00:00Z".parse().unwrap();
        let clock = chassis::clock::ManualClock::at(at);
        let org = OrganisationId::new(&clock);
        let token = first_token(org, at);
        let (_, id) = token.split_once('/').unwrap();
        let first: Uuid = id.parse().unwrap();
        assert!(first < chassis::id::OrderId::new(&clock).as_uuid());
        clock.advance(TimeDelta::milliseconds(-1));
        assert!(first > chassis::id::OrderId::new(&clock).as_uuid());
    }
}
