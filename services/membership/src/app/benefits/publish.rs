//! Publishing a brand's rules.

use chassis::{
    db::{StoreError, TenantTx},
    id::BrandId,
};
use chrono::{DateTime, Utc};

/// Publishes the rules of a brand anew, as they are in this transaction.
pub async fn publish(
    _tx: &mut TenantTx,
    _brand: BrandId,
    _now: DateTime<Utc>,
) -> Result<(), StoreError> {
    Ok(())
}
