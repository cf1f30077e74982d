//! Adds the holds of a batch.

use chassis::{
    db::{StoreError, TenantTx},
    id::BranchId,
    sales::{Channel, Method},
};
use chrono::{DateTime, Utc};
use sqlx::types::Json;

use super::taken::{TakenRow, taken_rows};
use crate::domain::{holds::batch::GrantedHold, limits::counter::Take, line::Line, stock::Part};

/// Adds the holds of a batch in one statement; a key taken meanwhile by another branch violates
/// `holds_key` or `holds_pkey`.
pub async fn insert_many(
    tx: &mut TenantTx,
    branch_id: BranchId,
    granted: &[GrantedHold],
    held_at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
) -> Result<(), StoreError> {
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

fn take_rows(takes: &[Take]) -> Json<Vec<TakenRow>> {
    taken_rows(takes.iter().map(|take| (take.key, take.amount)))
}
