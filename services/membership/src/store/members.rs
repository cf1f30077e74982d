//! Members.

use chassis::{
    db::{OnConstraint as _, StoreError, SystemTx, TenantTx},
    id::{BranchId, MemberId, OrganisationId},
    text,
};
use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::domain::{
    member::{Gender, JoinSource, Member, MemberState},
    search,
};

/// What a change of a member can be refused for.
#[derive(Debug, thiserror::Error)]
pub enum SaveError {
    /// Another member has the phone.
    #[error("another member has the phone")]
    PhoneTaken,
    /// Another member has the account in LINE.
    #[error("another member has the account in LINE")]
    LineTaken,
    /// Anything else.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<sqlx::Error> for SaveError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

/// Selects members of the organisation, the first parameter.
macro_rules! select_members {
    ($rest:literal, $($parameter:tt)*) => {
        sqlx::query_as!(
            Member,
            r#"
            SELECT
                member_id AS "id: MemberId",
                version,
                state AS "state: MemberState",
                merged_into AS "merged_into: MemberId",
                name,
                phone,
                phone_verified,
                email,
                birthday,
                birthday_set_at,
                gender AS "gender: Gender",
                line_user,
                marketing_line,
                marketing_sms,
                marketing_email,
                joined_at,
                source AS "source: JoinSource",
                source_branch_id AS "source_branch: BranchId",
                session_generation,
                orders,
                spent,
                last_order_at
            FROM members
            WHERE org_id = $1
            "# + $rest,
            $($parameter)*
        )
    };
}

/// Finds a member.
pub async fn find(tx: &mut TenantTx, id: MemberId) -> Result<Option<Member>, StoreError> {
    let org = tx.org().as_uuid();
    let found = select_members!("AND member_id = $2", org, id.as_uuid(),)
        .fetch_optional(&mut **tx)
        .await?;
    Ok(found)
}

/// Members with these ids, in the order of ids.
pub async fn list(tx: &mut TenantTx, ids: &[Uuid]) -> Result<Vec<Member>, StoreError> {
    let org = tx.org().as_uuid();
    let found = select_members!("AND member_id = ANY($2) ORDER BY member_id", org, ids,)
        .fetch_all(&mut **tx)
        .await?;
    Ok(found)
}

/// Members who were merged into another one, locked.
pub async fn list_merged_into(
    tx: &mut TenantTx,
    into: MemberId,
) -> Result<Vec<Member>, StoreError> {
    let org = tx.org().as_uuid();
    let found = select_members!(
        "AND merged_into = $2 AND state = 'merged' ORDER BY member_id FOR UPDATE",
        org,
        into.as_uuid(),
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(found)
}

/// Finds a member and keeps others from changing it until the transaction ends.
pub async fn lock(tx: &mut TenantTx, id: MemberId) -> Result<Option<Member>, StoreError> {
    let org = tx.org().as_uuid();
    let found = select_members!("AND member_id = $2 FOR UPDATE", org, id.as_uuid(),)
        .fetch_optional(&mut **tx)
        .await?;
    Ok(found)
}

/// The member of a phone: the one that has it, else the one that a member with it was merged into.
pub async fn find_by_phone(tx: &mut TenantTx, phone: &str) -> Result<Option<Member>, StoreError> {
    let org = tx.org().as_uuid();
    let found = select_members!(
        "AND phone = $2 AND state NOT IN ('merged', 'erased')",
        org,
        phone,
    )
    .fetch_optional(&mut **tx)
    .await?;
    if found.is_some() {
        return Ok(found);
    }
    let merged = select_members!(
        "AND phone = $2 AND state = 'merged' ORDER BY joined_at DESC LIMIT 1",
        org,
        phone,
    )
    .fetch_optional(&mut **tx)
    .await?;
    follow(tx, merged).await
}

/// The member of an account in LINE: the one that has it, else the one that a member with it was merged into.
pub async fn find_by_line(tx: &mut TenantTx, user: &str) -> Result<Option<Member>, StoreError> {
    let org = tx.org().as_uuid();
    let found = select_members!(
        "AND line_user = $2 AND state NOT IN ('merged', 'erased')",
        org,
        user,
    )
    .fetch_optional(&mut **tx)
    .await?;
    if found.is_some() {
        return Ok(found);
    }
    let merged = select_members!(
        "AND line_user = $2 AND state = 'merged' ORDER BY joined_at DESC LIMIT 1",
        org,
        user,
    )
    .fetch_optional(&mut **tx)
    .await?;
    follow(tx, merged).await
}

/// The member that holds what was a member's by now: itself, or the one it was merged into.
pub async fn find_present(tx: &mut TenantTx, id: MemberId) -> Result<Option<Member>, StoreError> {
    let found = find(tx, id).await?;
    follow(tx, found).await
}

/// Follows mergings, of which each leads to an older member.
async fn follow(
    tx: &mut TenantTx,
    mut found: Option<Member>,
) -> Result<Option<Member>, StoreError> {
    while let Some(into) = found.as_ref().and_then(|member| member.merged_into) {
        found = find(tx, into).await?;
    }
    Ok(found.filter(|member| member.state.exists()))
}

/// Stores a new member with the terms it is found by.
pub async fn insert(tx: &mut TenantTx, member: &Member) -> Result<(), SaveError> {
    sqlx::query!(
        "INSERT INTO members (
             org_id, member_id, version, state, name, name_key, phone, phone_verified, email,
             email_key, birthday, birthday_set_at, gender, line_user, marketing_line, marketing_sms,
             marketing_email, joined_at, source, source_branch_id
         )
         VALUES (
             $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19,
             $20
         )",
        tx.org().as_uuid(),
        member.id.as_uuid(),
        member.version,
        member.state as _,
        member.name,
        text::folded(&member.name),
        member.phone,
        member.phone_verified,
        member.email,
        member.email.as_deref().map(text::folded),
        member.birthday,
        member.birthday_set_at,
        member.gender as _,
        member.line_user,
        member.marketing_line,
        member.marketing_sms,
        member.marketing_email,
        member.joined_at,
        member.source as _,
        member.source_branch.map(|branch| branch.as_uuid()),
    )
    .execute(&mut **tx)
    .await
    .on_constraint("members_phone", || SaveError::PhoneTaken)
    .or_else(line_taken)?;
    insert_terms(tx, member).await?;
    Ok(())
}

/// Stores what may change of a member whose row is locked; the terms anew when `renamed`.
pub async fn update(tx: &mut TenantTx, member: &Member, renamed: bool) -> Result<(), SaveError> {
    sqlx::query!(
        "UPDATE members
         SET version = $3, state = $4, merged_into = $5, name = $6, name_key = $7, phone = $8,
             phone_verified = $9, email = $10, email_key = $11, birthday = $12,
             birthday_set_at = $13, gender = $14, line_user = $15, marketing_line = $16,
             marketing_sms = $17, marketing_email = $18, session_generation = $19
         WHERE org_id = $1 AND member_id = $2",
        tx.org().as_uuid(),
        member.id.as_uuid(),
        member.version,
        member.state as _,
        member.merged_into.map(|into| into.as_uuid()),
        member.name,
        text::folded(&member.name),
        member.phone,
        member.phone_verified,
        member.email,
        member.email.as_deref().map(text::folded),
        member.birthday,
        member.birthday_set_at,
        member.gender as _,
        member.line_user,
        member.marketing_line,
        member.marketing_sms,
        member.marketing_email,
        member.session_generation,
    )
    .execute(&mut **tx)
    .await
    .on_constraint("members_phone", || SaveError::PhoneTaken)
    .or_else(line_taken)?;
    if renamed {
        delete_terms(tx, member.id).await?;
        insert_terms(tx, member).await?;
    }
    Ok(())
}

/// Takes a member out of searches.
pub async fn delete_terms(tx: &mut TenantTx, member: MemberId) -> Result<(), StoreError> {
    sqlx::query!(
        "DELETE FROM member_search_terms WHERE org_id = $1 AND member_id = $2",
        tx.org().as_uuid(),
        member.as_uuid(),
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

fn line_taken<T>(error: SaveError) -> Result<T, SaveError> {
    Err(match error {
        SaveError::Store(store) if store.constraint() == Some("members_line") => {
            SaveError::LineTaken
        }
        other => other,
    })
}

async fn insert_terms(tx: &mut TenantTx, member: &Member) -> Result<(), StoreError> {
    let terms = search::terms(&member.name, member.phone.as_deref());
    sqlx::query!(
        "INSERT INTO member_search_terms (org_id, term, joined_at, member_id)
         SELECT $1, term, $3, $2
         FROM unnest($4::text[]) AS term",
        tx.org().as_uuid(),
        member.id.as_uuid(),
        member.joined_at,
        &terms,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// A state that staff set.
#[derive(Clone, Debug)]
pub struct StateChange {
    /// Why.
    pub reason: String,
    /// Account.
    pub by: Uuid,
    /// When.
    pub at: DateTime<Utc>,
}

/// Notes why a member has its state.
pub async fn set_state_change(
    tx: &mut TenantTx,
    member: MemberId,
    change: &StateChange,
) -> Result<(), StoreError> {
    sqlx::query!(
        "UPDATE members
         SET state_reason = $3, state_by = $4, state_at = $5
         WHERE org_id = $1 AND member_id = $2",
        tx.org().as_uuid(),
        member.as_uuid(),
        change.reason,
        change.by,
        change.at,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Why a member has its state; none when staff never set it.
pub async fn find_state_change(
    tx: &mut TenantTx,
    member: MemberId,
) -> Result<Option<StateChange>, StoreError> {
    let found = sqlx::query!(
        "SELECT state_reason, state_by, state_at
         FROM members
         WHERE org_id = $1 AND member_id = $2",
        tx.org().as_uuid(),
        member.as_uuid(),
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(found.and_then(|row| {
        Some(StateChange {
            reason: row.state_reason?,
            by: row.state_by?,
            at: row.state_at?,
        })
    }))
}

/// Counts the completed orders of a member anew.
pub async fn recount_orders(tx: &mut TenantTx, member: MemberId) -> Result<(), StoreError> {
    sqlx::query!(
        "UPDATE members
         SET orders = counted.orders, spent = counted.spent, last_order_at = counted.last
         FROM (
             SELECT
                 count(*)::integer AS orders,
                 max(placed_at) AS last,
                 (
                     SELECT coalesce(sum(goods_left), 0)::bigint
                     FROM completed_orders
                     WHERE org_id = $1 AND member_id = $2 AND completed
                 ) AS spent
             FROM member_orders
             WHERE org_id = $1 AND member_id = $2 AND state = 'completed'
         ) AS counted
         WHERE members.org_id = $1 AND members.member_id = $2",
        tx.org().as_uuid(),
        member.as_uuid(),
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Keys of members after `after`, in their order, of all organisations.
pub async fn list_keys(
    tx: &mut SystemTx,
    after: (Uuid, Uuid),
    limit: i64,
) -> Result<Vec<(OrganisationId, Uuid)>, StoreError> {
    let rows = sqlx::query!(
        r#"SELECT org_id AS "org_id: OrganisationId", member_id
         FROM members
         WHERE (org_id, member_id) > ($1, $2)
         ORDER BY org_id, member_id
         LIMIT $3"#,
        after.0,
        after.1,
        limit,
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.org_id, row.member_id))
        .collect())
}
