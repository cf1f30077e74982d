//! What orders hold and use of benefits.

use chassis::{
    db::{StoreError, SystemTx, TenantTx},
    id::{
        BenefitRuleId, BranchId, BrandId, CouponId, MemberId, OrderId, OrganisationId,
        PromoCodeTextId,
    },
};
use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

use crate::domain::benefits::{
    counter::CounterKind,
    hold::{Hold, HoldState, Use, UseClass},
};

struct Row {
    order: OrderId,
    key: String,
    brand: BrandId,
    branch: BranchId,
    member: Option<MemberId>,
    customer: String,
    business_day: NaiveDate,
    state: HoldState,
    order_version: i64,
    points: i32,
    programme: Option<Uuid>,
    held_at: DateTime<Utc>,
    ask_at: Option<DateTime<Utc>>,
}

impl TryFrom<Row> for Hold {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        Ok(Self {
            order: row.order,
            key: row.key,
            brand: row.brand,
            branch: row.branch,
            member: row.member,
            customer: row.customer,
            business_day: row.business_day,
            state: row.state,
            order_version: row.order_version,
            points: u32::try_from(row.points)?,
            programme: row.programme,
            held_at: row.held_at,
            ask_at: row.ask_at,
        })
    }
}

/// Selects holds of the organisation, the first parameter.
macro_rules! select {
    ($rest:literal, $($parameter:tt)*) => {
        sqlx::query_as!(
            Row,
            r#"SELECT
                order_id AS "order: OrderId",
                hold_key AS key,
                brand_id AS "brand: BrandId",
                branch_id AS "branch: BranchId",
                member_id AS "member: MemberId",
                customer,
                business_day,
                state AS "state: HoldState",
                order_version,
                points,
                programme_id AS programme,
                held_at,
                ask_at
            FROM benefit_holds
            WHERE org_id = $1 AND "# + $rest,
            $($parameter)*
        )
    };
}

/// Stores a hold; false when its key, or another hold of its order, was there before.
pub async fn insert(tx: &mut TenantTx, hold: &Hold) -> Result<bool, StoreError> {
    let inserted = sqlx::query!(
        "INSERT INTO benefit_holds (
             org_id, order_id, hold_key, brand_id, branch_id, member_id, customer, business_day, state,
             order_version, points, programme_id, held_at, ask_at
         )
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
         ON CONFLICT DO NOTHING",
        tx.org().as_uuid(),
        hold.order.as_uuid(),
        hold.key,
        hold.brand.as_uuid(),
        hold.branch.as_uuid(),
        hold.member.map(|member| member.as_uuid()),
        hold.customer,
        hold.business_day,
        hold.state as _,
        hold.order_version,
        i32::try_from(hold.points)?,
        hold.programme,
        hold.held_at,
        hold.ask_at,
    )
    .execute(&mut **tx)
    .await?;
    Ok(inserted.rows_affected() == 1)
}

/// The hold of an attempt.
pub async fn find_by_key(tx: &mut TenantTx, key: &str) -> Result<Option<Hold>, StoreError> {
    let row = select!("hold_key = $2", tx.org().as_uuid(), key)
        .fetch_optional(&mut **tx)
        .await?;
    row.map(TryInto::try_into).transpose()
}

/// The hold of an order.
pub async fn find(tx: &mut TenantTx, order: OrderId) -> Result<Option<Hold>, StoreError> {
    let row = select!("order_id = $2", tx.org().as_uuid(), order.as_uuid())
        .fetch_optional(&mut **tx)
        .await?;
    row.map(TryInto::try_into).transpose()
}

/// The hold of an order, locked.
pub async fn lock(tx: &mut TenantTx, order: OrderId) -> Result<Option<Hold>, StoreError> {
    let row = select!(
        "order_id = $2 FOR UPDATE",
        tx.org().as_uuid(),
        order.as_uuid()
    )
    .fetch_optional(&mut **tx)
    .await?;
    row.map(TryInto::try_into).transpose()
}

/// Stores state, version and when to ask of a hold that is locked.
pub async fn update(tx: &mut TenantTx, hold: &Hold) -> Result<(), StoreError> {
    sqlx::query!(
        "UPDATE benefit_holds
         SET state = $3, order_version = $4, ask_at = $5
         WHERE org_id = $1 AND order_id = $2",
        tx.org().as_uuid(),
        hold.order.as_uuid(),
        hold.state as _,
        hold.order_version,
        hold.ask_at,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Holds whose order ordering is to be asked about, of all organisations, the longest overdue first.
pub async fn list_due(
    tx: &mut SystemTx,
    now: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<(OrganisationId, OrderId)>, StoreError> {
    let rows = sqlx::query!(
        r#"SELECT org_id AS "org: OrganisationId", order_id AS "order: OrderId"
         FROM benefit_holds
         WHERE state = 'held' AND ask_at <= $1
         ORDER BY ask_at
         LIMIT $2"#,
        now,
        limit,
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows.into_iter().map(|row| (row.org, row.order)).collect())
}

/// Stores what an order uses.
pub async fn insert_uses(
    tx: &mut TenantTx,
    order: OrderId,
    uses: &[Use],
    used_at: DateTime<Utc>,
) -> Result<(), StoreError> {
    let rules: Vec<_> = uses.iter().map(|used| used.rule.as_uuid()).collect();
    let versions: Vec<_> = uses.iter().map(|used| used.rule_version).collect();
    let classes: Vec<_> = uses
        .iter()
        .map(|used| used.class.as_str().to_owned())
        .collect();
    let amounts: Vec<_> = uses.iter().map(|used| used.amount).collect();
    let codes: Vec<Option<Uuid>> = uses.iter().map(|used| used.code.map(Into::into)).collect();
    let coupons: Vec<Option<Uuid>> = uses
        .iter()
        .map(|used| used.coupon.map(Into::into))
        .collect();
    let counters: Vec<_> = uses.iter().map(|used| join(&used.counters)).collect();
    sqlx::query!(
        "INSERT INTO benefit_uses (
             org_id, order_id, rule_id, rule_version, class, amount, code_id, coupon_id, counters, used_at
         )
         SELECT $1, $2, rule_id, rule_version, class, amount, code_id, coupon_id,
             string_to_array(counters, ' '), $3
         FROM unnest(
             $4::uuid[], $5::bigint[], $6::text[], $7::bigint[], $8::uuid[], $9::uuid[], $10::text[]
         ) AS used (rule_id, rule_version, class, amount, code_id, coupon_id, counters)",
        tx.org().as_uuid(),
        order.as_uuid(),
        used_at,
        &rules,
        &versions,
        &classes,
        &amounts,
        &codes as &[Option<Uuid>],
        &coupons as &[Option<Uuid>],
        &counters,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Deletes what an order used, which is about to be taken again.
pub async fn delete_uses(tx: &mut TenantTx, order: OrderId) -> Result<(), StoreError> {
    sqlx::query!(
        "DELETE FROM benefit_uses WHERE org_id = $1 AND order_id = $2",
        tx.org().as_uuid(),
        order.as_uuid(),
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

fn join(kinds: &[CounterKind]) -> String {
    let words: Vec<_> = kinds.iter().map(|kind| kind.as_str()).collect();
    words.join(" ")
}

/// What an order uses, by rule.
pub async fn list_uses(tx: &mut TenantTx, order: OrderId) -> Result<Vec<Use>, StoreError> {
    let rows = sqlx::query!(
        r#"SELECT
             rule_id AS "rule: BenefitRuleId",
             rule_version,
             class AS "class: UseClass",
             amount,
             code_id AS "code: PromoCodeTextId",
             coupon_id AS "coupon: CouponId",
             counters,
             returned
         FROM benefit_uses
         WHERE org_id = $1 AND order_id = $2
         ORDER BY rule_id"#,
        tx.org().as_uuid(),
        order.as_uuid(),
    )
    .fetch_all(&mut **tx)
    .await?;
    let uses = rows.into_iter().map(|row| {
        let kinds = row.counters.iter().map(|word| {
            CounterKind::from_word(word)
                .ok_or_else(|| StoreError::inconsistent("benefit_uses", "counters", row.rule))
        });
        Ok(Use {
            counters: kinds.collect::<Result<_, StoreError>>()?,
            rule: row.rule,
            rule_version: row.rule_version,
            class: row.class,
            amount: row.amount,
            code: row.code,
            coupon: row.coupon,
            returned: row.returned,
        })
    });
    uses.collect()
}

/// Marks uses of an order as given back by a refund.
pub async fn mark_returned(
    tx: &mut TenantTx,
    order: OrderId,
    rules: &[BenefitRuleId],
) -> Result<(), StoreError> {
    let rules: Vec<_> = rules.iter().map(BenefitRuleId::as_uuid).collect();
    sqlx::query!(
        "UPDATE benefit_uses
         SET returned = true
         WHERE org_id = $1 AND order_id = $2 AND rule_id = ANY($3)",
        tx.org().as_uuid(),
        order.as_uuid(),
        &rules,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// An order of a customer that is not placed yet, and a rule it uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpenUse {
    /// Order.
    pub order: OrderId,
    /// Rule; of a coupon the coupon's id.
    pub rule: BenefitRuleId,
}

/// Rules that open orders of a customer hold, of those given.
pub async fn list_open_uses(
    tx: &mut TenantTx,
    customer: &str,
    rules: &[BenefitRuleId],
) -> Result<Vec<OpenUse>, StoreError> {
    let rules: Vec<_> = rules.iter().map(BenefitRuleId::as_uuid).collect();
    let uses = sqlx::query_as!(
        OpenUse,
        r#"SELECT hold.order_id AS "order: OrderId", used.rule_id AS "rule: BenefitRuleId"
         FROM benefit_holds AS hold
         JOIN benefit_uses AS used USING (org_id, order_id)
         WHERE hold.org_id = $1 AND hold.customer = $2 AND hold.customer <> '' AND hold.state = 'held'
             AND used.rule_id = ANY($3)
         ORDER BY hold.held_at DESC"#,
        tx.org().as_uuid(),
        customer,
        &rules,
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(uses)
}
