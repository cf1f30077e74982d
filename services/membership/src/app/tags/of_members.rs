//! Tags of members in lists.

use std::collections::HashMap;

use chassis::{
    db::{StoreError, TenantTx},
    id::MemberId,
};
use uuid::Uuid;

/// Tags of each member; who has none may be left out.
pub async fn find(
    _tx: &mut TenantTx,
    _members: &[MemberId],
) -> Result<HashMap<MemberId, Vec<Uuid>>, StoreError> {
    Ok(HashMap::new())
}
