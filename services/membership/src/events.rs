//! Consumes branches of catalog and orders of ordering.

use async_trait::async_trait;
use chassis::{
    db::TenantTx,
    error::Problem,
    inbox::{Consumer, Handler, Received},
};
use proto::{catalog::v1::BranchChanged, ordering::v1::OrderChanged};

use crate::{
    app::{Dependencies, benefits::publish::publish, orders},
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
