//! What a brand allows in one order.

use chassis::{
    authn::Identity,
    db::TenantTx,
    error::{Problem, check_version},
    id::BrandId,
};
use chrono::{DateTime, Utc};

use super::publish::publish;
use crate::store::{self, benefit_settings::BenefitSettings};

/// Changes the settings of a brand that were read at a version. Returns them as they were and as they are.
pub async fn update(
    tx: &mut TenantTx,
    identity: &Identity,
    brand: BrandId,
    settings: BenefitSettings,
    now: DateTime<Utc>,
) -> Result<(BenefitSettings, BenefitSettings), Problem> {
    identity.require_brand(brand)?;
    if !store::branches::has_brand(tx, brand).await? {
        return Err(Problem::not_found("brand"));
    }
    let before = store::benefit_settings::get(tx, brand).await?;
    check_version(settings.version, before.version)?;
    let after = BenefitSettings {
        version: settings.version + 1,
        ..settings
    };
    if !store::benefit_settings::save(tx, brand, &after).await? {
        return Err(Problem::version_conflict(
            before.version,
            before.version + 1,
        ));
    }
    publish(tx, brand, now).await?;
    Ok((before, after))
}
