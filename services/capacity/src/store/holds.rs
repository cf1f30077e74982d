//! Holds, one row an order.

use anyhow::{Context as _, ensure};
use chassis::{
    business_day::BusinessDay,
    db::{SystemTx, TenantTx},
    id::{BranchId, BrandId, HoldKey, LimitRuleId, OrderId, OrganisationId, SkuId},
    sales::{Channel, Method},
    snapshot::Key,
};
use chrono::{DateTime, NaiveDate, Utc};
use sqlx::types::Json;
use uuid::Uuid;

use crate::domain::{
    holds::{Hold, batch::GrantedHold, state::HoldState},
    hours::affected_orders::BookedOrder,
    limits::usage::{CounterKey, Pool, Take, Taken},
    line::Line,
    stock::Part,
};

/// Rule, pool, start in seconds since 1970, amount.
pub(super) type TakenRow = (LimitRuleId, String, i64, i64);

struct Row {
    order_id: OrderId,
    branch_id: BranchId,
    hold_key: Option<HoldKey>,
    state: HoldState,
    test: bool,
    order_version: i64,
    slot_starts_at: DateTime<Utc>,
    promised_at: DateTime<Utc>,
    business_day: BusinessDay,
    expires_at: DateTime<Utc>,
    sku_ids: Vec<Uuid>,
    bucket_days: Vec<NaiveDate>,
    quantities: Vec<i64>,
    takes: Json<Vec<TakenRow>>,
}

impl From<Row> for Hold {
    fn from(row: Row) -> Self {
        // A constraint keeps the three arrays of one length.
        let parts = row
            .sku_ids
            .into_iter()
            .zip(row.bucket_days)
            .zip(row.quantities)
            .map(|((sku_id, day), quantity)| Part {
                sku_id: SkuId::from_uuid(sku_id),
                bucket_day: BusinessDay::on(day),
                quantity,
            });
        Self {
            order_id: row.order_id,
            branch_id: row.branch_id,
            hold_key: row.hold_key,
            state: row.state,
            test: row.test,
            order_version: row.order_version,
            slot_starts_at: row.slot_starts_at,
            promised_at: row.promised_at,
            business_day: row.business_day,
            expires_at: row.expires_at,
            parts: parts.collect(),
            taken: taken(row.takes.0),
        }
    }
}

/// What cannot be understood was written by a release that knows more, and is left to its counters.
pub(super) fn taken(rows: Vec<TakenRow>) -> Vec<Taken> {
    let understood = rows.into_iter().filter_map(|(rule_id, pool, at, amount)| {
        let key = CounterKey {
            starts_at: DateTime::from_timestamp_secs(at)?,
            rule_id,
            pool: Pool::named(&pool)?,
        };
        Some(Taken { key, amount })
    });
    understood.collect()
}

pub(super) fn taken_rows(taken: impl Iterator<Item = (CounterKey, i64)>) -> Json<Vec<TakenRow>> {
    let rows = taken.map(|(key, amount)| {
        let pool = key.pool.name().to_owned();
        (key.rule_id, pool, key.starts_at.timestamp(), amount)
    });
    Json(rows.collect())
}

fn take_rows(takes: &[Take]) -> Json<Vec<TakenRow>> {
    taken_rows(takes.iter().map(|take| (take.key, take.amount)))
}

/// Finds the holds of these orders or these keys, each by one look into its own index.
///
/// `= ANY` would leave it to the statistics whether the whole organisation is read and filtered, and
/// those of a new or a large organisation mislead.
pub async fn find_many(
    tx: &mut TenantTx,
    order_ids: &[OrderId],
    hold_keys: &[HoldKey],
) -> anyhow::Result<Vec<Hold>> {
    let org = tx.org().as_uuid();
    let rows = sqlx::query_as!(
        Row,
        r#"
        SELECT
            hold.order_id AS "order_id!: OrderId",
            hold.branch_id AS "branch_id!: BranchId",
            hold.hold_key AS "hold_key: HoldKey",
            hold.state AS "state!: HoldState",
            hold.test AS "test!",
            hold.order_version AS "order_version!",
            hold.slot_starts_at AS "slot_starts_at!",
            hold.promised_at AS "promised_at!",
            hold.business_day AS "business_day!: BusinessDay",
            hold.expires_at AS "expires_at!",
            hold.sku_ids AS "sku_ids!",
            hold.bucket_days AS "bucket_days!",
            hold.quantities AS "quantities!",
            hold.takes AS "takes!: Json<Vec<TakenRow>>"
        FROM (
            SELECT UNNEST($2::uuid[]) AS order_id
            UNION
            SELECT known.order_id
            FROM UNNEST($3::uuid[]) AS requested (hold_key),
                LATERAL (
                    SELECT order_id
                    FROM holds
                    WHERE org_id = $1 AND hold_key = requested.hold_key
                    LIMIT 1
                ) AS known
        ) AS requested,
            LATERAL (
                SELECT * FROM holds WHERE org_id = $1 AND order_id = requested.order_id LIMIT 1
            ) AS hold
        "#,
        org,
        order_ids as &[OrderId],
        hold_keys as &[HoldKey],
    )
    .fetch_all(&mut **tx)
    .await
    .context("find holds")?;
    Ok(rows.into_iter().map(Hold::from).collect())
}

/// Adds the holds of a batch in one statement.
pub async fn insert_many(
    tx: &mut TenantTx,
    branch_id: BranchId,
    granted: &[GrantedHold],
    held_at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    let org = tx.org().as_uuid();
    let order_ids: Vec<_> = granted
        .iter()
        .map(|hold| hold.request.order_id.as_uuid())
        .collect();
    let hold_keys: Vec<_> = granted
        .iter()
        .map(|hold| hold.request.hold_key.as_uuid())
        .collect();
    let tests: Vec<_> = granted.iter().map(|hold| hold.request.test).collect();
    let channels: Vec<_> = granted.iter().map(|hold| hold.request.channel).collect();
    let methods: Vec<_> = granted.iter().map(|hold| hold.request.method).collect();
    let lines: Vec<_> = granted
        .iter()
        .map(|hold| Json(&hold.request.lines))
        .collect();
    let takes: Vec<_> = granted.iter().map(|hold| take_rows(&hold.takes)).collect();
    let slots: Vec<_> = granted.iter().map(|hold| hold.slot.starts_at).collect();
    let promises: Vec<_> = granted.iter().map(|hold| hold.promised_at).collect();
    let days: Vec<_> = granted
        .iter()
        .map(|hold| hold.slot.business_day.date())
        .collect();
    // PostgreSQL has no arrays of ragged arrays: the inner ones travel as text.
    let skus: Vec<_> = granted
        .iter()
        .map(|hold| literal(hold, |part| part.sku_id))
        .collect();
    let buckets: Vec<_> = granted
        .iter()
        .map(|hold| literal(hold, |part| part.bucket_day))
        .collect();
    let quantities: Vec<_> = granted
        .iter()
        .map(|hold| literal(hold, |part| part.quantity))
        .collect();
    sqlx::query!(
        r#"
        INSERT INTO holds
            (org_id, branch_id, state, order_id, hold_key, test, slot_starts_at, promised_at,
             business_day, sku_ids, bucket_days, quantities, channel, method, lines, takes,
             held_at, expires_at)
        SELECT
            $1, $2, 'held', order_id, hold_key, test, slot_starts_at, promised_at,
            business_day, sku_ids::uuid[], bucket_days::date[], quantities::bigint[],
            channel, method, lines, takes, $12, $13
        FROM UNNEST(
            $3::uuid[], $4::uuid[], $5::boolean[], $6::timestamptz[], $7::timestamptz[],
            $8::date[], $9::text[], $10::text[], $11::text[],
            $14::text[], $15::text[], $16::jsonb[], $17::jsonb[]
        ) AS made (
            order_id, hold_key, test, slot_starts_at, promised_at,
            business_day, sku_ids, bucket_days, quantities,
            channel, method, lines, takes
        )
        "#,
        org,
        branch_id.as_uuid(),
        &order_ids,
        &hold_keys,
        &tests,
        &slots,
        &promises,
        &days,
        &skus,
        &buckets,
        &quantities,
        held_at,
        expires_at,
        &channels as &[Channel],
        &methods as &[Method],
        &lines as &[Json<&Vec<Line>>],
        &takes as &[Json<Vec<TakenRow>>],
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

fn literal<T: ToString>(hold: &GrantedHold, column: impl Fn(&Part) -> T) -> String {
    let cells: Vec<_> = hold
        .parts
        .iter()
        .map(|part| column(part).to_string())
        .collect();
    format!("{{{}}}", cells.join(","))
}

/// Writes the next states of holds of locked branches, in one statement; a released one gives its key back.
pub async fn update_many(
    tx: &mut TenantTx,
    transitions: &[(OrderId, HoldState, i64)],
) -> anyhow::Result<()> {
    if transitions.is_empty() {
        return Ok(());
    }
    let org = tx.org().as_uuid();
    let order_ids: Vec<_> = transitions
        .iter()
        .map(|(order_id, ..)| order_id.as_uuid())
        .collect();
    let states: Vec<_> = transitions.iter().map(|(_, state, _)| *state).collect();
    let versions: Vec<_> = transitions.iter().map(|(.., version)| *version).collect();
    let done = sqlx::query!(
        r#"
        UPDATE holds AS hold
        SET state = next.state,
            hold_key = CASE next.state WHEN 'released' THEN NULL ELSE hold.hold_key END,
            order_version = next.version
        FROM UNNEST($2::uuid[], $3::text[], $4::bigint[]) AS next (order_id, state, version)
        WHERE hold.org_id = $1
          AND hold.order_id = next.order_id
        "#,
        org,
        &order_ids,
        &states as &[HoldState],
        &versions,
    )
    .execute(&mut **tx)
    .await
    .context("update the states of holds")?;
    ensure!(
        usize::try_from(done.rows_affected())? == transitions.len(),
        "holds to update are gone"
    );
    Ok(())
}

/// Puts the next question about held orders off.
pub async fn postpone(
    tx: &mut TenantTx,
    order_ids: &[OrderId],
    until: DateTime<Utc>,
) -> anyhow::Result<()> {
    let org = tx.org().as_uuid();
    sqlx::query!(
        r#"
        UPDATE holds
        SET expires_at = greatest(expires_at, $3)
        WHERE org_id = $1
          AND order_id = ANY($2)
          AND state = 'held'
        "#,
        org,
        order_ids as &[OrderId],
        until,
    )
    .execute(&mut **tx)
    .await
    .context("postpone the expiry of holds")?;
    Ok(())
}

/// Lists holds that lapsed by `now`, of each organisation at most `limit`, those that lapsed first.
pub async fn list_expired(
    tx: &mut SystemTx,
    now: DateTime<Utc>,
    limit: i64,
) -> anyhow::Result<Vec<(OrganisationId, OrderId)>> {
    let rows = sqlx::query!(
        r#"
        SELECT org_id AS "org_id: OrganisationId", order_id AS "order_id: OrderId"
        FROM (
            SELECT
                org_id, order_id,
                row_number() OVER (PARTITION BY org_id ORDER BY expires_at, order_id) AS place
            FROM holds
            WHERE state = 'held'
              AND expires_at <= $1
        ) AS lapsed
        WHERE place <= $2
        ORDER BY org_id, place
        "#,
        now,
        limit,
    )
    .fetch_all(&mut **tx)
    .await
    .context("list expired holds")?;
    Ok(rows
        .into_iter()
        .map(|row| (row.org_id, row.order_id))
        .collect())
}

/// An order that was promised units of a stock-keeping unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PromisedOrder {
    /// The order.
    pub order_id: OrderId,
    /// Units.
    pub quantity: i64,
    /// Day of the bucket they are taken from.
    pub bucket_day: BusinessDay,
    /// Business day it is for.
    pub business_day: BusinessDay,
    /// Time it was promised for.
    pub promised_at: DateTime<Utc>,
    /// When it was held.
    pub held_at: DateTime<Utc>,
}

/// Lists orders of `from` and later that were promised units out of these buckets of one unit, the
/// newest first.
pub async fn list_promised(
    tx: &mut TenantTx,
    branch_id: BranchId,
    sku_id: SkuId,
    bucket_days: &[BusinessDay],
    from: BusinessDay,
    limit: i64,
) -> anyhow::Result<Vec<PromisedOrder>> {
    let org = tx.org().as_uuid();
    let bucket_days: Vec<_> = bucket_days.iter().map(|day| day.date()).collect();
    sqlx::query_as!(
        PromisedOrder,
        r#"
        SELECT
            hold.order_id AS "order_id: OrderId",
            part.quantity AS "quantity!",
            part.bucket_day AS "bucket_day!: BusinessDay",
            hold.business_day AS "business_day: BusinessDay",
            hold.promised_at,
            hold.held_at
        FROM holds AS hold,
            UNNEST(hold.sku_ids, hold.bucket_days, hold.quantities)
                AS part (sku_id, bucket_day, quantity)
        WHERE hold.org_id = $1
          AND hold.branch_id = $2
          AND hold.business_day >= $5
          AND hold.state <> 'released'
          AND NOT hold.test
          AND part.sku_id = $3
          AND part.bucket_day = ANY($4)
        ORDER BY hold.held_at DESC, hold.order_id DESC
        LIMIT $6
        "#,
        org,
        branch_id.as_uuid(),
        sku_id.as_uuid(),
        &bucket_days,
        from.date(),
        limit,
    )
    .fetch_all(&mut **tx)
    .await
    .context("list orders that were promised a unit")
}

/// Lists the orders of branches that are booked for `from` or later, not finished, and not yet kept although
/// they lie outside the hours.
pub async fn list_booked(
    tx: &mut TenantTx,
    branch_ids: &[BranchId],
    from: DateTime<Utc>,
) -> anyhow::Result<Vec<BookedOrder>> {
    let org = tx.org().as_uuid();
    sqlx::query_as!(
        BookedOrder,
        r#"
        SELECT
            order_id AS "order_id: OrderId",
            branch_id AS "branch_id: BranchId",
            method AS "method: Method",
            promised_at,
            slot_starts_at,
            business_day AS "business_day: BusinessDay"
        FROM holds
        WHERE org_id = $1
          AND branch_id = ANY($2)
          AND promised_at >= $3
          AND state <> 'released'
          AND NOT finished
          AND NOT kept_outside
        ORDER BY promised_at, order_id
        "#,
        org,
        branch_ids as &[BranchId],
        from,
    )
    .fetch_all(&mut **tx)
    .await
    .context("list the booked orders of branches")
}

/// An order, and where it is held.
#[derive(Clone, Copy, Debug)]
pub struct OrderBranch {
    /// The order.
    pub order_id: OrderId,
    /// Its branch.
    pub branch_id: BranchId,
    /// The branch's brand.
    pub brand_id: BrandId,
}

/// Lists which of these orders are held at other branches than these.
pub async fn list_elsewhere(
    tx: &mut TenantTx,
    branch_ids: &[BranchId],
    order_ids: &[OrderId],
) -> anyhow::Result<Vec<OrderBranch>> {
    let org = tx.org().as_uuid();
    sqlx::query_as!(
        OrderBranch,
        r#"
        SELECT
            holds.order_id AS "order_id: OrderId",
            holds.branch_id AS "branch_id: BranchId",
            branches.brand_id AS "brand_id: BrandId"
        FROM holds
        JOIN branches USING (org_id, branch_id)
        WHERE holds.org_id = $1
          AND holds.order_id = ANY($2)
          AND holds.branch_id <> ALL($3)
        ORDER BY holds.order_id
        "#,
        org,
        order_ids as &[OrderId],
        branch_ids as &[BranchId],
    )
    .fetch_all(&mut **tx)
    .await
    .context("list orders held at other branches")
}

/// Notes that orders of locked branches stay although they lie outside the hours.
pub async fn keep_outside(tx: &mut TenantTx, order_ids: &[OrderId]) -> anyhow::Result<()> {
    let org = tx.org().as_uuid();
    sqlx::query!(
        "UPDATE holds SET kept_outside = true WHERE org_id = $1 AND order_id = ANY($2)",
        org,
        order_ids as &[OrderId],
    )
    .execute(&mut **tx)
    .await
    .context("keep orders outside the hours")?;
    Ok(())
}

/// Notes that orders of locked branches are finished: no change of hours concerns them any more.
pub async fn finish(tx: &mut TenantTx, order_ids: &[OrderId]) -> anyhow::Result<()> {
    if order_ids.is_empty() {
        return Ok(());
    }
    let org = tx.org().as_uuid();
    sqlx::query!(
        r#"
        UPDATE holds
        SET finished = true
        WHERE org_id = $1
          AND order_id = ANY($2)
          AND NOT finished
        "#,
        org,
        order_ids as &[OrderId],
    )
    .execute(&mut **tx)
    .await
    .context("finish orders")?;
    Ok(())
}

/// Writes the slot to which an order of a locked branch was rescheduled.
pub async fn set_slot(tx: &mut TenantTx, hold: &Hold) -> anyhow::Result<()> {
    let org = tx.org().as_uuid();
    let sku_ids: Vec<_> = hold
        .parts
        .iter()
        .map(|part| part.sku_id.as_uuid())
        .collect();
    let days: Vec<_> = hold
        .parts
        .iter()
        .map(|part| part.bucket_day.date())
        .collect();
    let quantities: Vec<_> = hold.parts.iter().map(|part| part.quantity).collect();
    let takes = taken_rows(hold.taken.iter().map(|taken| (taken.key, taken.amount)));
    sqlx::query!(
        r#"
        UPDATE holds
        SET slot_starts_at = $3,
            promised_at = $4,
            business_day = $5,
            sku_ids = $6,
            bucket_days = $7,
            quantities = $8,
            takes = $9,
            kept_outside = false
        WHERE org_id = $1
          AND order_id = $2
        "#,
        org,
        hold.order_id.as_uuid(),
        hold.slot_starts_at,
        hold.promised_at,
        hold.business_day.date(),
        &sku_ids,
        &days,
        &quantities,
        takes as Json<Vec<TakenRow>>,
    )
    .execute(&mut **tx)
    .await
    .context("reschedule a hold")?;
    Ok(())
}

/// The keys of the holds of all organisations after `after`, in their order: of those given back for
/// orders that were made.
pub async fn list_released_keys(
    tx: &mut SystemTx,
    after: Key,
    limit: i64,
) -> anyhow::Result<Vec<Key>> {
    let rows = sqlx::query!(
        "SELECT org_id, order_id
         FROM holds
         WHERE state = 'released' AND order_version > 0 AND (org_id, order_id) > ($1, $2)
         ORDER BY org_id, order_id
         LIMIT $3",
        after.org.as_uuid(),
        after.id,
        limit,
    )
    .fetch_all(&mut **tx)
    .await
    .context("list released holds")?;
    Ok(rows
        .into_iter()
        .map(|row| Key {
            org: OrganisationId::from_uuid(row.org_id),
            id: row.order_id,
        })
        .collect())
}

/// Deletes at most `limit` settled holds made before `before`. Returns how many.
pub async fn purge(tx: &mut SystemTx, before: DateTime<Utc>, limit: i64) -> anyhow::Result<u64> {
    let done = sqlx::query!(
        r#"
        DELETE FROM holds
        WHERE ctid = ANY (ARRAY(
            SELECT ctid
            FROM holds
            WHERE state <> 'held'
              AND held_at < $1
            LIMIT $2
        ))
        "#,
        before,
        limit,
    )
    .execute(&mut **tx)
    .await
    .context("purge holds")?;
    Ok(done.rows_affected())
}
