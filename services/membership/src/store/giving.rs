//! Rules by which members are given coupons, who is due, and what was given.

use std::collections::HashSet;

use chassis::{
    db::{StoreError, SystemTx, TenantTx},
    id::{BenefitRuleId, CouponBatchId, GivingRuleId, MemberId, MemberMergeId, OrganisationId},
};
use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::domain::benefits::giving::{
    GivingDraft, GivingRule, GivingState, NOT_WITHIN, Occasion, Receiver,
};

struct Row {
    id: GivingRuleId,
    version: i64,
    name: String,
    template: BenefitRuleId,
    occasion: Occasion,
    tiers: Vec<Uuid>,
    days_before: Option<i32>,
    count: i32,
    most_coupons: Option<i32>,
    state: GivingState,
    active_since: DateTime<Utc>,
    given: i64,
    last_given_at: Option<DateTime<Utc>>,
    stopped_by: String,
    round_at: Option<DateTime<Utc>>,
    after: Option<MemberId>,
    updated_at: DateTime<Utc>,
}

impl From<Row> for GivingRule {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            version: row.version,
            draft: GivingDraft {
                name: row.name,
                template: row.template,
                occasion: row.occasion,
                tiers: row.tiers,
                days_before: row.days_before,
                count: row.count,
                most_coupons: row.most_coupons,
            },
            state: row.state,
            active_since: row.active_since,
            given: row.given,
            last_given_at: row.last_given_at,
            stopped_by: row.stopped_by,
            round_at: row.round_at,
            after: row.after,
            updated_at: row.updated_at,
        }
    }
}

/// Selects rules of the organisation, the first parameter.
macro_rules! select {
    ($rest:literal, $($parameter:tt)*) => {
        sqlx::query_as!(
            Row,
            r#"SELECT
                rule_id AS "id: GivingRuleId",
                version, name,
                template_id AS "template: BenefitRuleId",
                occasion AS "occasion: Occasion",
                tier_ids AS tiers,
                days_before, count, most_coupons,
                state AS "state: GivingState",
                active_since, given, last_given_at, stopped_by, round_at,
                after_member AS "after: MemberId",
                updated_at
            FROM giving_rules
            WHERE org_id = $1 AND "# + $rest,
            $($parameter)*
        )
    };
}

/// A page of rules, the last created first.
pub async fn list(
    tx: &mut TenantTx,
    with_ended: bool,
    template: Option<BenefitRuleId>,
    before: Option<GivingRuleId>,
    limit: i64,
) -> Result<Vec<GivingRule>, StoreError> {
    let rows = select!(
        "($2 OR state <> 'ended')
             AND ($3::uuid IS NULL OR template_id = $3)
             AND ($4::uuid IS NULL OR rule_id < $4)
         ORDER BY rule_id DESC
         LIMIT $5",
        tx.org().as_uuid(),
        with_ended,
        template.map(|id| id.as_uuid()),
        before.map(|id| id.as_uuid()),
        limit,
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows.into_iter().map(Into::into).collect())
}

/// Rules of an occasion that act, the first created first.
pub async fn list_active(
    tx: &mut TenantTx,
    occasion: Occasion,
) -> Result<Vec<GivingRule>, StoreError> {
    let rows = select!(
        "occasion = $2 AND state = 'active' ORDER BY rule_id",
        tx.org().as_uuid(),
        occasion.as_str(),
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows.into_iter().map(Into::into).collect())
}

/// A rule, locked.
pub async fn lock(tx: &mut TenantTx, id: GivingRuleId) -> Result<Option<GivingRule>, StoreError> {
    let row = select!(
        "rule_id = $2 FOR NO KEY UPDATE",
        tx.org().as_uuid(),
        id.as_uuid()
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(row.map(Into::into))
}

/// A rule whose round is due, locked; none where another process has it.
pub async fn lock_round(
    tx: &mut TenantTx,
    id: GivingRuleId,
    now: DateTime<Utc>,
) -> Result<Option<GivingRule>, StoreError> {
    let row = select!(
        "rule_id = $2 AND round_at <= $3 FOR NO KEY UPDATE SKIP LOCKED",
        tx.org().as_uuid(),
        id.as_uuid(),
        now,
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(row.map(Into::into))
}

/// Lets one creation of a rule go after another, and counts the rules that have not ended.
pub async fn count_open(tx: &mut TenantTx) -> Result<i64, StoreError> {
    sqlx::query!(
        "SELECT pg_advisory_xact_lock(hashtextextended('giving_rules' || $1::text, 0))",
        tx.org().to_string(),
    )
    .execute(&mut **tx)
    .await?;
    let count = sqlx::query_scalar!(
        r#"SELECT count(*) AS "count!" FROM giving_rules WHERE org_id = $1 AND state <> 'ended'"#,
        tx.org().as_uuid(),
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(count)
}

/// Stores a rule as it is: a new one, or one that is locked.
pub async fn upsert(tx: &mut TenantTx, rule: &GivingRule) -> Result<(), StoreError> {
    let draft = &rule.draft;
    sqlx::query!(
        "INSERT INTO giving_rules (
             org_id, rule_id, version, name, template_id, occasion, tier_ids, days_before, count,
             most_coupons, state, active_since, given, last_given_at, stopped_by, round_at,
             after_member, updated_at
         )
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)
         ON CONFLICT (org_id, rule_id) DO UPDATE
         SET version = excluded.version, name = excluded.name, template_id = excluded.template_id,
             tier_ids = excluded.tier_ids, days_before = excluded.days_before,
             count = excluded.count, most_coupons = excluded.most_coupons, state = excluded.state,
             active_since = excluded.active_since, given = excluded.given,
             last_given_at = excluded.last_given_at, stopped_by = excluded.stopped_by,
             round_at = excluded.round_at, after_member = excluded.after_member,
             updated_at = excluded.updated_at",
        tx.org().as_uuid(),
        rule.id.as_uuid(),
        rule.version,
        draft.name,
        draft.template.as_uuid(),
        draft.occasion.as_str(),
        &draft.tiers,
        draft.days_before,
        draft.count,
        draft.most_coupons,
        rule.state.as_str(),
        rule.active_since,
        rule.given,
        rule.last_given_at,
        rule.stopped_by,
        rule.round_at,
        rule.after.map(|member| member.as_uuid()),
        rule.updated_at,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// A member whom a rule is due to give coupons, and what for.
pub type Due = (MemberId, String);

/// Notes that rules are due to give members coupons.
pub async fn insert_due(
    tx: &mut TenantTx,
    due: &[(GivingRuleId, MemberId, String)],
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let rules: Vec<Uuid> = due.iter().map(|(rule, ..)| rule.as_uuid()).collect();
    let members: Vec<Uuid> = due.iter().map(|(_, member, _)| member.as_uuid()).collect();
    let occurrences: Vec<String> = due.iter().map(|(.., what)| what.clone()).collect();
    sqlx::query!(
        "INSERT INTO giving_due (org_id, rule_id, member_id, occurrence, due_at)
         SELECT $1, rule_id, member_id, occurrence, $5
         FROM unnest($2::uuid[], $3::uuid[], $4::text[]) AS due (rule_id, member_id, occurrence)
         ON CONFLICT DO NOTHING",
        tx.org().as_uuid(),
        &rules,
        &members,
        &occurrences,
        now,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Rules of all organisations that are due to give members coupons.
pub async fn rules_with_due(
    tx: &mut SystemTx,
    now: DateTime<Utc>,
) -> Result<Vec<(OrganisationId, GivingRuleId)>, StoreError> {
    let rows = sqlx::query!(
        r#"SELECT DISTINCT org_id AS "org: OrganisationId", rule_id AS "rule: GivingRuleId"
         FROM giving_due
         WHERE due_at <= $1"#,
        now,
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows.into_iter().map(|row| (row.org, row.rule)).collect())
}

/// Takes members whom a rule is due to give coupons; they are not due any more.
pub async fn take_due(
    tx: &mut TenantTx,
    rule: GivingRuleId,
    now: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<Due>, StoreError> {
    let rows = sqlx::query!(
        r#"DELETE FROM giving_due
         WHERE org_id = $1 AND rule_id = $2 AND (member_id, occurrence) IN (
             SELECT member_id, occurrence
             FROM giving_due
             WHERE org_id = $1 AND rule_id = $2 AND due_at <= $3
             ORDER BY member_id, occurrence
             LIMIT $4
             FOR UPDATE SKIP LOCKED
         )
         RETURNING member_id AS "member: MemberId", occurrence"#,
        tx.org().as_uuid(),
        rule.as_uuid(),
        now,
        limit,
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.member, row.occurrence))
        .collect())
}

/// Rules of all organisations whose round is due.
pub async fn rules_with_round(
    tx: &mut SystemTx,
    now: DateTime<Utc>,
) -> Result<Vec<(OrganisationId, GivingRuleId)>, StoreError> {
    let rows = sqlx::query!(
        r#"SELECT org_id AS "org: OrganisationId", rule_id AS "rule: GivingRuleId"
         FROM giving_rules
         WHERE round_at <= $1
         ORDER BY round_at"#,
        now,
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows.into_iter().map(|row| (row.org, row.rule)).collect())
}

/// Members after one by their ids, for a round.
pub async fn list_receivers(
    tx: &mut TenantTx,
    after: Option<MemberId>,
    limit: i64,
) -> Result<Vec<Receiver>, StoreError> {
    let rows = sqlx::query!(
        r#"SELECT
             member_id AS "member: MemberId",
             birthday,
             greatest(joined_at, birthday_set_at) AS "known_since!"
         FROM members
         WHERE org_id = $1 AND ($2::uuid IS NULL OR member_id > $2)
         ORDER BY member_id
         LIMIT $3"#,
        tx.org().as_uuid(),
        after.map(|member| member.as_uuid()),
        limit,
    )
    .fetch_all(&mut **tx)
    .await?;
    let receivers = rows.into_iter().map(|row| Receiver {
        member: row.member,
        birthday: row.birthday,
        known_since: row.known_since,
    });
    Ok(receivers.collect())
}

/// Members of those given who may be given coupons: who exists and is not on the blacklist.
pub async fn present(
    tx: &mut TenantTx,
    members: &[MemberId],
) -> Result<HashSet<MemberId>, StoreError> {
    let ids: Vec<Uuid> = members.iter().map(MemberId::as_uuid).collect();
    let found = sqlx::query_scalar!(
        r#"SELECT member_id AS "member: MemberId"
         FROM members
         WHERE org_id = $1 AND member_id = ANY($2) AND state IN ('active', 'prepays')"#,
        tx.org().as_uuid(),
        &ids,
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(found.into_iter().collect())
}

/// Members of those due whom a rule has given coupons for the same occurrence, or, of rare ones, lately.
pub async fn given_before(
    tx: &mut TenantTx,
    rule: &GivingRule,
    due: &[Due],
    now: DateTime<Utc>,
) -> Result<HashSet<MemberId>, StoreError> {
    let members: Vec<Uuid> = due.iter().map(|(member, _)| member.as_uuid()).collect();
    let occurrences: Vec<String> = due.iter().map(|(_, what)| what.clone()).collect();
    let since = rule.draft.occasion.is_rare().then(|| now - NOT_WITHIN);
    let found = sqlx::query_scalar!(
        r#"SELECT DISTINCT given.member_id AS "member: MemberId"
         FROM givings AS given
         JOIN unnest($3::uuid[], $4::text[]) AS due (member_id, occurrence)
             ON due.member_id = given.member_id
         WHERE given.org_id = $1 AND given.rule_id = $2
             AND (given.occurrence = due.occurrence OR given.at > $5)"#,
        tx.org().as_uuid(),
        rule.id.as_uuid(),
        &members,
        &occurrences,
        since,
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(found.into_iter().collect())
}

/// Notes what a rule gave.
pub async fn insert_given(
    tx: &mut TenantTx,
    rule: GivingRuleId,
    given: &[Due],
    batch: CouponBatchId,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let members: Vec<Uuid> = given.iter().map(|(member, _)| member.as_uuid()).collect();
    let occurrences: Vec<String> = given.iter().map(|(_, what)| what.clone()).collect();
    sqlx::query!(
        "INSERT INTO givings (org_id, rule_id, member_id, occurrence, at, batch_id)
         SELECT $1, $2, member_id, occurrence, $5, $6
         FROM unnest($3::uuid[], $4::text[]) AS given (member_id, occurrence)",
        tx.org().as_uuid(),
        rule.as_uuid(),
        &members,
        &occurrences,
        now,
        batch.as_uuid(),
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Lets a member count as given what another was who is merged into it, so that nobody is given anything twice.
pub async fn merge(
    tx: &mut TenantTx,
    merge: MemberMergeId,
    from: MemberId,
    into: MemberId,
) -> Result<(), StoreError> {
    sqlx::query!(
        "INSERT INTO givings (org_id, rule_id, member_id, occurrence, at, batch_id, merge_id)
         SELECT org_id, rule_id, $3, occurrence, at, batch_id, $4
         FROM givings
         WHERE org_id = $1 AND member_id = $2
         ON CONFLICT DO NOTHING",
        tx.org().as_uuid(),
        from.as_uuid(),
        into.as_uuid(),
        merge.as_uuid(),
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Takes back what a merging let count.
pub async fn undo_merge(
    tx: &mut TenantTx,
    merge: MemberMergeId,
    into: MemberId,
) -> Result<(), StoreError> {
    sqlx::query!(
        "DELETE FROM givings WHERE org_id = $1 AND member_id = $2 AND merge_id = $3",
        tx.org().as_uuid(),
        into.as_uuid(),
        merge.as_uuid(),
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
