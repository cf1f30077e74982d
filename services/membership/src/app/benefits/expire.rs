//! Holds whose order may not exist: ordering is asked before anything is given back.

use std::collections::{BTreeMap, HashMap};

use anyhow::Context as _;
use chassis::{
    id::{OrderId, OrganisationId},
    job::JobRun,
};
use proto::ordering::v1::{FindOrderStatesRequest, ordering_service_client::OrderingServiceClient};

use super::settle::{release_unmade, settle};
use crate::{app::Dependencies, domain::benefits::hold::Claim, store};

/// As many holds as one turn asks about, and one question may name.
const HOLDS_A_TURN: i64 = 500;

/// Asks ordering about the holds that are due, and releases those of orders that were never made. Several
/// processes may do it at once.
pub async fn expire_holds(deps: &Dependencies) -> anyhow::Result<()> {
    let mut tx = deps.db.system("expire holds of benefits").await?;
    let due = store::holds::list_due(&mut tx, deps.clock.now(), HOLDS_A_TURN).await?;
    tx.rollback().await?;
    let mut by_org = BTreeMap::<OrganisationId, Vec<OrderId>>::new();
    for (org, order) in due {
        by_org.entry(org).or_default().push(order);
    }
    let mut run = JobRun::default();
    for (org, orders) in by_org {
        run.run(org, expire_holds_of(deps, org, &orders)).await;
    }
    run.end()
}

async fn expire_holds_of(
    deps: &Dependencies,
    org: OrganisationId,
    orders: &[OrderId],
) -> anyhow::Result<()> {
    let known = find_orders(deps, org, orders).await?;
    let now = deps.clock.now();
    let mut released = 0;
    // A transaction each, for each may wait for counters that others are taking from.
    for order in orders {
        let mut tx = deps.db.tenant(org).await?;
        match known.get(order) {
            None => released += usize::from(release_unmade(&mut tx, *order, now).await?),
            Some((claim, version)) => settle(&mut tx, *order, *claim, *version, now).await?,
        }
        tx.commit().await?;
    }
    if released > 0 {
        tracing::info!(holds = released, "lapsed holds of benefits were given back");
    }
    Ok(())
}

async fn find_orders(
    deps: &Dependencies,
    org: OrganisationId,
    orders: &[OrderId],
) -> anyhow::Result<HashMap<OrderId, (Claim, i64)>> {
    let mut ordering = OrderingServiceClient::new(deps.peers.channel_for("ordering", org));
    let order_ids = orders.iter().map(ToString::to_string).collect();
    let response = ordering
        .find_order_states(FindOrderStatesRequest { order_ids })
        .await
        .context("look up the orders of held benefits")?
        .into_inner();
    let known = response.orders.iter().map(|order| {
        // A state that this build does not know is one of an order that lives.
        let claim = Claim::of(order.state()).unwrap_or(Claim::Waits);
        Ok((order.order_id.parse()?, (claim, order.version)))
    });
    known.collect()
}
