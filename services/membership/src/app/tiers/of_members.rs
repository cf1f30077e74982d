//! Tiers of members in lists.

use std::collections::HashMap;

use chassis::{
    db::{StoreError, TenantTx},
    id::MemberId,
};
use uuid::Uuid;

/// Tier of each member; who has none is left out.
pub async fn find(
    _tx: &mut TenantTx,
    _members: &[MemberId],
) -> Result<HashMap<MemberId, Uuid>, StoreError> {
    Ok(HashMap::new())
}
