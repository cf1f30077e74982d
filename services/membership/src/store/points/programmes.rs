//! Programmes of points with their versions.

use chassis::{
    db::{StoreError, TenantTx},
    id::{AccountId, BrandId},
};
use chrono::{DateTime, Utc};
use prost::Message as _;
use proto::membership::v1::PointsRules;
use uuid::Uuid;

use crate::domain::{
    points::rules::Rules,
    programme::{Programme, Version},
};

/// Most versions of a programme that are read.
const MOST_VERSIONS: i64 = 100;

/// All programmes of the organisation, its own first.
pub async fn list(tx: &mut TenantTx) -> Result<Vec<Programme<Rules>>, StoreError> {
    let rows = sqlx::query!(
        r#"SELECT
             programme.programme_id,
             programme.brand_id AS "brand_id: BrandId",
             programme.version AS latest,
             saved.version AS "version!",
             saved.effective_at AS "effective_at!",
             saved.rules AS "rules!",
             saved.saved_at AS "saved_at!",
             saved.saved_by AS "saved_by!: AccountId",
             saved.withdrawn_at IS NOT NULL AS "withdrawn!"
         FROM points_programmes AS programme
         CROSS JOIN LATERAL (
             SELECT *
             FROM points_programme_versions AS version
             WHERE (version.org_id, version.programme_id) = (programme.org_id, programme.programme_id)
             ORDER BY version.effective_at DESC, version.version DESC
             LIMIT $2
         ) AS saved
         WHERE programme.org_id = $1
         ORDER BY programme.brand_id NULLS FIRST, programme.programme_id,
             saved.effective_at DESC, saved.version DESC"#,
        tx.org().as_uuid(),
        MOST_VERSIONS,
    )
    .fetch_all(&mut **tx)
    .await?;
    let mut programmes: Vec<Programme<Rules>> = Vec::new();
    for row in rows {
        let rules = PointsRules::decode(row.rules.as_slice()).ok();
        let rules = rules.as_ref().and_then(Rules::stored).ok_or_else(|| {
            StoreError::inconsistent("points_programme_versions", "rules", row.programme_id)
        })?;
        if programmes.last().map(|last| last.id) != Some(row.programme_id) {
            programmes.push(Programme {
                id: row.programme_id,
                brand: row.brand_id,
                version: row.latest,
                versions: Vec::new(),
            });
        }
        if let Some(programme) = programmes.last_mut() {
            programme.versions.push(Version {
                number: row.version,
                effective_at: row.effective_at,
                rules,
                saved_at: row.saved_at,
                saved_by: row.saved_by,
                withdrawn: row.withdrawn,
            });
        }
    }
    Ok(programmes)
}

/// Lets one change of the organisation's programmes go after another.
pub async fn lock(tx: &mut TenantTx) -> Result<(), StoreError> {
    sqlx::query!(
        "SELECT pg_advisory_xact_lock(hashtextextended('points_programmes' || $1::text, 0))",
        tx.org().to_string(),
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Stores a new programme or another version of one.
pub async fn insert_version(
    tx: &mut TenantTx,
    programme: Uuid,
    brand: Option<BrandId>,
    version: &Version<Rules>,
) -> Result<(), StoreError> {
    sqlx::query!(
        "INSERT INTO points_programmes (org_id, programme_id, brand_id, version)
         VALUES ($1, $2, $3, $4)
         ON CONFLICT (org_id, programme_id) DO UPDATE SET version = excluded.version",
        tx.org().as_uuid(),
        programme,
        brand.map(|id| id.as_uuid()),
        version.number,
    )
    .execute(&mut **tx)
    .await?;
    sqlx::query!(
        "INSERT INTO points_programme_versions (
             org_id, programme_id, version, effective_at, rules, saved_at, saved_by
         )
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        tx.org().as_uuid(),
        programme,
        version.number,
        version.effective_at,
        version.rules.wire().encode_to_vec(),
        version.saved_at,
        version.saved_by.as_uuid(),
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Withdraws a version; the programme has another version of itself by it.
pub async fn withdraw(
    tx: &mut TenantTx,
    programme: Uuid,
    version: i64,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let done = sqlx::query!(
        "UPDATE points_programme_versions
         SET withdrawn_at = $4
         WHERE org_id = $1 AND programme_id = $2 AND version = $3 AND withdrawn_at IS NULL",
        tx.org().as_uuid(),
        programme,
        version,
        now,
    )
    .execute(&mut **tx)
    .await?;
    StoreError::check_row_count("points_programme_versions", 1, done.rows_affected())
}

/// What members have in a programme.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Outstanding {
    /// Points.
    pub points: i64,
    /// Points that wait to be credited.
    pub pending: i64,
    /// Points that are owed.
    pub debt: i64,
    /// Members with points.
    pub members: i64,
}

/// What members have in a programme.
pub async fn outstanding(tx: &mut TenantTx, programme: Uuid) -> Result<Outstanding, StoreError> {
    let row = sqlx::query_as!(
        Outstanding,
        r#"SELECT
             coalesce(sum(balance), 0)::bigint AS "points!",
             coalesce(sum(pending), 0)::bigint AS "pending!",
             coalesce(sum(debt), 0)::bigint AS "debt!",
             count(*) FILTER (WHERE balance > 0) AS "members!"
         FROM point_accounts
         WHERE org_id = $1 AND programme_id = $2"#,
        tx.org().as_uuid(),
        programme,
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(row)
}
