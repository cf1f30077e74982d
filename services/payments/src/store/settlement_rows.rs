//! Rows of settlement files, and the attempts and refunds that they name.

use std::collections::HashMap;

use chassis::{
    db::{StoreError, SystemTx, TenantTx},
    id::{
        AccountId, AttemptId, BranchId, GatewayAccountId, OrderId, OrganisationId, PaymentMethodId,
        RefundId, SettlementId,
    },
    money::Currency,
};
use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

use crate::domain::{
    attempt::AttemptState,
    refund::{RefundCause, RefundState},
    settlement::{
        Cause, Decided, Decision, FileRow, Outcome, Row, RowKind, RowOrder, Sums, Verdict,
        matching::{KnownAttempt, KnownRefund},
    },
};

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

/// Settlements of all organisations, imported since an instant, with rows that what was recorded meanwhile
/// may explain.
pub async fn list_to_match_again(
    tx: &mut SystemTx,
    since: DateTime<Utc>,
) -> Result<Vec<(OrganisationId, SettlementId)>, StoreError> {
    let rows = sqlx::query!(
        r#"SELECT DISTINCT
             org_id AS "org: OrganisationId",
             settlement_id AS "settlement: SettlementId"
         FROM settlement_rows
         JOIN settlements AS settlement USING (org_id, settlement_id)
         WHERE decision IS NULL AND cause IN ('late', 'refund_under_way', 'not_found')
             AND settlement.imported_at >= $1"#,
        since,
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.org, row.settlement))
        .collect())
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
