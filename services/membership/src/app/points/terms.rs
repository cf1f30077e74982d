//! Points programmes, as the rules of a brand carry them.

use chassis::{
    db::{StoreError, TenantTx},
    id::BrandId,
};
use proto::membership::v1::PointsTerms;

use crate::{domain::points::rules, store};

/// Versions of the programme of a brand that count now or later, by their start; none without a programme.
pub async fn terms(tx: &mut TenantTx, brand: BrandId) -> Result<Vec<PointsTerms>, StoreError> {
    let programmes = store::points::programmes::list(tx).await?;
    let mut found = Vec::new();
    for programme in programmes
        .iter()
        .filter(|programme| programme.concerns(brand))
    {
        let versions = programme.to_publish().into_iter();
        found.extend(versions.map(|version| rules::terms(programme, version)));
    }
    Ok(found)
}
