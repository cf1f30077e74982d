//! Counters of what orders take of rules.
//!
//! Many orders take from the same row at once. One statement takes from all counters of an order, in the order of
//! their keys so that no two orders wait for each other, and it is the last one of its transaction.

use chassis::{
    db::{StoreError, SystemTx, TenantTx},
    id::BenefitRuleId,
};
use chrono::NaiveDate;

use crate::domain::benefits::counter::{CounterKey, CounterKind, Take};

/// A counter that has been taken from.
#[derive(Clone, Debug)]
pub struct Counter {
    /// Which one.
    pub key: CounterKey,
    /// How much was taken.
    pub taken: i64,
}

/// Takes from counters; returns those that have not enough left. The caller then rolls back, for the others were
/// taken from.
pub async fn take(tx: &mut TenantTx, takes: &[Take]) -> Result<Vec<CounterKey>, StoreError> {
    let rules: Vec<_> = takes
        .iter()
        .map(|take| take.counter.rule.as_uuid())
        .collect();
    let kinds: Vec<_> = takes
        .iter()
        .map(|take| take.counter.kind.as_str().to_owned())
        .collect();
    let keys: Vec<_> = takes.iter().map(|take| take.counter.key.clone()).collect();
    let days: Vec<Option<NaiveDate>> = takes.iter().map(|take| take.day).collect();
    let amounts: Vec<_> = takes.iter().map(|take| take.amount).collect();
    let most: Vec<_> = takes.iter().map(|take| take.most).collect();
    let rows = sqlx::query!(
        r#"INSERT INTO rule_counters AS counter (org_id, rule_id, kind, key, day, taken, most)
         SELECT $1, rule_id, kind, key, day, amount, most
         FROM unnest($2::uuid[], $3::text[], $4::text[], $5::date[], $6::bigint[], $7::bigint[])
             AS take (rule_id, kind, key, day, amount, most)
         WHERE amount <= most
         ORDER BY rule_id, kind, key
         ON CONFLICT (org_id, rule_id, kind, key) DO UPDATE
         SET taken = counter.taken + excluded.taken, most = excluded.most
         WHERE counter.taken <= excluded.most - excluded.taken
         RETURNING rule_id AS "rule: BenefitRuleId", kind, key"#,
        tx.org().as_uuid(),
        &rules,
        &kinds,
        &keys,
        &days as &[Option<NaiveDate>],
        &amounts,
        &most,
    )
    .fetch_all(&mut **tx)
    .await?;
    let taken = |counter: &CounterKey| {
        rows.iter().any(|row| {
            row.rule == counter.rule && row.kind == counter.kind.as_str() && row.key == counter.key
        })
    };
    let missing = takes.iter().map(|take| &take.counter);
    Ok(missing.filter(|counter| !taken(counter)).cloned().collect())
}

/// Puts back what was taken.
pub async fn give_back(tx: &mut TenantTx, given: &[(CounterKey, i64)]) -> Result<(), StoreError> {
    let rules: Vec<_> = given
        .iter()
        .map(|(counter, _)| counter.rule.as_uuid())
        .collect();
    let kinds: Vec<_> = given
        .iter()
        .map(|(counter, _)| counter.kind.as_str().to_owned())
        .collect();
    let keys: Vec<_> = given
        .iter()
        .map(|(counter, _)| counter.key.clone())
        .collect();
    let amounts: Vec<_> = given.iter().map(|(_, amount)| *amount).collect();
    sqlx::query!(
        "UPDATE rule_counters AS counter
         SET taken = counter.taken - locked.amount
         FROM (
             SELECT found.rule_id, found.kind, found.key, given.amount
             FROM rule_counters AS found
             JOIN unnest($2::uuid[], $3::text[], $4::text[], $5::bigint[])
                 AS given (rule_id, kind, key, amount) USING (rule_id, kind, key)
             WHERE found.org_id = $1
             ORDER BY found.rule_id, found.kind, found.key
             FOR UPDATE OF found
         ) AS locked
         WHERE counter.org_id = $1 AND counter.rule_id = locked.rule_id AND counter.kind = locked.kind
             AND counter.key = locked.key",
        tx.org().as_uuid(),
        &rules,
        &kinds,
        &keys,
        &amounts,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Counters of rules: those there is one of, and those with one of these keys.
pub async fn list(
    tx: &mut TenantTx,
    rules: &[BenefitRuleId],
    keys: &[String],
) -> Result<Vec<Counter>, StoreError> {
    let ids: Vec<_> = rules.iter().map(BenefitRuleId::as_uuid).collect();
    let rows = sqlx::query!(
        r#"SELECT rule_id AS "rule: BenefitRuleId", kind, key, taken
         FROM rule_counters
         WHERE org_id = $1 AND rule_id = ANY($2) AND (key = '' OR key = ANY($3))"#,
        tx.org().as_uuid(),
        &ids,
        keys,
    )
    .fetch_all(&mut **tx)
    .await?;
    let counters = rows.into_iter().map(|row| {
        let kind = CounterKind::from_word(&row.kind)
            .ok_or_else(|| StoreError::inconsistent("rule_counters", "kind", row.rule))?;
        Ok(Counter {
            key: CounterKey {
                rule: row.rule,
                kind,
                key: row.key,
            },
            taken: row.taken,
        })
    });
    counters.collect()
}

/// Deletes counters of business days before `before`, at most `limit` of them; returns how many.
pub async fn purge(tx: &mut SystemTx, before: NaiveDate, limit: i64) -> Result<u64, StoreError> {
    let deleted = sqlx::query!(
        "DELETE FROM rule_counters
         WHERE ctid = ANY(ARRAY(SELECT ctid FROM rule_counters WHERE day < $1 LIMIT $2))",
        before,
        limit,
    )
    .execute(&mut **tx)
    .await?;
    Ok(deleted.rows_affected())
}
