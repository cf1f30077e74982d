//! What brands allow in one order.

use chassis::{
    db::{StoreError, TenantTx},
    id::BrandId,
};

/// Settings of a brand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BenefitSettings {
    /// Version; 0 while they are the defaults.
    pub version: i64,
    /// 總折扣上限 in basis points.
    pub discount_cap_bp: Option<i32>,
    /// Most codes of an order.
    pub max_codes: i32,
    /// Most coupons of an order.
    pub max_coupons: i32,
}

impl Default for BenefitSettings {
    fn default() -> Self {
        Self {
            version: 0,
            discount_cap_bp: None,
            max_codes: 1,
            max_coupons: 1,
        }
    }
}

/// The settings of a brand, or the defaults.
pub async fn get(tx: &mut TenantTx, brand: BrandId) -> Result<BenefitSettings, StoreError> {
    let found = sqlx::query_as!(
        BenefitSettings,
        "SELECT version, discount_cap_bp, max_codes, max_coupons
         FROM benefit_settings
         WHERE org_id = $1 AND brand_id = $2",
        tx.org().as_uuid(),
        brand.as_uuid(),
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(found.unwrap_or_default())
}

/// Stores the settings of a brand; false when they were changed since `settings.version` minus one.
pub async fn save(
    tx: &mut TenantTx,
    brand: BrandId,
    settings: &BenefitSettings,
) -> Result<bool, StoreError> {
    let saved = sqlx::query!(
        "INSERT INTO benefit_settings AS stored (
             org_id, brand_id, version, discount_cap_bp, max_codes, max_coupons
         )
         VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (org_id, brand_id) DO UPDATE
         SET version = excluded.version, discount_cap_bp = excluded.discount_cap_bp,
             max_codes = excluded.max_codes, max_coupons = excluded.max_coupons
         WHERE stored.version = excluded.version - 1",
        tx.org().as_uuid(),
        brand.as_uuid(),
        settings.version,
        settings.discount_cap_bp,
        settings.max_codes,
        settings.max_coupons,
    )
    .execute(&mut **tx)
    .await?;
    Ok(saved.rows_affected() == 1)
}
