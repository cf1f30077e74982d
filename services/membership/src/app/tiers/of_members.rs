//! Tiers of members in lists.

use std::collections::HashMap;

use chassis::{
    db::{StoreError, TenantTx},
    id::MemberId,
};
use uuid::Uuid;

use crate::store::tiers::{members, programmes};

/// Tier of each member in the first programme, that of the organisation before those of brands; who has the base tier
/// is listed too, and nobody where there are no tiers.
pub async fn find(
    tx: &mut TenantTx,
    asked: &[MemberId],
) -> Result<HashMap<MemberId, Uuid>, StoreError> {
    let all = programmes::list(tx).await?;
    let Some(programme) = all.first() else {
        return Ok(HashMap::new());
    };
    let version = programme.to_publish().into_iter().next();
    let base = version
        .and_then(|version| version.rules.rules.tiers.first())
        .map(|tier| tier.id);
    let mut found: HashMap<MemberId, Uuid> = base
        .map(|base| asked.iter().map(|member| (*member, base)).collect())
        .unwrap_or_default();
    found.extend(members::tiers_of(tx, programme.id, asked).await?);
    Ok(found)
}
