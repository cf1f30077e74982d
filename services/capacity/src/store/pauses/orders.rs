//! Orders that contain something.

use chassis::{
    db::{StoreError, TenantTx},
    id::{BranchId, CategoryId, OptionId, OrderId, ProductId, VariantId},
    sales::{Channel, Method},
};
use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;
use sqlx::types::Json;

use crate::domain::pauses::Target;

/// An order due this long ago is over, even if its last state was never written.
const OVER_AFTER: TimeDelta = TimeDelta::hours(12);

/// An order that contains something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MatchingOrder {
    /// The order.
    pub order_id: OrderId,
    /// Branch.
    pub branch_id: BranchId,
    /// Promised time.
    pub promised_at: DateTime<Utc>,
}

/// Lists orders of a branch that contain a target and are not over, the next due first, and returns
/// how many there are in all.
pub async fn list(
    tx: &mut TenantTx,
    branch_id: BranchId,
    target: &Target,
    channels: &[Channel],
    (now, until): (DateTime<Utc>, Option<DateTime<Utc>>),
    limit: i64,
) -> Result<(Vec<MatchingOrder>, i64), StoreError> {
    let org = tx.org().as_uuid();
    let method = match target {
        Target::Method(method) => Some(*method),
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
          AND lines @> $7
        ORDER BY promised_at, order_id
        LIMIT $8
        "#,
        org,
        branch_id.as_uuid(),
        now - OVER_AFTER,
        until,
        channels as &[Channel],
        method as Option<Method>,
        Json(pattern(target)) as Json<Vec<Part<'_>>>,
        limit,
    )
    .fetch_all(&mut **tx)
    .await?;
    let all = rows.first().map_or(0, |row| row.all);
    let orders = rows.into_iter().map(|row| MatchingOrder {
        order_id: row.order_id,
        branch_id: row.branch_id,
        promised_at: row.promised_at,
    });
    Ok((orders.collect(), all))
}

/// What a line contains, as its JSON does.
#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum Part<'target> {
    ProductId(ProductId),
    VariantId(VariantId),
    OptionIds([OptionId; 1]),
    CategoryIds([CategoryId; 1]),
    Station(&'target str),
    PrintTag(&'target str),
}

/// What the lines of such an order contain.
fn pattern(target: &Target) -> Vec<Part<'_>> {
    match target {
        Target::Product(id) => vec![Part::ProductId(*id)],
        Target::Variant(id) => vec![Part::VariantId(*id)],
        Target::Option(id) => vec![Part::OptionIds([*id])],
        Target::Category(id) => vec![Part::CategoryIds([*id])],
        Target::Station(name) => vec![Part::Station(name)],
        Target::Tag(name) => vec![Part::PrintTag(name)],
        Target::Method(_) | Target::Branch => Vec::new(),
    }
}
