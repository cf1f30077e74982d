//! Promotions as staff set them.

use chassis::{
    authn::Identity,
    db::TenantTx,
    error::{CommonReason, Problem, check_version},
    id::{BenefitRuleId, BrandId},
    text,
};
use chrono::{DateTime, Utc};
use proto::{
    membership::v1::{BenefitRule, Exclusivity},
    ordering::v1::OrderingReason,
};

use super::benefits::{places, publish::publish_for};
use crate::{
    domain::benefits::{
        cost_share::CostShare,
        promotion::{Promotion, PromotionState, PromotionStatus, PromotionStep, after},
    },
    store::{
        self,
        promotions::{Cursor, Filter, ShownPromotion},
        rule_versions::SavedRule,
    },
};

/// Most versions that are listed.
const MOST_VERSIONS: i64 = 200;

/// What is saved of a promotion.
#[derive(Clone, Debug)]
pub struct PromotionDraft {
    /// Name among staff.
    pub internal_name: String,
    /// Note.
    pub note: String,
    /// The rule.
    pub rule: BenefitRule,
    /// Who bears the cost.
    pub cost_shares: Vec<CostShare>,
}

/// A promotion that the caller may see.
pub async fn get(
    tx: &mut TenantTx,
    identity: &Identity,
    id: BenefitRuleId,
    now: DateTime<Utc>,
) -> Result<ShownPromotion, Problem> {
    let found = store::promotions::find(tx, id, now).await?;
    let found = found.ok_or_else(|| Problem::not_found("promotion"))?;
    places::require_visible(tx, identity, &found.promotion.rule, "promotion").await?;
    Ok(found)
}

/// A page of promotions that the caller may see.
pub async fn list(
    tx: &mut TenantTx,
    identity: &Identity,
    brand: Option<BrandId>,
    states: Vec<PromotionState>,
    searched: &str,
    now: DateTime<Utc>,
    page: (Option<&Cursor>, i64),
) -> Result<Vec<ShownPromotion>, Problem> {
    let filter = Filter {
        brands: places::listed_brands(tx, identity, brand).await?,
        states,
        text: text::folded(searched),
    };
    Ok(store::promotions::list(tx, &filter, now, page.0, page.1).await?)
}

/// The versions of a promotion's rule, the newest first.
pub async fn list_versions(
    tx: &mut TenantTx,
    identity: &Identity,
    id: BenefitRuleId,
    now: DateTime<Utc>,
) -> Result<Vec<SavedRule>, Problem> {
    get(tx, identity, id, now).await?;
    Ok(store::rule_versions::list(tx, id, MOST_VERSIONS).await?)
}

/// Creates a draft, whose rule has its id.
pub async fn create(
    tx: &mut TenantTx,
    identity: &Identity,
    id: BenefitRuleId,
    mut draft: PromotionDraft,
    now: DateTime<Utc>,
) -> Result<ShownPromotion, Problem> {
    places::check(tx, &mut draft.rule, "promotion.rule").await?;
    places::require_editable(identity, &draft.rule)?;
    let promotion = Promotion {
        id,
        version: 1,
        internal_name: draft.internal_name,
        note: draft.note,
        status: PromotionStatus::Draft,
        rule: draft.rule,
        cost_shares: draft.cost_shares,
        enabled_at: None,
        state_changed_at: None,
        updated_at: now,
    };
    save_rule(tx, identity, &promotion, now).await?;
    store::promotions::insert(tx, &promotion).await?;
    get(tx, identity, id, now).await
}

async fn save_rule(
    tx: &mut TenantTx,
    identity: &Identity,
    promotion: &Promotion,
    now: DateTime<Utc>,
) -> Result<(), Problem> {
    let saved = SavedRule {
        rule: promotion.rule.clone(),
        saved_at: now,
        saved_by: identity.actor.name(),
    };
    Ok(store::rule_versions::insert(tx, promotion.id, &saved).await?)
}

/// A promotion that is about to change, locked, that the caller may change.
async fn lock(
    tx: &mut TenantTx,
    identity: &Identity,
    id: BenefitRuleId,
    version: i64,
    now: DateTime<Utc>,
) -> Result<ShownPromotion, Problem> {
    store::promotions::lock(tx, id).await?;
    let found = get(tx, identity, id, now).await?;
    places::require_editable(identity, &found.promotion.rule)?;
    check_version(version, found.promotion.version)?;
    Ok(found)
}

/// Changes a promotion; one that is enabled acts as it is now from now on. Returns it as it was and as it is.
pub async fn update(
    tx: &mut TenantTx,
    identity: &Identity,
    id: BenefitRuleId,
    version: i64,
    mut draft: PromotionDraft,
    now: DateTime<Utc>,
) -> Result<(ShownPromotion, ShownPromotion), Problem> {
    let before = lock(tx, identity, id, version, now).await?;
    if before.promotion.status == PromotionStatus::Ended {
        return Err(illegal(before.state));
    }
    places::check(tx, &mut draft.rule, "promotion.rule").await?;
    places::require_editable(identity, &draft.rule)?;
    draft.rule.version = before.promotion.rule.version;
    let is_new = draft.rule != before.promotion.rule;
    draft.rule.version += i64::from(is_new);
    let promotion = Promotion {
        version: version + 1,
        internal_name: draft.internal_name,
        note: draft.note,
        rule: draft.rule,
        cost_shares: draft.cost_shares,
        updated_at: now,
        ..before.promotion.clone()
    };
    if is_new {
        save_rule(tx, identity, &promotion, now).await?;
    }
    store::promotions::update(tx, &promotion).await?;
    if is_new && promotion.status == PromotionStatus::Enabled {
        publish_for(tx, &[&before.promotion.rule, &promotion.rule], now).await?;
    }
    let after = get(tx, identity, id, now).await?;
    Ok((before, after))
}

/// Deletes a draft. Returns it as it was.
pub async fn delete(
    tx: &mut TenantTx,
    identity: &Identity,
    id: BenefitRuleId,
    now: DateTime<Utc>,
) -> Result<ShownPromotion, Problem> {
    store::promotions::lock(tx, id).await?;
    let found = get(tx, identity, id, now).await?;
    places::require_editable(identity, &found.promotion.rule)?;
    if found.promotion.status != PromotionStatus::Draft {
        return Err(illegal(found.state));
    }
    store::promotions::delete(tx, id).await?;
    store::rule_versions::delete(tx, id).await?;
    Ok(found)
}

/// Enables, pauses, resumes or ends a promotion. Returns it as it was and as it is.
pub async fn change_state(
    tx: &mut TenantTx,
    identity: &Identity,
    id: BenefitRuleId,
    version: i64,
    step: PromotionStep,
    now: DateTime<Utc>,
) -> Result<(ShownPromotion, ShownPromotion), Problem> {
    let before = lock(tx, identity, id, version, now).await?;
    let end = super::benefits::find::ends_at(&before.promotion.rule);
    let over = end.is_some_and(|end| crate::domain::benefits::code::is_over(end, now));
    if over && step == PromotionStep::Enable && before.promotion.status == PromotionStatus::Draft {
        return Err(Problem::new(CommonReason::InThePast)
            .message("its period is over")
            .field("promotion.rule.conditions.ends_at", CommonReason::InThePast));
    }
    let status = after(before.promotion.status, over, step).ok_or_else(|| illegal(before.state))?;
    let promotion = Promotion {
        version: version + 1,
        status,
        enabled_at: before
            .promotion
            .enabled_at
            .or((status == PromotionStatus::Enabled).then_some(now)),
        state_changed_at: Some(now),
        updated_at: now,
        ..before.promotion.clone()
    };
    store::promotions::update(tx, &promotion).await?;
    publish_for(tx, &[&promotion.rule], now).await?;
    let after = get(tx, identity, id, now).await?;
    Ok((before, after))
}

fn illegal(state: PromotionState) -> Problem {
    Problem::new(OrderingReason::IllegalTransition)
        .message(format!("the promotion is {state}"))
        .param("state", state)
}

/// What to look at in a rule beside the enabled ones, by stable words: a group that has no other rule.
pub async fn warnings(
    tx: &mut TenantTx,
    rule: &BenefitRule,
    now: DateTime<Utc>,
) -> Result<Vec<String>, Problem> {
    if rule.exclusivity() != Exclusivity::Group {
        return Ok(Vec::new());
    }
    let brands = match places::brands_of(rule) {
        Some(brands) => brands,
        None => store::brands::list(tx).await?,
    };
    let group = text::folded(&rule.exclusive_group);
    for brand in brands {
        let others = store::promotions::list_rules(tx, brand, now).await?;
        let of_group = |other: &BenefitRule| {
            other.rule_id != rule.rule_id
                && other.exclusivity() == Exclusivity::Group
                && text::folded(&other.exclusive_group) == group
        };
        if others.iter().any(of_group) {
            return Ok(Vec::new());
        }
    }
    Ok(vec!["GROUP_OF_ONE".to_owned()])
}
