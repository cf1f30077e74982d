//! Orders as printing decides by them, out of the snapshots that ordering publishes.

use anyhow::Context as _;
use chassis::{
    db::TenantTx,
    error::Problem,
    id::OrderId,
    sales::{Channel, Method},
    text_enum::WireEnum as _,
};
use prost::Message as _;
use proto::ordering::v1::{OrderSnapshot, SnapshotLine};

use crate::{
    domain::order::{Line, Order},
    store::{self, orders::OrderCopy},
};

/// Whether a line is part of an order in a revision.
#[must_use]
pub fn is_in(line: &SnapshotLine, revision: i32) -> bool {
    line.revision_in <= revision && (line.revision_out == 0 || line.revision_out > revision)
}

/// The order of a snapshot, as far as routing looks at it.
pub fn order(snapshot: &OrderSnapshot, paid: bool) -> anyhow::Result<Order> {
    let lines = snapshot
        .lines
        .iter()
        .filter(|line| is_in(line, snapshot.revision));
    Ok(Order {
        id: snapshot.order_id.parse()?,
        branch: snapshot.branch_id.parse()?,
        revision: snapshot.revision,
        method: Method::from_wire(snapshot.method).context("an order without its method")?,
        channel: Channel::from_wire(snapshot.channel).context("an order without its channel")?,
        total: snapshot.total,
        paid,
        test: snapshot.test,
        lines: lines.map(line).collect::<anyhow::Result<_>>()?,
    })
}

fn line(line: &SnapshotLine) -> anyhow::Result<Line> {
    let categories = line.category_ids.iter().map(|id| Ok(id.parse()?));
    Ok(Line {
        id: line.line_id.parse()?,
        product: line.product_id.parse()?,
        categories: categories.collect::<anyhow::Result<_>>()?,
        station: line.station.clone(),
        print_tag: line.print_tag.clone(),
    })
}

/// The snapshot of an order in a revision; `None` where there is no copy.
pub async fn find_snapshot(
    tx: &mut TenantTx,
    id: OrderId,
    revision: i32,
) -> Result<Option<OrderSnapshot>, Problem> {
    let found = store::orders::list_snapshots(tx, &[(id, revision)]).await?;
    let snapshot = found.first().map(|(_, _, bytes)| decode(bytes));
    Ok(snapshot.transpose()?)
}

/// A stored snapshot.
pub fn decode(bytes: &[u8]) -> anyhow::Result<OrderSnapshot> {
    OrderSnapshot::decode(bytes).context("read the copy of an order")
}

/// The order of a copy in its present revision; `None` where its snapshot is not there.
pub async fn find(tx: &mut TenantTx, copy: &OrderCopy) -> Result<Option<Order>, Problem> {
    let snapshot = find_snapshot(tx, copy.id, copy.revision).await?;
    let order = snapshot.map(|snapshot| order(&snapshot, copy.paid));
    Ok(order.transpose()?)
}
