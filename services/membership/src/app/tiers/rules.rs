//! What tiers give, as rules of a brand.

use chassis::{
    db::{StoreError, TenantTx},
    id::BrandId,
    time,
};
use chrono::{DateTime, TimeDelta, Utc};
use proto::membership::v1::{
    AudienceKind, BenefitClass, BenefitEffect, BenefitRule, DeliveryEffect, OrderEffect,
    OrderThreshold, PointsEffect, PriceCut, RuleAudience, RuleConditions, RuleLimits,
    ThresholdMeasure, TierBenefits, TierExclusive, benefit_effect::Effect, price_cut::Cut,
};
use uuid::Uuid;

use crate::{
    domain::{
        programme::{Programme, Version},
        tiers::rules::Tier,
    },
    store::tiers::programmes::{self, TierVersion},
};

/// Rules of the tiers of a brand that count now or later.
pub async fn rules(tx: &mut TenantTx, brand: BrandId) -> Result<Vec<BenefitRule>, StoreError> {
    let mut found = Vec::new();
    for programme in programmes::list(tx).await? {
        if programme.concerns(brand) {
            for version in programme.to_publish() {
                let tiers = version.rules.rules.tiers.iter();
                found.extend(tiers.flat_map(|tier| of_tier(&programme, version, tier)));
            }
        }
    }
    Ok(found)
}

/// What only members of some tiers of a brand may order, now or later.
pub async fn exclusives(
    tx: &mut TenantTx,
    brand: BrandId,
) -> Result<Vec<TierExclusive>, StoreError> {
    let mut found = Vec::new();
    for programme in programmes::list(tx).await? {
        if programme.concerns(brand) {
            for version in programme.to_publish() {
                found.extend(exclusives_of(&programme, version));
            }
        }
    }
    Ok(found)
}

/// What a tier names is for it and for those above.
fn exclusives_of(
    programme: &Programme<TierVersion>,
    version: &Version<TierVersion>,
) -> Vec<TierExclusive> {
    let tiers = &version.rules.rules.tiers;
    let exclusive = |(place, tier): (usize, &Tier)| {
        let benefits = tier.wire.benefits.as_ref()?;
        let (products, hours) = (&benefits.exclusive_products, &benefits.exclusive_hours);
        (products.is_some() || !hours.is_empty()).then(|| TierExclusive {
            tier_ids: tiers[place..]
                .iter()
                .map(|tier| tier.id.to_string())
                .collect(),
            tier_name: tier.wire.name.clone(),
            starts_at: Some(time::to_wire(version.effective_at)),
            ends_at: last_second(programme, version).map(time::to_wire),
            products: products.clone(),
            hours: hours.clone(),
        })
    };
    tiers.iter().enumerate().filter_map(exclusive).collect()
}

/// The last second of a version, that second included.
fn last_second(
    programme: &Programme<TierVersion>,
    version: &Version<TierVersion>,
) -> Option<DateTime<Utc>> {
    let end = programme.ends_at(version);
    end.map(|end| end - TimeDelta::seconds(1))
}

/// One rule for each benefit.
fn of_tier(
    programme: &Programme<TierVersion>,
    version: &Version<TierVersion>,
    tier: &Tier,
) -> Vec<BenefitRule> {
    let Some(benefits) = &tier.wire.benefits else {
        return Vec::new();
    };
    let last = last_second(programme, version);
    let rule = |name: &str, effect| BenefitRule {
        rule_id: rule_id(tier, name, version.number).to_string(),
        version: version.number,
        name: tier.wire.name.clone(),
        benefit_class: BenefitClass::Tier.into(),
        conditions: Some(RuleConditions {
            starts_at: Some(time::to_wire(version.effective_at)),
            ends_at: last.map(time::to_wire),
            audience: Some(RuleAudience {
                kind: AudienceKind::Members.into(),
                tier_ids: vec![tier.id.to_string()],
                ..Default::default()
            }),
            ..Default::default()
        }),
        effect: Some(BenefitEffect {
            effect: Some(effect),
        }),
        // Options and upcharges are part of what the customer pays.
        with_extras: true,
        ..Default::default()
    };
    let mut rules = Vec::new();
    if benefits.discount_bp > 0 {
        let mut discount = rule("discount", discount(benefits));
        discount.target = benefits.target.clone();
        discount.limits = benefits.max_discount.map(|most| RuleLimits {
            max_discount: Some(most),
            ..Default::default()
        });
        rules.push(discount);
    }
    if benefits.points_factor_bp > 10_000 {
        let effect = Effect::Points(PointsEffect {
            factor_bp: benefits.points_factor_bp,
            adds: benefits.points_factor_adds,
        });
        rules.push(rule("points", effect));
    }
    if let Some(from) = benefits.free_delivery_from {
        let free = PriceCut {
            cut: Some(Cut::PercentBp(10_000)),
        };
        let effect = Effect::Delivery(DeliveryEffect { off: Some(free) });
        let mut delivery = rule("delivery", effect);
        if let Some(conditions) = &mut delivery.conditions {
            conditions.min_spend = from;
        }
        rules.push(delivery);
    }
    rules
}

/// Id of the rule of a benefit. A document carries versions that follow one another, and no rule twice.
fn rule_id(tier: &Tier, benefit: &str, version: i64) -> Uuid {
    Uuid::new_v5(
        &tier.id,
        format!("{benefit} of version {version}").as_bytes(),
    )
}

fn discount(benefits: &TierBenefits) -> Effect {
    Effect::Order(OrderEffect {
        measure: ThresholdMeasure::Spend.into(),
        thresholds: vec![OrderThreshold {
            at: 0,
            off: Some(PriceCut {
                cut: Some(Cut::PercentBp(benefits.discount_bp)),
            }),
        }],
        repeats: false,
    })
}
