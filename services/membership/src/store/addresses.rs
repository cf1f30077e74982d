//! Addresses of members.

use chassis::{
    db::{StoreError, TenantTx},
    id::{AddressId, MemberId, MemberMergeId},
};
use chrono::{DateTime, Utc};

use crate::domain::contact::Address;

/// An address as it is stored.
#[derive(Clone, Debug)]
pub struct StoredAddress {
    /// Id.
    pub id: AddressId,
    /// The address.
    pub address: Address,
}

/// Addresses of a member, the preferred one first.
pub async fn list(tx: &mut TenantTx, member: MemberId) -> Result<Vec<StoredAddress>, StoreError> {
    let rows = sqlx::query!(
        r#"SELECT
             address_id AS "id: AddressId",
             label, postal_code, city, district, street, note, preferred
         FROM member_addresses
         WHERE org_id = $1 AND member_id = $2
         ORDER BY preferred DESC, created_at, address_id"#,
        tx.org().as_uuid(),
        member.as_uuid(),
    )
    .fetch_all(&mut **tx)
    .await?;
    let stored = rows.into_iter().map(|row| StoredAddress {
        id: row.id,
        address: Address {
            label: row.label,
            postal_code: row.postal_code,
            city: row.city,
            district: row.district,
            street: row.street,
            note: row.note,
            preferred: row.preferred,
        },
    });
    Ok(stored.collect())
}

/// Stores a new address.
pub async fn insert(
    tx: &mut TenantTx,
    member: MemberId,
    stored: &StoredAddress,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let address = &stored.address;
    sqlx::query!(
        "INSERT INTO member_addresses (
             org_id, member_id, address_id, label, postal_code, city, district, street, note,
             preferred, created_at
         )
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        tx.org().as_uuid(),
        member.as_uuid(),
        stored.id.as_uuid(),
        address.label,
        address.postal_code,
        address.city,
        address.district,
        address.street,
        address.note,
        address.preferred,
        now,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Stores a changed address; false when there is none.
pub async fn update(
    tx: &mut TenantTx,
    member: MemberId,
    stored: &StoredAddress,
) -> Result<bool, StoreError> {
    let address = &stored.address;
    let done = sqlx::query!(
        "UPDATE member_addresses
         SET label = $4, postal_code = $5, city = $6, district = $7, street = $8, note = $9,
             preferred = $10
         WHERE org_id = $1 AND member_id = $2 AND address_id = $3",
        tx.org().as_uuid(),
        member.as_uuid(),
        stored.id.as_uuid(),
        address.label,
        address.postal_code,
        address.city,
        address.district,
        address.street,
        address.note,
        address.preferred,
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// No address is offered first any more.
pub async fn clear_preferred(tx: &mut TenantTx, member: MemberId) -> Result<(), StoreError> {
    sqlx::query!(
        "UPDATE member_addresses
         SET preferred = false
         WHERE org_id = $1 AND member_id = $2 AND preferred",
        tx.org().as_uuid(),
        member.as_uuid(),
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// The oldest address is offered first, when none is.
pub async fn prefer_oldest(tx: &mut TenantTx, member: MemberId) -> Result<(), StoreError> {
    sqlx::query!(
        "UPDATE member_addresses
         SET preferred = true
         WHERE org_id = $1 AND member_id = $2 AND address_id = (
             SELECT address_id
             FROM member_addresses
             WHERE org_id = $1 AND member_id = $2
             ORDER BY preferred DESC, created_at, address_id
             LIMIT 1
         )",
        tx.org().as_uuid(),
        member.as_uuid(),
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Deletes an address; false when there is none.
pub async fn delete(
    tx: &mut TenantTx,
    member: MemberId,
    id: AddressId,
) -> Result<bool, StoreError> {
    let done = sqlx::query!(
        "DELETE FROM member_addresses
         WHERE org_id = $1 AND member_id = $2 AND address_id = $3",
        tx.org().as_uuid(),
        member.as_uuid(),
        id.as_uuid(),
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Deletes all addresses of a member.
pub async fn delete_all(tx: &mut TenantTx, member: MemberId) -> Result<(), StoreError> {
    sqlx::query!(
        "DELETE FROM member_addresses WHERE org_id = $1 AND member_id = $2",
        tx.org().as_uuid(),
        member.as_uuid(),
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Moves the first `most` addresses of a merged member to the one that is kept.
pub async fn merge(
    tx: &mut TenantTx,
    merge: MemberMergeId,
    from: MemberId,
    into: MemberId,
    most: i64,
) -> Result<(), StoreError> {
    sqlx::query!(
        "UPDATE member_addresses
         SET member_id = $3, preferred = false, merge_id = $4
         WHERE org_id = $1 AND member_id = $2 AND address_id IN (
             SELECT address_id
             FROM member_addresses
             WHERE org_id = $1 AND member_id = $2
             ORDER BY preferred DESC, created_at, address_id
             LIMIT $5
         )",
        tx.org().as_uuid(),
        from.as_uuid(),
        into.as_uuid(),
        merge.as_uuid(),
        most,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Moves what a merging moved back.
pub async fn undo_merge(
    tx: &mut TenantTx,
    merge: MemberMergeId,
    into: MemberId,
    back_to: MemberId,
) -> Result<(), StoreError> {
    sqlx::query!(
        "UPDATE member_addresses
         SET member_id = $3, preferred = false, merge_id = NULL
         WHERE org_id = $1 AND member_id = $2 AND merge_id = $4",
        tx.org().as_uuid(),
        into.as_uuid(),
        back_to.as_uuid(),
        merge.as_uuid(),
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
