//! Promo codes, batches, and the codes that can be typed.

use chassis::{
    db::{StoreError, TenantTx},
    id::{BenefitRuleId, BranchId, MemberId, OrderId, PromoCodeTextId},
};
use chrono::{DateTime, NaiveDate, Utc};
use proto::membership::v1::BenefitRule;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{cost_shares, cost_shares_to_json, promotions::Searched, usage::Usage};
use crate::domain::benefits::promo_code::{PromoCode, PromoCodeState};

/// A promo code with what follows from its use and the time.
#[derive(Clone, Debug)]
pub struct ShownPromoCode {
    /// The promo code.
    pub promo_code: PromoCode,
    /// Its state.
    pub state: PromoCodeState,
    /// What was used.
    pub usage: Usage,
}

/// Where a page of promo codes ended.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Cursor {
    /// When its last one was created.
    pub created_at: DateTime<Utc>,
    /// Which it was.
    pub id: BenefitRuleId,
}

/// Which promo codes are listed.
#[derive(Clone, Debug)]
pub struct Filter {
    /// Of one of these brands, or of all; none for no condition.
    pub brands: Option<Vec<Uuid>>,
    /// In this state; all when none.
    pub state: Option<PromoCodeState>,
    /// Part of a name, folded; empty for all.
    pub text: String,
    /// A whole code; none for no code.
    pub code: Option<String>,
}

struct Row {
    id: BenefitRuleId,
    version: i64,
    internal_name: String,
    note: String,
    code: String,
    code_count: i32,
    prefix: String,
    uses_per_code: i32,
    enabled: bool,
    rule_version: i64,
    rule: Vec<u8>,
    cost_shares: serde_json::Value,
    state_changed_at: DateTime<Utc>,
    state_changed_by: String,
    created_at: DateTime<Utc>,
    state: PromoCodeState,
    orders: Option<i64>,
    spent: Option<i64>,
    held: i64,
}

impl TryFrom<Row> for ShownPromoCode {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let id = row.id.as_uuid();
        Ok(Self {
            promo_code: PromoCode {
                id: row.id,
                version: row.version,
                internal_name: row.internal_name,
                note: row.note,
                code: row.code,
                code_count: row.code_count,
                prefix: row.prefix,
                uses_per_code: row.uses_per_code,
                enabled: row.enabled,
                rule: super::rule(id, row.rule_version, &row.rule)?,
                cost_shares: cost_shares("promo_codes", id, row.cost_shares)?,
                state_changed_at: row.state_changed_at,
                state_changed_by: row.state_changed_by,
                created_at: row.created_at,
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

/// Selects promo codes of the organisation, the first parameter, at an instant, the second.
macro_rules! select {
    ($rest:literal, $($parameter:tt)*) => {
        sqlx::query_as!(
            Row,
            r#"
            WITH shown AS (
                SELECT
                    promo_code.*,
                    version.rule,
                    total.taken AS orders,
                    budget.taken AS spent,
                    CASE
                        WHEN NOT promo_code.enabled THEN 'disabled'
                        WHEN promo_code.ends_at < date_trunc('second', $2::timestamptz) THEN 'ended'
                        WHEN total.taken >= promo_code.total_limit THEN 'used_up'
                        WHEN budget.taken >= promo_code.budget THEN 'used_up'
                        WHEN promo_code.starts_at > $2 THEN 'scheduled'
                        ELSE 'enabled'
                    END AS state
                FROM promo_codes AS promo_code
                JOIN rule_versions AS version
                    ON version.org_id = promo_code.org_id
                    AND version.rule_id = promo_code.promo_code_id
                    AND version.version = promo_code.rule_version
                LEFT JOIN rule_counters AS total
                    ON total.org_id = promo_code.org_id AND total.rule_id = promo_code.promo_code_id
                    AND total.kind = 'total' AND total.key = ''
                LEFT JOIN rule_counters AS budget
                    ON budget.org_id = promo_code.org_id AND budget.rule_id = promo_code.promo_code_id
                    AND budget.kind = 'budget' AND budget.key = ''
                WHERE promo_code.org_id = $1
            )
            SELECT
                promo_code_id AS "id!: BenefitRuleId",
                version AS "version!",
                internal_name AS "internal_name!",
                note AS "note!",
                code AS "code!",
                code_count AS "code_count!",
                prefix AS "prefix!",
                uses_per_code AS "uses_per_code!",
                enabled AS "enabled!",
                rule_version AS "rule_version!",
                rule AS "rule!",
                cost_shares AS "cost_shares!",
                state_changed_at AS "state_changed_at!",
                state_changed_by AS "state_changed_by!",
                created_at AS "created_at!",
                state AS "state!: PromoCodeState",
                orders AS "orders?",
                spent AS "spent?",
                (
                    SELECT count(*)
                    FROM benefit_holds AS hold
                    JOIN benefit_uses AS used USING (org_id, order_id)
                    WHERE hold.org_id = $1 AND hold.state = 'held' AND used.rule_id = shown.promo_code_id
                ) AS "held!"
            FROM shown
            "# + $rest,
            $($parameter)*
        )
    };
}

/// Promo codes, in no order; unknown ones are left out.
pub async fn find_many(
    tx: &mut TenantTx,
    ids: &[BenefitRuleId],
    now: DateTime<Utc>,
) -> Result<Vec<ShownPromoCode>, StoreError> {
    let ids: Vec<_> = ids.iter().map(BenefitRuleId::as_uuid).collect();
    let rows = select!(
        "WHERE promo_code_id = ANY($3)",
        tx.org().as_uuid(),
        now,
        &ids
    )
    .fetch_all(&mut **tx)
    .await?;
    rows.into_iter().map(TryInto::try_into).collect()
}

/// A promo code.
pub async fn find(
    tx: &mut TenantTx,
    id: BenefitRuleId,
    now: DateTime<Utc>,
) -> Result<Option<ShownPromoCode>, StoreError> {
    Ok(find_many(tx, &[id], now).await?.pop())
}

/// Locks promo codes that are about to change, in the order of their ids.
pub async fn lock(tx: &mut TenantTx, ids: &[BenefitRuleId]) -> Result<(), StoreError> {
    let ids: Vec<_> = ids.iter().map(BenefitRuleId::as_uuid).collect();
    sqlx::query!(
        "SELECT version
         FROM promo_codes
         WHERE org_id = $1 AND promo_code_id = ANY($2)
         ORDER BY promo_code_id
         FOR UPDATE",
        tx.org().as_uuid(),
        &ids,
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(())
}

/// A page of promo codes, the last created first.
pub async fn list(
    tx: &mut TenantTx,
    filter: &Filter,
    now: DateTime<Utc>,
    after: Option<&Cursor>,
    limit: i64,
) -> Result<Vec<ShownPromoCode>, StoreError> {
    let pattern = super::contains(&filter.text);
    let rows = select!(
        "WHERE ($3::uuid[] IS NULL OR brand_ids = '{}' OR brand_ids && $3)
             AND ($4::text IS NULL OR state = $4)
             AND (
                 search_text LIKE $5
                 OR promo_code_id IN (
                     SELECT promo_code_id FROM promo_code_texts AS typed WHERE typed.org_id = $1 AND typed.code = $6
                 )
             )
             AND ($7::timestamptz IS NULL OR (created_at, promo_code_id) < ($7, $8::uuid))
         ORDER BY created_at DESC, promo_code_id DESC
         LIMIT $9",
        tx.org().as_uuid(),
        now,
        filter.brands.as_deref(),
        filter.state.map(PromoCodeState::as_str),
        pattern,
        filter.code.as_deref(),
        after.map(|after| after.created_at),
        after.map(|after| after.id.as_uuid()),
        limit,
    )
    .fetch_all(&mut **tx)
    .await?;
    rows.into_iter().map(TryInto::try_into).collect()
}

/// Stores a new promo code, without its codes.
pub async fn insert(tx: &mut TenantTx, promo_code: &PromoCode) -> Result<(), StoreError> {
    let searched = Searched::of(&promo_code.rule, &promo_code.internal_name);
    sqlx::query!(
        "INSERT INTO promo_codes (
             org_id, promo_code_id, version, internal_name, search_text, note, code, code_count, prefix,
             uses_per_code, enabled, rule_version, brand_ids, starts_at, ends_at, total_limit, budget,
             cost_shares, state_changed_at, state_changed_by, created_at
         )
         VALUES (
             $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20,
             $21
         )",
        tx.org().as_uuid(),
        promo_code.id.as_uuid(),
        promo_code.version,
        promo_code.internal_name,
        searched.text,
        promo_code.note,
        promo_code.code,
        promo_code.code_count,
        promo_code.prefix,
        promo_code.uses_per_code,
        promo_code.enabled,
        promo_code.rule.version,
        &searched.brands,
        searched.starts_at,
        searched.ends_at,
        searched.total_limit,
        searched.budget,
        cost_shares_to_json(&promo_code.cost_shares),
        promo_code.state_changed_at,
        promo_code.state_changed_by,
        promo_code.created_at,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Stores what may change of a promo code whose row is locked.
pub async fn update(tx: &mut TenantTx, promo_code: &PromoCode) -> Result<(), StoreError> {
    let searched = Searched::of(&promo_code.rule, &promo_code.internal_name);
    sqlx::query!(
        "UPDATE promo_codes
         SET version = $3, internal_name = $4, search_text = $5, note = $6, rule_version = $7,
             brand_ids = $8, starts_at = $9, ends_at = $10, total_limit = $11, budget = $12,
             cost_shares = $13
         WHERE org_id = $1 AND promo_code_id = $2",
        tx.org().as_uuid(),
        promo_code.id.as_uuid(),
        promo_code.version,
        promo_code.internal_name,
        searched.text,
        promo_code.note,
        promo_code.rule.version,
        &searched.brands,
        searched.starts_at,
        searched.ends_at,
        searched.total_limit,
        searched.budget,
        cost_shares_to_json(&promo_code.cost_shares),
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Switches promo codes on or off, with all their codes. Fails at `promo_code_texts_active` where a code is in use
/// elsewhere meanwhile.
pub async fn switch(
    tx: &mut TenantTx,
    ids: &[BenefitRuleId],
    enabled: bool,
    now: DateTime<Utc>,
    by: &str,
) -> Result<(), StoreError> {
    let ids: Vec<_> = ids.iter().map(BenefitRuleId::as_uuid).collect();
    let org = tx.org().as_uuid();
    sqlx::query!(
        "UPDATE promo_codes
         SET enabled = $3, version = version + 1, state_changed_at = $4, state_changed_by = $5
         WHERE org_id = $1 AND promo_code_id = ANY($2)",
        org,
        &ids,
        enabled,
        now,
        by,
    )
    .execute(&mut **tx)
    .await?;
    sqlx::query!(
        "UPDATE promo_code_texts SET active = $3 WHERE org_id = $1 AND promo_code_id = ANY($2) AND active <> $3",
        org,
        &ids,
        enabled,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Stores the codes of a promo code. Fails at `promo_code_texts_active` where one is in use.
pub async fn insert_texts(
    tx: &mut TenantTx,
    of: BenefitRuleId,
    codes: &[(PromoCodeTextId, String)],
    active: bool,
) -> Result<(), StoreError> {
    let ids: Vec<_> = codes.iter().map(|(id, _)| id.as_uuid()).collect();
    let texts: Vec<_> = codes.iter().map(|(_, text)| text.clone()).collect();
    sqlx::query!(
        "INSERT INTO promo_code_texts (org_id, code_id, promo_code_id, code, active)
         SELECT $1, code_id, $2, code, $5
         FROM unnest($3::uuid[], $4::text[]) AS given (code_id, code)",
        tx.org().as_uuid(),
        of.as_uuid(),
        &ids,
        &texts,
        active,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Frees codes whose promo code has ended, so that they can be used again.
pub async fn free_ended(
    tx: &mut TenantTx,
    codes: &[String],
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    sqlx::query!(
        "UPDATE promo_code_texts AS typed
         SET active = false
         FROM promo_codes AS promo_code
         WHERE typed.org_id = $1 AND typed.code = ANY($2) AND typed.active
             AND promo_code.org_id = $1 AND promo_code.promo_code_id = typed.promo_code_id
             AND promo_code.ends_at < date_trunc('second', $3::timestamptz)",
        tx.org().as_uuid(),
        codes,
        now,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Codes that are in use, of those given; at most 20.
pub async fn list_taken(tx: &mut TenantTx, codes: &[String]) -> Result<Vec<String>, StoreError> {
    let taken = sqlx::query_scalar!(
        "SELECT code FROM promo_code_texts WHERE org_id = $1 AND code = ANY($2) AND active LIMIT 20",
        tx.org().as_uuid(),
        codes,
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(taken)
}

/// A code that was typed, with its rule.
#[derive(Clone, Debug)]
pub struct TypedCode {
    /// Id.
    pub id: PromoCodeTextId,
    /// The code.
    pub code: String,
    /// It is switched on, and no newer code of the same text has taken its place.
    pub active: bool,
    /// Uses of this code of a batch; 0 for no limit of its own.
    pub uses_per_code: i32,
    /// The newest version of its rule.
    pub rule: BenefitRule,
    /// The rule's id.
    pub of: BenefitRuleId,
}

struct TypedRow {
    id: PromoCodeTextId,
    code: String,
    active: bool,
    uses_per_code: i32,
    of: BenefitRuleId,
    rule_version: i64,
    rule: Vec<u8>,
}

impl TryFrom<TypedRow> for TypedCode {
    type Error = StoreError;

    fn try_from(row: TypedRow) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.id,
            code: row.code,
            active: row.active,
            uses_per_code: row.uses_per_code,
            rule: super::rule(row.of.as_uuid(), row.rule_version, &row.rule)?,
            of: row.of,
        })
    }
}

/// Selects codes of the organisation, the first parameter.
macro_rules! select_typed {
    ($distinct:literal, $rest:literal, $($parameter:tt)*) => {
        sqlx::query_as!(
            TypedRow,
            "SELECT " + $distinct + r#"
                typed.code_id AS "id: PromoCodeTextId",
                typed.code,
                typed.active,
                promo_code.uses_per_code,
                promo_code.promo_code_id AS "of: BenefitRuleId",
                promo_code.rule_version,
                version.rule
            FROM promo_code_texts AS typed
            JOIN promo_codes AS promo_code USING (org_id, promo_code_id)
            JOIN rule_versions AS version
                ON version.org_id = promo_code.org_id AND version.rule_id = promo_code.promo_code_id
                AND version.version = promo_code.rule_version
            WHERE typed.org_id = $1 AND "# + $rest,
            $($parameter)*
        )
    };
}

/// Codes by what was typed: of each the one that is active, else the newest.
pub async fn find_typed(tx: &mut TenantTx, codes: &[String]) -> Result<Vec<TypedCode>, StoreError> {
    let rows = select_typed!(
        "DISTINCT ON (typed.code)",
        "typed.code = ANY($2) ORDER BY typed.code, typed.active DESC, typed.code_id DESC",
        tx.org().as_uuid(),
        codes,
    )
    .fetch_all(&mut **tx)
    .await?;
    rows.into_iter().map(TryInto::try_into).collect()
}

/// Codes by their ids.
pub async fn find_texts(
    tx: &mut TenantTx,
    ids: &[PromoCodeTextId],
) -> Result<Vec<TypedCode>, StoreError> {
    let ids: Vec<_> = ids.iter().map(PromoCodeTextId::as_uuid).collect();
    let rows = select_typed!("", "typed.code_id = ANY($2)", tx.org().as_uuid(), &ids)
        .fetch_all(&mut **tx)
        .await?;
    rows.into_iter().map(TryInto::try_into).collect()
}

/// The codes of a promo code with how often each was used, in their order.
pub async fn list_texts(
    tx: &mut TenantTx,
    of: BenefitRuleId,
) -> Result<Vec<(String, i64)>, StoreError> {
    let rows = sqlx::query!(
        r#"SELECT typed.code, coalesce(counter.taken, 0) AS "uses!"
         FROM promo_code_texts AS typed
         LEFT JOIN rule_counters AS counter
             ON counter.org_id = typed.org_id AND counter.rule_id = typed.promo_code_id
             AND counter.kind = 'code' AND counter.key = typed.code_id::text
         WHERE typed.org_id = $1 AND typed.promo_code_id = $2
         ORDER BY typed.code"#,
        tx.org().as_uuid(),
        of.as_uuid(),
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows.into_iter().map(|row| (row.code, row.uses)).collect())
}

/// A use of a code by an order.
#[derive(Clone, Debug)]
pub struct CodeUse {
    /// Order.
    pub order: OrderId,
    /// Branch.
    pub branch: BranchId,
    /// The code.
    pub code: String,
    /// Member.
    pub member: Option<MemberId>,
    /// What it took off.
    pub discount: i64,
    /// Business day.
    pub business_day: NaiveDate,
    /// When.
    pub used_at: DateTime<Utc>,
    /// The order is not placed yet.
    pub held: bool,
}

/// Where a page of uses ended.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct UseCursor {
    /// When its last one was.
    pub used_at: DateTime<Utc>,
    /// Of which order.
    pub order: OrderId,
}

/// Orders that use a promo code, the last first.
pub async fn list_uses(
    tx: &mut TenantTx,
    of: BenefitRuleId,
    after: Option<&UseCursor>,
    limit: i64,
) -> Result<Vec<CodeUse>, StoreError> {
    let rows = sqlx::query_as!(
        CodeUse,
        r#"SELECT
             used.order_id AS "order: OrderId",
             hold.branch_id AS "branch: BranchId",
             typed.code,
             hold.member_id AS "member: MemberId",
             used.amount AS discount,
             hold.business_day,
             used.used_at,
             hold.state = 'held' AS "held!"
         FROM benefit_uses AS used
         JOIN benefit_holds AS hold USING (org_id, order_id)
         JOIN promo_code_texts AS typed ON typed.org_id = used.org_id AND typed.code_id = used.code_id
         WHERE used.org_id = $1 AND used.rule_id = $2 AND NOT used.returned AND hold.state <> 'released'
             AND ($3::timestamptz IS NULL OR (used.used_at, used.order_id) < ($3, $4::uuid))
         ORDER BY used.used_at DESC, used.order_id DESC
         LIMIT $5"#,
        tx.org().as_uuid(),
        of.as_uuid(),
        after.map(|after| after.used_at),
        after.map(|after| after.order.as_uuid()),
        limit,
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows)
}
