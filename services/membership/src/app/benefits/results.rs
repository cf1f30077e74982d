//! What promotions did, by completed orders.

use std::collections::BTreeMap;

use chassis::{db::TenantTx, error::Problem, id::MemberId};
use proto::ordering::v1::{OrderChange, OrderChanged, OrderSnapshot, OrderState};
use uuid::Uuid;

use crate::{
    app::members,
    store::{self, promotion_orders::CompletedOrder},
};

/// Whether the order was or is completed.
pub fn concerns(event: &OrderChanged) -> bool {
    let is_completed = |order: &OrderSnapshot| order.state() == OrderState::Completed;
    let was = |change: &OrderChange| change.from() == OrderState::Completed;
    event.change.as_ref().is_some_and(was) || event.order.as_ref().is_some_and(is_completed)
}

/// Counts a completed order that carries a promotion, and takes it out again when the completion is undone. Any
/// other event costs no statement.
pub async fn apply(tx: &mut TenantTx, event: &OrderChanged) -> Result<(), Problem> {
    let Some(change) = &event.change else {
        return Ok(());
    };
    if change.from() == OrderState::Completed {
        let order = change.order_id.parse().map_err(anyhow::Error::from)?;
        return Ok(store::promotion_orders::uncount(tx, order, change.version).await?);
    }
    let Some(order) = event
        .order
        .as_ref()
        .filter(|order| order.state() == OrderState::Completed)
    else {
        return Ok(());
    };
    let discounts = discounts(order);
    if discounts.is_empty() {
        return Ok(());
    }
    let first_order = match order.member_id.parse::<MemberId>() {
        Ok(member) => {
            let facts = members::facts::find(tx, member).await?;
            facts.is_some_and(|facts| facts.first_order)
        }
        Err(_) => false,
    };
    let completed = completed(order, discounts, first_order)?;
    Ok(store::promotion_orders::count(tx, &completed).await?)
}

fn completed(
    order: &OrderSnapshot,
    discounts: BTreeMap<Uuid, i64>,
    first_order: bool,
) -> anyhow::Result<CompletedOrder> {
    Ok(CompletedOrder {
        order: order.order_id.parse()?,
        version: order.version,
        branch: order.branch_id.parse()?,
        business_day: order.business_day.parse()?,
        first_order,
        net: order.goods_total,
        discounts: discounts.into_iter().collect(),
    })
}

/// What each rule takes off an order's lines and fees.
fn discounts(order: &OrderSnapshot) -> BTreeMap<Uuid, i64> {
    let lines = order.lines.iter().filter(|line| line.revision_out == 0);
    let adjustments = lines
        .flat_map(|line| &line.adjustments)
        .chain(order.fees.iter().flat_map(|fee| &fee.adjustments));
    let mut discounts = BTreeMap::new();
    for adjustment in adjustments {
        if let Ok(rule) = adjustment.rule_id.parse::<Uuid>() {
            *discounts.entry(rule).or_default() -= adjustment.amount;
        }
    }
    discounts
}

#[cfg(test)]
mod tests {
    use proto::ordering::v1::{SnapshotAdjustment, SnapshotFee, SnapshotLine};

    use super::*;

    #[test]
    fn a_rule_counts_once_whatever_it_takes_off() {
        let rule = Uuid::from_u128(7);
        let adjustment = |amount| SnapshotAdjustment {
            rule_id: rule.to_string(),
            amount,
            ..SnapshotAdjustment::default()
        };
        let line = |amount, revision_out| SnapshotLine {
            revision_out,
            adjustments: vec![adjustment(amount)],
            ..SnapshotLine::default()
        };
        let order = OrderSnapshot {
            lines: vec![line(-6, 0), line(-4, 0), line(-99, 2)],
            fees: vec![SnapshotFee {
                adjustments: vec![adjustment(-30)],
                ..SnapshotFee::default()
            }],
            ..OrderSnapshot::default()
        };
        assert_eq!(discounts(&order), BTreeMap::from([(rule, 40)]));
    }
}
