//! Programmes of tiers with their versions.

use chassis::{
    db::{StoreError, SystemTx, TenantTx},
    id::{AccountId, BrandId, OrganisationId},
};
use chrono::{DateTime, Utc};
use prost::Message as _;
use proto::membership::v1::TierRules;
use uuid::Uuid;

use crate::domain::{
    programme::{Programme, Version},
    tiers::rules::{ChangeMode, Rules},
};

/// Most versions of a programme that are read.
const MOST_VERSIONS: i64 = 100;

/// What a version says.
#[derive(Clone, Debug, PartialEq)]
pub struct TierVersion {
    /// The tiers.
    pub rules: Rules,
    /// Whom it concerns at once.
    pub mode: ChangeMode,
    /// Tiers that are left out, each with the one in its place.
    pub replaced: Vec<(Uuid, Uuid)>,
}

/// All programmes of the organisation, its own first.
pub async fn list(tx: &mut TenantTx) -> Result<Vec<Programme<TierVersion>>, StoreError> {
    let rows = sqlx::query!(
        r#"SELECT
             programme.programme_id,
             programme.brand_id AS "brand_id: BrandId",
             programme.version AS latest,
             saved.version AS "version!",
             saved.effective_at AS "effective_at!",
             saved.rules AS "rules!",
             saved.mode AS "mode!: ChangeMode",
             saved.replaced AS "replaced!",
             saved.replaced_by AS "replaced_by!",
             saved.saved_at AS "saved_at!",
             saved.saved_by AS "saved_by!: AccountId",
             saved.withdrawn_at IS NOT NULL AS "withdrawn!"
         FROM tier_programmes AS programme
         CROSS JOIN LATERAL (
             SELECT *
             FROM tier_programme_versions AS version
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
    let mut programmes: Vec<Programme<TierVersion>> = Vec::new();
    for row in rows {
        let rules = TierRules::decode(row.rules.as_slice()).ok();
        let rules = rules.as_ref().and_then(Rules::stored).ok_or_else(|| {
            StoreError::inconsistent("tier_programme_versions", "rules", row.programme_id)
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
                rules: TierVersion {
                    rules,
                    mode: row.mode,
                    replaced: row.replaced.into_iter().zip(row.replaced_by).collect(),
                },
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
        "SELECT pg_advisory_xact_lock(hashtextextended('tier_programmes' || $1::text, 0))",
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
    version: &Version<TierVersion>,
) -> Result<(), StoreError> {
    sqlx::query!(
        "INSERT INTO tier_programmes (org_id, programme_id, brand_id, version)
         VALUES ($1, $2, $3, $4)
         ON CONFLICT (org_id, programme_id) DO UPDATE SET version = excluded.version",
        tx.org().as_uuid(),
        programme,
        brand.map(|id| id.as_uuid()),
        version.number,
    )
    .execute(&mut **tx)
    .await?;
    let (replaced, replaced_by): (Vec<Uuid>, Vec<Uuid>) =
        version.rules.replaced.iter().copied().unzip();
    sqlx::query!(
        "INSERT INTO tier_programme_versions (
             org_id, programme_id, version, effective_at, rules, mode, replaced, replaced_by,
             saved_at, saved_by
         )
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        tx.org().as_uuid(),
        programme,
        version.number,
        version.effective_at,
        version.rules.rules.wire().encode_to_vec(),
        version.rules.mode.as_str(),
        &replaced,
        &replaced_by,
        version.saved_at,
        version.saved_by.as_uuid(),
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Withdraws a version.
pub async fn withdraw(
    tx: &mut TenantTx,
    programme: Uuid,
    version: i64,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let done = sqlx::query!(
        "UPDATE tier_programme_versions
         SET withdrawn_at = $4
         WHERE org_id = $1 AND programme_id = $2 AND version = $3 AND withdrawn_at IS NULL",
        tx.org().as_uuid(),
        programme,
        version,
        now,
    )
    .execute(&mut **tx)
    .await?;
    StoreError::check_row_count("tier_programme_versions", 1, done.rows_affected())
}

/// A version that has taken effect and was not carried out yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ToApply {
    /// Organisation.
    pub org: OrganisationId,
    /// Programme.
    pub programme: Uuid,
    /// Version.
    pub version: i64,
}

/// Versions of all organisations that have taken effect and were not carried out, the earliest first.
pub async fn list_to_apply(
    tx: &mut SystemTx,
    now: DateTime<Utc>,
) -> Result<Vec<ToApply>, StoreError> {
    let found = sqlx::query_as!(
        ToApply,
        r#"SELECT org_id AS "org: OrganisationId", programme_id AS programme, version
         FROM tier_programme_versions
         WHERE applied_at IS NULL AND withdrawn_at IS NULL AND effective_at <= $1
         ORDER BY effective_at, version
         LIMIT 100"#,
        now,
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(found)
}

/// Notes that a version is carried out: whether this transaction does it.
pub async fn begin_applying(
    tx: &mut TenantTx,
    programme: Uuid,
    version: i64,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let done = sqlx::query!(
        "UPDATE tier_programme_versions
         SET applied_at = $4
         WHERE org_id = $1 AND programme_id = $2 AND version = $3 AND applied_at IS NULL
             AND withdrawn_at IS NULL",
        tx.org().as_uuid(),
        programme,
        version,
        now,
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() == 1)
}
