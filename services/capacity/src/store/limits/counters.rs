//! Counters of limits.

use std::collections::{BTreeMap, HashMap};

use chassis::{
    db::{StoreError, SystemTx, TenantTx},
    id::{BranchId, LimitRuleId},
};
use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::domain::limits::counter::{CounterChange, CounterIncrement, CounterKey, Pool};

/// A counter as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counter {
    /// Which.
    pub key: CounterKey,
    /// Held.
    pub held: i64,
    /// Committed.
    pub committed: i64,
    /// The limit.
    pub limit: i64,
}

impl Counter {
    /// Held and committed together.
    #[must_use]
    pub const fn used(&self) -> i64 {
        self.held + self.committed
    }
}

/// What is counted in windows that begin at `from` or later, held and committed together.
pub async fn used(
    tx: &mut TenantTx,
    branch_id: BranchId,
    from: DateTime<Utc>,
) -> Result<HashMap<CounterKey, i64>, StoreError> {
    let org = tx.org().as_uuid();
    let rows = sqlx::query!(
        r#"
        SELECT starts_at, rule_id AS "rule_id: LimitRuleId", pool, held + committed AS "used!"
        FROM limit_counters
        WHERE org_id = $1
          AND branch_id = $2
          AND starts_at >= $3
        "#,
        org,
        branch_id.as_uuid(),
        from,
    )
    .fetch_all(&mut **tx)
    .await?;
    rows.into_iter()
        .map(|row| Ok((key(row.starts_at, row.rule_id, &row.pool)?, row.used)))
        .collect()
}

/// What is counted in windows of branches that begin between `from` and `to`, held and committed together:
/// the counters that are full, and all of the rules in `summed`.
pub async fn full_between(
    tx: &mut TenantTx,
    branch_ids: &[BranchId],
    (from, to): (DateTime<Utc>, DateTime<Utc>),
    summed: &[LimitRuleId],
) -> Result<HashMap<BranchId, HashMap<CounterKey, i64>>, StoreError> {
    let mut used = HashMap::<BranchId, HashMap<CounterKey, i64>>::new();
    if branch_ids.is_empty() {
        return Ok(used);
    }
    let org = tx.org().as_uuid();
    let rows = sqlx::query!(
        r#"
        SELECT
            branch_id AS "branch_id: BranchId", starts_at, rule_id AS "rule_id: LimitRuleId", pool,
            held + committed AS "used!"
        FROM limit_counters
        WHERE org_id = $1
          AND branch_id = ANY($2)
          AND starts_at BETWEEN $3 AND $4
          AND (held + committed >= limit_amount OR rule_id = ANY($5))
        "#,
        org,
        branch_ids as &[BranchId],
        from,
        to,
        summed as &[LimitRuleId],
    )
    .fetch_all(&mut **tx)
    .await?;
    for row in rows {
        let key = key(row.starts_at, row.rule_id, &row.pool)?;
        used.entry(row.branch_id).or_default().insert(key, row.used);
    }
    Ok(used)
}

/// Counters of windows that begin at `from` or later and hold more than their limits, the earliest first.
pub async fn overbooked(
    tx: &mut TenantTx,
    branch_id: BranchId,
    from: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<Counter>, StoreError> {
    let org = tx.org().as_uuid();
    let rows = sqlx::query!(
        r#"
        SELECT
            starts_at, rule_id AS "rule_id: LimitRuleId", pool, held, committed, limit_amount
        FROM limit_counters
        WHERE org_id = $1
          AND branch_id = $2
          AND starts_at >= $3
          AND held + committed > limit_amount
          AND pool = 'all'
        ORDER BY starts_at, rule_id
        LIMIT $4
        "#,
        org,
        branch_id.as_uuid(),
        from,
        limit,
    )
    .fetch_all(&mut **tx)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Counter {
                key: key(row.starts_at, row.rule_id, &row.pool)?,
                held: row.held,
                committed: row.committed,
                limit: row.limit_amount,
            })
        })
        .collect()
}

/// Adds what is held to counters of a locked branch, all in one statement.
///
/// For our own channels `overbooked` is not touched, so too much breaks `counter_not_overbooked`.
pub async fn hold(
    tx: &mut TenantTx,
    branch_id: BranchId,
    added: &BTreeMap<CounterKey, CounterIncrement>,
) -> Result<(), StoreError> {
    if added.is_empty() {
        return Ok(());
    }
    let org = tx.org().as_uuid();
    let (starts, rules, pools) = columns(added.keys());
    let amounts: Vec<_> = added.values().map(|added| added.amount).collect();
    let beyond: Vec<_> = added.values().map(|added| added.beyond).collect();
    let limits: Vec<_> = added.values().map(|added| added.limit).collect();
    sqlx::query!(
        r#"
        INSERT INTO limit_counters AS counter
            (org_id, branch_id, starts_at, rule_id, pool, held, limit_amount, overbooked)
        SELECT $1, $2, starts_at, rule_id, pool, amount, limit_amount, beyond
        FROM UNNEST(
            $3::timestamptz[], $4::uuid[], $5::text[], $6::bigint[], $7::bigint[], $8::bigint[]
        ) AS added (starts_at, rule_id, pool, amount, limit_amount, beyond)
        ON CONFLICT (org_id, branch_id, starts_at, rule_id, pool) DO UPDATE
        SET held = counter.held + excluded.held,
            limit_amount = excluded.limit_amount,
            overbooked = counter.overbooked + excluded.overbooked
        "#,
        org,
        branch_id.as_uuid(),
        &starts,
        &rules,
        &pools as &[&str],
        &amounts,
        &limits,
        &beyond,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Applies what settled orders do to counters of a locked branch, all in one statement; returns what
/// those whose sum changed held before, hold now, and their limits.
pub async fn settle(
    tx: &mut TenantTx,
    branch_id: BranchId,
    changes: &BTreeMap<CounterKey, CounterChange>,
) -> Result<Vec<(DateTime<Utc>, (i64, i64), i64)>, StoreError> {
    if changes.is_empty() {
        return Ok(Vec::new());
    }
    let org = tx.org().as_uuid();
    let (starts, rules, pools) = columns(changes.keys());
    let held: Vec<_> = changes.values().map(|change| change.held).collect();
    let committed: Vec<_> = changes.values().map(|change| change.committed).collect();
    let rows = sqlx::query!(
        r#"
        UPDATE limit_counters AS counter
        SET held = counter.held + change.held,
            committed = counter.committed + change.committed,
            overbooked = least(
                counter.overbooked,
                greatest(
                    0,
                    counter.held + change.held + counter.committed + change.committed
                        - counter.limit_amount
                )
            )
        FROM UNNEST($3::timestamptz[], $4::uuid[], $5::text[], $6::bigint[], $7::bigint[])
            AS change (starts_at, rule_id, pool, held, committed)
        WHERE counter.org_id = $1
          AND counter.branch_id = $2
          AND counter.starts_at = change.starts_at
          AND counter.rule_id = change.rule_id
          AND counter.pool = change.pool
        RETURNING
            counter.starts_at,
            counter.held + counter.committed AS "used!",
            change.held + change.committed AS "change!",
            counter.limit_amount
        "#,
        org,
        branch_id.as_uuid(),
        &starts,
        &rules,
        &pools as &[&str],
        &held,
        &committed,
    )
    .fetch_all(&mut **tx)
    .await?;
    let changed = u64::try_from(rows.len())?;
    StoreError::check_row_count("limit_counters", changes.len(), changed)?;
    Ok(rows
        .into_iter()
        .filter(|row| row.change != 0)
        .map(|row| {
            (
                row.starts_at,
                (row.used - row.change, row.used),
                row.limit_amount,
            )
        })
        .collect())
}

/// Replaces the counters of a locked branch whose windows begin at `from` or later. What they hold
/// beyond their limits is overbooked from now on.
pub async fn replace(
    tx: &mut TenantTx,
    branch_id: BranchId,
    from: DateTime<Utc>,
    counters: &[Counter],
) -> Result<(), StoreError> {
    let org = tx.org().as_uuid();
    sqlx::query!(
        "DELETE FROM limit_counters WHERE org_id = $1 AND branch_id = $2 AND starts_at >= $3",
        org,
        branch_id.as_uuid(),
        from,
    )
    .execute(&mut **tx)
    .await?;
    if counters.is_empty() {
        return Ok(());
    }
    let (starts, rules, pools) = columns(counters.iter().map(|counter| &counter.key));
    let held: Vec<_> = counters.iter().map(|counter| counter.held).collect();
    let committed: Vec<_> = counters.iter().map(|counter| counter.committed).collect();
    let limits: Vec<_> = counters.iter().map(|counter| counter.limit).collect();
    sqlx::query!(
        r#"
        INSERT INTO limit_counters
            (org_id, branch_id, starts_at, rule_id, pool, held, committed, limit_amount, overbooked)
        SELECT
            $1, $2, starts_at, rule_id, pool, held, committed, limit_amount,
            greatest(0, held + committed - limit_amount)
        FROM UNNEST(
            $3::timestamptz[], $4::uuid[], $5::text[], $6::bigint[], $7::bigint[], $8::bigint[]
        ) AS counted (starts_at, rule_id, pool, held, committed, limit_amount)
        "#,
        org,
        branch_id.as_uuid(),
        &starts,
        &rules,
        &pools as &[&str],
        &held,
        &committed,
        &limits,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Deletes at most `limit` counters of windows that began before `before`. Returns how many.
///
/// A window is older than its youngest hold by the days ahead at most.
pub async fn purge(
    tx: &mut SystemTx,
    before: DateTime<Utc>,
    limit: i64,
) -> Result<u64, StoreError> {
    let done = sqlx::query!(
        r#"
        DELETE FROM limit_counters
        WHERE ctid = ANY (ARRAY(
            SELECT ctid
            FROM limit_counters
            WHERE starts_at < $1
              AND held = 0
            LIMIT $2
        ))
        "#,
        before,
        limit,
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected())
}

fn columns<'key>(
    keys: impl Iterator<Item = &'key CounterKey>,
) -> (Vec<DateTime<Utc>>, Vec<Uuid>, Vec<&'static str>) {
    let (mut starts, mut rules, mut pools) = (Vec::new(), Vec::new(), Vec::new());
    for key in keys {
        starts.push(key.starts_at);
        rules.push(key.rule_id.as_uuid());
        pools.push(key.pool.name());
    }
    (starts, rules, pools)
}

fn key(
    starts_at: DateTime<Utc>,
    rule_id: LimitRuleId,
    pool: &str,
) -> Result<CounterKey, StoreError> {
    let pool = Pool::named(pool).ok_or_else(|| {
        StoreError::inconsistent("limit_counters", "pool", format!("{starts_at} {rule_id}"))
    })?;
    Ok(CounterKey {
        starts_at,
        rule_id,
        pool,
    })
}
