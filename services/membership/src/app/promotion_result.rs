//! What a promotion did, beside all that its branches sold.

use std::collections::{BTreeMap, BTreeSet};

use chassis::{
    authn::Identity,
    db::TenantTx,
    error::Problem,
    id::{BranchId, OrganisationId},
};
use chrono::{NaiveDate, TimeDelta};
use proto::{
    membership::v1::{PromotionBranchDay, PromotionDay},
    ordering::v1::{SumCompletedOrdersRequest, ordering_service_client::OrderingServiceClient},
};

use super::Dependencies;
use crate::store::{self, promotion_orders::Day};

/// Branches that ordering sums up at once.
const BRANCHES: usize = 50;
const WEEK: TimeDelta = TimeDelta::days(7);

type Sums = BTreeMap<(BranchId, NaiveDate), PromotionBranchDay>;

/// Branches of some days that lie within the caller's scope.
pub async fn branches_in_scope(
    tx: &mut TenantTx,
    identity: &Identity,
    days: &[Day],
) -> Result<Vec<BranchId>, Problem> {
    let branches: BTreeSet<_> = days.iter().map(|day| day.branch).collect();
    let branches: Vec<_> = branches.into_iter().collect();
    let brands = store::brands::of_branches(tx, &branches).await?;
    let visible = brands
        .into_iter()
        .filter(|(branch, brand)| identity.scope.allows_branch(*brand, *branch));
    Ok(visible.map(|(branch, _)| branch).collect())
}

/// Days of a promotion with what `branches` sold in them and on the same weekdays before. That is left out while
/// ordering is away: the result itself is ours.
pub async fn beside_sales(
    deps: &Dependencies,
    org: OrganisationId,
    days: &[Day],
    branches: &[BranchId],
    (from, to): (NaiveDate, NaiveDate),
) -> Vec<PromotionDay> {
    let sums = match sums(deps, org, branches, (from - WEEK, to)).await {
        Ok(sums) => Some(sums),
        Err(problem) => {
            tracing::warn!(error = %problem, "a promotion is shown without the sales beside it");
            None
        }
    };
    let sales = |branch: BranchId, day: NaiveDate| {
        let sums = sums.as_ref().filter(|_| branches.contains(&branch))?;
        Some(sums.get(&(branch, day)).copied().unwrap_or_default())
    };
    let days = days.iter().map(|day| PromotionDay {
        business_day: day.business_day.to_string(),
        branch_id: day.branch.to_string(),
        orders: count(day.orders),
        first_orders: count(day.first_orders),
        discount: day.discount,
        net: day.net,
        branch_day: sales(day.branch, day.business_day),
        week_before: sales(day.branch, day.business_day - WEEK),
    });
    days.collect()
}

async fn sums(
    deps: &Dependencies,
    org: OrganisationId,
    branches: &[BranchId],
    (from, to): (NaiveDate, NaiveDate),
) -> Result<Sums, Problem> {
    let mut sums = Sums::new();
    for some in branches.chunks(BRANCHES) {
        let mut ordering = OrderingServiceClient::new(deps.peers.channel_for("ordering", org));
        let request = SumCompletedOrdersRequest {
            branch_ids: some.iter().map(BranchId::to_string).collect(),
            from: from.to_string(),
            to: to.to_string(),
        };
        let found = ordering.sum_completed_orders(request).await?.into_inner();
        for day in found.days {
            let branch = day.branch_id.parse().map_err(Problem::internal)?;
            let date = day.business_day.parse().map_err(Problem::internal)?;
            let sold = PromotionBranchDay {
                orders: day.orders,
                net: day.net,
            };
            sums.insert((branch, date), sold);
        }
    }
    Ok(sums)
}

fn count(number: i64) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}
