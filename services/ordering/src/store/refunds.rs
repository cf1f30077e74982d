//! Refunds of orders, with their steps.

use std::collections::HashMap;

use chassis::{
    business_day::BusinessDay,
    db::TenantTx,
    error::Problem,
    id::{AccountId, BranchId, BrandId, OrderId, OrderLineId, RefundId},
};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use super::{Inconsistent, refund_steps};
use crate::domain::{
    order_terms::PaymentState,
    refund::{LineUnits, Refund, RefundKind},
    refund_step::RefundStep,
};

#[derive(Serialize, Deserialize)]
struct StoredUnits {
    line_id: OrderLineId,
    units: Vec<usize>,
}

struct Row {
    refund_id: Uuid,
    order_id: Uuid,
    brand_id: Uuid,
    branch_id: Uuid,
    kind: String,
    units: Value,
    amount: i64,
    points: i32,
    currency: String,
    reason: String,
    requested_by: Uuid,
    requested_by_name: String,
    paid_out_by: String,
    requested_at: DateTime<Utc>,
    business_day: NaiveDate,
    test: bool,
    settled_at: Option<DateTime<Utc>>,
}

impl Row {
    fn parse(self, steps: Vec<RefundStep>) -> Result<Refund, Inconsistent> {
        let id = RefundId::from_uuid(self.refund_id);
        let inconsistent = |column| Inconsistent::new("order_refunds", column, id);
        let units: Vec<StoredUnits> =
            serde_json::from_value(self.units).map_err(|_| inconsistent("units"))?;
        Ok(Refund {
            id,
            order: OrderId::from_uuid(self.order_id),
            brand: BrandId::from_uuid(self.brand_id),
            branch: BranchId::from_uuid(self.branch_id),
            kind: RefundKind::from_word(&self.kind).ok_or_else(|| inconsistent("kind"))?,
            units: units
                .into_iter()
                .map(|part| LineUnits {
                    line: part.line_id,
                    units: part.units,
                })
                .collect(),
            amount: self.amount,
            points: u32::try_from(self.points).map_err(|_| inconsistent("points"))?,
            currency: self
                .currency
                .parse()
                .map_err(|_| inconsistent("currency"))?,
            reason: self.reason,
            requested_by: AccountId::from_uuid(self.requested_by),
            requested_by_name: self.requested_by_name,
            paid_out_by: self.paid_out_by,
            requested_at: self.requested_at,
            business_day: BusinessDay::on(self.business_day),
            test: self.test,
            settled_at: self.settled_at,
            steps,
        })
    }
}

/// Inserts a refund with its steps; those that have not ended are due at once.
pub async fn insert(tx: &mut TenantTx, refund: &Refund) -> Result<(), Problem> {
    let units = refund.units.iter().map(|part| StoredUnits {
        line_id: part.line,
        units: part.units.clone(),
    });
    let units = serde_json::to_value(units.collect::<Vec<_>>()).map_err(Problem::internal)?;
    sqlx::query!(
        "INSERT INTO order_refunds (
             org_id, refund_id, order_id, brand_id, branch_id, kind, units, amount, currency, reason,
             requested_by, requested_by_name, paid_out_by, requested_at, business_day, test, settled_at,
             points
         )
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)",
        tx.org().as_uuid(),
        refund.id.as_uuid(),
        refund.order.as_uuid(),
        refund.brand.as_uuid(),
        refund.branch.as_uuid(),
        refund.kind.as_str(),
        units,
        refund.amount,
        refund.currency.as_str(),
        refund.reason,
        refund.requested_by.as_uuid(),
        refund.requested_by_name,
        refund.paid_out_by,
        refund.requested_at,
        refund.business_day.date(),
        refund.test,
        refund.settled_at,
        refund.points.cast_signed(),
    )
    .execute(&mut **tx)
    .await?;
    refund_steps::insert(tx, refund).await?;
    Ok(())
}

/// Refunds of an order, the first one first.
pub async fn list(tx: &mut TenantTx, order: OrderId) -> Result<Vec<Refund>, Problem> {
    let rows = sqlx::query_as!(
        Row,
        "SELECT
             refund_id, order_id, brand_id, branch_id, kind, units, amount, points, currency, reason,
             requested_by, requested_by_name, paid_out_by, requested_at, business_day, test, settled_at
         FROM order_refunds
         WHERE org_id = $1 AND order_id = $2
         ORDER BY requested_at, refund_id",
        tx.org().as_uuid(),
        order.as_uuid(),
    )
    .fetch_all(&mut **tx)
    .await?;
    with_steps(tx, rows).await
}

/// A refund, if it is known.
pub async fn find(tx: &mut TenantTx, id: RefundId) -> Result<Option<Refund>, Problem> {
    let rows = sqlx::query_as!(
        Row,
        "SELECT
             refund_id, order_id, brand_id, branch_id, kind, units, amount, points, currency, reason,
             requested_by, requested_by_name, paid_out_by, requested_at, business_day, test, settled_at
         FROM order_refunds
         WHERE org_id = $1 AND refund_id = $2",
        tx.org().as_uuid(),
        id.as_uuid(),
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(with_steps(tx, rows).await?.pop())
}

async fn with_steps(tx: &mut TenantTx, rows: Vec<Row>) -> Result<Vec<Refund>, Problem> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<Uuid> = rows.iter().map(|row| row.refund_id).collect();
    let mut steps: HashMap<Uuid, Vec<RefundStep>> = refund_steps::list(tx, &ids).await?;
    let refunds = rows.into_iter().map(|row| {
        let steps = steps.remove(&row.refund_id).unwrap_or_default();
        Ok(row.parse(steps)?)
    });
    refunds.collect()
}

/// Whether an order has refunds.
pub async fn exist(tx: &mut TenantTx, order: OrderId) -> Result<bool, sqlx::Error> {
    let found = sqlx::query_scalar!(
        r#"SELECT EXISTS (
             SELECT FROM order_refunds WHERE org_id = $1 AND order_id = $2
         ) AS "exists!""#,
        tx.org().as_uuid(),
        order.as_uuid(),
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(found)
}

/// Sets how far the payment of a locked order is that was paid on site alone; payments reports it of others.
pub async fn set_payment_state(
    tx: &mut TenantTx,
    order: OrderId,
    state: PaymentState,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "UPDATE orders
         SET payment_state = $3
         WHERE org_id = $1 AND order_id = $2 AND payment_method = 'on_site'",
        tx.org().as_uuid(),
        order.as_uuid(),
        state.as_str(),
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Notes that all steps of a refund have ended.
pub async fn settle(tx: &mut TenantTx, id: RefundId, at: DateTime<Utc>) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "UPDATE order_refunds SET settled_at = $3 WHERE org_id = $1 AND refund_id = $2",
        tx.org().as_uuid(),
        id.as_uuid(),
        at,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
