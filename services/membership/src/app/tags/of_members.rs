//! Tags of members in lists.

use std::collections::HashMap;

use chassis::{
    db::{StoreError, TenantTx},
    id::MemberId,
};
use uuid::Uuid;

use crate::store::tags::owners;

/// Tags of each member; who has none is left out.
pub async fn find(
    tx: &mut TenantTx,
    members: &[MemberId],
) -> Result<HashMap<MemberId, Vec<Uuid>>, StoreError> {
    owners::ids_of_members(tx, members).await
}
