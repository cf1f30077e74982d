//! Which promotions, codes and coupons use a tag.

use chassis::db::{StoreError, TenantTx};
use uuid::Uuid;

/// Names of those that are active or scheduled and name the tag in their conditions.
pub async fn names(_tx: &mut TenantTx, _tag: Uuid) -> Result<Vec<String>, StoreError> {
    Ok(Vec::new())
}
