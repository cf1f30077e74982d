//! Addresses of a member: one of them is offered first.

use chassis::{
    db::TenantTx,
    error::Problem,
    id::{AddressId, MemberId},
};
use proto::membership::v1::MembershipReason;

use crate::{
    app::Dependencies,
    domain::{contact::Address, member::MOST_ADDRESSES},
    store::{self, addresses::StoredAddress},
};

/// Adds an address of a member whose row is locked. Refuses with `ADDRESS_LIMIT`.
pub async fn create(
    deps: &Dependencies,
    tx: &mut TenantTx,
    member: MemberId,
    mut address: Address,
) -> Result<StoredAddress, Problem> {
    let known = store::addresses::list(tx, member).await?;
    if known.len() >= MOST_ADDRESSES {
        return Err(Problem::new(MembershipReason::AddressLimit)
            .message("a member has no more addresses")
            .param("max", MOST_ADDRESSES));
    }
    address.preferred |= known.is_empty();
    if address.preferred {
        store::addresses::clear_preferred(tx, member).await?;
    }
    let stored = StoredAddress {
        id: AddressId::new(&*deps.clock),
        address,
    };
    store::addresses::insert(tx, member, &stored, deps.clock.now()).await?;
    Ok(stored)
}

/// Changes an address of a member whose row is locked; the preferred one stays so until another is.
pub async fn update(
    tx: &mut TenantTx,
    member: MemberId,
    mut stored: StoredAddress,
) -> Result<StoredAddress, Problem> {
    let known = store::addresses::list(tx, member).await?;
    let before = known.iter().find(|known| known.id == stored.id);
    let before = before.ok_or_else(|| Problem::not_found("address"))?;
    stored.address.preferred |= before.address.preferred;
    if stored.address.preferred {
        store::addresses::clear_preferred(tx, member).await?;
    }
    store::addresses::update(tx, member, &stored).await?;
    Ok(stored)
}

/// Deletes an address of a member whose row is locked; the oldest of the others is preferred then.
pub async fn delete(tx: &mut TenantTx, member: MemberId, id: AddressId) -> Result<(), Problem> {
    if !store::addresses::delete(tx, member, id).await? {
        return Err(Problem::not_found("address"));
    }
    Ok(store::addresses::prefer_oldest(tx, member).await?)
}
