//! Published menus: inserted once, never changed, and purged when nobody needs them any more.

use chassis::{
    db::{SystemTx, TenantTx},
    error::Problem,
    id::{BranchId, MenuVersionId},
};
use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::domain::{document::Bodies, menu::Version};

/// A menu as it is stored.
#[derive(Clone, Debug)]
pub struct Stored {
    /// Line in the list of versions.
    pub version: Version,
    /// The document.
    pub bodies: Bodies,
    /// The menu as other services read it, encoded.
    pub snapshot: Vec<u8>,
}

/// The document a branch has now. Bodies are left empty when the caller has it already.
#[derive(Clone, Debug)]
pub struct Current {
    /// Number of the version.
    pub number: i64,
    /// The document.
    pub bodies: Bodies,
}

/// Inserts published menus.
pub async fn insert(tx: &mut TenantTx, menus: &[Stored]) -> Result<(), Problem> {
    let versions = || menus.iter().map(|menu| &menu.version);
    let bodies = || menus.iter().map(|menu| &menu.bodies);
    let ids: Vec<Uuid> = versions().map(|it| it.id.as_uuid()).collect();
    let branches: Vec<Uuid> = versions().map(|it| it.branch_id.as_uuid()).collect();
    let numbers: Vec<i64> = versions().map(|it| it.number).collect();
    let times: Vec<_> = versions().map(|it| it.published_at).collect();
    let names: Vec<String> = versions().map(|it| it.published_by.clone()).collect();
    let counts: Vec<i32> = versions().map(|it| it.product_count).collect();
    let etags: Vec<String> = bodies().map(|it| it.etag.clone()).collect();
    let identities: Vec<&[u8]> = bodies().map(|it| it.identity.as_slice()).collect();
    let gzips: Vec<&[u8]> = bodies().map(|it| it.gzip.as_slice()).collect();
    let brs: Vec<&[u8]> = bodies().map(|it| it.br.as_slice()).collect();
    let snapshots: Vec<&[u8]> = menus.iter().map(|menu| menu.snapshot.as_slice()).collect();
    sqlx::query!(
        "INSERT INTO menu_versions
             (org_id, menu_version_id, branch_id, number, published_at, published_by,
              product_count, etag, identity_body, gzip_body, br_body, snapshot)
         SELECT $1, new.*
         FROM UNNEST($2::uuid[], $3::uuid[], $4::bigint[], $5::timestamptz[], $6::text[],
                     $7::int[], $8::text[], $9::bytea[], $10::bytea[], $11::bytea[],
                     $12::bytea[]) AS new",
        tx.org().as_uuid(),
        &ids,
        &branches,
        &numbers,
        &times,
        &names,
        &counts,
        &etags,
        &identities as &[&[u8]],
        &gzips as &[&[u8]],
        &brs as &[&[u8]],
        &snapshots as &[&[u8]],
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Finds the present document of a branch.
pub async fn find_current(
    tx: &mut TenantTx,
    branch: BranchId,
    known_etag: &str,
) -> Result<Option<Current>, Problem> {
    let row = sqlx::query!(
        r#"SELECT number, etag,
                CASE WHEN etag = $3 THEN ''::bytea ELSE identity_body END AS "identity_body!",
                CASE WHEN etag = $3 THEN ''::bytea ELSE gzip_body END AS "gzip_body!",
                CASE WHEN etag = $3 THEN ''::bytea ELSE br_body END AS "br_body!"
         FROM menu_versions
         WHERE org_id = $1 AND branch_id = $2
         ORDER BY number DESC
         LIMIT 1"#,
        tx.org().as_uuid(),
        branch.as_uuid(),
        known_etag,
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(row.map(|row| Current {
        number: row.number,
        bodies: Bodies {
            etag: row.etag,
            identity: row.identity_body,
            gzip: row.gzip_body,
            br: row.br_body,
        },
    }))
}

/// Finds the encoded snapshot of a branch: the present one, or that of a version.
pub async fn find_snapshot(
    tx: &mut TenantTx,
    branch: BranchId,
    version: Option<MenuVersionId>,
) -> Result<Option<Vec<u8>>, Problem> {
    let snapshot = sqlx::query_scalar!(
        "SELECT snapshot
         FROM menu_versions
         WHERE org_id = $1 AND branch_id = $2 AND ($3::uuid IS NULL OR menu_version_id = $3)
         ORDER BY number DESC
         LIMIT 1",
        tx.org().as_uuid(),
        branch.as_uuid(),
        version.map(|version| version.as_uuid()),
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(snapshot)
}

/// Lists the newest versions of a branch, at most 50.
pub async fn list(tx: &mut TenantTx, branch: BranchId) -> Result<Vec<Version>, Problem> {
    let rows = sqlx::query!(
        "SELECT menu_version_id, branch_id, number, published_at, published_by, product_count
         FROM menu_versions
         WHERE org_id = $1 AND branch_id = $2
         ORDER BY number DESC
         LIMIT 50",
        tx.org().as_uuid(),
        branch.as_uuid(),
    )
    .fetch_all(&mut **tx)
    .await?;
    let version = rows.into_iter().map(|row| Version {
        id: MenuVersionId::from_uuid(row.menu_version_id),
        branch_id: BranchId::from_uuid(row.branch_id),
        number: row.number,
        published_at: row.published_at,
        published_by: row.published_by,
        product_count: row.product_count,
    });
    Ok(version.collect())
}

/// Deletes up to `limit` versions published before `before` that are not among the newest `keep` of
/// their branch; returns how many.
pub async fn purge(
    tx: &mut SystemTx,
    before: DateTime<Utc>,
    keep: i64,
    limit: i64,
) -> Result<u64, Problem> {
    let deleted = sqlx::query!(
        "DELETE FROM menu_versions
         WHERE (org_id, menu_version_id) IN (
             SELECT old.org_id, old.menu_version_id
             FROM menu_versions AS old
             WHERE old.published_at < $1
               AND old.number <= (
                   SELECT max(newest.number) - $2
                   FROM menu_versions AS newest
                   WHERE newest.org_id = old.org_id AND newest.branch_id = old.branch_id
               )
             ORDER BY old.published_at
             LIMIT $3
         )",
        before,
        keep,
        limit,
    )
    .execute(&mut **tx)
    .await?;
    Ok(deleted.rows_affected())
}
