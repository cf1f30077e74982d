//! Orders as limits count them.

use chassis::{
    business_day::BusinessDay,
    db::{StoreError, TenantTx},
    id::{BranchId, OrderId},
    sales::{Channel, Method},
};
use chrono::{DateTime, Days, Utc};
use sqlx::types::Json;

use crate::{
    domain::{
        limits::{counter::Taken, order::SlotOrder},
        line::Line,
    },
    store::holds::taken::{TakenRow, taken, taken_rows},
};

/// A slot belongs to the date it begins on in the branch's zone or the one before: never two away.
const AROUND: Days = Days::new(2);

/// An order that limits count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CountedOrder {
    /// What it is of.
    pub order: SlotOrder,
    /// It is committed, not only held.
    pub committed: bool,
    /// What it took so far.
    pub taken: Vec<Taken>,
}

/// Selects orders as limits count them, of the organisation, its first parameter.
macro_rules! select_orders {
    ($rest:literal, $($parameter:tt)*) => {
        sqlx::query_as!(
            Row,
            r#"
            SELECT
                order_id AS "order_id: OrderId",
                channel AS "channel: Channel",
                method AS "method: Method",
                slot_starts_at,
                business_day AS "business_day: BusinessDay",
                lines AS "lines: Json<Vec<Line>>",
                state = 'committed' AS "committed!",
                takes AS "takes: Json<Vec<TakenRow>>"
            FROM holds
            WHERE org_id = $1
            "# + $rest,
            $($parameter)*
        )
    };
}

/// Lists the orders of a branch in slots that begin within a time and that limits count, in the order
/// in which they came.
pub async fn list(
    tx: &mut TenantTx,
    branch_id: BranchId,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
) -> Result<Vec<CountedOrder>, StoreError> {
    let org = tx.org().as_uuid();
    let first = from.date_naive() - AROUND;
    let last = to.date_naive() + AROUND;
    let rows = select_orders!(
        r#"
          AND branch_id = $2
          AND business_day BETWEEN $5 AND $6
          AND slot_starts_at >= $3
          AND slot_starts_at < $4
          AND state <> 'released'
          AND NOT test
        ORDER BY held_at, order_id
        "#,
        org,
        branch_id.as_uuid(),
        from,
        to,
        first,
        last,
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows.into_iter().map(CountedOrder::from).collect())
}

/// Finds an order as limits count it, test orders and those given back included.
pub async fn find(
    tx: &mut TenantTx,
    order_id: OrderId,
) -> Result<Option<CountedOrder>, StoreError> {
    let org = tx.org().as_uuid();
    let row = select_orders!("AND order_id = $2", org, order_id.as_uuid(),)
        .fetch_optional(&mut **tx)
        .await?;
    Ok(row.map(CountedOrder::from))
}

/// Writes anew what orders of a locked branch take of the limits.
pub async fn set_taken(
    tx: &mut TenantTx,
    taken: &[(OrderId, Vec<Taken>)],
) -> Result<(), StoreError> {
    if taken.is_empty() {
        return Ok(());
    }
    let org = tx.org().as_uuid();
    let order_ids: Vec<_> = taken
        .iter()
        .map(|(order_id, _)| order_id.as_uuid())
        .collect();
    let takes: Vec<_> = taken
        .iter()
        .map(|(_, taken)| taken_rows(taken.iter().map(|taken| (taken.key, taken.amount))))
        .collect();
    sqlx::query!(
        r#"
        UPDATE holds AS hold
        SET takes = counted.takes
        FROM UNNEST($2::uuid[], $3::jsonb[]) AS counted (order_id, takes)
        WHERE hold.org_id = $1
          AND hold.order_id = counted.order_id
        "#,
        org,
        &order_ids,
        &takes as &[Json<Vec<TakenRow>>],
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

struct Row {
    order_id: OrderId,
    channel: Channel,
    method: Method,
    slot_starts_at: DateTime<Utc>,
    business_day: BusinessDay,
    lines: Json<Vec<Line>>,
    committed: bool,
    takes: Json<Vec<TakenRow>>,
}

impl From<Row> for CountedOrder {
    fn from(row: Row) -> Self {
        Self {
            order: SlotOrder {
                order_id: row.order_id,
                channel: row.channel,
                method: row.method,
                slot_starts_at: row.slot_starts_at,
                business_day: row.business_day,
                lines: row.lines.0,
            },
            committed: row.committed,
            taken: taken(row.takes.0),
        }
    }
}
