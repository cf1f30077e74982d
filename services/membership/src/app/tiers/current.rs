//! The tier of a member.

use chassis::{
    db::{StoreError, TenantTx},
    id::{BrandId, MemberId},
};
use uuid::Uuid;

use crate::store::tiers::{members, programmes};

/// Tier of a member in a brand; none where there are no tiers.
pub async fn find(
    tx: &mut TenantTx,
    member: MemberId,
    brand: BrandId,
) -> Result<Option<Uuid>, StoreError> {
    let all = programmes::list(tx).await?;
    let Some(programme) = all.iter().find(|programme| programme.concerns(brand)) else {
        return Ok(None);
    };
    if let Some(standing) = members::find(tx, programme.id, member).await? {
        return Ok(Some(standing.tier));
    }
    // The base tier, which is the same one in all versions.
    let version = programme.to_publish().into_iter().next();
    let base = version.and_then(|version| version.rules.rules.tiers.first());
    Ok(base.map(|tier| tier.id))
}
