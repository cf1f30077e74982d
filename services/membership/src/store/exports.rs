//! Exports of members under way.

use chassis::{
    db::{StoreError, SystemTx, TenantTx},
    id::{AccountId, MemberExportId},
};
use chrono::{DateTime, Utc};

use super::member_list::Filter;

/// An export.
#[derive(Clone, Debug)]
pub struct Export {
    /// Id.
    pub id: MemberExportId,
    /// Account that began it.
    pub account: AccountId,
    /// Its name.
    pub account_name: String,
    /// Which members.
    pub filter: Filter,
    /// Personal data is not masked.
    pub unmasked: bool,
    /// How many members.
    pub rows: i32,
    /// When it began.
    pub created_at: DateTime<Utc>,
    /// When it can no longer be read.
    pub expires_at: DateTime<Utc>,
}

/// Stores an export.
pub async fn insert(tx: &mut TenantTx, export: &Export) -> Result<(), StoreError> {
    let filter = serde_json::to_value(&export.filter);
    let filter = filter.map_err(|error| StoreError::Other(sqlx::Error::Encode(error.into())))?;
    sqlx::query!(
        "INSERT INTO member_exports (
             org_id, export_id, account_id, account_name, filter, unmasked, rows, created_at,
             expires_at
         )
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        tx.org().as_uuid(),
        export.id.as_uuid(),
        export.account.as_uuid(),
        export.account_name,
        filter,
        export.unmasked,
        export.rows,
        export.created_at,
        export.expires_at,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Finds an export of an account.
pub async fn find(
    tx: &mut TenantTx,
    id: MemberExportId,
    account: AccountId,
) -> Result<Option<Export>, StoreError> {
    let found = sqlx::query!(
        "SELECT account_name, filter, unmasked, rows, created_at, expires_at
         FROM member_exports
         WHERE org_id = $1 AND export_id = $2 AND account_id = $3",
        tx.org().as_uuid(),
        id.as_uuid(),
        account.as_uuid(),
    )
    .fetch_optional(&mut **tx)
    .await?;
    let Some(row) = found else {
        return Ok(None);
    };
    let filter = serde_json::from_value(row.filter)
        .map_err(|_| StoreError::inconsistent("member_exports", "filter", id))?;
    Ok(Some(Export {
        id,
        account,
        account_name: row.account_name,
        filter,
        unmasked: row.unmasked,
        rows: row.rows,
        created_at: row.created_at,
        expires_at: row.expires_at,
    }))
}

/// Deletes exports that are over; how many.
pub async fn purge(tx: &mut SystemTx, now: DateTime<Utc>, limit: i64) -> Result<u64, StoreError> {
    let done = sqlx::query!(
        "DELETE FROM member_exports
         WHERE (org_id, export_id) IN (
             SELECT org_id, export_id FROM member_exports
             WHERE expires_at < $1
             ORDER BY expires_at
             LIMIT $2
         )",
        now,
        limit,
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected())
}
