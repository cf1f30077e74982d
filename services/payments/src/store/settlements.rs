//! Settlement files, their rows, and the money that stands in none.

use std::collections::HashMap;

use chassis::{
    db::{StoreError, TenantTx},
    id::{
        AccountId, AttemptId, BranchId, BrandId, GatewayAccountId, OrderId, PaymentMethodId,
        RefundId, SettlementId,
    },
    money::Currency,
};
use chrono::{DateTime, NaiveDate, Utc};
use payment_adapters::Provider;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::domain::{
    attempt::AttemptState,
    refund::{RefundCause, RefundState},
    settlement::{
        Cause, Decided, Decision, FileRow, Outcome, Row, RowKind, RowOrder, Sums, Verdict,
        booking::Booked,
        mapping::Mapping,
        matching::{KnownAttempt, KnownRefund},
    },
};

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

/// Stores the rows of a new settlement.
pub async fn insert_rows(
    tx: &mut TenantTx,
    id: SettlementId,
    rows: &[Row],
) -> Result<(), StoreError> {
    let column = |of: fn(&Row) -> String| -> Vec<String> { rows.iter().map(of).collect() };
    let lines: Vec<i32> = rows.iter().map(|row| row.file.line).collect();
    let kinds = column(|row| row.file.kind.to_string());
    let numbers = column(|row| row.file.provider_reference.clone());
    let references = column(|row| row.file.reference.clone());
    let amounts: Vec<i64> = rows.iter().map(|row| row.file.amount_e4).collect();
    let fees: Vec<i64> = rows.iter().map(|row| row.file.fee_e4).collect();
    let dates: Vec<Option<NaiveDate>> = rows.iter().map(|row| row.file.date).collect();
    let Verdicts {
        outcomes,
        causes,
        differences,
        attempts,
        refunds,
        booked,
    } = Verdicts::of(rows);
    sqlx::query!(
        "INSERT INTO settlement_rows (
             org_id, settlement_id, line, kind, provider_reference, reference, amount_e4, fee_e4,
             row_date, outcome, cause, difference_e4, attempt_id, refund_id, booked
         )
         SELECT $1, $2, *
         FROM unnest(
             $3::integer[], $4::text[], $5::text[], $6::text[], $7::bigint[], $8::bigint[],
             $9::date[], $10::text[], $11::text[], $12::bigint[], $13::uuid[], $14::uuid[],
             $15::boolean[]
         )",
        tx.org().as_uuid(),
        id.as_uuid(),
        &lines,
        &kinds,
        &numbers,
        &references,
        &amounts,
        &fees,
        &dates as &[Option<NaiveDate>],
        &outcomes,
        &causes as &[Option<String>],
        &differences,
        &attempts as &[Option<Uuid>],
        &refunds as &[Option<Uuid>],
        &booked,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Stores how rows compare now.
pub async fn update_verdicts(
    tx: &mut TenantTx,
    id: SettlementId,
    rows: &[Row],
) -> Result<(), StoreError> {
    let lines: Vec<i32> = rows.iter().map(|row| row.file.line).collect();
    let Verdicts {
        outcomes,
        causes,
        differences,
        attempts,
        refunds,
        booked,
    } = Verdicts::of(rows);
    sqlx::query!(
        "UPDATE settlement_rows AS stored
         SET outcome = found.outcome, cause = found.cause, difference_e4 = found.difference_e4,
             attempt_id = found.attempt_id, refund_id = found.refund_id, booked = found.booked
         FROM unnest(
             $3::integer[], $4::text[], $5::text[], $6::bigint[], $7::uuid[], $8::uuid[],
             $9::boolean[]
         ) AS found (line, outcome, cause, difference_e4, attempt_id, refund_id, booked)
         WHERE stored.org_id = $1 AND stored.settlement_id = $2 AND stored.line = found.line",
        tx.org().as_uuid(),
        id.as_uuid(),
        &lines,
        &outcomes,
        &causes as &[Option<String>],
        &differences,
        &attempts as &[Option<Uuid>],
        &refunds as &[Option<Uuid>],
        &booked,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Verdicts of rows by column.
struct Verdicts {
    outcomes: Vec<String>,
    causes: Vec<Option<String>>,
    differences: Vec<i64>,
    attempts: Vec<Option<Uuid>>,
    refunds: Vec<Option<Uuid>>,
    booked: Vec<bool>,
}

impl Verdicts {
    fn of(rows: &[Row]) -> Self {
        let verdicts = || rows.iter().map(|row| &row.verdict);
        Self {
            outcomes: verdicts()
                .map(|found| found.outcome().to_string())
                .collect(),
            causes: verdicts()
                .map(|found| found.cause.map(|cause| cause.to_string()))
                .collect(),
            differences: verdicts().map(|found| found.difference_e4).collect(),
            attempts: verdicts()
                .map(|found| found.attempt.map(|id| id.as_uuid()))
                .collect(),
            refunds: verdicts()
                .map(|found| found.refund.map(|id| id.as_uuid()))
                .collect(),
            booked: verdicts().map(|found| found.booked).collect(),
        }
    }
}

/// Stores a decision about a row.
pub async fn update_decision(
    tx: &mut TenantTx,
    id: SettlementId,
    line: i32,
    decided: &Decided,
    by: AccountId,
) -> Result<(), StoreError> {
    sqlx::query!(
        "UPDATE settlement_rows
         SET decision = $4, note = $5, decided_by = $6, decided_by_name = $7, decided_at = $8
         WHERE org_id = $1 AND settlement_id = $2 AND line = $3",
        tx.org().as_uuid(),
        id.as_uuid(),
        line,
        decided.decision as _,
        decided.note,
        by.as_uuid(),
        decided.by,
        decided.at,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

struct RowRecord {
    line: i32,
    kind: RowKind,
    provider_reference: String,
    reference: String,
    amount_e4: i64,
    fee_e4: i64,
    row_date: Option<NaiveDate>,
    cause: Option<Cause>,
    difference_e4: i64,
    attempt: Option<AttemptId>,
    refund: Option<RefundId>,
    booked: bool,
    decision: Option<Decision>,
    note: String,
    decided_by: String,
    decided_at: Option<DateTime<Utc>>,
    order: Option<OrderId>,
    order_number: Option<String>,
    branch: Option<BranchId>,
    test: Option<bool>,
}

impl From<RowRecord> for Row {
    fn from(record: RowRecord) -> Self {
        let order = record.order.zip(record.order_number);
        let order = order.zip(record.branch.zip(record.test));
        Self {
            file: FileRow {
                line: record.line,
                kind: record.kind,
                provider_reference: record.provider_reference,
                reference: record.reference,
                amount_e4: record.amount_e4,
                fee_e4: record.fee_e4,
                date: record.row_date,
            },
            verdict: Verdict {
                cause: record.cause,
                difference_e4: record.difference_e4,
                attempt: record.attempt,
                refund: record.refund,
                booked: record.booked,
            },
            decided: record
                .decision
                .zip(record.decided_at)
                .map(|(decision, at)| Decided {
                    decision,
                    note: record.note,
                    by: record.decided_by,
                    at,
                }),
            order: order.map(|((id, number), (branch, test))| RowOrder {
                id,
                number,
                branch,
                test,
            }),
        }
    }
}

/// Selects rows of a settlement, the second parameter, of the organisation, the first one.
macro_rules! select_rows {
    ($rest:literal, $($parameter:tt)*) => {
        sqlx::query_as!(
            RowRecord,
            r#"
            SELECT
                stored.line,
                stored.kind AS "kind: RowKind",
                stored.provider_reference,
                stored.reference,
                stored.amount_e4,
                stored.fee_e4,
                stored.row_date,
                stored.cause AS "cause: Cause",
                stored.difference_e4,
                stored.attempt_id AS "attempt: AttemptId",
                stored.refund_id AS "refund: RefundId",
                stored.booked,
                stored.decision AS "decision: Decision",
                stored.note,
                stored.decided_by_name AS decided_by,
                stored.decided_at,
                payment.order_id AS "order?: OrderId",
                payment.order_number AS "order_number?",
                payment.branch_id AS "branch?: BranchId",
                payment.test AS "test?"
            FROM settlement_rows AS stored
            LEFT JOIN attempts AS attempt USING (org_id, attempt_id)
            LEFT JOIN payments AS payment USING (org_id, payment_id)
            WHERE stored.org_id = $1 AND stored.settlement_id = $2
            "# + $rest,
            $($parameter)*
        )
    };
}

/// Which rows are wanted; what is left out does not filter.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RowFilter {
    /// Outcome.
    pub outcome: Option<Outcome>,
    /// Cause.
    pub cause: Option<Cause>,
    /// Nobody decided.
    pub undecided: bool,
}

/// Rows of a settlement in the order of the file, after line `after`.
pub async fn list_rows(
    tx: &mut TenantTx,
    id: SettlementId,
    filter: RowFilter,
    after: i32,
    limit: i64,
) -> Result<Vec<Row>, StoreError> {
    let org = tx.org().as_uuid();
    let rows = select_rows!(
        "AND ($3::text IS NULL OR stored.outcome = $3)
             AND ($4::text IS NULL OR stored.cause = $4)
             AND (NOT $5 OR stored.decision IS NULL)
             AND stored.line > $6
         ORDER BY stored.line
         LIMIT $7",
        org,
        id.as_uuid(),
        filter.outcome.map(Outcome::as_str),
        filter.cause.map(Cause::as_str),
        filter.undecided,
        after,
        limit,
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows.into_iter().map(Into::into).collect())
}

/// A row.
pub async fn find_row(
    tx: &mut TenantTx,
    id: SettlementId,
    line: i32,
) -> Result<Option<Row>, StoreError> {
    let org = tx.org().as_uuid();
    let row = select_rows!("AND stored.line = $3", org, id.as_uuid(), line,)
        .fetch_optional(&mut **tx)
        .await?;
    Ok(row.map(Into::into))
}

/// Rows that differ and that nobody decided.
pub async fn list_open_rows(tx: &mut TenantTx, id: SettlementId) -> Result<Vec<Row>, StoreError> {
    let org = tx.org().as_uuid();
    let rows = select_rows!(
        "AND stored.outcome = 'difference' AND stored.decision IS NULL ORDER BY stored.line",
        org,
        id.as_uuid(),
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows.into_iter().map(Into::into).collect())
}

/// How many rows of a settlement are alike, with their sums.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowCount {
    /// Settlement.
    pub settlement: SettlementId,
    /// Outcome.
    pub outcome: Outcome,
    /// Cause.
    pub cause: Option<Cause>,
    /// Somebody decided.
    pub decided: bool,
    /// Rows.
    pub count: i64,
    /// Sums.
    pub sums: Sums,
}

/// Counts rows of settlements by outcome, cause and whether somebody decided.
pub async fn count_rows(
    tx: &mut TenantTx,
    settlements: &[SettlementId],
) -> Result<Vec<RowCount>, StoreError> {
    let ids: Vec<Uuid> = settlements.iter().map(|id| id.as_uuid()).collect();
    let rows = sqlx::query!(
        r#"SELECT
             settlement_id AS "settlement: SettlementId",
             outcome AS "outcome: Outcome",
             cause AS "cause: Cause",
             decision IS NOT NULL AS "decided!",
             count(*) AS "count!",
             sum(amount_e4)::bigint AS "amount_e4!",
             sum(fee_e4)::bigint AS "fee_e4!"
         FROM settlement_rows
         WHERE org_id = $1 AND settlement_id = ANY($2)
         GROUP BY 1, 2, 3, 4
         ORDER BY 1, 2 DESC, 3"#,
        tx.org().as_uuid(),
        &ids,
    )
    .fetch_all(&mut **tx)
    .await?;
    let counts = rows.into_iter().map(|row| RowCount {
        settlement: row.settlement,
        outcome: row.outcome,
        cause: row.cause,
        decided: row.decided,
        count: row.count,
        sums: Sums {
            amount_e4: row.amount_e4,
            fee_e4: row.fee_e4,
        },
    });
    Ok(counts.collect())
}

/// Attempts of an account that rows name, with their orders: by the provider's number or ours of an attempt
/// or refund, or by id.
pub async fn find_attempts(
    tx: &mut TenantTx,
    account: GatewayAccountId,
    currency: Currency,
    numbers: &[String],
    references: &[String],
    ids: &[AttemptId],
) -> Result<Vec<(KnownAttempt, RowOrder)>, StoreError> {
    let ids: Vec<Uuid> = ids.iter().map(|id| id.as_uuid()).collect();
    let org = tx.org().as_uuid();
    let rows = sqlx::query!(
        r#"WITH named AS (
             SELECT attempt_id FROM attempts
             WHERE org_id = $1 AND account_id = $2 AND provider_reference = ANY($4)
             UNION
             SELECT attempt_id FROM attempts WHERE org_id = $1 AND reference = ANY($5)
             UNION
             SELECT attempt_id FROM refunds WHERE org_id = $1 AND provider_reference = ANY($4)
             UNION
             SELECT attempt_id FROM refunds WHERE org_id = $1 AND reference = ANY($5)
             UNION
             SELECT unnest($6::uuid[])
         )
         SELECT
             attempt.attempt_id AS "id: AttemptId",
             attempt.reference,
             attempt.provider_reference,
             attempt.state AS "state: AttemptState",
             attempt.captured,
             attempt.method_id AS "method: PaymentMethodId",
             payment.order_id AS "order: OrderId",
             payment.order_number,
             payment.branch_id AS "branch: BranchId",
             payment.test
         FROM attempts AS attempt
         JOIN payments AS payment USING (org_id, payment_id)
         WHERE attempt.org_id = $1 AND attempt.account_id = $2 AND attempt.currency = $3
             AND attempt.attempt_id IN (SELECT attempt_id FROM named)
         ORDER BY attempt.attempt_id"#,
        org,
        account.as_uuid(),
        currency as _,
        numbers,
        references,
        &ids,
    )
    .fetch_all(&mut **tx)
    .await?;
    let found: Vec<Uuid> = rows.iter().map(|row| row.id.as_uuid()).collect();
    let mut refunds = list_refunds(tx, &found).await?;
    let attempts = rows.into_iter().map(|row| {
        let attempt = KnownAttempt {
            id: row.id,
            reference: row.reference,
            provider_reference: row.provider_reference,
            state: row.state,
            captured: row.captured,
            method: row.method,
            refunds: refunds.remove(&row.id).unwrap_or_default(),
        };
        let order = RowOrder {
            id: row.order,
            number: row.order_number,
            branch: row.branch,
            test: row.test,
        };
        (attempt, order)
    });
    Ok(attempts.collect())
}

async fn list_refunds(
    tx: &mut TenantTx,
    attempts: &[Uuid],
) -> Result<HashMap<AttemptId, Vec<KnownRefund>>, StoreError> {
    let rows = sqlx::query!(
        r#"SELECT
             attempt_id AS "attempt: AttemptId",
             refund_id AS "id: RefundId",
             reference,
             provider_reference,
             amount,
             state AS "state: RefundState",
             cause AS "cause: RefundCause"
         FROM refunds
         WHERE org_id = $1 AND attempt_id = ANY($2)
         ORDER BY requested_at, refund_id"#,
        tx.org().as_uuid(),
        attempts,
    )
    .fetch_all(&mut **tx)
    .await?;
    let mut refunds = HashMap::<_, Vec<_>>::new();
    for row in rows {
        refunds.entry(row.attempt).or_default().push(KnownRefund {
            id: row.id,
            reference: row.reference,
            provider_reference: row.provider_reference,
            amount: row.amount,
            state: row.state,
            cause: row.cause,
        });
    }
    Ok(refunds)
}

/// Rows of any file about these attempts that are booked.
pub async fn list_booked_rows(
    tx: &mut TenantTx,
    attempts: &[AttemptId],
) -> Result<Vec<(FileRow, Verdict)>, StoreError> {
    let ids: Vec<Uuid> = attempts.iter().map(|id| id.as_uuid()).collect();
    let rows = sqlx::query!(
        r#"SELECT
             line,
             kind AS "kind: RowKind",
             provider_reference,
             reference,
             amount_e4,
             fee_e4,
             row_date,
             cause AS "cause: Cause",
             difference_e4,
             attempt_id AS "attempt: AttemptId",
             refund_id AS "refund: RefundId"
         FROM settlement_rows
         WHERE org_id = $1 AND attempt_id = ANY($2) AND booked"#,
        tx.org().as_uuid(),
        &ids,
    )
    .fetch_all(&mut **tx)
    .await?;
    let rows = rows.into_iter().map(|row| {
        let file = FileRow {
            line: row.line,
            kind: row.kind,
            provider_reference: row.provider_reference,
            reference: row.reference,
            amount_e4: row.amount_e4,
            fee_e4: row.fee_e4,
            date: row.row_date,
        };
        let verdict = Verdict {
            cause: row.cause,
            difference_e4: row.difference_e4,
            attempt: row.attempt,
            refund: row.refund,
            booked: true,
        };
        (file, verdict)
    });
    Ok(rows.collect())
}

/// Money that was captured or refunded and stands in no file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnsettledMoney {
    /// Attempt or refund.
    pub id: Uuid,
    /// Payment or refund.
    pub kind: RowKind,
    /// Order.
    pub order: OrderId,
    /// 訂單編號.
    pub order_number: String,
    /// Branch of the order.
    pub branch: BranchId,
    /// Account at the provider.
    pub account: GatewayAccountId,
    /// The provider's number.
    pub provider_reference: Option<String>,
    /// Our reference.
    pub reference: String,
    /// Amount, below zero for a refund.
    pub amount: i64,
    /// Currency.
    pub currency: Currency,
    /// When.
    pub occurred_at: DateTime<Utc>,
    /// When it should be paid out.
    pub due_at: DateTime<Utc>,
}

/// Where a page of unsettled money ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnsettledCursor {
    /// When the last one happened.
    pub occurred_at: DateTime<Utc>,
    /// Which one it was.
    pub id: Uuid,
}

/// Selects from `unsettled`: what was captured or refunded at the accounts of the second parameter and
/// stands in no file. What was refunded whole before any file named it is never paid out.
macro_rules! from_unsettled {
    ($record:ident, $select:literal, $($parameter:tt)*) => {
        sqlx::query_as!(
            $record,
            r#"
            WITH unsettled AS (
                SELECT
                    attempt.attempt_id AS id,
                    'payment' AS kind,
                    attempt.payment_id,
                    attempt.account_id,
                    attempt.provider_reference,
                    attempt.reference,
                    attempt.captured AS amount,
                    attempt.currency,
                    coalesce(attempt.paid_at, attempt.created_at) AS occurred_at
                FROM attempts AS attempt
                WHERE attempt.org_id = $1 AND attempt.account_id = ANY($2)
                    AND attempt.captured > 0
                    AND NOT EXISTS (
                        SELECT 1 FROM settlement_rows AS stored
                        WHERE stored.org_id = $1 AND stored.attempt_id = attempt.attempt_id
                            AND stored.booked AND stored.kind = 'payment'
                    )
                    AND (attempt.refunded < attempt.captured OR EXISTS (
                        SELECT 1 FROM settlement_rows AS stored
                        WHERE stored.org_id = $1 AND stored.attempt_id = attempt.attempt_id
                            AND stored.booked
                    ))
                UNION ALL
                SELECT
                    refund.refund_id,
                    'refund',
                    attempt.payment_id,
                    attempt.account_id,
                    refund.provider_reference,
                    refund.reference,
                    -refund.amount,
                    attempt.currency,
                    coalesce(refund.settled_at, refund.requested_at)
                FROM attempts AS attempt
                JOIN refunds AS refund USING (org_id, attempt_id)
                WHERE attempt.org_id = $1 AND attempt.account_id = ANY($2)
                    AND refund.state = 'succeeded'
                    AND NOT EXISTS (
                        SELECT 1 FROM settlement_rows AS stored
                        WHERE stored.org_id = $1 AND stored.refund_id = refund.refund_id AND stored.booked
                    )
                    AND (attempt.refunded < attempt.captured OR EXISTS (
                        SELECT 1 FROM settlement_rows AS stored
                        WHERE stored.org_id = $1 AND stored.attempt_id = attempt.attempt_id
                            AND stored.booked
                    ))
            ), due AS (
                SELECT
                    unsettled.*,
                    payment.order_id,
                    payment.order_number,
                    payment.branch_id,
                    unsettled.occurred_at + make_interval(days => account.settlement_days) AS due_at
                FROM unsettled
                JOIN payments AS payment
                    ON payment.org_id = $1 AND payment.payment_id = unsettled.payment_id
                JOIN gateway_accounts AS account
                    ON account.org_id = $1 AND account.account_id = unsettled.account_id
                WHERE NOT payment.test
            )
            "# + $select,
            $($parameter)*
        )
    };
}

/// A page of unsettled money, the oldest first.
pub async fn list_unsettled(
    tx: &mut TenantTx,
    accounts: &[GatewayAccountId],
    overdue_at: Option<DateTime<Utc>>,
    after: Option<UnsettledCursor>,
    limit: i64,
) -> Result<Vec<UnsettledMoney>, StoreError> {
    let org = tx.org().as_uuid();
    let items = from_unsettled!(
        UnsettledMoney,
        r#"SELECT
             id AS "id!",
             kind AS "kind!: RowKind",
             order_id AS "order!: OrderId",
             order_number AS "order_number!",
             branch_id AS "branch!: BranchId",
             account_id AS "account!: GatewayAccountId",
             provider_reference,
             reference AS "reference!",
             amount AS "amount!",
             currency AS "currency!: Currency",
             occurred_at AS "occurred_at!",
             due_at AS "due_at!"
         FROM due
         WHERE ($3::timestamptz IS NULL OR due_at < $3)
             AND ($4::timestamptz IS NULL OR (occurred_at, id) > ($4, $5::uuid))
         ORDER BY occurred_at, id
         LIMIT $6"#,
        org,
        &uuids(accounts),
        overdue_at,
        after.map(|cursor| cursor.occurred_at),
        after.map(|cursor| cursor.id),
        limit,
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(items)
}

/// How much unsettled money there is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct UnsettledTotals {
    /// How many.
    pub count: i64,
    /// Their sum.
    pub amount: i64,
    /// How many are overdue.
    pub overdue_count: i64,
    /// Their sum.
    pub overdue_amount: i64,
}

/// Sums of all unsettled money of accounts.
pub async fn sum_unsettled(
    tx: &mut TenantTx,
    accounts: &[GatewayAccountId],
    now: DateTime<Utc>,
) -> Result<UnsettledTotals, StoreError> {
    let org = tx.org().as_uuid();
    let totals = from_unsettled!(
        UnsettledTotals,
        r#"SELECT
             count(*) AS "count!",
             coalesce(sum(amount), 0)::bigint AS "amount!",
             count(*) FILTER (WHERE due_at < $3) AS "overdue_count!",
             coalesce(sum(amount) FILTER (WHERE due_at < $3), 0)::bigint AS "overdue_amount!"
         FROM due"#,
        org,
        &uuids(accounts),
        now,
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(totals)
}

fn uuids(accounts: &[GatewayAccountId]) -> Vec<Uuid> {
    accounts.iter().map(|id| id.as_uuid()).collect()
}
