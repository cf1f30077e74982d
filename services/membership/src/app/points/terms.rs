//! The points programme as prices need it.

use chassis::{
    db::{StoreError, TenantTx},
    id::BrandId,
};
use proto::membership::v1::PointsTerms;

/// Versions of the programme of a brand in force now and later, by their start.
pub async fn terms(_tx: &mut TenantTx, _brand: BrandId) -> Result<Vec<PointsTerms>, StoreError> {
    Ok(Vec::new())
}
