//! Holds, one row an order.

mod insert;
mod list;
mod maintain;
pub(super) mod taken;
mod update;

pub use insert::insert_many;
pub use list::{PromisedOrder, list_booked, list_elsewhere, list_promised};
pub use maintain::{list_expired, list_released_keys, purge};
pub use update::{finish, keep_outside, postpone, set_slot, update_many};

use chassis::{
    business_day::BusinessDay,
    db::{StoreError, TenantTx},
    id::{BranchId, HoldKey, OrderId, SkuId},
};
use chrono::{DateTime, NaiveDate, Utc};
use sqlx::types::Json;
use uuid::Uuid;

use self::taken::{TakenRow, taken};
use crate::domain::{
    holds::{Hold, state::HoldState},
    stock::Part,
};

struct Row {
    order_id: OrderId,
    branch_id: BranchId,
    hold_key: Option<HoldKey>,
    state: HoldState,
    test: bool,
    order_version: i64,
    slot_starts_at: DateTime<Utc>,
    promised_at: DateTime<Utc>,
    business_day: BusinessDay,
    expires_at: DateTime<Utc>,
    sku_ids: Vec<Uuid>,
    bucket_days: Vec<NaiveDate>,
    quantities: Vec<i64>,
    takes: Json<Vec<TakenRow>>,
}

impl From<Row> for Hold {
    fn from(row: Row) -> Self {
        // A constraint keeps the three arrays of one length.
        let parts = row
            .sku_ids
            .into_iter()
            .zip(row.bucket_days)
            .zip(row.quantities)
            .map(|((sku_id, day), quantity)| Part {
                sku_id: SkuId::from_uuid(sku_id),
                bucket_day: BusinessDay::on(day),
                quantity,
            });
        Self {
            order_id: row.order_id,
            branch_id: row.branch_id,
            hold_key: row.hold_key,
            state: row.state,
            test: row.test,
            order_version: row.order_version,
            slot_starts_at: row.slot_starts_at,
            promised_at: row.promised_at,
            business_day: row.business_day,
            expires_at: row.expires_at,
            parts: parts.collect(),
            taken: taken(row.takes.0),
        }
    }
}

/// Finds the holds of these orders or these keys, each by one look into its own index.
///
/// `= ANY` would leave it to the statistics whether the whole organisation is read and filtered, and
/// those of a new or a large organisation mislead.
pub async fn find_many(
    tx: &mut TenantTx,
    order_ids: &[OrderId],
    hold_keys: &[HoldKey],
) -> Result<Vec<Hold>, StoreError> {
    let org = tx.org().as_uuid();
    let rows = sqlx::query_as!(
        Row,
        r#"
        SELECT
            hold.order_id AS "order_id!: OrderId",
            hold.branch_id AS "branch_id!: BranchId",
            hold.hold_key AS "hold_key: HoldKey",
            hold.state AS "state!: HoldState",
            hold.test AS "test!",
            hold.order_version AS "order_version!",
            hold.slot_starts_at AS "slot_starts_at!",
            hold.promised_at AS "promised_at!",
            hold.business_day AS "business_day!: BusinessDay",
            hold.expires_at AS "expires_at!",
            hold.sku_ids AS "sku_ids!",
            hold.bucket_days AS "bucket_days!",
            hold.quantities AS "quantities!",
            hold.takes AS "takes!: Json<Vec<TakenRow>>"
        FROM (
            SELECT UNNEST($2::uuid[]) AS order_id
            UNION
            SELECT known.order_id
            FROM UNNEST($3::uuid[]) AS requested (hold_key),
                LATERAL (
                    SELECT order_id
                    FROM holds
                    WHERE org_id = $1 AND hold_key = requested.hold_key
                    LIMIT 1
                ) AS known
        ) AS requested,
            LATERAL (
                SELECT * FROM holds WHERE org_id = $1 AND order_id = requested.order_id LIMIT 1
            ) AS hold
        "#,
        org,
        order_ids as &[OrderId],
        hold_keys as &[HoldKey],
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows.into_iter().map(Hold::from).collect())
}
