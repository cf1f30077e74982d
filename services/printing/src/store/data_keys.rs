//! The key that seals an organisation's secrets.

use chassis::db::{StoreError, TenantTx};
use chrono::{DateTime, Utc};

/// The organisation's wrapped data key.
pub async fn find(tx: &mut TenantTx) -> Result<Option<Vec<u8>>, StoreError> {
    let found = sqlx::query_scalar!(
        "SELECT wrapped FROM data_keys WHERE org_id = $1",
        tx.org().as_uuid(),
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(found)
}

/// Stores the organisation's wrapped data key; one that is there already stays.
pub async fn insert(
    tx: &mut TenantTx,
    wrapped: &[u8],
    created_at: DateTime<Utc>,
) -> Result<(), StoreError> {
    sqlx::query!(
        "INSERT INTO data_keys (org_id, wrapped, created_at)
         VALUES ($1, $2, $3)
         ON CONFLICT DO NOTHING",
        tx.org().as_uuid(),
        wrapped,
        created_at,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
