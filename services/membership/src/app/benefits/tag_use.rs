//! Which promotions, codes and coupons use a tag.

use chassis::{
    clock::{Clock as _, SystemClock},
    db::{StoreError, TenantTx},
};
use proto::membership::v1::BenefitRule;
use uuid::Uuid;

use crate::store;

/// Names of those that are active or scheduled and name the tag in their conditions.
pub async fn names(tx: &mut TenantTx, tag: Uuid) -> Result<Vec<String>, StoreError> {
    let live = store::promotions::list_live_rules(tx, SystemClock.now()).await?;
    let tag = tag.to_string();
    let uses = |rule: &BenefitRule| {
        let audience = rule
            .conditions
            .as_ref()
            .and_then(|found| found.audience.as_ref());
        audience.is_some_and(|audience| audience.tag_ids.contains(&tag))
    };
    Ok(live
        .into_iter()
        .filter(uses)
        .map(|rule| rule.name)
        .collect())
}
