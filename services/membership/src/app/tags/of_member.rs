//! The tags of a member.

use chassis::{
    db::{StoreError, TenantTx},
    id::MemberId,
};
use uuid::Uuid;

/// Tags of a member.
pub async fn find(_tx: &mut TenantTx, _member: MemberId) -> Result<Vec<Uuid>, StoreError> {
    Ok(Vec::new())
}
