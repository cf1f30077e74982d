//! Rules of given coupons as staff sets them.

use std::collections::{HashMap, hash_map::Entry};

use chassis::{
    authn::Identity,
    clock::Clock,
    db::TenantTx,
    error::{CommonReason, Problem, check_version},
    id::{BenefitRuleId, GivingRuleId},
};
use chrono::{DateTime, Utc};
use proto::{membership::v1::MembershipReason, ordering::v1::OrderingReason};

use crate::{
    app::{benefits::places, coupon_templates, tiers::named},
    domain::benefits::{
        coupon_template::{Template, TemplateState},
        giving::{GivingDraft, GivingRule, GivingState, MOST_RULES, Occasion},
    },
    store,
};

/// A rule with the name of its coupons.
#[derive(Clone, Debug)]
pub struct ShownRule {
    /// The rule.
    pub rule: GivingRule,
    /// Name of the coupon as customers see it.
    pub coupon_name: String,
}

/// A page of rules whose templates the caller may see.
pub async fn list(
    tx: &mut TenantTx,
    identity: &Identity,
    with_ended: bool,
    template: Option<BenefitRuleId>,
    page: (Option<GivingRuleId>, i64),
) -> Result<Vec<ShownRule>, Problem> {
    if let Some(template) = template {
        coupon_templates::get(tx, identity, template).await?;
    }
    let visible = places::visible_brands(tx, identity).await?;
    let (mut before, limit) = page;
    let mut shown = Vec::new();
    let mut templates = HashMap::new();
    // Rules of brands that the caller does not see are left out, and the page is filled with later ones.
    loop {
        let found = store::giving::list(tx, with_ended, template, before, limit).await?;
        let is_last = i64::try_from(found.len()).unwrap_or(i64::MAX) < limit;
        before = found.last().map(|last| last.id);
        for rule in found {
            let template = match templates.entry(rule.draft.template) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(new) => new.insert(template_of(tx, &rule.draft).await?),
            };
            let brands = places::brands_of(&template.rule);
            let sees = visible.as_ref().is_none_or(|visible| {
                brands.is_none_or(|brands| {
                    brands
                        .iter()
                        .any(|brand| visible.contains(&brand.as_uuid()))
                })
            });
            if sees {
                shown.push(with_name(rule, template));
            }
        }
        if is_last || shown.len() >= usize::try_from(limit).unwrap_or(usize::MAX) {
            shown.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
            return Ok(shown);
        }
    }
}

fn with_name(rule: GivingRule, template: &Template) -> ShownRule {
    ShownRule {
        rule,
        coupon_name: template.rule.name.clone(),
    }
}

async fn template_of(tx: &mut TenantTx, draft: &GivingDraft) -> Result<Template, Problem> {
    let found = store::coupon_templates::find(tx, draft.template).await?;
    let found = found.ok_or_else(|| Problem::not_found("coupon template"))?;
    Ok(found.template)
}

/// Creates a rule, which acts at once.
pub async fn create(
    tx: &mut TenantTx,
    identity: &Identity,
    clock: &dyn Clock,
    draft: GivingDraft,
) -> Result<ShownRule, Problem> {
    let template = check(tx, identity, &draft).await?;
    if store::giving::count_open(tx).await? >= MOST_RULES {
        let reason = MembershipReason::GivingLimit;
        return Err(Problem::new(reason).param("max", MOST_RULES));
    }
    let rule = GivingRule::new(GivingRuleId::new(clock), draft, clock.now());
    store::giving::upsert(tx, &rule).await?;
    Ok(with_name(rule, &template))
}

/// Refuses a draft whose template the caller may not give coupons of, or whose tiers are not there.
async fn check(
    tx: &mut TenantTx,
    identity: &Identity,
    draft: &GivingDraft,
) -> Result<Template, Problem> {
    let template = coupon_templates::get(tx, identity, draft.template).await;
    let template = template
        .map_err(|problem| problem.field("rule.template_id", CommonReason::NotFound))?
        .template;
    places::require_editable(identity, &template.rule)?;
    if !matches!(template.state, TemplateState::Active | TemplateState::Draft) {
        let reason = MembershipReason::TemplateNotActive;
        let state = [("state", template.state)];
        return Err(Problem::new(reason)
            .message(format!("the template is {}", template.state))
            .param("state", template.state)
            .field_with("rule.template_id", reason, state));
    }
    if let Some(index) = named::first_unknown(tx, &draft.tiers).await? {
        let field = format!("rule.tier_ids[{index}]");
        return Err(Problem::not_found("tier").field(field, CommonReason::NotFound));
    }
    Ok(template)
}

async fn lock(
    tx: &mut TenantTx,
    identity: &Identity,
    id: GivingRuleId,
    version: i64,
) -> Result<ShownRule, Problem> {
    let rule = store::giving::lock(tx, id).await?;
    let rule = rule.ok_or_else(|| Problem::not_found("rule"))?;
    let template = template_of(tx, &rule.draft).await?;
    places::require_visible(tx, identity, &template.rule, "rule").await?;
    places::require_editable(identity, &template.rule)?;
    check_version(version, rule.version)?;
    Ok(with_name(rule, &template))
}

/// Changes a rule that has not ended: it before and after.
pub async fn update(
    tx: &mut TenantTx,
    identity: &Identity,
    id: GivingRuleId,
    version: i64,
    draft: GivingDraft,
    now: DateTime<Utc>,
) -> Result<(ShownRule, ShownRule), Problem> {
    let before = lock(tx, identity, id, version).await?;
    if before.rule.state == GivingState::Ended {
        return Err(illegal(before.rule.state));
    }
    if draft.occasion != before.rule.draft.occasion {
        let reason = CommonReason::ValidationFailed;
        return Err(Problem::new(reason).field("rule.occasion", reason));
    }
    let template = check(tx, identity, &draft).await?;
    let most = draft.most_coupons.map(i64::from);
    if most.is_some_and(|most| most < before.rule.given) {
        let (reason, given) = (CommonReason::SettingRange, before.rule.given);
        return Err(Problem::new(reason).field_with("rule.most_coupons", reason, [("min", given)]));
    }
    let after = GivingRule {
        version: version + 1,
        draft,
        stopped_by: String::new(),
        updated_at: now,
        ..before.rule.clone()
    };
    store::giving::upsert(tx, &after).await?;
    Ok((before, with_name(after, &template)))
}

/// Pauses a rule, lets it act again or ends it: it before and after.
pub async fn change_state(
    tx: &mut TenantTx,
    identity: &Identity,
    id: GivingRuleId,
    version: i64,
    state: GivingState,
    now: DateTime<Utc>,
) -> Result<(ShownRule, ShownRule), Problem> {
    let before = lock(tx, identity, id, version).await?;
    if !before.rule.state.may_become(state) {
        return Err(illegal(before.rule.state));
    }
    let after = ShownRule {
        rule: before.rule.clone().changed_to(state, now),
        coupon_name: before.coupon_name.clone(),
    };
    store::giving::upsert(tx, &after.rule).await?;
    Ok((before, after))
}

fn illegal(state: GivingState) -> Problem {
    Problem::new(OrderingReason::IllegalTransition)
        .message(format!("the rule is {state}"))
        .param("state", state)
}

/// What members of tiers of a brand are given, by the first created rule first.
pub async fn of_tiers(
    tx: &mut TenantTx,
    brand: chassis::id::BrandId,
) -> Result<Vec<ShownRule>, Problem> {
    let mut found = Vec::new();
    for occasion in [Occasion::TierReached, Occasion::Monthly, Occasion::Birthday] {
        for rule in store::giving::list_active(tx, occasion).await? {
            let template = template_of(tx, &rule.draft).await?;
            let here =
                places::brands_of(&template.rule).is_none_or(|brands| brands.contains(&brand));
            if here && template.state == TemplateState::Active && !rule.draft.tiers.is_empty() {
                found.push(with_name(rule, &template));
            }
        }
    }
    Ok(found)
}
