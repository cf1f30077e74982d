//! Phones whose orders were not paid and not fetched too often.

use std::collections::HashSet;

use chassis::db::TenantTx;
use chrono::{DateTime, Utc};

use crate::domain::prepayment;

/// Most phones of an organisation that are known at a time, those with the most such orders.
const MAX_PHONES: i64 = 100_000;

/// Phones that have to pay in advance, counting orders that ended since `counted_since`.
pub async fn list(
    tx: &mut TenantTx,
    counted_since: DateTime<Utc>,
) -> Result<HashSet<String>, sqlx::Error> {
    let phones = sqlx::query_scalar!(
        "SELECT contact_phone
         FROM orders
         WHERE org_id = $1 AND completed_at >= $2
             AND state IN ('no_show', 'expired') AND paid = 0 AND NOT test
         GROUP BY contact_phone
         HAVING count(*) >= $3
         ORDER BY count(*) DESC
         LIMIT $4",
        tx.org().as_uuid(),
        counted_since,
        prepayment::UNPAID_ENDS,
        MAX_PHONES,
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(phones.into_iter().collect())
}
