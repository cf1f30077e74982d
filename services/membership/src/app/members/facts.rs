//! What benefits ask of a member.

use chassis::{
    db::{StoreError, TenantTx},
    id::MemberId,
};

use crate::{domain::member::MemberState, store};

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
    let Some(found) = store::members::find(tx, member).await? else {
        return Ok(None);
    };
    if !found.state.exists() {
        return Ok(None);
    }
    Ok(Some(MemberFacts {
        blocked: found.state == MemberState::Blocked,
        prepays: found.state == MemberState::Prepays,
        first_order: !store::member_orders::exists(tx, member).await?,
        birth_month: found.birth_month(),
        name: found.name,
        phone: found.phone.unwrap_or_default(),
    }))
}
