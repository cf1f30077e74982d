//! The tier of a member.

use chassis::{
    db::{StoreError, TenantTx},
    id::{BrandId, MemberId},
};
use uuid::Uuid;

/// Tier of a member in a brand; none where there are no tiers.
pub async fn find(
    _tx: &mut TenantTx,
    _member: MemberId,
    _brand: BrandId,
) -> Result<Option<Uuid>, StoreError> {
    Ok(None)
}
