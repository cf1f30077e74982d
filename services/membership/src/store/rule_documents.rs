//! Documents of rules, as they were published.

use chassis::{
    db::{StoreError, TenantTx},
    id::BrandId,
};
use chrono::{DateTime, Utc};
use prost::Message as _;
use proto::membership::v1::RuleDocument;

/// Number of the brand's next document. Until the transaction ends nobody else makes one.
pub async fn next_version(tx: &mut TenantTx, brand: BrandId) -> Result<i64, StoreError> {
    let version = sqlx::query_scalar!(
        "INSERT INTO rule_document_heads AS head (org_id, brand_id, version)
         VALUES ($1, $2, 1)
         ON CONFLICT (org_id, brand_id) DO UPDATE SET version = head.version + 1
         RETURNING version",
        tx.org().as_uuid(),
        brand.as_uuid(),
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(version)
}

/// Stores a document.
pub async fn insert(
    tx: &mut TenantTx,
    brand: BrandId,
    document: &RuleDocument,
    published_at: DateTime<Utc>,
) -> Result<(), StoreError> {
    sqlx::query!(
        "INSERT INTO rule_documents (org_id, brand_id, version, document, published_at)
         VALUES ($1, $2, $3, $4, $5)",
        tx.org().as_uuid(),
        brand.as_uuid(),
        document.version,
        document.encode_to_vec(),
        published_at,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// A document of a brand: that of a version, or the latest.
pub async fn find(
    tx: &mut TenantTx,
    brand: BrandId,
    version: Option<i64>,
) -> Result<Option<RuleDocument>, StoreError> {
    let found = sqlx::query!(
        "SELECT version, document
         FROM rule_documents
         WHERE org_id = $1 AND brand_id = $2 AND version = coalesce($3, version)
         ORDER BY version DESC
         LIMIT 1",
        tx.org().as_uuid(),
        brand.as_uuid(),
        version,
    )
    .fetch_optional(&mut **tx)
    .await?;
    let decode = |version: i64, bytes: &[u8]| {
        RuleDocument::decode(bytes).map_err(|_| {
            StoreError::inconsistent("rule_documents", "document", format!("{brand} {version}"))
        })
    };
    found
        .map(|row| decode(row.version, &row.document))
        .transpose()
}
