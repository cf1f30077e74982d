//! Weekdays with more points, as rules of a brand.

use chassis::{
    db::{StoreError, TenantTx},
    id::BrandId,
    time,
};
use chrono::TimeDelta;
use proto::membership::v1::{
    AudienceKind, BenefitClass, BenefitEffect, BenefitRule, PointsEffect, RuleAudience,
    RuleConditions, WeekdayFactor, benefit_effect::Effect,
};
use uuid::Uuid;

use crate::{
    domain::{
        points::rules::Rules,
        programme::{Programme, Version},
    },
    store,
};

/// Rules of the weekdays on which orders of a brand earn more points, now or later.
pub async fn rules(tx: &mut TenantTx, brand: BrandId) -> Result<Vec<BenefitRule>, StoreError> {
    let programmes = store::points::programmes::list(tx).await?;
    let mut found = Vec::new();
    for programme in programmes
        .iter()
        .filter(|programme| programme.concerns(brand))
    {
        for version in programme.to_publish() {
            let factors = version.rules.wire().weekday_factors.iter();
            found.extend(factors.map(|factor| rule(programme, version, *factor)));
        }
    }
    Ok(found)
}

fn rule(
    programme: &Programme<Rules>,
    version: &Version<Rules>,
    factor: WeekdayFactor,
) -> BenefitRule {
    // A document carries versions that follow one another, and no rule twice.
    let name = format!("weekday {} of version {}", factor.weekday, version.number);
    let last = programme
        .ends_at(version)
        .map(|end| end - TimeDelta::seconds(1));
    BenefitRule {
        rule_id: Uuid::new_v5(&programme.id, name.as_bytes()).to_string(),
        version: version.number,
        name: version.rules.wire().unit_name.clone(),
        benefit_class: BenefitClass::Promotion.into(),
        conditions: Some(RuleConditions {
            starts_at: Some(time::to_wire(version.effective_at)),
            ends_at: last.map(time::to_wire),
            weekdays: vec![factor.weekday],
            audience: Some(RuleAudience {
                kind: AudienceKind::Members.into(),
                ..Default::default()
            }),
            ..Default::default()
        }),
        effect: Some(BenefitEffect {
            effect: Some(Effect::Points(PointsEffect {
                factor_bp: factor.factor_bp,
                adds: factor.adds,
            })),
        }),
        ..Default::default()
    }
}
