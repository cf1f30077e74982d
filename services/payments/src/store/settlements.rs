//! Settlement files.

use chassis::{
    db::{StoreError, TenantTx},
    id::{AccountId, BranchId, BrandId, GatewayAccountId, SettlementId},
    money::Currency,
};
use chrono::{DateTime, NaiveDate, Utc};
use payment_adapters::Provider;

use super::uuids;
use crate::domain::settlement::{Sums, booking::Booked, mapping::Mapping};

/// A settlement as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settlement {
    /// Id.
    pub id: SettlementId,
    /// Account at the provider.
    pub account: GatewayAccountId,
    /// Name of the account.
    pub account_name: String,
    /// Provider.
    pub provider: Provider,
    /// Brand of the account.
    pub brand: BrandId,
    /// Branch of the account; `None` for the whole brand.
    pub branch: Option<BranchId>,
    /// Name of the file.
    pub file_name: String,
    /// When the provider paid out.
    pub paid_on: NaiveDate,
    /// Currency of all amounts.
    pub currency: Currency,
    /// Name of the account that imported it.
    pub imported_by: String,
    /// When.
    pub imported_at: DateTime<Utc>,
    /// Transactions of the ledger that book it.
    pub bookings: i32,
    /// Exact sums of what is booked.
    pub booked_sums: Sums,
    /// Sums of its transactions in the ledger.
    pub booked: Booked,
}

struct SettlementRecord {
    id: SettlementId,
    account: GatewayAccountId,
    account_name: String,
    provider: Provider,
    brand: BrandId,
    branch: Option<BranchId>,
    file_name: String,
    paid_on: NaiveDate,
    currency: Currency,
    imported_by: String,
    imported_at: DateTime<Utc>,
    bookings: i32,
    booked_amount_e4: i64,
    booked_fee_e4: i64,
    booked_bank: i64,
    booked_fees: i64,
    booked_rounding: i64,
    booked_clearing: i64,
}

impl From<SettlementRecord> for Settlement {
    fn from(record: SettlementRecord) -> Self {
        Self {
            id: record.id,
            account: record.account,
            account_name: record.account_name,
            provider: record.provider,
            brand: record.brand,
            branch: record.branch,
            file_name: record.file_name,
            paid_on: record.paid_on,
            currency: record.currency,
            imported_by: record.imported_by,
            imported_at: record.imported_at,
            bookings: record.bookings,
            booked_sums: Sums {
                amount_e4: record.booked_amount_e4,
                fee_e4: record.booked_fee_e4,
            },
            booked: Booked {
                bank: record.booked_bank,
                fees: record.booked_fees,
                rounding: record.booked_rounding,
                clearing: record.booked_clearing,
            },
        }
    }
}

/// Selects settlements of the organisation, the first parameter.
macro_rules! select_settlements {
    ($rest:literal, $($parameter:tt)*) => {
        sqlx::query_as!(
            SettlementRecord,
            r#"
            SELECT
                settlement.settlement_id AS "id: SettlementId",
                settlement.account_id AS "account: GatewayAccountId",
                account.name AS account_name,
                account.provider AS "provider: Provider",
                settlement.brand_id AS "brand: BrandId",
                settlement.branch_id AS "branch: BranchId",
                settlement.file_name,
                settlement.paid_on,
                settlement.currency AS "currency: Currency",
                settlement.imported_by_name AS imported_by,
                settlement.imported_at,
                settlement.bookings,
                settlement.booked_amount_e4,
                settlement.booked_fee_e4,
                settlement.booked_bank,
                settlement.booked_fees,
                settlement.booked_rounding,
                settlement.booked_clearing
            FROM settlements AS settlement
            JOIN gateway_accounts AS account USING (org_id, account_id)
            WHERE settlement.org_id = $1
            "# + $rest,
            $($parameter)*
        )
    };
}

/// Keeps other imports and decisions of an account waiting until the transaction ends; payments go on.
pub async fn lock_account(tx: &mut TenantTx, account: GatewayAccountId) -> Result<(), StoreError> {
    sqlx::query_scalar!(
        "SELECT version FROM gateway_accounts
         WHERE org_id = $1 AND account_id = $2
         FOR NO KEY UPDATE",
        tx.org().as_uuid(),
        account.as_uuid(),
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(())
}

/// What the columns of the account's last file were.
pub async fn find_mapping(
    tx: &mut TenantTx,
    account: GatewayAccountId,
) -> Result<Option<Mapping>, StoreError> {
    let found = sqlx::query_scalar!(
        "SELECT mapping FROM settlement_mappings WHERE org_id = $1 AND account_id = $2",
        tx.org().as_uuid(),
        account.as_uuid(),
    )
    .fetch_optional(&mut **tx)
    .await?;
    let mapping = found.map(serde_json::from_value).transpose();
    mapping.map_err(|_| StoreError::inconsistent("settlement_mappings", "mapping", account))
}

/// Remembers what the columns of an account's file are.
pub async fn upsert_mapping(
    tx: &mut TenantTx,
    account: GatewayAccountId,
    mapping: &Mapping,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let mapping = serde_json::to_value(mapping).expect("a mapping is plain data");
    sqlx::query!(
        "INSERT INTO settlement_mappings (org_id, account_id, mapping, updated_at)
         VALUES ($1, $2, $3, $4)
         ON CONFLICT (org_id, account_id) DO UPDATE
         SET mapping = excluded.mapping, updated_at = excluded.updated_at",
        tx.org().as_uuid(),
        account.as_uuid(),
        mapping,
        now,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// The settlement of a file that was imported before.
pub async fn find_by_hash(
    tx: &mut TenantTx,
    account: GatewayAccountId,
    hash: &[u8],
) -> Result<Option<Settlement>, StoreError> {
    let org = tx.org().as_uuid();
    let found = select_settlements!(
        "AND settlement.account_id = $2 AND settlement.content_hash = $3",
        org,
        account.as_uuid(),
        hash,
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(found.map(Into::into))
}

/// Finds a settlement.
pub async fn find(tx: &mut TenantTx, id: SettlementId) -> Result<Option<Settlement>, StoreError> {
    let org = tx.org().as_uuid();
    let found = select_settlements!("AND settlement.settlement_id = $2", org, id.as_uuid(),)
        .fetch_optional(&mut **tx)
        .await?;
    Ok(found.map(Into::into))
}

/// Settlements of accounts, the last imported first, after `before`.
pub async fn list(
    tx: &mut TenantTx,
    accounts: &[GatewayAccountId],
    before: Option<SettlementId>,
    limit: i64,
) -> Result<Vec<Settlement>, StoreError> {
    let org = tx.org().as_uuid();
    let found = select_settlements!(
        "AND settlement.account_id = ANY($2)
             AND ($3::uuid IS NULL OR settlement.settlement_id < $3)
         ORDER BY settlement.settlement_id DESC
         LIMIT $4",
        org,
        &uuids(accounts),
        before.map(|id| id.as_uuid()),
        limit,
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(found.into_iter().map(Into::into).collect())
}

/// Stores a new settlement; nothing is booked yet.
pub async fn insert(
    tx: &mut TenantTx,
    settlement: &Settlement,
    content_hash: &[u8],
    imported_by: AccountId,
) -> Result<(), StoreError> {
    sqlx::query!(
        "INSERT INTO settlements (
             org_id, settlement_id, account_id, brand_id, branch_id, file_name, content_hash,
             paid_on, currency, imported_by, imported_by_name, imported_at
         )
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        tx.org().as_uuid(),
        settlement.id.as_uuid(),
        settlement.account.as_uuid(),
        settlement.brand.as_uuid(),
        settlement.branch.map(|id| id.as_uuid()),
        settlement.file_name,
        content_hash,
        settlement.paid_on,
        settlement.currency as _,
        imported_by.as_uuid(),
        settlement.imported_by,
        settlement.imported_at,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Stores what is booked of a settlement.
pub async fn update_booked(tx: &mut TenantTx, settlement: &Settlement) -> Result<(), StoreError> {
    let (sums, booked) = (&settlement.booked_sums, &settlement.booked);
    sqlx::query!(
        "UPDATE settlements
         SET bookings = $3, booked_amount_e4 = $4, booked_fee_e4 = $5, booked_bank = $6,
             booked_fees = $7, booked_rounding = $8, booked_clearing = $9
         WHERE org_id = $1 AND settlement_id = $2",
        tx.org().as_uuid(),
        settlement.id.as_uuid(),
        settlement.bookings,
        sums.amount_e4,
        sums.fee_e4,
        booked.bank,
        booked.fees,
        booked.rounding,
        booked.clearing,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
