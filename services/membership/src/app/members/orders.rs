//! What orders say about members: how often, when last and for how much they ordered.

use chassis::{
    business_day::BusinessDay,
    db::TenantTx,
    error::Problem,
    id::{MemberId, OrderId},
    time,
};
use chrono::{Datelike as _, TimeDelta};
use proto::ordering::v1::{OrderChange, OrderChanged, OrderSnapshot, OrderState, SnapshotLine};

use crate::{
    domain::habits::OrderedItem,
    store::{
        self,
        member_orders::{OrderDetails, OrderFacts},
    },
};

/// Keeps a change of an order of a member, any number of times and in any order: the member it belongs to by now.
pub async fn apply(tx: &mut TenantTx, event: &OrderChanged) -> Result<Option<MemberId>, Problem> {
    let Some(change) = &event.change else {
        return Ok(None);
    };
    let member: MemberId = change.member_id.parse().map_err(Problem::internal)?;
    let order: OrderId = change.order_id.parse().map_err(Problem::internal)?;
    // An erased member's orders are nobody's.
    let Some(member) = store::members::find_present(tx, member).await? else {
        return Ok(None);
    };
    let facts = facts(change, event.order.as_ref())?;
    Ok(Some(
        store::member_orders::upsert(tx, order, member.id, &facts).await?,
    ))
}

fn facts(change: &OrderChange, order: Option<&OrderSnapshot>) -> Result<OrderFacts, Problem> {
    let at = change.at.as_ref().and_then(time::from_wire);
    let at =
        at.ok_or_else(|| Problem::internal(anyhow::anyhow!("an order's event has no time")))?;
    let day = change.business_day.parse::<BusinessDay>();
    // Business days are the branch's; an order that waits for its payment has none yet.
    let date = day.map_or_else(
        |_| (at + TimeDelta::hours(8)).date_naive(),
        BusinessDay::date,
    );
    let state = OrderState::try_from(change.to).map_err(Problem::internal)?;
    let word = state.as_str_name().trim_start_matches("ORDER_STATE_");
    Ok(OrderFacts {
        brand: change.brand_id.parse().map_err(Problem::internal)?,
        branch: change.branch_id.parse().map_err(Problem::internal)?,
        version: change.version,
        state: word.to_lowercase(),
        total: change.total,
        at,
        weekday: i16::try_from(date.weekday().number_from_monday()).map_err(Problem::internal)?,
        details: order.map(|order| OrderDetails {
            number: order.order_number.clone(),
            placed_at: order
                .placed_at
                .as_ref()
                .or(order.created_at.as_ref())
                .and_then(time::from_wire)
                .unwrap_or(at),
            items: order
                .lines
                .iter()
                .filter(|line| line.revision_out == 0)
                .map(item)
                .collect(),
        }),
    })
}

fn item(line: &SnapshotLine) -> OrderedItem {
    let options = line.options.iter();
    OrderedItem {
        product: line.product_name.clone(),
        quantity: line.quantity,
        options: options
            .map(|option| (option.group_name.clone(), option.name.clone()))
            .collect(),
    }
}
