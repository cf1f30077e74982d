//! Members that may be one person.

use chassis::{
    db::{StoreError, TenantTx},
    id::{AccountId, MemberId},
};
use chrono::{DateTime, Utc};
use uuid::Uuid;

/// A pair and why it may be one person.
#[derive(Clone, Copy, Debug)]
pub struct Pair {
    /// One member, with the smaller id.
    pub one: MemberId,
    /// The other.
    pub other: MemberId,
    /// One claimed the other's account in LINE.
    pub line: bool,
    /// One confirmed the other's phone.
    pub phone: bool,
    /// The same e-mail.
    pub email: bool,
    /// The same name and birthday.
    pub birthday: bool,
}

/// Pairs with the newest members first; only those with `member`, where given. At most `limit`.
pub async fn list(
    tx: &mut TenantTx,
    member: Option<MemberId>,
    limit: i64,
) -> Result<Vec<Pair>, StoreError> {
    let rows = sqlx::query!(
        r#"WITH found AS (
             SELECT a.member_id AS one, b.member_id AS other, 'email' AS cause
             FROM members AS a
             JOIN members AS b
               ON b.org_id = a.org_id AND b.email_key = a.email_key AND b.member_id > a.member_id
             WHERE a.org_id = $1
               AND a.state NOT IN ('merged', 'erased') AND b.state NOT IN ('merged', 'erased')
               AND ($2::uuid IS NULL OR a.member_id = $2 OR b.member_id = $2)
             UNION ALL
             SELECT a.member_id, b.member_id, 'birthday'
             FROM members AS a
             JOIN members AS b
               ON b.org_id = a.org_id AND b.birthday = a.birthday AND b.name_key = a.name_key
              AND b.member_id > a.member_id
             WHERE a.org_id = $1 AND a.name_key <> ''
               AND a.state NOT IN ('merged', 'erased') AND b.state NOT IN ('merged', 'erased')
               AND ($2::uuid IS NULL OR a.member_id = $2 OR b.member_id = $2)
             UNION ALL
             SELECT
                 least(claim.member_id, owner.member_id), greatest(claim.member_id, owner.member_id),
                 'line'
             FROM member_line_claims AS claim
             JOIN members AS owner
               ON owner.org_id = claim.org_id AND owner.line_user = claim.line_user
              AND owner.member_id <> claim.member_id
             JOIN members AS claimant
               ON claimant.org_id = claim.org_id AND claimant.member_id = claim.member_id
             WHERE claim.org_id = $1
               AND owner.state NOT IN ('merged', 'erased')
               AND claimant.state NOT IN ('merged', 'erased')
               AND ($2::uuid IS NULL OR owner.member_id = $2 OR claim.member_id = $2)
             UNION ALL
             SELECT
                 least(claim.member_id, owner.member_id), greatest(claim.member_id, owner.member_id),
                 'phone'
             FROM member_phone_claims AS claim
             JOIN members AS owner
               ON owner.org_id = claim.org_id AND owner.phone = claim.phone
              AND owner.member_id <> claim.member_id
             JOIN members AS claimant
               ON claimant.org_id = claim.org_id AND claimant.member_id = claim.member_id
             WHERE claim.org_id = $1
               AND owner.state NOT IN ('merged', 'erased')
               AND claimant.state NOT IN ('merged', 'erased')
               AND ($2::uuid IS NULL OR owner.member_id = $2 OR claim.member_id = $2)
         )
         SELECT
             one AS "one!: MemberId",
             other AS "other!: MemberId",
             bool_or(cause = 'line') AS "line!",
             bool_or(cause = 'phone') AS "phone!",
             bool_or(cause = 'email') AS "email!",
             bool_or(cause = 'birthday') AS "birthday!"
         FROM found
         WHERE NOT EXISTS (
             SELECT 1 FROM member_distinct_pairs AS pair
             WHERE pair.org_id = $1 AND pair.member_id = one AND pair.other_member_id = other
         )
         GROUP BY one, other
         ORDER BY other DESC, one DESC
         LIMIT $3"#,
        tx.org().as_uuid(),
        member.map(|member| member.as_uuid()),
        limit,
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Pair {
            one: row.one,
            other: row.other,
            line: row.line,
            phone: row.phone,
            email: row.email,
            birthday: row.birthday,
        })
        .collect())
}

/// Says that two members are two persons.
pub async fn dismiss(
    tx: &mut TenantTx,
    one: Uuid,
    other: Uuid,
    by: AccountId,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    sqlx::query!(
        "INSERT INTO member_distinct_pairs (org_id, member_id, other_member_id, account_id, at)
         VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT DO NOTHING",
        tx.org().as_uuid(),
        one.min(other),
        one.max(other),
        by.as_uuid(),
        now,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Notes that a member claimed an account in LINE that is another's.
pub async fn claim_line(
    tx: &mut TenantTx,
    member: MemberId,
    line_user: &str,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    sqlx::query!(
        "INSERT INTO member_line_claims (org_id, member_id, line_user, at)
         VALUES ($1, $2, $3, $4)
         ON CONFLICT (org_id, member_id) DO UPDATE
         SET line_user = excluded.line_user, at = excluded.at",
        tx.org().as_uuid(),
        member.as_uuid(),
        line_user,
        now,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Notes that a member confirmed a phone that is another's.
pub async fn claim_phone(
    tx: &mut TenantTx,
    member: MemberId,
    phone: &str,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    sqlx::query!(
        "INSERT INTO member_phone_claims (org_id, member_id, phone, at)
         VALUES ($1, $2, $3, $4)
         ON CONFLICT (org_id, member_id) DO UPDATE
         SET phone = excluded.phone, at = excluded.at",
        tx.org().as_uuid(),
        member.as_uuid(),
        phone,
        now,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Forgets the phone that a member claimed.
pub async fn forget_phone_claim(tx: &mut TenantTx, member: MemberId) -> Result<(), StoreError> {
    sqlx::query!(
        "DELETE FROM member_phone_claims WHERE org_id = $1 AND member_id = $2",
        tx.org().as_uuid(),
        member.as_uuid(),
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Forgets the account in LINE that a member claimed.
pub async fn forget_claim(tx: &mut TenantTx, member: MemberId) -> Result<(), StoreError> {
    sqlx::query!(
        "DELETE FROM member_line_claims WHERE org_id = $1 AND member_id = $2",
        tx.org().as_uuid(),
        member.as_uuid(),
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
