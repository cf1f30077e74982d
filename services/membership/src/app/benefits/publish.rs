//! Publishes what a brand's orders are priced by.

use std::collections::BTreeSet;

use chassis::{
    clock::ManualClock,
    db::TenantTx,
    error::{CommonReason, Problem},
    id::BrandId,
    outbox::{self, Event},
    time,
};
use chrono::{DateTime, Utc};
use pricing::{
    Amount,
    rules::{RuleFault, RuleSet},
};
use proto::membership::v1::{BenefitRule, RuleDocument, RulesPublished};

use super::places;
use crate::{
    app::{points, tiers},
    domain::benefits::active_rules,
    store,
};

/// Publishes a brand's rules as they are in this transaction: a new document of all that act now or later, and
/// the event that announces it. Refuses rules that no order could be priced by.
pub async fn publish(tx: &mut TenantTx, brand: BrandId, now: DateTime<Utc>) -> Result<(), Problem> {
    let version = store::rule_documents::next_version(tx, brand).await?;
    let mut rules = tiers::rules::rules(tx, brand).await?;
    rules.extend(points::weekdays::rules(tx, brand).await?);
    rules.extend(store::promotions::list_rules(tx, brand, now).await?);
    active_rules::check_counts(&rules, now)?;
    check_together(&rules)?;
    let settings = store::benefit_settings::get(tx, brand).await?;
    let document = RuleDocument {
        organisation_id: tx.org().to_string(),
        brand_id: brand.to_string(),
        version,
        published_at: Some(time::to_wire(now)),
        rules,
        points_terms: points::terms::terms(tx, brand).await?,
        discount_cap_bp: settings.discount_cap_bp,
        max_codes: settings.max_codes,
        max_coupons: settings.max_coupons,
        tier_exclusives: tiers::rules::exclusives(tx, brand).await?,
    };
    // What ordering could not read must not be published.
    benefit_rules::document(&document, &|_, _| Some(Amount::ZERO))?;
    store::rule_documents::insert(tx, brand, &document, now).await?;
    let published = RulesPublished {
        brand_id: brand.to_string(),
        version,
    };
    let event = Event::new(
        "membership.rules.published.v1",
        brand.as_uuid(),
        version,
        &published,
    );
    outbox::publish(tx, &ManualClock::at(now), &[event]).await
}

/// Publishes the rules of all brands that one of these rules is for, in the order of the brands' ids.
pub async fn publish_for(
    tx: &mut TenantTx,
    rules: &[&BenefitRule],
    now: DateTime<Utc>,
) -> Result<(), Problem> {
    let mut brands = BTreeSet::new();
    for rule in rules {
        match places::brands_of(rule) {
            Some(some) => brands.extend(some),
            None => brands.extend(store::brands::list(tx).await?),
        }
    }
    for brand in brands {
        publish(tx, brand, now).await?;
    }
    Ok(())
}

/// The latest document of a brand; an empty one where nothing was ever published.
pub async fn document(
    tx: &mut TenantTx,
    brand: BrandId,
    version: Option<i64>,
) -> Result<RuleDocument, Problem> {
    if let Some(found) = store::rule_documents::find(tx, brand, version).await? {
        return Ok(found);
    }
    let settings = store::benefit_settings::get(tx, brand).await?;
    Ok(RuleDocument {
        organisation_id: tx.org().to_string(),
        brand_id: brand.to_string(),
        max_codes: settings.max_codes,
        max_coupons: settings.max_coupons,
        ..RuleDocument::default()
    })
}

/// Refuses a group of rules whose members act in several stages.
fn check_together(rules: &[BenefitRule]) -> Result<(), Problem> {
    let mut checked = Vec::with_capacity(rules.len());
    for rule in rules {
        checked.extend(benefit_rules::rule(rule, &|_, _| Some(Amount::ZERO))?);
    }
    let Err(faults) = RuleSet::of_brand(checked) else {
        return Ok(());
    };
    let group = faults.iter().find_map(|fault| match fault {
        RuleFault::GroupOverStages(group) => Some(group),
        _ => None,
    });
    let Some(group) = group else {
        let faults: Vec<_> = faults.iter().map(ToString::to_string).collect();
        return Err(Problem::internal(anyhow::anyhow!("{}", faults.join(", "))));
    };
    let reason = CommonReason::ValidationFailed;
    Err(Problem::new(reason)
        .message("the rules of a group act in one stage")
        .field_with("rule.exclusive_group", reason, [("group", group)]))
}
