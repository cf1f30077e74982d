//! Payment methods of brands.

use chassis::{
    db::{StoreError, TenantTx},
    id::{BranchId, BrandId, PaymentMethodId},
    sales::{Channel, Method},
};
use payment_adapters::Provider;
use uuid::Uuid;

use crate::domain::method::{PaymentKind, PaymentMethod};

struct Row {
    id: PaymentMethodId,
    brand: BrandId,
    kind: PaymentKind,
    provider: Option<Provider>,
    provider_method: String,
    name: String,
    text: String,
    enabled: bool,
    branch_ids: Vec<Uuid>,
    methods: Vec<String>,
    channels: Vec<String>,
    min_amount: i64,
    max_amount: Option<i64>,
    fee_basis_points: i16,
    fee_fixed: i64,
    deposit_percent: Option<i16>,
}

impl TryFrom<Row> for PaymentMethod {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        fn words<T>(
            column: &'static str,
            key: PaymentMethodId,
            words: &[String],
            parse: fn(&str) -> Option<T>,
        ) -> Result<Vec<T>, StoreError> {
            let parsed: Option<Vec<T>> = words.iter().map(|word| parse(word)).collect();
            parsed.ok_or_else(|| StoreError::inconsistent("payment_methods", column, key))
        }
        Ok(Self {
            id: row.id,
            brand: row.brand,
            kind: row.kind,
            provider: row.provider,
            provider_method: row.provider_method,
            name: row.name,
            text: row.text,
            enabled: row.enabled,
            branches: row
                .branch_ids
                .into_iter()
                .map(BranchId::from_uuid)
                .collect(),
            methods: words("methods", row.id, &row.methods, Method::from_word)?,
            channels: words("channels", row.id, &row.channels, Channel::from_word)?,
            min_amount: row.min_amount,
            max_amount: row.max_amount,
            fee_basis_points: row.fee_basis_points,
            fee_fixed: row.fee_fixed,
            deposit_percent: row.deposit_percent,
        })
    }
}

/// Methods of a brand in the order of checkout.
pub async fn list(tx: &mut TenantTx, brand: BrandId) -> Result<Vec<PaymentMethod>, StoreError> {
    let rows = sqlx::query_as!(
        Row,
        r#"SELECT
             method_id AS "id: PaymentMethodId",
             brand_id AS "brand: BrandId",
             kind AS "kind: PaymentKind",
             provider AS "provider: Provider",
             provider_method,
             name,
             text,
             enabled,
             branch_ids,
             methods,
             channels,
             min_amount,
             max_amount,
             fee_basis_points,
             fee_fixed,
             deposit_percent
         FROM payment_methods
         WHERE org_id = $1 AND brand_id = $2
         ORDER BY position, method_id"#,
        tx.org().as_uuid(),
        brand.as_uuid(),
    )
    .fetch_all(&mut **tx)
    .await?;
    rows.into_iter().map(TryInto::try_into).collect()
}

/// Version of a brand's list, 0 while it has none.
pub async fn version(tx: &mut TenantTx, brand: BrandId) -> Result<i64, StoreError> {
    let found = sqlx::query_scalar!(
        "SELECT version FROM method_lists WHERE org_id = $1 AND brand_id = $2",
        tx.org().as_uuid(),
        brand.as_uuid(),
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(found.unwrap_or_default())
}

/// Locks a brand's list until the transaction ends and returns its version.
pub async fn lock(tx: &mut TenantTx, brand: BrandId) -> Result<i64, StoreError> {
    let found = sqlx::query_scalar!(
        "INSERT INTO method_lists (org_id, brand_id, version)
         VALUES ($1, $2, 0)
         ON CONFLICT (org_id, brand_id) DO UPDATE SET version = method_lists.version
         RETURNING version",
        tx.org().as_uuid(),
        brand.as_uuid(),
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(found)
}

/// Raises the version of a list that is locked.
pub async fn raise(tx: &mut TenantTx, brand: BrandId) -> Result<i64, StoreError> {
    let found = sqlx::query_scalar!(
        "UPDATE method_lists
         SET version = version + 1
         WHERE org_id = $1 AND brand_id = $2
         RETURNING version",
        tx.org().as_uuid(),
        brand.as_uuid(),
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(found)
}

/// Stores a method; a new one comes last.
pub async fn upsert(tx: &mut TenantTx, method: &PaymentMethod) -> Result<(), StoreError> {
    let branches: Vec<Uuid> = method.branches.iter().map(BranchId::as_uuid).collect();
    let methods: Vec<String> = method.methods.iter().map(ToString::to_string).collect();
    let channels: Vec<String> = method.channels.iter().map(ToString::to_string).collect();
    sqlx::query!(
        "INSERT INTO payment_methods (
             org_id, method_id, brand_id, kind, provider, provider_method, name, text, enabled,
             branch_ids, methods, channels, min_amount, max_amount, fee_basis_points, fee_fixed,
             deposit_percent, position
         )
         VALUES (
             $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17,
             (
                 SELECT coalesce(max(position), 0) + 1
                 FROM payment_methods
                 WHERE org_id = $1 AND brand_id = $3
             )
         )
         ON CONFLICT (org_id, method_id) DO UPDATE
         SET kind = excluded.kind, provider = excluded.provider,
             provider_method = excluded.provider_method, name = excluded.name,
             text = excluded.text, enabled = excluded.enabled, branch_ids = excluded.branch_ids,
             methods = excluded.methods, channels = excluded.channels,
             min_amount = excluded.min_amount, max_amount = excluded.max_amount,
             fee_basis_points = excluded.fee_basis_points, fee_fixed = excluded.fee_fixed,
             deposit_percent = excluded.deposit_percent",
        tx.org().as_uuid(),
        method.id.as_uuid(),
        method.brand.as_uuid(),
        method.kind as _,
        method.provider as _,
        method.provider_method,
        method.name,
        method.text,
        method.enabled,
        &branches,
        &methods,
        &channels,
        method.min_amount,
        method.max_amount,
        method.fee_basis_points,
        method.fee_fixed,
        method.deposit_percent,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Puts the methods of a brand into this order.
pub async fn reorder(
    tx: &mut TenantTx,
    brand: BrandId,
    ids: &[PaymentMethodId],
) -> Result<(), StoreError> {
    let ids: Vec<Uuid> = ids.iter().map(PaymentMethodId::as_uuid).collect();
    sqlx::query!(
        "UPDATE payment_methods
         SET position = listed.position
         FROM unnest($3::uuid[]) WITH ORDINALITY AS listed (method_id, position)
         WHERE org_id = $1 AND brand_id = $2 AND payment_methods.method_id = listed.method_id",
        tx.org().as_uuid(),
        brand.as_uuid(),
        &ids,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
