//! Coupon templates.

use chassis::{
    db::{StoreError, TenantTx},
    id::BenefitRuleId,
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{cost_shares, cost_shares_to_json, promotions::Searched};
use crate::domain::benefits::coupon_template::{Template, TemplateState, Validity};

/// A template with how many coupons were issued and used.
#[derive(Clone, Debug)]
pub struct ShownTemplate {
    /// The template.
    pub template: Template,
    /// Coupons that were issued, voided ones left out.
    pub issued: i64,
    /// Uses of them.
    pub used: i64,
}

/// Where a page of templates ended.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Cursor {
    /// When its last one was changed.
    pub updated_at: DateTime<Utc>,
    /// Which it was.
    pub id: BenefitRuleId,
}

/// Which templates are listed.
#[derive(Clone, Debug)]
pub struct Filter {
    /// Of one of these brands, or of all; none for no condition.
    pub brands: Option<Vec<Uuid>>,
    /// In this state; all when none.
    pub state: Option<TemplateState>,
    /// Part of a name, folded; empty for all.
    pub text: String,
}

struct Row {
    id: BenefitRuleId,
    version: i64,
    internal_name: String,
    state: TemplateState,
    rule_version: i64,
    rule: Vec<u8>,
    terms: String,
    picture_url: String,
    transferable: bool,
    validity_starts_at: Option<DateTime<Utc>>,
    validity_ends_at: Option<DateTime<Utc>>,
    validity_days: Option<i32>,
    start_delay_days: i32,
    uses_per_coupon: i32,
    issue_limit: Option<i32>,
    per_member_limit: Option<i32>,
    cost_shares: serde_json::Value,
    updated_at: DateTime<Utc>,
    issued: i64,
    used: i64,
}

impl TryFrom<Row> for ShownTemplate {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let id = row.id.as_uuid();
        let fixed = row.validity_starts_at.zip(row.validity_ends_at);
        let validity = match (fixed, row.validity_days) {
            (Some((from, until)), _) => Validity::Fixed { from, until },
            (None, Some(days)) => Validity::Days {
                delay: row.start_delay_days,
                days,
            },
            (None, None) => {
                return Err(StoreError::inconsistent(
                    "coupon_templates",
                    "validity_days",
                    id,
                ));
            }
        };
        Ok(Self {
            template: Template {
                id: row.id,
                version: row.version,
                internal_name: row.internal_name,
                state: row.state,
                rule: super::rule(id, row.rule_version, &row.rule)?,
                terms: row.terms,
                picture_url: row.picture_url,
                transferable: row.transferable,
                validity,
                uses_per_coupon: row.uses_per_coupon,
                issue_limit: row.issue_limit,
                per_member_limit: row.per_member_limit,
                cost_shares: cost_shares("coupon_templates", id, row.cost_shares)?,
                updated_at: row.updated_at,
            },
            issued: row.issued,
            used: row.used,
        })
    }
}

/// Selects templates of the organisation, the first parameter.
macro_rules! select {
    ($rest:literal, $($parameter:tt)*) => {
        sqlx::query_as!(
            Row,
            r#"SELECT
                template.template_id AS "id: BenefitRuleId",
                template.version,
                template.internal_name,
                template.state AS "state: TemplateState",
                template.rule_version,
                version.rule,
                texts.terms,
                texts.picture_url,
                texts.transferable,
                template.validity_starts_at,
                template.validity_ends_at,
                template.validity_days,
                template.start_delay_days,
                template.uses_per_coupon,
                template.issue_limit,
                template.per_member_limit,
                template.cost_shares,
                template.updated_at,
                coalesce((
                    SELECT counter.taken
                    FROM rule_counters AS counter
                    WHERE counter.org_id = template.org_id AND counter.rule_id = template.template_id
                        AND counter.kind = 'issued' AND counter.key = ''
                ), 0) AS "issued!",
                coalesce((
                    SELECT sum(coupon.used)
                    FROM coupons AS coupon
                    WHERE coupon.org_id = template.org_id AND coupon.template_id = template.template_id
                ), 0) AS "used!"
            FROM coupon_templates AS template
            JOIN rule_versions AS version
                ON version.org_id = template.org_id AND version.rule_id = template.template_id
                AND version.version = template.rule_version
            JOIN coupon_template_texts AS texts
                ON texts.org_id = template.org_id AND texts.template_id = template.template_id
                AND texts.rule_version = template.rule_version
            WHERE template.org_id = $1 AND "# + $rest,
            $($parameter)*
        )
    };
}

/// A template.
pub async fn find(
    tx: &mut TenantTx,
    id: BenefitRuleId,
) -> Result<Option<ShownTemplate>, StoreError> {
    let row = select!(
        "template.template_id = $2",
        tx.org().as_uuid(),
        id.as_uuid()
    )
    .fetch_optional(&mut **tx)
    .await?;
    row.map(TryInto::try_into).transpose()
}

/// Locks a template that is about to change.
pub async fn lock(tx: &mut TenantTx, id: BenefitRuleId) -> Result<(), StoreError> {
    sqlx::query!(
        "SELECT version FROM coupon_templates WHERE org_id = $1 AND template_id = $2 FOR UPDATE",
        tx.org().as_uuid(),
        id.as_uuid(),
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(())
}

/// A page of templates, the last changed first.
pub async fn list(
    tx: &mut TenantTx,
    filter: &Filter,
    after: Option<&Cursor>,
    limit: i64,
) -> Result<Vec<ShownTemplate>, StoreError> {
    let pattern = super::contains(&filter.text);
    let rows = select!(
        "($2::uuid[] IS NULL OR template.brand_ids = '{}' OR template.brand_ids && $2)
             AND ($3::text IS NULL OR template.state = $3)
             AND template.search_text LIKE $4
             AND (
                 $5::timestamptz IS NULL
                 OR (template.updated_at, template.template_id) < ($5, $6::uuid)
             )
         ORDER BY template.updated_at DESC, template.template_id DESC
         LIMIT $7",
        tx.org().as_uuid(),
        filter.brands.as_deref(),
        filter.state.map(TemplateState::as_str),
        pattern,
        after.map(|after| after.updated_at),
        after.map(|after| after.id.as_uuid()),
        limit,
    )
    .fetch_all(&mut **tx)
    .await?;
    rows.into_iter().map(TryInto::try_into).collect()
}

/// Columns of when coupons are valid.
struct ValidityColumns {
    starts_at: Option<DateTime<Utc>>,
    ends_at: Option<DateTime<Utc>>,
    days: Option<i32>,
    delay: i32,
}

impl From<Validity> for ValidityColumns {
    fn from(validity: Validity) -> Self {
        match validity {
            Validity::Fixed { from, until } => Self {
                starts_at: Some(from),
                ends_at: Some(until),
                days: None,
                delay: 0,
            },
            Validity::Days { delay, days } => Self {
                starts_at: None,
                ends_at: None,
                days: Some(days),
                delay,
            },
        }
    }
}

/// Stores a new template, or what changed of one whose row is locked.
pub async fn upsert(tx: &mut TenantTx, template: &Template) -> Result<(), StoreError> {
    let searched = Searched::of(&template.rule, &template.internal_name);
    let valid = ValidityColumns::from(template.validity);
    sqlx::query!(
        "INSERT INTO coupon_templates (
             org_id, template_id, version, internal_name, search_text, state, rule_version, brand_ids,
             validity_starts_at, validity_ends_at, validity_days, start_delay_days, uses_per_coupon,
             issue_limit, per_member_limit, cost_shares, updated_at
         )
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
         ON CONFLICT (org_id, template_id) DO UPDATE
         SET version = excluded.version, internal_name = excluded.internal_name,
             search_text = excluded.search_text, state = excluded.state,
             rule_version = excluded.rule_version, brand_ids = excluded.brand_ids,
             validity_starts_at = excluded.validity_starts_at,
             validity_ends_at = excluded.validity_ends_at, validity_days = excluded.validity_days,
             start_delay_days = excluded.start_delay_days, uses_per_coupon = excluded.uses_per_coupon,
             issue_limit = excluded.issue_limit, per_member_limit = excluded.per_member_limit,
             cost_shares = excluded.cost_shares, updated_at = excluded.updated_at",
        tx.org().as_uuid(),
        template.id.as_uuid(),
        template.version,
        template.internal_name,
        searched.text,
        template.state as _,
        template.rule.version,
        &searched.brands,
        valid.starts_at,
        valid.ends_at,
        valid.days,
        valid.delay,
        template.uses_per_coupon,
        template.issue_limit,
        template.per_member_limit,
        cost_shares_to_json(&template.cost_shares),
        template.updated_at,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Stores what coupons of a version keep beside the rule.
pub async fn insert_texts(tx: &mut TenantTx, template: &Template) -> Result<(), StoreError> {
    sqlx::query!(
        "INSERT INTO coupon_template_texts (
             org_id, template_id, rule_version, terms, picture_url, transferable
         )
         VALUES ($1, $2, $3, $4, $5, $6)",
        tx.org().as_uuid(),
        template.id.as_uuid(),
        template.rule.version,
        template.terms,
        template.picture_url,
        template.transferable,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
