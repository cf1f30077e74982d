//! Promo codes as staff set them.

use chassis::{
    authn::Identity,
    clock::Clock,
    db::{OnConstraint as _, TenantTx},
    error::{CommonReason, Problem, check_version},
    id::{BenefitRuleId, BrandId, PromoCodeTextId},
    text,
};
use chrono::{DateTime, Utc};
use proto::membership::v1::BenefitRule;

use super::benefits::places;
use crate::{
    domain::benefits::{
        code_text,
        cost_share::CostShare,
        promo_code::{PromoCode, PromoCodeState},
    },
    store::{
        self,
        promo_codes::{Cursor, Filter, ShownPromoCode},
        rule_versions::SavedRule,
    },
};

/// What is saved of a promo code or batch.
#[derive(Clone, Debug)]
pub struct PromoCodeDraft {
    /// Name among staff.
    pub internal_name: String,
    /// Note.
    pub note: String,
    /// The rule.
    pub rule: BenefitRule,
    /// Who bears the cost.
    pub cost_shares: Vec<CostShare>,
}

/// The codes of a new promo code.
#[derive(Clone, Debug)]
pub enum NewCodes {
    /// One code: as typed and as it is compared.
    Single {
        /// As typed.
        typed: String,
        /// As it is compared.
        code: String,
    },
    /// Random codes.
    Random {
        /// How many.
        count: usize,
        /// What they begin with.
        prefix: String,
        /// Orders that one is good for.
        uses_per_code: i32,
    },
    /// Codes of one's own.
    Own {
        /// The codes as they are compared.
        codes: Vec<String>,
        /// Orders that one is good for.
        uses_per_code: i32,
    },
}

/// A promo code that the caller may see.
pub async fn get(
    tx: &mut TenantTx,
    identity: &Identity,
    id: BenefitRuleId,
    now: DateTime<Utc>,
) -> Result<ShownPromoCode, Problem> {
    let found = store::promo_codes::find(tx, id, now).await?;
    let found = found.ok_or_else(|| Problem::not_found("promo code"))?;
    places::require_visible(tx, identity, &found.promo_code.rule, "promo code").await?;
    Ok(found)
}

/// A page of promo codes that the caller may see.
pub async fn list(
    tx: &mut TenantTx,
    identity: &Identity,
    brand: Option<BrandId>,
    state: Option<PromoCodeState>,
    searched: &str,
    now: DateTime<Utc>,
    page: (Option<&Cursor>, i64),
) -> Result<Vec<ShownPromoCode>, Problem> {
    let filter = Filter {
        brands: places::listed_brands(tx, identity, brand).await?,
        state,
        text: text::folded(searched),
        code: code_text::normalised(searched),
    };
    Ok(store::promo_codes::list(tx, &filter, now, page.0, page.1).await?)
}

/// Creates a promo code with its codes; its rule has its id.
pub async fn create(
    tx: &mut TenantTx,
    identity: &Identity,
    clock: &dyn Clock,
    id: BenefitRuleId,
    mut draft: PromoCodeDraft,
    codes: NewCodes,
    enabled: bool,
) -> Result<ShownPromoCode, Problem> {
    let now = clock.now();
    places::check(tx, &mut draft.rule, "promo_code.rule").await?;
    places::require_editable(identity, &draft.rule)?;
    let field = match &codes {
        NewCodes::Single { .. } => "code",
        NewCodes::Random { .. } | NewCodes::Own { .. } => "batch.csv",
    };
    let (typed, prefix, uses_per_code, texts) = match codes {
        NewCodes::Single { typed, code } => (typed, String::new(), 0, vec![code]),
        NewCodes::Random {
            count,
            prefix,
            uses_per_code,
        } => {
            let codes = code_text::random_batch(&prefix, count, rand::random::<u128>);
            (String::new(), prefix, uses_per_code, codes)
        }
        NewCodes::Own {
            codes,
            uses_per_code,
        } => (String::new(), String::new(), uses_per_code, codes),
    };
    let promo_code = PromoCode {
        id,
        version: 1,
        internal_name: draft.internal_name,
        note: draft.note,
        code: typed,
        code_count: i32::try_from(texts.len()).unwrap_or(i32::MAX),
        prefix,
        uses_per_code,
        enabled,
        rule: draft.rule,
        cost_shares: draft.cost_shares,
        state_changed_at: now,
        state_changed_by: identity.actor.name(),
        created_at: now,
    };
    save_rule(tx, identity, &promo_code, now).await?;
    store::promo_codes::insert(tx, &promo_code).await?;
    if enabled {
        require_free(tx, &texts, field, now).await?;
    }
    let ids = texts
        .into_iter()
        .map(|text| (PromoCodeTextId::new(clock), text));
    let texts: Vec<_> = ids.collect();
    store::promo_codes::insert_texts(tx, id, &texts, enabled)
        .await
        .on_constraint("promo_code_texts_active", || Refused(taken(field, &[])))
        .map_err(|Refused(problem)| problem)?;
    get(tx, identity, id, now).await
}

/// A refusal on the way through a constraint.
struct Refused(Problem);

impl From<chassis::db::StoreError> for Refused {
    fn from(error: chassis::db::StoreError) -> Self {
        Self(error.into())
    }
}

async fn require_free(
    tx: &mut TenantTx,
    codes: &[String],
    field: &str,
    now: DateTime<Utc>,
) -> Result<(), Problem> {
    store::promo_codes::free_ended(tx, codes, now).await?;
    let found = store::promo_codes::list_taken(tx, codes).await?;
    if found.is_empty() {
        return Ok(());
    }
    Err(taken(field, &found))
}

fn taken(field: &str, codes: &[String]) -> Problem {
    let codes = codes.join(", ");
    Problem::new(CommonReason::CodeTaken)
        .message("a code is in use")
        .param("codes", &codes)
        .field_with(field, CommonReason::CodeTaken, [("codes", &codes)])
}

async fn save_rule(
    tx: &mut TenantTx,
    identity: &Identity,
    promo_code: &PromoCode,
    now: DateTime<Utc>,
) -> Result<(), Problem> {
    let saved = SavedRule {
        rule: promo_code.rule.clone(),
        saved_at: now,
        saved_by: identity.actor.name(),
    };
    Ok(store::rule_versions::insert(tx, promo_code.id, &saved).await?)
}

/// Changes name, note, rule and limits. Returns the promo code as it was and as it is.
pub async fn update(
    tx: &mut TenantTx,
    identity: &Identity,
    id: BenefitRuleId,
    version: i64,
    mut draft: PromoCodeDraft,
    now: DateTime<Utc>,
) -> Result<(ShownPromoCode, ShownPromoCode), Problem> {
    store::promo_codes::lock(tx, &[id]).await?;
    let before = get(tx, identity, id, now).await?;
    places::require_editable(identity, &before.promo_code.rule)?;
    check_version(version, before.promo_code.version)?;
    places::check(tx, &mut draft.rule, "promo_code.rule").await?;
    places::require_editable(identity, &draft.rule)?;
    draft.rule.version = before.promo_code.rule.version;
    let is_new = draft.rule != before.promo_code.rule;
    draft.rule.version += i64::from(is_new);
    let promo_code = PromoCode {
        version: version + 1,
        internal_name: draft.internal_name,
        note: draft.note,
        rule: draft.rule,
        cost_shares: draft.cost_shares,
        ..before.promo_code.clone()
    };
    if is_new {
        save_rule(tx, identity, &promo_code, now).await?;
    }
    store::promo_codes::update(tx, &promo_code).await?;
    let after = get(tx, identity, id, now).await?;
    Ok((before, after))
}

/// Switches promo codes on or off, all or none of them; returns how many were not so before.
pub async fn switch(
    tx: &mut TenantTx,
    identity: &Identity,
    ids: &[BenefitRuleId],
    enabled: bool,
    now: DateTime<Utc>,
) -> Result<usize, Problem> {
    store::promo_codes::lock(tx, ids).await?;
    let found = store::promo_codes::find_many(tx, ids, now).await?;
    for (index, id) in ids.iter().enumerate() {
        let Some(shown) = found.iter().find(|shown| shown.promo_code.id == *id) else {
            let field = format!("promo_code_ids[{index}]");
            let problem = Problem::not_found("promo code");
            return Err(problem.field(field, CommonReason::NotFound));
        };
        places::require_visible(tx, identity, &shown.promo_code.rule, "promo code").await?;
        places::require_editable(identity, &shown.promo_code.rule)?;
    }
    let changed = found
        .iter()
        .filter(|shown| shown.promo_code.enabled != enabled);
    let changed: Vec<_> = changed.map(|shown| shown.promo_code.id).collect();
    if changed.is_empty() {
        return Ok(0);
    }
    store::promo_codes::switch(tx, &changed, enabled, now, &identity.actor.name())
        .await
        .on_constraint("promo_code_texts_active", || {
            Refused(taken("promo_code_ids", &[]))
        })
        .map_err(|Refused(problem)| problem)?;
    Ok(changed.len())
}

/// The codes of a promo code as CSV, with its name for a file.
pub async fn export(
    tx: &mut TenantTx,
    identity: &Identity,
    id: BenefitRuleId,
    now: DateTime<Utc>,
) -> Result<(String, String), Problem> {
    get(tx, identity, id, now).await?;
    let texts = store::promo_codes::list_texts(tx, id).await?;
    let mut csv = String::with_capacity(texts.len() * 20 + 16);
    csv.push_str("code,uses\r\n");
    for (code, uses) in texts {
        csv.push_str(&format!("{code},{uses}\r\n"));
    }
    Ok((csv, format!("codes-{id}.csv")))
}
