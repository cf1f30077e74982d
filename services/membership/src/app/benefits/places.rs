//! Brands and branches that a rule is for, and who may see and change it.

use std::collections::BTreeSet;

use chassis::{
    authn::{Actor, Identity},
    db::{StoreError, TenantTx},
    error::{CommonReason, Problem, Violations},
    id::{BranchId, BrandId},
};
use proto::membership::v1::BenefitRule;
use uuid::Uuid;

use crate::store;

/// Brands whose rules the caller may see; none for all.
pub async fn visible_brands(
    tx: &mut TenantTx,
    identity: &Identity,
) -> Result<Option<Vec<Uuid>>, StoreError> {
    if identity.scope.organisation || !matches!(identity.actor, Actor::Staff { .. }) {
        return Ok(None);
    }
    let branches: Vec<_> = identity.scope.branches.iter().copied().collect();
    let of_branches = store::brands::of_branches(tx, &branches).await?;
    let brands = identity.scope.brands.iter().copied();
    let all: BTreeSet<_> = brands
        .chain(of_branches.into_iter().map(|(_, brand)| brand))
        .collect();
    Ok(Some(all.iter().map(BrandId::as_uuid).collect()))
}

/// The brands that are listed: those the caller may see, of one brand where it is asked for.
pub async fn listed_brands(
    tx: &mut TenantTx,
    identity: &Identity,
    brand: Option<BrandId>,
) -> Result<Option<Vec<Uuid>>, Problem> {
    let visible = visible_brands(tx, identity).await?;
    let Some(brand) = brand.map(|brand| brand.as_uuid()) else {
        return Ok(visible);
    };
    if visible.is_some_and(|visible| !visible.contains(&brand)) {
        return Err(Problem::new(CommonReason::OutOfScope).message("outside the caller's scope"));
    }
    Ok(Some(vec![brand]))
}

/// The brands a rule is for; none for all.
#[must_use]
pub fn brands_of(rule: &BenefitRule) -> Option<Vec<BrandId>> {
    let brands = &rule.conditions.as_ref()?.brand_ids;
    let brands: Vec<_> = brands.iter().filter_map(|id| id.parse().ok()).collect();
    (!brands.is_empty()).then_some(brands)
}

/// Refuses a caller who may not see a rule as if there were none.
pub async fn require_visible(
    tx: &mut TenantTx,
    identity: &Identity,
    rule: &BenefitRule,
    what: &str,
) -> Result<(), Problem> {
    let visible = visible_brands(tx, identity).await?;
    let (Some(visible), Some(brands)) = (visible, brands_of(rule)) else {
        return Ok(());
    };
    if brands
        .iter()
        .any(|brand| visible.contains(&brand.as_uuid()))
    {
        return Ok(());
    }
    Err(Problem::not_found(what))
}

/// Refuses a caller who may not change a rule: it takes the scope of all its brands.
pub fn require_editable(identity: &Identity, rule: &BenefitRule) -> Result<(), Problem> {
    match brands_of(rule) {
        None => identity.require_org_scope(),
        Some(brands) => brands
            .into_iter()
            .try_for_each(|brand| identity.require_brand(brand)),
    }
}

/// Checks that the brands and branches of a rule exist. One with branches alone is for the brands of these.
pub async fn check(tx: &mut TenantTx, rule: &mut BenefitRule, field: &str) -> Result<(), Problem> {
    let Some(conditions) = &mut rule.conditions else {
        return Ok(());
    };
    if conditions.brand_ids.is_empty() && conditions.branch_ids.is_empty() {
        return Ok(());
    }
    let mut violations = Violations::new();
    let branches: Vec<BranchId> = conditions
        .branch_ids
        .iter()
        .filter_map(|id| id.parse().ok())
        .collect();
    let known = store::brands::of_branches(tx, &branches).await?;
    let brands: BTreeSet<_> = store::brands::list(tx).await?.into_iter().collect();
    let given: Vec<BrandId> = conditions
        .brand_ids
        .iter()
        .filter_map(|id| id.parse().ok())
        .collect();
    for (index, brand) in given.iter().enumerate() {
        if !brands.contains(brand) {
            let field = format!("{field}.conditions.brand_ids[{index}]");
            violations.push(field, CommonReason::NotFound);
        }
    }
    for (index, branch) in branches.iter().enumerate() {
        let brand = known
            .iter()
            .find(|(known, _)| known == branch)
            .map(|(_, brand)| brand);
        if !brand.is_some_and(|brand| given.is_empty() || given.contains(brand)) {
            let field = format!("{field}.conditions.branch_ids[{index}]");
            violations.push(field, CommonReason::NotFound);
        }
    }
    violations.into_result()?;
    if given.is_empty() {
        let of_branches: BTreeSet<_> = known.iter().map(|(_, brand)| *brand).collect();
        conditions.brand_ids = of_branches.iter().map(ToString::to_string).collect();
    }
    Ok(())
}
