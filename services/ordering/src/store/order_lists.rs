//! Which orders a list shows, by due time: the open ones, or those of a business day.

use chassis::{
    business_day::BusinessDay,
    db::TenantTx,
    id::{BranchId, OrderId},
    text,
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::domain::order_state::OrderState;

/// Last digits of a phone that its mask shows. A search by more of them would reveal the rest of the
/// number, digit by digit.
const SHOWN: usize = 3;

/// Filter of a list.
#[derive(Clone, Debug)]
pub struct Filter {
    /// Branch.
    pub branch: BranchId,
    /// The list of this business day; `None` for open orders of any day.
    pub business_day: Option<BusinessDay>,
    /// Only these states; `None` for all.
    pub states: Option<Vec<OrderState>>,
    /// Order number, pickup number, last three digits of the phone, or part of the name, as typed.
    pub text: Option<String>,
    /// Test orders too.
    pub with_tests: bool,
    /// After this place.
    pub after: Option<Place>,
}

/// Place of an order in the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// Due time.
    pub due_at: DateTime<Utc>,
    /// Order.
    pub order: OrderId,
}

/// The next `limit` orders, earliest due first.
///
/// Open orders have a statement of their own, so that the board reads a partial index however many
/// orders a branch has had.
pub async fn list(
    tx: &mut TenantTx,
    filter: &Filter,
    limit: i64,
) -> Result<Vec<Place>, sqlx::Error> {
    match filter.business_day {
        None => list_open(tx, filter, limit).await,
        Some(day) => list_day(tx, filter, day, limit).await,
    }
}

struct Binds {
    states: Option<Vec<String>>,
    text: Option<String>,
    pickup_number: Option<i32>,
    phone_end: Option<String>,
    after_due: Option<DateTime<Utc>>,
    after_order: Option<Uuid>,
}

impl Filter {
    fn binds(&self) -> Binds {
        let names = |states: &Vec<OrderState>| {
            states
                .iter()
                .map(|state| state.as_str().to_owned())
                .collect()
        };
        let text = self.text.as_deref().map(text::folded);
        let digits = text
            .as_ref()
            .filter(|text| text.len() == SHOWN && text.bytes().all(|byte| byte.is_ascii_digit()));
        Binds {
            states: self.states.as_ref().map(names),
            pickup_number: text.as_ref().and_then(|text| text.parse().ok()),
            phone_end: digits.cloned(),
            text,
            after_due: self.after.map(|place| place.due_at),
            after_order: self.after.map(|place| place.order.as_uuid()),
        }
    }
}

async fn list_open(
    tx: &mut TenantTx,
    filter: &Filter,
    limit: i64,
) -> Result<Vec<Place>, sqlx::Error> {
    let binds = filter.binds();
    let rows = sqlx::query_as!(
        Row,
        "SELECT promised_at, order_id
         FROM orders
         WHERE org_id = $1 AND branch_id = $2
           AND state IN ('pending_payment', 'placed', 'accepted', 'preparing', 'ready', 'delivering')
           AND ($3::text[] IS NULL OR state = ANY($3))
           AND ($4::text IS NULL
                OR order_number = upper($4)
                OR pickup_number = $5
                OR right(contact_phone, length($6)) = $6
                OR position($4 IN contact_name_key) > 0)
           AND ($7::timestamptz IS NULL OR (promised_at, order_id) > ($7, $8::uuid))
           AND (NOT test OR $10)
         ORDER BY promised_at, order_id
         LIMIT $9",
        tx.org().as_uuid(),
        filter.branch.as_uuid(),
        binds.states.as_deref(),
        binds.text,
        binds.pickup_number,
        binds.phone_end,
        binds.after_due,
        binds.after_order,
        limit,
        filter.with_tests,
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows.into_iter().map(Place::from).collect())
}

async fn list_day(
    tx: &mut TenantTx,
    filter: &Filter,
    day: BusinessDay,
    limit: i64,
) -> Result<Vec<Place>, sqlx::Error> {
    let binds = filter.binds();
    let rows = sqlx::query_as!(
        Row,
        "SELECT promised_at, order_id
         FROM orders
         WHERE org_id = $1 AND branch_id = $2
           AND listed_day = $10
           AND ($3::text[] IS NULL OR state = ANY($3))
           AND ($4::text IS NULL
                OR order_number = upper($4)
                OR pickup_number = $5
                OR right(contact_phone, length($6)) = $6
                OR position($4 IN contact_name_key) > 0)
           AND ($7::timestamptz IS NULL OR (promised_at, order_id) > ($7, $8::uuid))
           AND (NOT test OR $11)
         ORDER BY promised_at, order_id
         LIMIT $9",
        tx.org().as_uuid(),
        filter.branch.as_uuid(),
        binds.states.as_deref(),
        binds.text,
        binds.pickup_number,
        binds.phone_end,
        binds.after_due,
        binds.after_order,
        limit,
        day.date(),
        filter.with_tests,
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows.into_iter().map(Place::from).collect())
}

struct Row {
    promised_at: DateTime<Utc>,
    order_id: Uuid,
}

impl From<Row> for Place {
    fn from(row: Row) -> Self {
        Self {
            due_at: row.promised_at,
            order: OrderId::from_uuid(row.order_id),
        }
    }
}
