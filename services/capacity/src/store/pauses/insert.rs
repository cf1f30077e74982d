//! Adds pauses and their branches.

use chassis::{
    db::{StoreError, TenantTx},
    id::{BranchId, BrandId, SkuId},
    sales::{Channel, Method},
};
use chrono::{DateTime, Utc};

use crate::domain::pauses::{BranchPause, End, Pause, Reason, Target};

/// Adds a pause with its locked branches.
pub async fn insert(
    tx: &mut TenantTx,
    pause: &Pause,
    places: &[BranchPause],
) -> Result<(), StoreError> {
    let org = tx.org().as_uuid();
    let channels: Vec<_> = pause.channels.iter().copied().collect();
    let restock_sku_ids: Vec<_> = pause.restock_sku_ids.iter().map(SkuId::as_uuid).collect();
    let method = match &pause.target {
        Target::Method(method) => Some(*method),
        _ => None,
    };
    let (minutes, at) = match pause.end {
        End::Minutes(minutes) => (Some(i16::try_from(minutes)?), None),
        End::At(at) => (None, Some(at)),
        End::Today | End::Restocked | End::Manual => (None, None),
    };
    sqlx::query!(
        r#"
        INSERT INTO pauses
            (org_id, pause_id, brand_id, whole_brand, target_kind, target_id, target_method,
             target_name, channels, reason, note, end_kind, end_minutes, end_at, restock_sku_ids,
             locked, started_at, started_by, version, target_label)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)
        "#,
        org,
        pause.pause_id.as_uuid(),
        pause.brand_id.as_uuid(),
        pause.whole_brand,
        pause.target.kind(),
        pause.target.id(),
        method as Option<Method>,
        pause.target_name,
        &channels as &[Channel],
        pause.reason as Reason,
        pause.note,
        pause.end.kind(),
        minutes,
        at,
        &restock_sku_ids,
        pause.locked,
        pause.started_at,
        pause.started_by,
        pause.version,
        pause.target.name().unwrap_or_default(),
    )
    .execute(&mut **tx)
    .await?;
    let branch_ids: Vec<_> = places
        .iter()
        .map(|place| place.branch_id.as_uuid())
        .collect();
    let ends: Vec<_> = places.iter().map(|place| place.ends_at).collect();
    sqlx::query!(
        r#"
        INSERT INTO paused_branches (org_id, pause_id, branch_id, ends_at)
        SELECT $1, $2, branch_id, ends_at
        FROM UNNEST($3::uuid[], $4::timestamptz[]) AS place (branch_id, ends_at)
        "#,
        org,
        pause.pause_id.as_uuid(),
        &branch_ids,
        &ends as &[Option<DateTime<Utc>>],
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Adds a locked branch to the pauses of its whole brand that last somewhere. Returns whether it did.
pub async fn join_brand(
    tx: &mut TenantTx,
    brand_id: BrandId,
    branch_id: BranchId,
) -> Result<bool, StoreError> {
    let org = tx.org().as_uuid();
    let done = sqlx::query!(
        r#"
        INSERT INTO paused_branches (org_id, pause_id, branch_id, ends_at)
        SELECT DISTINCT ON (place.pause_id) $1, place.pause_id, $3::uuid, place.ends_at
        FROM paused_branches AS place
        JOIN pauses AS pause USING (org_id, pause_id)
        WHERE place.org_id = $1
          AND pause.brand_id = $2
          AND pause.whole_brand
          AND place.ended_at IS NULL
        ORDER BY place.pause_id, place.ends_at DESC NULLS FIRST
        ON CONFLICT DO NOTHING
        "#,
        org,
        brand_id.as_uuid(),
        branch_id.as_uuid(),
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() > 0)
}
