//! Promotions.

use chassis::{
    db::{StoreError, TenantTx},
    id::{BenefitRuleId, BrandId},
    text, time,
};
use chrono::{DateTime, Utc};
use proto::membership::v1::BenefitRule;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{cost_shares, cost_shares_to_json, usage::Usage};
use crate::domain::benefits::promotion::{Promotion, PromotionState, PromotionStatus};

/// A promotion with what follows from its use and the time.
#[derive(Clone, Debug)]
pub struct ShownPromotion {
    /// The promotion.
    pub promotion: Promotion,
    /// Its state.
    pub state: PromotionState,
    /// What was used.
    pub usage: Usage,
}

/// Where a page of promotions ended.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Cursor {
    /// When its last one was changed.
    pub updated_at: DateTime<Utc>,
    /// Which it was.
    pub id: BenefitRuleId,
}

/// Which promotions are listed.
#[derive(Clone, Debug)]
pub struct Filter {
    /// Of one of these brands, or of all; none for no condition.
    pub brands: Option<Vec<Uuid>>,
    /// In one of these states; all when empty.
    pub states: Vec<PromotionState>,
    /// Part of a name, folded; empty for all.
    pub text: String,
}

struct Row {
    id: BenefitRuleId,
    version: i64,
    internal_name: String,
    note: String,
    status: PromotionStatus,
    rule_version: i64,
    rule: Vec<u8>,
    cost_shares: serde_json::Value,
    enabled_at: Option<DateTime<Utc>>,
    state_changed_at: Option<DateTime<Utc>>,
    updated_at: DateTime<Utc>,
    state: PromotionState,
    orders: Option<i64>,
    spent: Option<i64>,
    held: i64,
}

impl TryFrom<Row> for ShownPromotion {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let id = row.id.as_uuid();
        Ok(Self {
            promotion: Promotion {
                id: row.id,
                version: row.version,
                internal_name: row.internal_name,
                note: row.note,
                status: row.status,
                rule: super::rule(id, row.rule_version, &row.rule)?,
                cost_shares: cost_shares("promotions", id, row.cost_shares)?,
                enabled_at: row.enabled_at,
                state_changed_at: row.state_changed_at,
                updated_at: row.updated_at,
            },
            state: row.state,
            usage: Usage {
                orders: row.orders.unwrap_or_default(),
                held: row.held,
                spent: row.spent.unwrap_or_default(),
                counted: row.orders.is_some(),
            },
        })
    }
}

/// Selects promotions of the organisation, the first parameter, at an instant, the second.
macro_rules! select {
    ($rest:literal, $($parameter:tt)*) => {
        sqlx::query_as!(
            Row,
            r#"
            WITH shown AS (
                SELECT
                    promotion.*,
                    version.rule,
                    total.taken AS orders,
                    budget.taken AS spent,
                    CASE
                        WHEN promotion.status IN ('draft', 'ended') THEN promotion.status
                        WHEN promotion.ends_at < date_trunc('second', $2::timestamptz) THEN 'ended'
                        WHEN promotion.status = 'paused' THEN 'paused'
                        WHEN total.taken >= promotion.total_limit THEN 'used_up'
                        WHEN budget.taken >= promotion.budget THEN 'used_up'
                        WHEN promotion.starts_at > $2 THEN 'scheduled'
                        ELSE 'active'
                    END AS state
                FROM promotions AS promotion
                JOIN rule_versions AS version
                    ON version.org_id = promotion.org_id
                    AND version.rule_id = promotion.promotion_id
                    AND version.version = promotion.rule_version
                LEFT JOIN rule_counters AS total
                    ON total.org_id = promotion.org_id AND total.rule_id = promotion.promotion_id
                    AND total.kind = 'total' AND total.key = ''
                LEFT JOIN rule_counters AS budget
                    ON budget.org_id = promotion.org_id AND budget.rule_id = promotion.promotion_id
                    AND budget.kind = 'budget' AND budget.key = ''
                WHERE promotion.org_id = $1
            )
            SELECT
                promotion_id AS "id!: BenefitRuleId",
                version AS "version!",
                internal_name AS "internal_name!",
                note AS "note!",
                status AS "status!: PromotionStatus",
                rule_version AS "rule_version!",
                rule AS "rule!",
                cost_shares AS "cost_shares!",
                enabled_at,
                state_changed_at,
                updated_at AS "updated_at!",
                state AS "state!: PromotionState",
                orders AS "orders?",
                spent AS "spent?",
                (
                    SELECT count(*)
                    FROM benefit_holds AS hold
                    JOIN benefit_uses AS used USING (org_id, order_id)
                    WHERE hold.org_id = $1 AND hold.state = 'held' AND used.rule_id = shown.promotion_id
                ) AS "held!"
            FROM shown
            "# + $rest,
            $($parameter)*
        )
    };
}

/// A promotion.
pub async fn find(
    tx: &mut TenantTx,
    id: BenefitRuleId,
    now: DateTime<Utc>,
) -> Result<Option<ShownPromotion>, StoreError> {
    let row = select!(
        "WHERE promotion_id = $3",
        tx.org().as_uuid(),
        now,
        id.as_uuid()
    )
    .fetch_optional(&mut **tx)
    .await?;
    row.map(TryInto::try_into).transpose()
}

/// Locks a promotion that is about to change; whether there is one.
pub async fn lock(tx: &mut TenantTx, id: BenefitRuleId) -> Result<bool, StoreError> {
    let found = sqlx::query_scalar!(
        "SELECT version FROM promotions WHERE org_id = $1 AND promotion_id = $2 FOR UPDATE",
        tx.org().as_uuid(),
        id.as_uuid(),
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(found.is_some())
}

/// A page of promotions, the last changed first.
pub async fn list(
    tx: &mut TenantTx,
    filter: &Filter,
    now: DateTime<Utc>,
    after: Option<&Cursor>,
    limit: i64,
) -> Result<Vec<ShownPromotion>, StoreError> {
    let states: Vec<_> = filter
        .states
        .iter()
        .map(|state| state.as_str().to_owned())
        .collect();
    let pattern = super::contains(&filter.text);
    let rows = select!(
        "WHERE ($3::uuid[] IS NULL OR brand_ids = '{}' OR brand_ids && $3)
             AND (cardinality($4::text[]) = 0 OR state = ANY($4))
             AND search_text LIKE $5
             AND ($6::timestamptz IS NULL OR (updated_at, promotion_id) < ($6, $7::uuid))
         ORDER BY updated_at DESC, promotion_id DESC
         LIMIT $8",
        tx.org().as_uuid(),
        now,
        filter.brands.as_deref(),
        &states,
        pattern,
        after.map(|after| after.updated_at),
        after.map(|after| after.id.as_uuid()),
        limit,
    )
    .fetch_all(&mut **tx)
    .await?;
    rows.into_iter().map(TryInto::try_into).collect()
}

/// Columns that repeat what a rule says.
pub(super) struct Searched {
    pub brands: Vec<Uuid>,
    pub starts_at: Option<DateTime<Utc>>,
    pub ends_at: Option<DateTime<Utc>>,
    pub total_limit: Option<i64>,
    pub budget: Option<i64>,
    pub text: String,
}

impl Searched {
    pub(super) fn of(rule: &BenefitRule, internal_name: &str) -> Self {
        let conditions = rule.conditions.as_ref();
        let limits = rule.limits.unwrap_or_default();
        let brands = conditions
            .map(|found| &found.brand_ids[..])
            .unwrap_or_default();
        let starts_at = conditions.and_then(|found| found.starts_at.as_ref());
        let ends_at = conditions.and_then(|found| found.ends_at.as_ref());
        Self {
            brands: brands.iter().filter_map(|id| id.parse().ok()).collect(),
            starts_at: starts_at.and_then(time::from_wire),
            ends_at: ends_at.and_then(time::from_wire),
            total_limit: limits.total.map(i64::from),
            budget: limits.budget,
            text: text::folded(&format!("{internal_name} {}", rule.name)),
        }
    }
}

/// Stores a new promotion.
pub async fn insert(tx: &mut TenantTx, promotion: &Promotion) -> Result<(), StoreError> {
    let searched = Searched::of(&promotion.rule, &promotion.internal_name);
    sqlx::query!(
        "INSERT INTO promotions (
             org_id, promotion_id, version, internal_name, search_text, note, status, rule_version,
             brand_ids, starts_at, ends_at, total_limit, budget, cost_shares, enabled_at,
             state_changed_at, updated_at
         )
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)",
        tx.org().as_uuid(),
        promotion.id.as_uuid(),
        promotion.version,
        promotion.internal_name,
        searched.text,
        promotion.note,
        promotion.status as _,
        promotion.rule.version,
        &searched.brands,
        searched.starts_at,
        searched.ends_at,
        searched.total_limit,
        searched.budget,
        cost_shares_to_json(&promotion.cost_shares),
        promotion.enabled_at,
        promotion.state_changed_at,
        promotion.updated_at,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Stores what changed of a promotion whose row is locked.
pub async fn update(tx: &mut TenantTx, promotion: &Promotion) -> Result<(), StoreError> {
    let searched = Searched::of(&promotion.rule, &promotion.internal_name);
    sqlx::query!(
        "UPDATE promotions
         SET version = $3, internal_name = $4, search_text = $5, note = $6, status = $7,
             rule_version = $8, brand_ids = $9, starts_at = $10, ends_at = $11, total_limit = $12,
             budget = $13, cost_shares = $14, enabled_at = $15, state_changed_at = $16,
             updated_at = $17
         WHERE org_id = $1 AND promotion_id = $2",
        tx.org().as_uuid(),
        promotion.id.as_uuid(),
        promotion.version,
        promotion.internal_name,
        searched.text,
        promotion.note,
        promotion.status as _,
        promotion.rule.version,
        &searched.brands,
        searched.starts_at,
        searched.ends_at,
        searched.total_limit,
        searched.budget,
        cost_shares_to_json(&promotion.cost_shares),
        promotion.enabled_at,
        promotion.state_changed_at,
        promotion.updated_at,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Deletes a promotion that was never enabled.
pub async fn delete(tx: &mut TenantTx, id: BenefitRuleId) -> Result<(), StoreError> {
    sqlx::query!(
        "DELETE FROM promotions WHERE org_id = $1 AND promotion_id = $2 AND status = 'draft'",
        tx.org().as_uuid(),
        id.as_uuid(),
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// The rules of a brand that act now or later, in the order of their ids.
pub async fn list_rules(
    tx: &mut TenantTx,
    brand: BrandId,
    now: DateTime<Utc>,
) -> Result<Vec<BenefitRule>, StoreError> {
    let rows = sqlx::query!(
        "SELECT version.rule_id, version.version, version.rule
         FROM promotions AS promotion
         JOIN rule_versions AS version
             ON version.org_id = promotion.org_id AND version.rule_id = promotion.promotion_id
             AND version.version = promotion.rule_version
         WHERE promotion.org_id = $1 AND promotion.status = 'enabled'
             AND (promotion.brand_ids = '{}' OR $2 = ANY(promotion.brand_ids))
             AND coalesce(promotion.ends_at >= date_trunc('second', $3::timestamptz), true)
         ORDER BY promotion.promotion_id",
        tx.org().as_uuid(),
        brand.as_uuid(),
        now,
    )
    .fetch_all(&mut **tx)
    .await?;
    let rules = rows.iter();
    rules
        .map(|row| super::rule(row.rule_id, row.version, &row.rule))
        .collect()
}

/// Limits of promotions, of their newest version.
pub async fn find_rules(
    tx: &mut TenantTx,
    ids: &[BenefitRuleId],
) -> Result<Vec<BenefitRule>, StoreError> {
    let ids: Vec<_> = ids.iter().map(BenefitRuleId::as_uuid).collect();
    let rows = sqlx::query!(
        "SELECT version.rule_id, version.version, version.rule
         FROM promotions AS promotion
         JOIN rule_versions AS version
             ON version.org_id = promotion.org_id AND version.rule_id = promotion.promotion_id
             AND version.version = promotion.rule_version
         WHERE promotion.org_id = $1 AND promotion.promotion_id = ANY($2)",
        tx.org().as_uuid(),
        &ids,
    )
    .fetch_all(&mut **tx)
    .await?;
    let rules = rows.iter();
    rules
        .map(|row| super::rule(row.rule_id, row.version, &row.rule))
        .collect()
}

/// Whether the organisation has an enabled promotion for all its brands.
pub async fn has_of_all_brands(tx: &mut TenantTx) -> Result<bool, StoreError> {
    let found = sqlx::query_scalar!(
        r#"SELECT EXISTS (
             SELECT 1 FROM promotions WHERE org_id = $1 AND status = 'enabled' AND brand_ids = '{}'
         ) AS "found!""#,
        tx.org().as_uuid(),
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(found)
}

/// Rules that act, or are given to customers, now or later: of promotions, promo codes and coupon templates.
pub async fn list_live_rules(
    tx: &mut TenantTx,
    now: DateTime<Utc>,
) -> Result<Vec<BenefitRule>, StoreError> {
    let rows = sqlx::query!(
        r#"SELECT version.rule_id, version.version, version.rule
         FROM (
             SELECT promotion_id AS rule_id, rule_version
             FROM promotions
             WHERE org_id = $1 AND status IN ('enabled', 'paused') AND coalesce(ends_at >= $2, true)
             UNION ALL
             SELECT promo_code_id, rule_version
             FROM promo_codes
             WHERE org_id = $1 AND enabled AND coalesce(ends_at >= $2, true)
             UNION ALL
             SELECT template_id, rule_version FROM coupon_templates WHERE org_id = $1 AND state = 'active'
         ) AS live
         JOIN rule_versions AS version
             ON version.org_id = $1 AND version.rule_id = live.rule_id
             AND version.version = live.rule_version
         ORDER BY version.rule_id"#,
        tx.org().as_uuid(),
        now,
    )
    .fetch_all(&mut **tx)
    .await?;
    let rules = rows.iter();
    rules
        .map(|row| super::rule(row.rule_id, row.version, &row.rule))
        .collect()
}
