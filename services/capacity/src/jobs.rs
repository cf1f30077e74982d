//! Timers: holds that lapse, rows that nobody asks for any more.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    time::Duration,
};

use anyhow::Context as _;
use chassis::{
    client::Peers,
    id::{BranchId, OrderId, OrganisationId},
    job::Job,
};
use chrono::TimeDelta;
use proto::ordering::v1::{
    FindOrderStatesRequest, OrderState, ordering_service_client::OrderingServiceClient,
};

use crate::{
    app::{
        Core,
        announce::tell_gone,
        announce_hours::announce_hours,
        pauses::end_due,
        receive_stock::receive_stock,
        settle_orders::{News, settle},
    },
    config::Config,
    domain::fate::Fate,
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
/// As many branches as one turn writes.
const BRANCHES_A_TURN: i64 = 500;
/// As many as one question to ordering may name.
const HOLDS_A_TURN: i64 = 500;
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
    loop {
        let mut tx = core.db.system("expire holds").await?;
        let lapsed = store::holds::list_expired(&mut tx, core.clock.now(), HOLDS_A_TURN).await?;
        tx.rollback().await?;
        let full = i64::try_from(lapsed.len())? == HOLDS_A_TURN;
        let mut by_org: BTreeMap<OrganisationId, Vec<OrderId>> = BTreeMap::new();
        for (org, order_id) in lapsed {
            by_org.entry(org).or_default().push(order_id);
        }
        for (org, order_ids) in by_org {
            expire_holds_of(core, peers, org, &order_ids).await?;
        }
        if !full {
            return Ok(());
        }
    }
}

/// Writes down which pauses are over and tells the storefronts; several processes may do it at once.
async fn end_pauses(core: &Core) -> anyhow::Result<()> {
    let mut tx = core.db.system("end pauses").await?;
    let due = store::pauses::list_due(&mut tx, core.clock.now(), BRANCHES_A_TURN).await?;
    tx.rollback().await?;
    let mut by_org: BTreeMap<OrganisationId, BTreeSet<BranchId>> = BTreeMap::new();
    for (org, branch_id) in due {
        by_org.entry(org).or_default().insert(branch_id);
    }
    for (org, branch_ids) in by_org {
        end_due(core, org, &branch_ids)
            .await
            .context("end pauses that are over")?;
    }
    Ok(())
}

async fn expire_holds_of(
    core: &Core,
    peers: &Peers,
    org: OrganisationId,
    order_ids: &[OrderId],
) -> anyhow::Result<()> {
    let asked_at = core.clock.now();
    let known = find_orders(peers, org, order_ids).await?;
    let mut news = Vec::new();
    let mut waiting = Vec::new();
    for &order_id in order_ids {
        let (fate, version, lapsed_by) = match known.get(&order_id) {
            None => (Fate::NeverMade, 0, Some(asked_at)),
            Some(&(state, version)) => {
                // Where it ended before its event came, that event still says what goes back.
                let ended = matches!(state, OrderState::Cancelled | OrderState::Rejected);
                match fate_of(state, OrderState::Unspecified, true) {
                    Some(fate) if !ended => (fate, version, None),
                    _ => {
                        waiting.push(order_id);
                        continue;
                    }
                }
            }
        };
        news.push(News {
            order_id,
            fate,
            version,
            lapsed_by,
        });
    }
    let mut tx = core.db.tenant(org).await?;
    let settled = settle(core, &mut tx, &news)
        .await
        .context("settle lapsed holds")?;
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
    Ok(())
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

async fn purge_old_rows(core: &Core, config: &Config) -> anyhow::Result<()> {
    let now = core.clock.now();
    let mut tx = core.db.system("purge old rows").await?;
    let before = now - TimeDelta::days(i64::from(config.keep_days));
    let mut rows = store::holds::purge(&mut tx, before).await?;
    let before = now - TimeDelta::days(i64::from(config.keep_answers_days));
    rows += store::answers::purge(&mut tx, before).await?;
    tx.commit().await?;
    if rows > 0 {
        tracing::info!(rows, "old rows were purged");
    }
    Ok(())
}
