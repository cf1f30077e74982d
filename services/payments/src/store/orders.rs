//! How orders ended, and what the ledger has of them.

use chassis::{
    db::{StoreError, TenantTx},
    id::{LedgerTransactionId, OrderId},
};

use crate::domain::order::OrderState;

/// What is kept of an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownOrder {
    /// Version in its last event.
    pub version: i64,
    /// How it ended.
    pub state: OrderState,
    /// The ledger's transaction of its completion.
    pub completion: Option<LedgerTransactionId>,
    /// Money that was taken on site.
    pub cash_received: i64,
    /// 訂單編號, once an event said it.
    pub number: Option<String>,
}

/// How an order stands; open where nothing was reported of it.
pub async fn state(tx: &mut TenantTx, order: OrderId) -> Result<OrderState, StoreError> {
    let found = sqlx::query_scalar!(
        r#"SELECT state AS "state: OrderState"
         FROM orders
         WHERE org_id = $1 AND order_id = $2"#,
        tx.org().as_uuid(),
        order.as_uuid(),
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(found.unwrap_or(OrderState::Open))
}

/// What is kept of an order, locked until the transaction ends; a row is made where there is none.
pub async fn lock(tx: &mut TenantTx, order: OrderId) -> Result<KnownOrder, StoreError> {
    let found = sqlx::query_as!(
        KnownOrder,
        r#"INSERT INTO orders (org_id, order_id, version, state)
         VALUES ($1, $2, 0, 'open')
         ON CONFLICT (org_id, order_id) DO UPDATE SET version = orders.version
         RETURNING
             version,
             state AS "state: OrderState",
             completion_id AS "completion: LedgerTransactionId",
             cash_received,
             number"#,
        tx.org().as_uuid(),
        order.as_uuid(),
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(found)
}

/// Stores what is kept of an order that is locked.
pub async fn update(
    tx: &mut TenantTx,
    order: OrderId,
    known: &KnownOrder,
) -> Result<(), StoreError> {
    sqlx::query!(
        "UPDATE orders
         SET version = $3, state = $4, completion_id = $5, cash_received = $6, number = $7
         WHERE org_id = $1 AND order_id = $2",
        tx.org().as_uuid(),
        order.as_uuid(),
        known.version,
        known.state as _,
        known.completion.map(|id| id.as_uuid()),
        known.cash_received,
        known.number,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
