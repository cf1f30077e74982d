//! Print jobs. The open ones of a device are its queue.

use chassis::{
    db::{StoreError, TenantTx},
    id::{BranchId, BrandId, DeviceId, OrderId, PrintJobId, PrintPointId, PrintRuleId},
};
use chrono::{DateTime, Utc};
use serde::Serialize;
use uuid::Uuid;

use super::words;
use crate::domain::{
    document::{Document, Per, Trigger},
    job::{Delivery, Job, Reason, State},
};

/// Selects jobs of the organisation, the first parameter.
macro_rules! select_jobs {
    ($rest:literal, $($parameter:tt)*) => {
        sqlx::query_as!(
            Row,
            r#"
            SELECT
                seq,
                job_id AS "id: PrintJobId",
                brand_id AS "brand: BrandId",
                branch_id AS "branch: BranchId",
                device_id AS "device: DeviceId",
                point_id AS "point: PrintPointId",
                rule_id AS "rule: PrintRuleId",
                order_id AS "order: OrderId",
                revision,
                document AS "document: Document",
                trigger AS "trigger: Trigger",
                source_id AS source,
                line_ids,
                per AS "per: Per",
                payload,
                copies,
                reprint,
                reprint_of AS "reprint_of: PrintJobId",
                may_be_duplicate,
                moved_from AS "moved_from: DeviceId",
                test,
                accepts,
                state AS "state: State",
                reason,
                attempt,
                tries,
                not_before,
                lease_until,
                delivery AS "delivery: Delivery",
                withdraw_until,
                due_at,
                expires_at,
                created_at,
                sent_at,
                ended_at,
                version
            FROM print_jobs
            WHERE org_id = $1
            "# + $rest,
            $($parameter)*
        )
    };
}

struct Row {
    seq: i64,
    id: PrintJobId,
    brand: BrandId,
    branch: BranchId,
    device: DeviceId,
    point: Option<PrintPointId>,
    rule: Option<PrintRuleId>,
    order: Option<OrderId>,
    revision: i32,
    document: Document,
    trigger: Option<Trigger>,
    source: Uuid,
    line_ids: Vec<Uuid>,
    per: Per,
    payload: Option<serde_json::Value>,
    copies: i16,
    reprint: i16,
    reprint_of: Option<PrintJobId>,
    may_be_duplicate: bool,
    moved_from: Option<DeviceId>,
    test: bool,
    accepts: bool,
    state: State,
    reason: String,
    attempt: i16,
    tries: i16,
    not_before: DateTime<Utc>,
    lease_until: Option<DateTime<Utc>>,
    delivery: Delivery,
    withdraw_until: Option<DateTime<Utc>>,
    due_at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
    created_at: DateTime<Utc>,
    sent_at: Option<DateTime<Utc>>,
    ended_at: Option<DateTime<Utc>>,
    version: i64,
}

impl TryFrom<Row> for Job {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let reason = match row.reason.as_str() {
            "" => None,
            word => Some(
                Reason::from_word(word)
                    .ok_or_else(|| StoreError::inconsistent("print_jobs", "reason", row.id))?,
            ),
        };
        Ok(Self {
            id: row.id,
            brand: row.brand,
            branch: row.branch,
            device: row.device,
            point: row.point,
            rule: row.rule,
            order: row.order,
            revision: row.revision,
            document: row.document,
            trigger: row.trigger,
            source: row.source,
            lines: words::ids(row.line_ids),
            per: row.per,
            payload: row.payload,
            copies: row.copies,
            reprint: row.reprint,
            reprint_of: row.reprint_of,
            may_be_duplicate: row.may_be_duplicate,
            moved_from: row.moved_from,
            test: row.test,
            accepts: row.accepts,
            state: row.state,
            reason,
            attempt: row.attempt,
            tries: row.tries,
            not_before: row.not_before,
            lease_until: row.lease_until,
            delivery: row.delivery,
            withdraw_until: row.withdraw_until,
            due_at: row.due_at,
            expires_at: row.expires_at,
            created_at: row.created_at,
            sent_at: row.sent_at,
            ended_at: row.ended_at,
            version: row.version,
        })
    }
}

fn jobs(rows: Vec<Row>) -> Result<Vec<Job>, StoreError> {
    rows.into_iter().map(TryInto::try_into).collect()
}

fn reason(job: &Job) -> &'static str {
    job.reason.map_or("", Reason::as_str)
}

/// What is stored of a new job; the column's names.
#[derive(Serialize)]
struct NewRow<'a> {
    job_id: Uuid,
    brand_id: Uuid,
    branch_id: Uuid,
    device_id: Uuid,
    point_id: Option<Uuid>,
    rule_id: Option<Uuid>,
    order_id: Option<Uuid>,
    revision: i32,
    document: Document,
    trigger: Option<Trigger>,
    source_id: Uuid,
    line_ids: Vec<Uuid>,
    per: Per,
    payload: Option<&'a serde_json::Value>,
    copies: i16,
    reprint: i16,
    reprint_of: Option<Uuid>,
    may_be_duplicate: bool,
    test: bool,
    accepts: bool,
    urgent: bool,
    not_before: DateTime<Utc>,
    due_at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
    created_at: DateTime<Utc>,
    version: i64,
}

impl<'a> NewRow<'a> {
    fn of(job: &'a Job) -> Self {
        Self {
            job_id: job.id.as_uuid(),
            brand_id: job.brand.as_uuid(),
            branch_id: job.branch.as_uuid(),
            device_id: job.device.as_uuid(),
            point_id: job.point.map(Into::into),
            rule_id: job.rule.map(Into::into),
            order_id: job.order.map(Into::into),
            revision: job.revision,
            document: job.document,
            trigger: job.trigger,
            source_id: job.source,
            line_ids: words::uuids(&job.lines),
            per: job.per,
            payload: job.payload.as_ref(),
            copies: job.copies,
            reprint: job.reprint,
            reprint_of: job.reprint_of.map(Into::into),
            may_be_duplicate: job.may_be_duplicate,
            test: job.test,
            accepts: job.accepts,
            urgent: job.document.is_urgent(),
            not_before: job.not_before,
            due_at: job.due_at,
            expires_at: job.expires_at,
            created_at: job.created_at,
            version: job.version,
        }
    }
}

/// Stores new jobs that wait, in their order and in one statement; those that exist already stay as they are.
/// Returns the ids of the new ones.
pub async fn insert(tx: &mut TenantTx, new: &[Job]) -> Result<Vec<PrintJobId>, StoreError> {
    if new.is_empty() {
        return Ok(Vec::new());
    }
    let rows: Vec<NewRow<'_>> = new.iter().map(NewRow::of).collect();
    let inserted = sqlx::query_scalar!(
        r#"INSERT INTO print_jobs (
             org_id, job_id, brand_id, branch_id, device_id, point_id, rule_id, order_id, revision,
             document, trigger, source_id, line_ids, per, payload, copies, reprint, reprint_of,
             may_be_duplicate, test, accepts, urgent, state, reason, not_before, delivery, due_at,
             expires_at, created_at, version
         )
         SELECT
             $1, job_id, brand_id, branch_id, device_id, point_id, rule_id, order_id, revision,
             document, trigger, source_id, line_ids, per, payload, copies, reprint, reprint_of,
             may_be_duplicate, test, accepts, urgent, 'queued', '', not_before, 'none', due_at,
             expires_at, created_at, version
         FROM ROWS FROM (jsonb_to_recordset($2) AS (
             job_id uuid, brand_id uuid, branch_id uuid, device_id uuid, point_id uuid,
             rule_id uuid, order_id uuid, revision integer, document text, trigger text,
             source_id uuid, line_ids uuid[], per text, payload jsonb, copies smallint,
             reprint smallint, reprint_of uuid, may_be_duplicate boolean, test boolean,
             accepts boolean, urgent boolean, not_before timestamptz, due_at timestamptz,
             expires_at timestamptz, created_at timestamptz, version bigint
         )) WITH ORDINALITY AS job (
             job_id, brand_id, branch_id, device_id, point_id, rule_id, order_id, revision,
             document, trigger, source_id, line_ids, per, payload, copies, reprint, reprint_of,
             may_be_duplicate, test, accepts, urgent, not_before, due_at, expires_at, created_at,
             version, position
         )
         ORDER BY position
         ON CONFLICT DO NOTHING
         RETURNING job_id AS "id: PrintJobId""#,
        tx.org().as_uuid(),
        serde_json::to_value(&rows).expect("rows are plain data"),
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(inserted)
}

/// Stores what may change of a job whose row is locked.
pub async fn update(tx: &mut TenantTx, job: &Job) -> Result<(), StoreError> {
    sqlx::query!(
        "UPDATE print_jobs
         SET device_id = $3, may_be_duplicate = $4, moved_from = $5, state = $6, reason = $7,
             attempt = $8, tries = $9, not_before = $10, lease_until = $11, delivery = $12,
             withdraw_until = $13, sent_at = $14, ended_at = $15, version = $16
         WHERE org_id = $1 AND job_id = $2",
        tx.org().as_uuid(),
        job.id.as_uuid(),
        job.device.as_uuid(),
        job.may_be_duplicate,
        job.moved_from.map(|device| device.as_uuid()),
        job.state as _,
        reason(job),
        job.attempt,
        job.tries,
        job.not_before,
        job.lease_until,
        job.delivery as _,
        job.withdraw_until,
        job.sent_at,
        job.ended_at,
        job.version,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Finds a job.
pub async fn find(tx: &mut TenantTx, id: PrintJobId) -> Result<Option<Job>, StoreError> {
    let org = tx.org().as_uuid();
    let row = select_jobs!("AND job_id = $2", org, id.as_uuid(),)
        .fetch_optional(&mut **tx)
        .await?;
    row.map(TryInto::try_into).transpose()
}

/// Finds a job and keeps others from changing it until the transaction ends. Whoever may change its order as well
/// locks that first.
pub async fn lock(tx: &mut TenantTx, id: PrintJobId) -> Result<Option<Job>, StoreError> {
    let org = tx.org().as_uuid();
    let row = select_jobs!("AND job_id = $2 FOR UPDATE", org, id.as_uuid(),)
        .fetch_optional(&mut **tx)
        .await?;
    row.map(TryInto::try_into).transpose()
}

/// The jobs of some orders, locked, in the order of their making.
pub async fn lock_of_orders(tx: &mut TenantTx, orders: &[OrderId]) -> Result<Vec<Job>, StoreError> {
    let org = tx.org().as_uuid();
    let orders = words::uuids(orders);
    let mut rows = select_jobs!(
        "AND order_id = ANY($2) ORDER BY job_id FOR UPDATE",
        org,
        &orders,
    )
    .fetch_all(&mut **tx)
    .await?;
    rows.sort_by_key(|row| row.seq);
    jobs(rows)
}

/// The jobs of an order in the order of their making, at most `limit`.
pub async fn list_of_order(
    tx: &mut TenantTx,
    order: OrderId,
    limit: i64,
) -> Result<Vec<Job>, StoreError> {
    let org = tx.org().as_uuid();
    let rows = select_jobs!(
        "AND order_id = $2 ORDER BY seq LIMIT $3",
        org,
        order.as_uuid(),
        limit,
    )
    .fetch_all(&mut **tx)
    .await?;
    jobs(rows)
}

/// A page of the jobs of a branch, the latest first, each with its place; `after` is the place that the page before
/// ended with.
pub async fn list(
    tx: &mut TenantTx,
    branch: BranchId,
    states: &[State],
    device: Option<DeviceId>,
    after: Option<i64>,
    limit: i64,
) -> Result<Vec<(i64, Job)>, StoreError> {
    let org = tx.org().as_uuid();
    let states = words::of(states, State::as_str);
    let rows = select_jobs!(
        "AND branch_id = $2
         AND (cardinality($3::text[]) = 0 OR state = ANY($3))
         AND ($4::uuid IS NULL OR device_id = $4)
         AND ($5::bigint IS NULL OR seq < $5)
         ORDER BY seq DESC
         LIMIT $6",
        org,
        branch.as_uuid(),
        &states,
        device.map(|device| device.as_uuid()),
        after,
        limit,
    )
    .fetch_all(&mut **tx)
    .await?;
    rows.into_iter()
        .map(|row| Ok((row.seq, row.try_into()?)))
        .collect()
}

/// Whether anything waits for a device.
pub async fn has_open(tx: &mut TenantTx, device: DeviceId) -> Result<bool, StoreError> {
    let found = sqlx::query_scalar!(
        r#"SELECT EXISTS (
             SELECT 1 FROM print_jobs
             WHERE org_id = $1 AND device_id = $2 AND state IN ('queued', 'sent')
         ) AS "found!""#,
        tx.org().as_uuid(),
        device.as_uuid(),
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(found)
}

/// The job that a device has or is offered, locked.
pub async fn lock_sent(tx: &mut TenantTx, device: DeviceId) -> Result<Option<Job>, StoreError> {
    let org = tx.org().as_uuid();
    let row = select_jobs!(
        "AND device_id = $2 AND state = 'sent' FOR UPDATE",
        org,
        device.as_uuid(),
    )
    .fetch_optional(&mut **tx)
    .await?;
    row.map(TryInto::try_into).transpose()
}

/// The first of a device's queue, locked; of a device that is not paired only the slip of its pairing.
pub async fn lock_first(
    tx: &mut TenantTx,
    device: DeviceId,
    paired: bool,
) -> Result<Option<Job>, StoreError> {
    let org = tx.org().as_uuid();
    let row = select_jobs!(
        "AND device_id = $2 AND state = 'queued' AND ($3 OR payload ? 'pairing')
         ORDER BY urgent DESC, seq
         LIMIT 1
         FOR UPDATE",
        org,
        device.as_uuid(),
        paired,
    )
    .fetch_optional(&mut **tx)
    .await?;
    row.map(TryInto::try_into).transpose()
}

/// Jobs that wait at a print point or, without one, on a device, locked.
pub async fn lock_waiting(
    tx: &mut TenantTx,
    point: Option<PrintPointId>,
    device: Option<DeviceId>,
) -> Result<Vec<Job>, StoreError> {
    let org = tx.org().as_uuid();
    let rows = select_jobs!(
        "AND state IN ('queued', 'sent')
         AND ($2::uuid IS NULL OR point_id = $2)
         AND ($3::uuid IS NULL OR device_id = $3)
         ORDER BY job_id
         FOR UPDATE",
        org,
        point.map(|point| point.as_uuid()),
        device.map(|device| device.as_uuid()),
    )
    .fetch_all(&mut **tx)
    .await?;
    jobs(rows)
}

/// The highest number among the reprints of what a job printed.
pub async fn last_reprint(tx: &mut TenantTx, job: &Job) -> Result<i16, StoreError> {
    let first = job.reprint_of.unwrap_or(job.id);
    let last = sqlx::query_scalar!(
        r#"SELECT coalesce(max(reprint), 0::smallint) AS "last!"
         FROM print_jobs
         WHERE org_id = $1 AND (
             job_id = $2 OR reprint_of = $2
             OR (
                 order_id = $3 AND revision = $4 AND document = $5 AND source_id = $6
             )
         )"#,
        tx.org().as_uuid(),
        first.as_uuid(),
        job.order.map(|order| order.as_uuid()),
        job.revision,
        job.document as _,
        job.source,
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(last)
}
