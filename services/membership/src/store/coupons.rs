//! Coupons of members.

use chassis::{
    db::{StoreError, TenantTx},
    id::{BenefitRuleId, CouponBatchId, CouponId, MemberId, OrderId},
};
use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::domain::benefits::coupon::{Coupon, CouponEnd, CouponState};

/// Which coupons are listed.
#[derive(Clone, Copy, Debug, Default)]
pub struct Filter {
    /// Of this member; of all when none.
    pub member: Option<MemberId>,
    /// Of this template; of all when none.
    pub template: Option<BenefitRuleId>,
    /// In this state; in all when none.
    pub state: Option<CouponState>,
}

struct Row {
    id: CouponId,
    template: BenefitRuleId,
    rule_version: i64,
    member: MemberId,
    code: String,
    batch: CouponBatchId,
    version: i64,
    valid_from: DateTime<Utc>,
    valid_until: DateTime<Utc>,
    uses_allowed: i32,
    held: i32,
    used: i32,
    ended: Option<CouponEnd>,
    issued_at: DateTime<Utc>,
    rule: Vec<u8>,
    terms: String,
    picture_url: String,
    transferable: bool,
    order: Option<OrderId>,
}

impl TryFrom<Row> for Coupon {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.id,
            template: row.template,
            member: row.member,
            code: row.code,
            batch: row.batch,
            version: row.version,
            valid_from: row.valid_from,
            valid_until: row.valid_until,
            uses_allowed: row.uses_allowed,
            held: row.held,
            used: row.used,
            ended: row.ended,
            issued_at: row.issued_at,
            rule: super::rule(row.template.as_uuid(), row.rule_version, &row.rule)?,
            terms: row.terms,
            picture_url: row.picture_url,
            transferable: row.transferable,
            order: row.order,
        })
    }
}

/// Selects coupons of the organisation, the first parameter.
macro_rules! select {
    ($rest:literal, $($parameter:tt)*) => {
        sqlx::query_as!(
            Row,
            r#"SELECT
                coupon.coupon_id AS "id: CouponId",
                coupon.template_id AS "template: BenefitRuleId",
                coupon.rule_version,
                coupon.member_id AS "member: MemberId",
                coupon.code,
                coupon.batch_id AS "batch: CouponBatchId",
                coupon.version,
                coupon.valid_from,
                coupon.valid_until,
                coupon.uses_allowed,
                coupon.held,
                coupon.used,
                coupon.ended AS "ended: CouponEnd",
                coupon.issued_at,
                version.rule,
                texts.terms,
                texts.picture_url,
                texts.transferable,
                (
                    SELECT hold.order_id
                    FROM benefit_uses AS used
                    JOIN benefit_holds AS hold USING (org_id, order_id)
                    WHERE coupon.held > 0 AND used.org_id = coupon.org_id
                        AND used.rule_id = coupon.coupon_id AND hold.state = 'held'
                    ORDER BY hold.held_at DESC
                    LIMIT 1
                ) AS "order: OrderId"
            FROM coupons AS coupon
            JOIN rule_versions AS version
                ON version.org_id = coupon.org_id AND version.rule_id = coupon.template_id
                AND version.version = coupon.rule_version
            JOIN coupon_template_texts AS texts
                ON texts.org_id = coupon.org_id AND texts.template_id = coupon.template_id
                AND texts.rule_version = coupon.rule_version
            WHERE coupon.org_id = $1 AND "# + $rest,
            $($parameter)*
        )
    };
}

/// Coupons by their ids, in no order; unknown ones are left out.
pub async fn find_many(tx: &mut TenantTx, ids: &[CouponId]) -> Result<Vec<Coupon>, StoreError> {
    let ids: Vec<_> = ids.iter().map(CouponId::as_uuid).collect();
    let rows = select!("coupon.coupon_id = ANY($2)", tx.org().as_uuid(), &ids)
        .fetch_all(&mut **tx)
        .await?;
    rows.into_iter().map(TryInto::try_into).collect()
}

/// Locks coupons in the order of their ids.
pub async fn lock(tx: &mut TenantTx, ids: &[CouponId]) -> Result<Vec<Coupon>, StoreError> {
    let ids: Vec<_> = ids.iter().map(CouponId::as_uuid).collect();
    let rows = select!(
        "coupon.coupon_id = ANY($2) ORDER BY coupon.coupon_id FOR UPDATE OF coupon",
        tx.org().as_uuid(),
        &ids,
    )
    .fetch_all(&mut **tx)
    .await?;
    rows.into_iter().map(TryInto::try_into).collect()
}

/// A coupon by its code.
pub async fn find_by_code(tx: &mut TenantTx, code: &str) -> Result<Option<Coupon>, StoreError> {
    let row = select!("coupon.code = $2", tx.org().as_uuid(), code)
        .fetch_optional(&mut **tx)
        .await?;
    row.map(TryInto::try_into).transpose()
}

/// A page of coupons, the last issued first.
pub async fn list(
    tx: &mut TenantTx,
    filter: &Filter,
    now: DateTime<Utc>,
    after: Option<CouponId>,
    limit: i64,
) -> Result<Vec<Coupon>, StoreError> {
    let rows = select!(
        "($2::uuid IS NULL OR coupon.member_id = $2)
             AND ($3::uuid IS NULL OR coupon.template_id = $3)
             AND ($4::text IS NULL OR $4 = CASE
                 WHEN coupon.ended IS NOT NULL THEN coupon.ended
                 WHEN coupon.used >= coupon.uses_allowed THEN 'used'
                 WHEN coupon.held + coupon.used >= coupon.uses_allowed THEN 'held'
                 WHEN coupon.valid_until < date_trunc('second', $5::timestamptz) THEN 'expired'
                 ELSE 'unused'
             END)
             AND ($6::uuid IS NULL OR coupon.coupon_id < $6)
         ORDER BY coupon.coupon_id DESC
         LIMIT $7",
        tx.org().as_uuid(),
        filter.member.map(|member| member.as_uuid()),
        filter.template.map(|template| template.as_uuid()),
        filter.state.map(CouponState::as_str),
        now,
        after.map(|after| after.as_uuid()),
        limit,
    )
    .fetch_all(&mut **tx)
    .await?;
    rows.into_iter().map(TryInto::try_into).collect()
}

/// Coupons of a member that can be used now or later, those that end first first.
pub async fn list_usable(
    tx: &mut TenantTx,
    member: MemberId,
    now: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<Coupon>, StoreError> {
    let rows = select!(
        "coupon.member_id = $2 AND coupon.ended IS NULL
             AND coupon.held + coupon.used < coupon.uses_allowed
             AND coupon.valid_until >= date_trunc('second', $3::timestamptz)
         ORDER BY coupon.valid_until, coupon.coupon_id
         LIMIT $4",
        tx.org().as_uuid(),
        member.as_uuid(),
        now,
        limit,
    )
    .fetch_all(&mut **tx)
    .await?;
    rows.into_iter().map(TryInto::try_into).collect()
}

/// Coupons of a member that cannot be used any more, or wait for an order, and that ended after `since`.
pub async fn list_past(
    tx: &mut TenantTx,
    member: MemberId,
    since: DateTime<Utc>,
    now: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<Coupon>, StoreError> {
    let rows = select!(
        "coupon.member_id = $2 AND coupon.valid_until >= $3
             AND (
                 coupon.ended IS NOT NULL
                 OR coupon.held + coupon.used >= coupon.uses_allowed
                 OR coupon.valid_until < date_trunc('second', $4::timestamptz)
             )
         ORDER BY coupon.coupon_id DESC
         LIMIT $5",
        tx.org().as_uuid(),
        member.as_uuid(),
        since,
        now,
        limit,
    )
    .fetch_all(&mut **tx)
    .await?;
    rows.into_iter().map(TryInto::try_into).collect()
}

/// A coupon to issue.
#[derive(Clone, Debug)]
pub struct NewCoupon {
    /// Id.
    pub id: CouponId,
    /// Member.
    pub member: MemberId,
    /// Code.
    pub code: String,
}

/// What all coupons of a batch have in common.
#[derive(Clone, Copy, Debug)]
pub struct Batch {
    /// Id.
    pub id: CouponBatchId,
    /// Template.
    pub template: BenefitRuleId,
    /// Version of its rule.
    pub rule_version: i64,
    /// From when they are valid.
    pub valid_from: DateTime<Utc>,
    /// Until when.
    pub valid_until: DateTime<Utc>,
    /// Uses of each.
    pub uses_allowed: i32,
    /// When they are issued.
    pub issued_at: DateTime<Utc>,
}

/// Stores the coupons of a batch.
pub async fn insert(
    tx: &mut TenantTx,
    batch: &Batch,
    coupons: &[NewCoupon],
) -> Result<(), StoreError> {
    let ids: Vec<_> = coupons.iter().map(|coupon| coupon.id.as_uuid()).collect();
    let members: Vec<_> = coupons
        .iter()
        .map(|coupon| coupon.member.as_uuid())
        .collect();
    let codes: Vec<_> = coupons.iter().map(|coupon| coupon.code.clone()).collect();
    sqlx::query!(
        "INSERT INTO coupons (
             org_id, coupon_id, template_id, rule_version, member_id, code, batch_id, version,
             valid_from, valid_until, uses_allowed, held, used, issued_at
         )
         SELECT $1, coupon_id, $2, $3, member_id, code, $4, 1, $5, $6, $7, 0, 0, $8
         FROM unnest($9::uuid[], $10::uuid[], $11::text[]) AS given (coupon_id, member_id, code)",
        tx.org().as_uuid(),
        batch.template.as_uuid(),
        batch.rule_version,
        batch.id.as_uuid(),
        batch.valid_from,
        batch.valid_until,
        batch.uses_allowed,
        batch.issued_at,
        &ids,
        &members,
        &codes,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Stores what changed of coupons that are locked: uses, end of validity, what ended them; their version rises.
pub async fn update(tx: &mut TenantTx, coupons: &[Coupon]) -> Result<(), StoreError> {
    let ids: Vec<_> = coupons.iter().map(|coupon| coupon.id.as_uuid()).collect();
    let held: Vec<_> = coupons.iter().map(|coupon| coupon.held).collect();
    let used: Vec<_> = coupons.iter().map(|coupon| coupon.used).collect();
    let until: Vec<_> = coupons.iter().map(|coupon| coupon.valid_until).collect();
    let ended: Vec<Option<String>> = coupons
        .iter()
        .map(|coupon| coupon.ended.map(|ended| ended.as_str().to_owned()))
        .collect();
    let updated = sqlx::query!(
        "UPDATE coupons AS coupon
         SET held = given.held, used = given.used, valid_until = given.valid_until,
             ended = given.ended, version = coupon.version + 1
         FROM unnest($2::uuid[], $3::integer[], $4::integer[], $5::timestamptz[], $6::text[])
             AS given (coupon_id, held, used, valid_until, ended)
         WHERE coupon.org_id = $1 AND coupon.coupon_id = given.coupon_id",
        tx.org().as_uuid(),
        &ids,
        &held,
        &used,
        &until,
        &ended as &[Option<String>],
    )
    .execute(&mut **tx)
    .await?;
    StoreError::check_row_count("coupons", coupons.len(), updated.rows_affected())
}

/// Ids of the coupons of a template that end before `until` and are neither used nor ended, at most `limit`.
pub async fn list_extensible(
    tx: &mut TenantTx,
    template: BenefitRuleId,
    until: DateTime<Utc>,
    after: Option<CouponId>,
    limit: i64,
) -> Result<Vec<CouponId>, StoreError> {
    let after = after.map_or_else(Uuid::nil, |after| after.as_uuid());
    let ids = sqlx::query_scalar!(
        r#"SELECT coupon_id AS "id: CouponId"
         FROM coupons
         WHERE org_id = $1 AND template_id = $2 AND ended IS NULL AND used < uses_allowed
             AND valid_until < $3 AND coupon_id > $4
         ORDER BY coupon_id
         LIMIT $5"#,
        tx.org().as_uuid(),
        template.as_uuid(),
        until,
        after,
        limit,
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(ids)
}

/// Members that may get coupons, of those given.
pub async fn list_receivers(
    tx: &mut TenantTx,
    members: &[MemberId],
) -> Result<Vec<MemberId>, StoreError> {
    let ids: Vec<_> = members.iter().map(MemberId::as_uuid).collect();
    let found = sqlx::query_scalar!(
        r#"SELECT member_id AS "id: MemberId"
         FROM members
         WHERE org_id = $1 AND member_id = ANY($2) AND state NOT IN ('merged', 'erased')"#,
        tx.org().as_uuid(),
        &ids,
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(found)
}
