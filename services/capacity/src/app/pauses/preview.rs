//! What a pause would affect, shown before it is created.

use std::collections::BTreeSet;

use chassis::{authn::Identity, business_day::BusinessDay, id::OrganisationId, sales::Channel};

use super::PauseScope;
use crate::{
    app::{Dependencies, error::Error, find_branch::find_branch},
    domain::pauses::{End, Target},
    store::{self, pauses::orders::MatchingOrder},
};

/// Most orders listed.
const MOST_ORDERS: usize = 100;

/// A pause that staff think about.
#[derive(Clone, Debug)]
pub struct PreviewPause {
    /// Its scope.
    pub scope: PauseScope,
    /// What would be paused.
    pub target: Target,
    /// Channels it would concern; empty for all.
    pub channels: BTreeSet<Channel>,
    /// When it would end.
    pub end: End,
}

/// What a pause would touch.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Preview {
    /// Orders due before its end that contain it, the next due first.
    pub orders: Vec<MatchingOrder>,
    /// How many there are in all.
    pub order_count: i64,
}

/// Lists the orders that contain what is to be paused. Refuses with `BranchUnknown` and `OUT_OF_SCOPE`.
pub async fn preview(
    deps: &Dependencies,
    identity: &Identity,
    org: OrganisationId,
    command: &PreviewPause,
) -> Result<Preview, Error> {
    let now = deps.clock.now();
    let mut tx = deps.db.tenant(org).await?;
    let branches = match &command.scope {
        PauseScope::Branches(branch_ids) => {
            let mut branches = Vec::with_capacity(branch_ids.len());
            for branch_id in branch_ids {
                branches.push(find_branch(&mut tx, identity, *branch_id).await?);
            }
            branches
        }
        PauseScope::Brand(brand_id) => {
            let branches = store::branches::list_of_brand(&mut tx, *brand_id).await?;
            if branches.is_empty() {
                return Err(Error::BranchUnknown);
            }
            identity.require_brand(*brand_id)?;
            branches
        }
    };
    let channels: Vec<_> = command.channels.iter().copied().collect();
    let most = i64::try_from(MOST_ORDERS).unwrap_or(i64::MAX);
    let mut preview = Preview::default();
    for branch in branches {
        let day_ends_at = BusinessDay::of(now, branch.tz, branch.cutoff_minutes)
            .ends_at(branch.tz, branch.cutoff_minutes);
        let times = (now, command.end.instant(now, day_ends_at, false));
        let id = branch.branch_id;
        let (orders, all) =
            store::pauses::orders::list(&mut tx, id, &command.target, &channels, times, most)
                .await?;
        preview.orders.extend(orders);
        preview.order_count += all;
    }
    preview
        .orders
        .sort_by_key(|order| (order.promised_at, order.order_id));
    preview.orders.truncate(MOST_ORDERS);
    Ok(preview)
}
