//! What accounts have refunded on a business day.

use chassis::{business_day::BusinessDay, db::TenantTx, id::AccountId};

/// Adds to the day of an account and returns what it was before; the row stays locked until the transaction
/// ends, so that simultaneous refunds of one account are counted one after another.
pub async fn add(
    tx: &mut TenantTx,
    account: AccountId,
    day: BusinessDay,
    amount: i64,
) -> Result<i64, sqlx::Error> {
    let after = sqlx::query_scalar!(
        "INSERT INTO refund_days (org_id, account_id, business_day, amount)
         VALUES ($1, $2, $3, $4)
         ON CONFLICT (org_id, account_id, business_day)
             DO UPDATE SET amount = refund_days.amount + EXCLUDED.amount
         RETURNING amount",
        tx.org().as_uuid(),
        account.as_uuid(),
        day.date(),
        amount,
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(after - amount)
}

/// Takes what failed out of the day of an account.
pub async fn subtract(
    tx: &mut TenantTx,
    account: AccountId,
    day: BusinessDay,
    amount: i64,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "UPDATE refund_days
         SET amount = amount - $4
         WHERE org_id = $1 AND account_id = $2 AND business_day = $3",
        tx.org().as_uuid(),
        account.as_uuid(),
        day.date(),
        amount,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// What an account has refunded on a business day.
pub async fn get(
    tx: &mut TenantTx,
    account: AccountId,
    day: BusinessDay,
) -> Result<i64, sqlx::Error> {
    let found = sqlx::query_scalar!(
        "SELECT amount FROM refund_days WHERE org_id = $1 AND account_id = $2 AND business_day = $3",
        tx.org().as_uuid(),
        account.as_uuid(),
        day.date(),
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(found.unwrap_or_default())
}
