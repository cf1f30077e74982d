//! Members who may get points.

use chassis::{
    db::{StoreError, SystemTx, TenantTx},
    id::{MemberId, OrganisationId},
};
use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

/// How long after joining the bonus is still given, should the service have been away.
const GIVEN_WITHIN: TimeDelta = TimeDelta::days(7);

/// Organisations with a points programme.
pub async fn orgs(tx: &mut SystemTx) -> Result<Vec<OrganisationId>, StoreError> {
    let found = sqlx::query_scalar!(
        r#"SELECT DISTINCT org_id AS "org: OrganisationId" FROM points_programmes"#
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(found)
}

/// Members who joined since `begun`, and lately, and have no bonus for it.
pub async fn joined_without_bonus(
    tx: &mut TenantTx,
    programme: Uuid,
    begun: DateTime<Utc>,
    now: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<MemberId>, StoreError> {
    let found = sqlx::query_scalar!(
        r#"SELECT member.member_id AS "member_id: MemberId"
         FROM members AS member
         WHERE member.org_id = $1 AND member.joined_at >= $3 AND member.joined_at >= $4
             AND member.state NOT IN ('merged', 'erased')
             AND NOT EXISTS (
                 SELECT 1 FROM point_entries AS entry
                 WHERE entry.org_id = $1 AND entry.member_id = member.member_id
                     AND entry.programme_id = $2 AND entry.source = 'join'
             )
         ORDER BY member.joined_at, member.member_id
         LIMIT $5"#,
        tx.org().as_uuid(),
        programme,
        begun,
        now - GIVEN_WITHIN,
        limit,
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(found)
}

/// Members born in a month who have no bonus that is booked by this source.
pub async fn born_without(
    tx: &mut TenantTx,
    programme: Uuid,
    source: &str,
    month: i32,
    limit: i64,
) -> Result<Vec<MemberId>, StoreError> {
    let found = sqlx::query_scalar!(
        r#"SELECT member.member_id AS "member_id: MemberId"
         FROM members AS member
         WHERE member.org_id = $1 AND member.state NOT IN ('merged', 'erased')
             AND extract(month FROM member.birthday) = $4::integer
             AND NOT EXISTS (
                 SELECT 1 FROM point_entries AS entry
                 WHERE entry.org_id = $1 AND entry.member_id = member.member_id
                     AND entry.programme_id = $2 AND entry.source = $3
             )
         ORDER BY member.member_id
         LIMIT $5"#,
        tx.org().as_uuid(),
        programme,
        source,
        month,
        limit,
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(found)
}

/// Members whose profile is filled in and who have no bonus that is booked by this source.
pub async fn filled_in_without(
    tx: &mut TenantTx,
    programme: Uuid,
    source: &str,
    limit: i64,
) -> Result<Vec<MemberId>, StoreError> {
    let found = sqlx::query_scalar!(
        r#"SELECT member.member_id AS "member_id: MemberId"
         FROM members AS member
         WHERE member.org_id = $1 AND member.state NOT IN ('merged', 'erased')
             AND member.name <> '' AND member.phone IS NOT NULL AND member.email IS NOT NULL
             AND member.birthday IS NOT NULL AND member.gender <> 'not_given'
             AND NOT EXISTS (
                 SELECT 1 FROM point_entries AS entry
                 WHERE entry.org_id = $1 AND entry.member_id = member.member_id
                     AND entry.programme_id = $2 AND entry.source = $3
             )
         ORDER BY member.member_id
         LIMIT $4"#,
        tx.org().as_uuid(),
        programme,
        source,
        limit,
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(found)
}
