//! Timers: holds that lapse, rows that nobody asks for any more.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    time::Duration,
};

use anyhow::Context as _;
use chassis::{
    client::Peers,
    coalesce::batch_or_each,
    id::{OrderId, OrganisationId},
    job::{Job, JobRun},
};
use chrono::{DateTime, Datelike as _, NaiveTime, TimeDelta, Utc};
use proto::ordering::v1::{
    FindOrderStatesRequest, OrderState, ordering_service_client::OrderingServiceClient,
};

use crate::{
    app::{
        Core,
        availability::announce::tell_gone,
        error::{Error, is_unavailable},
        holds::settle::{News, settle},
        hours::announce::announce_hours,
        pauses::end_due,
        stock::receive::receive_stock,
    },
    config::Config,
    domain::holds::fate::Fate,
    events::{fate_of, report_gone},
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
/// An order that waits for its payment is asked about again after this long.
const ASK_AGAIN: TimeDelta = TimeDelta::minutes(1);

/// The timers.
pub fn jobs(core: &Core, peers: &Peers, config: &Config) -> Vec<Job> {
    let expiring = (core.clone(), peers.clone());
    let purging = (core.clone(), config.clone());
    let announcing = core.clone();
    let resuming = core.clone();
    let receiving = core.clone();
    vec![
        Job::every("end_pauses", PAUSES_PERIOD, move || {
            let core = resuming.clone();
            async move { end_pauses(&core).await }
        }),
        Job::every("announce_hours", HOURS_PERIOD, move || {
            let core = announcing.clone();
            async move { announce_hours(&core).await }
        }),
        Job::every("receive_stock", RECEIPTS_PERIOD, move || {
            let core = receiving.clone();
            async move { receive_stock(&core).await }
        }),
        Job::every("expire_holds", EXPIRY_PERIOD, move || {
            let (core, peers) = expiring.clone();
            async move { expire_holds(&core, &peers).await }
        }),
        Job::every("purge_old_rows", PURGE_PERIOD, move || {
            let (core, config) = purging.clone();
            async move { purge_old_rows(&core, &config).await }
        }),
    ]
}

/// Gives back lapsed holds whose order ordering does not know; several processes may do it at once.
async fn expire_holds(core: &Core, peers: &Peers) -> anyhow::Result<()> {
    let mut tx = core.db.system("expire holds").await?;
    let lapsed = store::holds::list_expired(&mut tx, core.clock.now(), HOLDS_A_TURN).await?;
    tx.rollback().await?;
    let mut run = JobRun::default();
    for (org, order_ids) in by_org(lapsed) {
        let order_ids: Vec<_> = order_ids.into_iter().collect();
        run.run(org, expire_holds_of(core, peers, org, &order_ids))
            .await;
    }
    run.end()
}

/// Writes down which pauses are over and tells the storefronts; several processes may do it at once.
async fn end_pauses(core: &Core) -> anyhow::Result<()> {
    let mut tx = core.db.system("end pauses").await?;
    let due = store::pauses::list_due(&mut tx, core.clock.now(), BRANCHES_A_TURN).await?;
    tx.rollback().await?;
    let mut run = JobRun::default();
    for (org, branch_ids) in by_org(due) {
        run.run(org, end_due(core, org, &branch_ids)).await;
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
type Lapsed = (OrderId, Option<News>);

async fn expire_holds_of(
    core: &Core,
    peers: &Peers,
    org: OrganisationId,
    order_ids: &[OrderId],
) -> anyhow::Result<()> {
    let asked_at = core.clock.now();
    let known = find_orders(peers, org, order_ids).await?;
    let lapsed = order_ids.iter().map(|&order_id| {
        let (fate, version, lapsed_by) = match known.get(&order_id) {
            None => (Fate::NeverMade, 0, Some(asked_at)),
            Some(&(state, version)) => {
                // Where it ended before its event came, that event still says what goes back.
                let ended = matches!(state, OrderState::Cancelled | OrderState::Rejected);
                match fate_of(state, OrderState::Unspecified, true) {
                    Some(fate) if !ended => (fate, version, None),
                    _ => return (order_id, None),
                }
            }
        };
        let news = News {
            order_id,
            fate,
            version,
            lapsed_by,
        };
        (order_id, Some(news))
    });
    let lapsed: Vec<Lapsed> = lapsed.collect();
    let outcomes = batch_or_each(
        lapsed.len(),
        |some| settle_lapsed(core, org, &lapsed[some], asked_at),
        is_unavailable,
        |error| Err(error.clone()),
    )
    .await;
    let settled: Result<Vec<()>, Error> = outcomes.into_iter().collect();
    settled.context("settle lapsed holds")?;
    Ok(())
}

async fn settle_lapsed(
    core: &Core,
    org: OrganisationId,
    lapsed: &[Lapsed],
    asked_at: DateTime<Utc>,
) -> Result<Vec<Result<(), Error>>, Error> {
    let news: Vec<_> = lapsed.iter().filter_map(|(_, news)| *news).collect();
    let waiting = lapsed.iter().filter(|(_, news)| news.is_none());
    let waiting: Vec<_> = waiting.map(|(order_id, _)| *order_id).collect();
    let mut tx = core.db.tenant(org).await?;
    let settled = settle(core, &mut tx, &news).await?;
    if !waiting.is_empty() {
        store::holds::postpone(&mut tx, &waiting, asked_at + ASK_AGAIN).await?;
    }
    tell_gone(core, &mut tx, &settled.gone).await?;
    tx.commit().await?;
    report_gone(&settled.gone);
    for branch_id in settled.branches {
        core.availabilities.forget(org, branch_id);
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
        .context("ask ordering about lapsed holds")?
        .into_inner();
    let known = answer.orders.iter().map(|order| {
        Ok((
            order.order_id.parse::<OrderId>()?,
            (order.state(), order.version),
        ))
    });
    known.collect()
}

/// Deletes what nobody asks for any more, a batch at a time; what cannot be done ends nothing else.
async fn purge_old_rows(core: &Core, config: &Config) -> anyhow::Result<()> {
    let now = core.clock.now();
    let before = now - TimeDelta::days(i64::from(config.keep_days));
    let answered_before = now - TimeDelta::days(i64::from(config.keep_answers_days));
    let moved_before = first_of_month(now - TimeDelta::days(i64::from(config.keep_movements_days)));
    let mut rows = 0;
    let mut failed = None;
    for (old, before) in [
        (Old::Holds, before),
        (Old::Counters, before),
        (Old::Buckets, before),
        (Old::Answers, answered_before),
        (Old::Movements, moved_before),
    ] {
        match purge(core, old, before).await {
            Ok(found) => rows += found,
            Err(error) => failed = Some(error),
        }
    }
    if rows > 0 {
        tracing::info!(rows, "old rows were purged");
    }
    failed.map_or(Ok(()), Err)
}

/// What is kept for a while.
#[derive(Clone, Copy, Debug)]
enum Old {
    Holds,
    Counters,
    Buckets,
    Answers,
    Movements,
}

/// Deletes what is from before `before`, each batch in a transaction of its own. Tells how many rows, and of
/// movements how many buckets.
async fn purge(core: &Core, old: Old, before: DateTime<Utc>) -> anyhow::Result<u64> {
    let most = match old {
        Old::Movements => BUCKETS_A_BATCH,
        _ => ROWS_A_BATCH,
    };
    let mut total = 0;
    loop {
        let mut tx = core.db.system("purge old rows").await?;
        let found = match old {
            Old::Holds => store::holds::purge(&mut tx, before, most).await?,
            Old::Counters => store::limits::counters::purge(&mut tx, before, most).await?,
            Old::Buckets => {
                store::stock::buckets::purge(&mut tx, before.date_naive(), most).await?
            }
            Old::Answers => store::answers::purge(&mut tx, before, most).await?,
            Old::Movements => store::stock::movements::fold(&mut tx, before, most).await?,
        };
        tx.commit().await?;
        total += found;
        if found < most.unsigned_abs() {
            return Ok(total);
        }
    }
}

/// Movements are folded by whole months, so that each bucket is touched once a month.
fn first_of_month(at: DateTime<Utc>) -> DateTime<Utc> {
    let date = at.date_naive();
    let first = date.with_day(1).unwrap_or(date);
    first.and_time(NaiveTime::MIN).and_utc()
}
