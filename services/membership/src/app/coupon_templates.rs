//! Coupon templates as staff set them.

use chassis::{
    authn::Identity,
    db::TenantTx,
    error::{Problem, check_version},
    id::{BenefitRuleId, BrandId},
    text,
};
use chrono::{DateTime, Utc};
use proto::{membership::v1::BenefitRule, ordering::v1::OrderingReason};

use super::benefits::places;
use crate::{
    domain::benefits::{
        cost_share::CostShare,
        coupon_template::{Template, TemplateState, Validity},
    },
    store::{
        self,
        coupon_templates::{Cursor, Filter, ShownTemplate},
        rule_versions::SavedRule,
    },
};

/// What is saved of a template.
#[derive(Clone, Debug)]
pub struct TemplateDraft {
    /// Name among staff.
    pub internal_name: String,
    /// The rule.
    pub rule: BenefitRule,
    /// Terms.
    pub terms: String,
    /// Address of a picture.
    pub picture_url: String,
    /// When coupons are valid.
    pub validity: Validity,
    /// Uses of one coupon.
    pub uses_per_coupon: i32,
    /// Most coupons in all.
    pub issue_limit: Option<i32>,
    /// Most coupons of one member.
    pub per_member_limit: Option<i32>,
    /// Members may pass it on.
    pub transferable: bool,
    /// Who bears the cost.
    pub cost_shares: Vec<CostShare>,
}

impl TemplateDraft {
    fn template(
        self,
        id: BenefitRuleId,
        state: TemplateState,
        version: i64,
        now: DateTime<Utc>,
    ) -> Template {
        Template {
            id,
            version,
            internal_name: self.internal_name,
            state,
            rule: self.rule,
            terms: self.terms,
            picture_url: self.picture_url,
            transferable: self.transferable,
            validity: self.validity,
            uses_per_coupon: self.uses_per_coupon,
            issue_limit: self.issue_limit,
            per_member_limit: self.per_member_limit,
            cost_shares: self.cost_shares,
            updated_at: now,
        }
    }
}

/// A template that the caller may see.
pub async fn get(
    tx: &mut TenantTx,
    identity: &Identity,
    id: BenefitRuleId,
) -> Result<ShownTemplate, Problem> {
    let found = store::coupon_templates::find(tx, id).await?;
    let found = found.ok_or_else(|| Problem::not_found("coupon template"))?;
    places::require_visible(tx, identity, &found.template.rule, "coupon template").await?;
    Ok(found)
}

/// A page of templates that the caller may see.
pub async fn list(
    tx: &mut TenantTx,
    identity: &Identity,
    brand: Option<BrandId>,
    state: Option<TemplateState>,
    searched: &str,
    page: (Option<&Cursor>, i64),
) -> Result<Vec<ShownTemplate>, Problem> {
    let filter = Filter {
        brands: places::listed_brands(tx, identity, brand).await?,
        state,
        text: text::folded(searched),
    };
    Ok(store::coupon_templates::list(tx, &filter, page.0, page.1).await?)
}

/// Creates a draft, whose rule has its id.
pub async fn create(
    tx: &mut TenantTx,
    identity: &Identity,
    id: BenefitRuleId,
    mut draft: TemplateDraft,
    now: DateTime<Utc>,
) -> Result<ShownTemplate, Problem> {
    places::check(tx, &mut draft.rule, "template.rule").await?;
    places::require_editable(identity, &draft.rule)?;
    let template = draft.template(id, TemplateState::Draft, 1, now);
    save(tx, identity, &template, true, now).await?;
    get(tx, identity, id).await
}

async fn save(
    tx: &mut TenantTx,
    identity: &Identity,
    template: &Template,
    new_rule: bool,
    now: DateTime<Utc>,
) -> Result<(), Problem> {
    if new_rule {
        let saved = SavedRule {
            rule: template.rule.clone(),
            saved_at: now,
            saved_by: identity.actor.name(),
        };
        store::rule_versions::insert(tx, template.id, &saved).await?;
    }
    store::coupon_templates::upsert(tx, template).await?;
    if new_rule {
        store::coupon_templates::insert_texts(tx, template).await?;
    }
    Ok(())
}

async fn lock(
    tx: &mut TenantTx,
    identity: &Identity,
    id: BenefitRuleId,
    version: i64,
) -> Result<ShownTemplate, Problem> {
    store::coupon_templates::lock(tx, id).await?;
    let found = get(tx, identity, id).await?;
    places::require_editable(identity, &found.template.rule)?;
    check_version(version, found.template.version)?;
    Ok(found)
}

/// Changes a template; issued coupons stay as they are. Returns it as it was and as it is.
pub async fn update(
    tx: &mut TenantTx,
    identity: &Identity,
    id: BenefitRuleId,
    version: i64,
    mut draft: TemplateDraft,
    now: DateTime<Utc>,
) -> Result<(ShownTemplate, ShownTemplate), Problem> {
    let before = lock(tx, identity, id, version).await?;
    let state = before.template.state;
    if state == TemplateState::Ended {
        return Err(illegal(state));
    }
    places::check(tx, &mut draft.rule, "template.rule").await?;
    places::require_editable(identity, &draft.rule)?;
    // Coupons keep the version they were issued with, so what they keep makes a new one.
    draft.rule.version = before.template.rule.version;
    let kept = |template: &Template| {
        let texts = (template.terms.clone(), template.picture_url.clone());
        (template.rule.clone(), texts, template.transferable)
    };
    let mut template = draft.template(id, state, version + 1, now);
    let is_new = kept(&template) != kept(&before.template);
    template.rule.version += i64::from(is_new);
    save(tx, identity, &template, is_new, now).await?;
    let after = get(tx, identity, id).await?;
    Ok((before, after))
}

/// Activates, stops or ends a template. Returns it as it was and as it is.
pub async fn change_state(
    tx: &mut TenantTx,
    identity: &Identity,
    id: BenefitRuleId,
    version: i64,
    state: TemplateState,
    now: DateTime<Utc>,
) -> Result<(ShownTemplate, ShownTemplate), Problem> {
    let before = lock(tx, identity, id, version).await?;
    if !before.template.state.may_become(state) {
        return Err(illegal(before.template.state));
    }
    let template = Template {
        version: version + 1,
        state,
        updated_at: now,
        ..before.template.clone()
    };
    save(tx, identity, &template, false, now).await?;
    let after = get(tx, identity, id).await?;
    Ok((before, after))
}

fn illegal(state: TemplateState) -> Problem {
    Problem::new(OrderingReason::IllegalTransition)
        .message(format!("the template is {state}"))
        .param("state", state)
}
