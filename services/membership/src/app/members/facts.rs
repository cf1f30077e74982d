//! What benefits ask of a member.

use chassis::{
    db::{StoreError, TenantTx},
    id::MemberId,
};

/// What rules and orders ask of a member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemberFacts {
    /// May not order.
    pub blocked: bool,
    /// Pays in advance.
    pub prepays: bool,
    /// Nothing was ever ordered.
    pub first_order: bool,
    /// Month of birth, 1–12.
    pub birth_month: Option<u8>,
    /// Name as typed.
    pub name: String,
    /// Phone in E.164; empty when unknown.
    pub phone: String,
}

/// Facts of a member; none when there is no such member, or no longer.
pub async fn find(tx: &mut TenantTx, member: MemberId) -> Result<Option<MemberFacts>, StoreError> {
    let found = sqlx::query!(
        "SELECT state, name, phone
         FROM members
         WHERE org_id = $1 AND member_id = $2 AND state NOT IN ('merged', 'erased')",
        tx.org().as_uuid(),
        member.as_uuid(),
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(found.map(|row| MemberFacts {
        blocked: row.state == "blocked",
        prepays: row.state == "prepays",
        first_order: false,
        birth_month: None,
        name: row.name,
        phone: row.phone.unwrap_or_default(),
    }))
}
