//! Timers: holds that lapse, and old rows.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    time::Duration,
};

use anyhow::Context as _;
use chassis::{
    client::Peers,
    coalesce::batch_or_each,
    db::StoreError,
    id::{OrderId, OrganisationId},
    job::{Job, JobRun},
};
use chrono::{DateTime, Datelike as _, NaiveTime, TimeDelta, Utc};
use proto::ordering::v1::{
    FindOrderStatesRequest, OrderState, ordering_service_client::OrderingServiceClient,
};

use crate::{
    app::{
        Dependencies,
        error::{Error, is_unavailable},
        holds::settle::{OrderUpdate, settle},
        hours::announce::announce_hours,
        pauses::end_due,
        stock::receive::receive_stock,
    },
    config::Config,
    domain::holds::state::OrderStatus,
    events::order_status,
    store,
};

/// Twice within the second in which a lapsed hold must be sellable again.
const EXPIRY_PERIOD: Duration = Duration::from_millis(500);
/// A pause that is over is seen in storefronts within 2 s.
const PAUSES_PERIOD: Duration = Duration::from_millis(500);
/// Hours take effect within 5 s of their time.
const HOURS_PERIOD: Duration = Duration::from_secs(1);
/// What is expected for a day can be sold from its first seconds on.
const RECEIPTS_PERIOD: Duration = Duration::from_secs(1);
const PURGE_PERIOD: Duration = Duration::from_secs(3600);
/// As many branches of a tenant as one turn writes.
const BRANCHES_A_TURN: i64 = 500;
/// As many of a tenant as one question to ordering may name.
const HOLDS_A_TURN: i64 = 500;
/// As many rows as one transaction deletes.
const ROWS_A_BATCH: i64 = 5_000;
/// As many buckets as one transaction folds the movements of; each may have many.
const BUCKETS_A_BATCH: i64 = 100;
/// An order that waits for its payment is looked up again after this long.
const RETRY_AFTER: TimeDelta = TimeDelta::minutes(1);

/// The timers.
pub fn jobs(deps: &Dependencies, peers: &Peers, config: &Config) -> Vec<Job> {
    let expiring = (deps.clone(), peers.clone());
    let purging = (deps.clone(), config.clone());
    let announcing = deps.clone();
    let resuming = deps.clone();
    let receiving = deps.clone();
    vec![
        Job::every("end_pauses", PAUSES_PERIOD, move || {
            let deps = resuming.clone();
            async move { end_pauses(&deps).await }
        }),
        Job::every("announce_hours", HOURS_PERIOD, move || {
            let deps = announcing.clone();
            async move { announce_hours(&deps).await }
        }),
        Job::every("receive_stock", RECEIPTS_PERIOD, move || {
            let deps = receiving.clone();
            async move { receive_stock(&deps).await }
        }),
        Job::every("expire_holds", EXPIRY_PERIOD, move || {
            let (deps, peers) = expiring.clone();
            async move { expire_holds(&deps, &peers).await }
        }),
        Job::every("purge_old_rows", PURGE_PERIOD, move || {
            let (deps, config) = purging.clone();
            async move { purge_old_rows(&deps, &config).await }
        }),
    ]
}

/// Gives back lapsed holds whose order ordering does not know; several processes may do it at once.
async fn expire_holds(deps: &Dependencies, peers: &Peers) -> anyhow::Result<()> {
    let mut tx = deps.db.system("expire holds").await?;
    let lapsed = store::holds::list_expired(&mut tx, deps.clock.now(), HOLDS_A_TURN).await?;
    tx.rollback().await?;
    let mut run = JobRun::default();
    for (org, order_ids) in by_org(lapsed) {
        let order_ids: Vec<_> = order_ids.into_iter().collect();
        run.run(org, expire_holds_of(deps, peers, org, &order_ids))
            .await;
    }
    run.end()
}

/// Ends the pauses that are over and notifies the storefronts; several processes may do it at once.
async fn end_pauses(deps: &Dependencies) -> anyhow::Result<()> {
    let mut tx = deps.db.system("end pauses").await?;
    let due = store::pauses::list_due(&mut tx, deps.clock.now(), BRANCHES_A_TURN).await?;
    tx.rollback().await?;
    let mut run = JobRun::default();
    for (org, branch_ids) in by_org(due) {
        run.run(org, end_due(deps, org, &branch_ids)).await;
    }
    run.end()
}

fn by_org<T: Ord>(found: Vec<(OrganisationId, T)>) -> BTreeMap<OrganisationId, BTreeSet<T>> {
    let mut by_org = BTreeMap::<_, BTreeSet<T>>::new();
    for (org, id) in found {
        by_org.entry(org).or_default().insert(id);
    }
    by_org
}

/// A lapsed hold, and what ordering says of its order; nothing while that waits for its payment.
type Lapsed = (OrderId, Option<OrderUpdate>);

async fn expire_holds_of(
    deps: &Dependencies,
    peers: &Peers,
    org: OrganisationId,
    order_ids: &[OrderId],
) -> anyhow::Result<()> {
    let asked_at = deps.clock.now();
    let known = find_orders(peers, org, order_ids).await?;
    let lapsed = order_ids.iter().map(|&order_id| {
        let (status, version, lapsed_by) = match known.get(&order_id) {
            None => (OrderStatus::NeverMade, 0, Some(asked_at)),
            Some(&(state, version)) => {
                // Where it ended before its event came, that event still says what goes back.
                let ended = matches!(state, OrderState::Cancelled | OrderState::Rejected);
                match order_status(state, OrderState::Unspecified, true) {
                    Some(status) if !ended => (status, version, None),
                    _ => return (order_id, None),
                }
            }
        };
        let update = OrderUpdate {
            order_id,
            status,
            version,
            lapsed_by,
        };
        (order_id, Some(update))
    });
    let lapsed: Vec<Lapsed> = lapsed.collect();
    let outcomes = batch_or_each(
        lapsed.len(),
        |some| settle_lapsed(deps, org, &lapsed[some], asked_at),
        is_unavailable,
        |error| Err(error.clone()),
    )
    .await;
    let settled: Result<Vec<()>, Error> = outcomes.into_iter().collect();
    settled.context("settle lapsed holds")?;
    Ok(())
}

async fn settle_lapsed(
    deps: &Dependencies,
    org: OrganisationId,
    lapsed: &[Lapsed],
    asked_at: DateTime<Utc>,
) -> Result<Vec<Result<(), Error>>, Error> {
    let updates: Vec<_> = lapsed.iter().filter_map(|(_, update)| *update).collect();
    let waiting = lapsed.iter().filter(|(_, update)| update.is_none());
    let waiting: Vec<_> = waiting.map(|(order_id, _)| *order_id).collect();
    let mut tx = deps.db.tenant(org).await?;
    let settled = settle(deps, &mut tx, &updates).await?;
    if !waiting.is_empty() {
        store::holds::postpone(&mut tx, &waiting, asked_at + RETRY_AFTER).await?;
    }
    tx.commit().await?;
    for branch_id in settled.branches {
        deps.availabilities.forget(org, branch_id);
    }
    if !settled.given_back.is_empty() {
        tracing::info!(
            holds = settled.given_back.len(),
            "lapsed holds were given back"
        );
    }
    Ok(lapsed.iter().map(|_| Ok(())).collect())
}

async fn find_orders(
    peers: &Peers,
    org: OrganisationId,
    order_ids: &[OrderId],
) -> anyhow::Result<HashMap<OrderId, (OrderState, i64)>> {
    let mut ordering = OrderingServiceClient::new(peers.channel_for("ordering", org));
    let order_ids = order_ids.iter().map(ToString::to_string).collect();
    let answer = ordering
        .find_order_states(FindOrderStatesRequest { order_ids })
        .await
        .context("look up the orders of lapsed holds")?
        .into_inner();
    let known = answer.orders.iter().map(|order| {
        Ok((
            order.order_id.parse::<OrderId>()?,
            (order.state(), order.version),
        ))
    });
    known.collect()
}

/// Deletes old rows, a batch at a time; where one kind fails the others go on.
async fn purge_old_rows(deps: &Dependencies, config: &Config) -> anyhow::Result<()> {
    let now = deps.clock.now();
    let before = now - TimeDelta::days(i64::from(config.keep_days));
    let moved_before = first_of_month(now - TimeDelta::days(i64::from(config.keep_movements_days)));
    let mut rows = 0;
    let mut failed = None;
    for (old, before) in [
        (Old::Holds, before),
        (Old::Counters, before),
        (Old::Buckets, before),
        (Old::Movements, moved_before),
    ] {
        match purge(deps, old, before).await {
            Ok(found) => rows += found,
            Err(error) => failed = Some(error),
        }
    }
    if rows > 0 {
        tracing::info!(rows, "old rows were purged");
    }
    failed.map_or(Ok(()), |error| Err(error.into()))
}

/// What is kept for a while.
#[derive(Clone, Copy, Debug)]
enum Old {
    Holds,
    Counters,
    Buckets,
    Movements,
}

/// Deletes what is from before `before`, each batch in a transaction of its own. Returns how many rows, and of
/// movements how many buckets.
async fn purge(deps: &Dependencies, old: Old, before: DateTime<Utc>) -> Result<u64, StoreError> {
    let most = match old {
        Old::Movements => BUCKETS_A_BATCH,
        _ => ROWS_A_BATCH,
    };
    deps.db
        .in_batches("purge old rows", most, |tx| match old {
            Old::Holds => Box::pin(store::holds::purge(tx, before, most)),
            Old::Counters => Box::pin(store::limits::counters::purge(tx, before, most)),
            Old::Buckets => Box::pin(store::stock::buckets::purge(tx, before.date_naive(), most)),
            Old::Movements => Box::pin(store::stock::movements::fold(tx, before, most)),
        })
        .await
}

/// Movements are folded by whole months, so that each bucket is touched once a month.
fn first_of_month(at: DateTime<Utc>) -> DateTime<Utc> {
    let date = at.date_naive();
    let first = date.with_day(1).unwrap_or(date);
    first.and_time(NaiveTime::MIN).and_utc()
}
