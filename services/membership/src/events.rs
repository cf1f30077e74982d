//! Publishes `membership.*`; consumes branches of catalog and orders of ordering. Lists its members for services
//! that fill themselves.

use async_trait::async_trait;
use chassis::{
    db::{SystemTx, TenantTx},
    error::Problem,
    inbox::{Consumer, Handler, Received},
    outbox::Event,
    service::Snapshot,
    snapshot::{Key, Source},
};
use proto::{catalog::v1::BranchChanged, ordering::v1::OrderChanged};
use uuid::Uuid;

use crate::{
    app::{Dependencies, benefits::publish::publish, members, orders},
    store::{self, branches::Branch},
};

/// The readers of events.
pub fn consumers(deps: &Dependencies) -> Vec<Consumer> {
    vec![
        Consumer::new(
            "membership.branches",
            &["catalog.branch.changed.v1"],
            Branches { deps: deps.clone() },
        )
        .filled_from("catalog", "catalog.branch"),
        Consumer::new(
            "membership.orders",
            &["ordering.order.*.v1"],
            Orders { deps: deps.clone() },
        )
        .filled_from("ordering", "ordering.order"),
    ]
}

/// What other services can list to fill themselves.
pub fn snapshots() -> Vec<Snapshot> {
    vec![Snapshot::new("membership.member", Members)]
}

/// The present state of each member.
struct Members;

#[async_trait]
impl Source for Members {
    async fn keys(&self, tx: &mut SystemTx, after: Key, limit: i64) -> Result<Vec<Key>, Problem> {
        let after = (after.org.as_uuid(), after.id);
        let keys = store::members::list_keys(tx, after, limit).await?;
        Ok(keys.into_iter().map(|(org, id)| Key { org, id }).collect())
    }

    async fn events(&self, tx: &mut TenantTx, ids: &[Uuid]) -> Result<Vec<Event>, Problem> {
        let found = store::members::list(tx, ids).await?;
        Ok(found.iter().map(members::event).collect())
    }
}

struct Orders {
    deps: Dependencies,
}

#[async_trait]
impl Handler for Orders {
    async fn handle(&self, tx: &mut TenantTx, events: &[Received]) -> Result<(), Problem> {
        let mut events: Vec<&Received> = events.iter().collect();
        // Rows are locked in the order of their ids, so that two replicas never deadlock.
        events.sort_by_key(|event| (event.aggregate, event.version));
        for event in events {
            let body: OrderChanged = event.decode()?;
            orders::apply(&self.deps, tx, &body).await?;
        }
        Ok(())
    }

    fn concerns(&self, event: &Received) -> bool {
        // What cannot be read is for `handle` to refuse.
        let body = event.decode::<OrderChanged>();
        body.is_err() || body.is_ok_and(|body| orders::concerns(&body))
    }
}

struct Branches {
    deps: Dependencies,
}

#[async_trait]
impl Handler for Branches {
    async fn handle(&self, tx: &mut TenantTx, events: &[Received]) -> Result<(), Problem> {
        let mut branches = events
            .iter()
            .map(read_branch)
            .collect::<anyhow::Result<Vec<Branch>>>()?;
        // Rows are locked in the order of their ids, as everywhere.
        branches.sort_by_key(|branch| (branch.id, branch.version));
        for branch in &branches {
            let is_new = !store::branches::has_brand(tx, branch.brand).await?;
            store::branches::upsert(tx, branch).await?;
            // Promotions of all brands are for a new one too.
            if is_new && store::promotions::has_of_all_brands(tx).await? {
                publish(tx, branch.brand, self.deps.clock.now()).await?;
            }
        }
        Ok(())
    }
}

fn read_branch(event: &Received) -> anyhow::Result<Branch> {
    let branch = event.decode::<BranchChanged>()?.branch.unwrap_or_default();
    Ok(Branch {
        id: branch.branch_id.parse()?,
        brand: branch.brand_id.parse()?,
        version: event.version,
    })
}
