//! Orders that contain something.

use anyhow::Context as _;
use chassis::{
    db::TenantTx,
    id::{BranchId, OrderId},
};
use chrono::{DateTime, TimeDelta, Utc};

use crate::domain::{channel::Channel, method::Method, pause::Target};

/// An order due this long ago is over, whatever was forgotten to be written of it.
const OVER_AFTER: TimeDelta = TimeDelta::hours(12);

/// An order that contains something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OrderWith {
    /// The order.
    pub order_id: OrderId,
    /// Branch.
    pub branch_id: BranchId,
    /// Promised time.
    pub promised_at: DateTime<Utc>,
}

/// Lists orders of a branch that contain a target and are not over, the next due first, and tells
/// how many there are in all.
pub async fn list(
    tx: &mut TenantTx,
    branch_id: BranchId,
    target: Target,
    channels: &[Channel],
    (now, until): (DateTime<Utc>, Option<DateTime<Utc>>),
    limit: i64,
) -> anyhow::Result<(Vec<OrderWith>, i64)> {
    let org = tx.org().as_uuid();
    let method = match target {
        Target::Method(method) => Some(method),
        _ => None,
    };
    let rows = sqlx::query!(
        r#"
        SELECT
            order_id AS "order_id: OrderId",
            branch_id AS "branch_id: BranchId",
            promised_at,
            count(*) OVER () AS "all!"
        FROM holds
        WHERE org_id = $1
          AND branch_id = $2
          AND state <> 'released'
          AND NOT finished
          AND NOT test
          AND promised_at >= $3
          AND ($4::timestamptz IS NULL OR promised_at < $4)
          AND (cardinality($5::text[]) = 0 OR channel = ANY($5))
          AND ($6::text IS NULL OR method = $6)
          AND lines @> $7::text::jsonb
        ORDER BY promised_at, order_id
        LIMIT $8
        "#,
        org,
        branch_id.as_uuid(),
        now - OVER_AFTER,
        until,
        channels as &[Channel],
        method as Option<Method>,
        pattern(target),
        limit,
    )
    .fetch_all(&mut **tx)
    .await
    .context("list orders that contain something")?;
    let all = rows.first().map_or(0, |row| row.all);
    let orders = rows.into_iter().map(|row| OrderWith {
        order_id: row.order_id,
        branch_id: row.branch_id,
        promised_at: row.promised_at,
    });
    Ok((orders.collect(), all))
}

/// What the lines of such an order contain, in JSON; the ids need no escaping.
fn pattern(target: Target) -> String {
    match target {
        Target::Product(id) => format!(r#"[{{"product_id":"{id}"}}]"#),
        Target::Variant(id) => format!(r#"[{{"variant_id":"{id}"}}]"#),
        Target::Option(id) => format!(r#"[{{"option_ids":["{id}"]}}]"#),
        Target::Category(id) => format!(r#"[{{"category_ids":["{id}"]}}]"#),
        Target::Method(_) | Target::Branch => "[]".to_owned(),
    }
}
