//! Points of members in lists.

use std::collections::HashMap;

use chassis::{
    db::{StoreError, TenantTx},
    id::MemberId,
};

use crate::store::points::accounts;

/// Points that each member can use, of all programmes; who has none may be left out.
pub async fn find(
    tx: &mut TenantTx,
    members: &[MemberId],
) -> Result<HashMap<MemberId, i32>, StoreError> {
    accounts::available_of(tx, members).await
}
