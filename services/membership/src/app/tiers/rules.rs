//! Benefits of tiers as rules.

use chassis::{
    db::{StoreError, TenantTx},
    id::BrandId,
};
use proto::membership::v1::BenefitRule;

/// Rules of the tiers of a brand.
pub async fn rules(_tx: &mut TenantTx, _brand: BrandId) -> Result<Vec<BenefitRule>, StoreError> {
    Ok(Vec::new())
}
