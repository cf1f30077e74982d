//! Table `audit_records`: append-only until records are old enough to be removed; triggers chain the rows
//! of an organisation by hash and keep where the chain starts.

use chassis::{
    authn::Scope,
    db::{SystemTx, TenantTx},
    error::Problem,
    id::{AccountId, BranchId, BrandId, OrganisationId},
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sqlx::types::Json;
use uuid::Uuid;

/// A record to be appended.
#[derive(Clone, Debug, Serialize)]
pub struct NewRecord {
    /// Id.
    pub record_id: Uuid,
    /// When it was made.
    pub recorded_at: DateTime<Utc>,
    /// Package and RPC.
    pub action: String,
    /// `OK`, or the reason of the refusal.
    pub outcome: String,
    /// Kind of caller.
    pub actor_kind: String,
    /// Which one of its kind.
    pub actor_id: String,
    /// Session of a staff account.
    pub session_id: Option<Uuid>,
    /// Address the caller came from, masked.
    pub network: String,
    /// User agent the caller came with.
    pub user_agent: String,
    /// Account the call was made for.
    pub on_behalf_of: Option<Uuid>,
    /// Brand concerned; that of the branch when it is left out.
    pub brand_id: Option<Uuid>,
    /// Branch concerned.
    pub branch_id: Option<Uuid>,
    /// Kind of object.
    pub object_type: String,
    /// Id of the object.
    pub object_id: String,
    /// The request.
    pub request: Option<serde_json::Value>,
    /// What changed.
    pub changes: Vec<Change>,
    /// Changes beyond those listed.
    pub omitted_changes: i32,
    /// Why.
    pub reason: String,
    /// Trace in which it happened.
    pub trace_id: String,
}

/// One field before and after.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Change {
    /// Path of the field.
    pub field: String,
    /// Value before.
    pub before: Option<String>,
    /// Value after.
    pub after: Option<String>,
}

/// A stored record.
#[derive(Debug)]
pub struct StoredRecord {
    /// Place in the chain.
    pub seq: i64,
    /// When it was made.
    pub recorded_at: DateTime<Utc>,
    /// Package and RPC.
    pub action: String,
    /// `OK`, or the reason of the refusal.
    pub outcome: String,
    /// Kind of caller.
    pub actor_kind: String,
    /// Which one of its kind.
    pub actor_id: String,
    /// Name of the account that acted or was acted for.
    pub account_name: Option<String>,
    /// Session of a staff account.
    pub session_id: Option<Uuid>,
    /// Address the caller came from, masked.
    pub network: String,
    /// User agent the caller came with.
    pub user_agent: String,
    /// Account the call was made for.
    pub on_behalf_of: Option<Uuid>,
    /// Brand concerned.
    pub brand_id: Option<Uuid>,
    /// Branch concerned.
    pub branch_id: Option<Uuid>,
    /// Kind of object.
    pub object_type: String,
    /// Id of the object.
    pub object_id: String,
    /// The request.
    pub request: Option<Json<serde_json::Value>>,
    /// What changed.
    pub changes: Json<Vec<Change>>,
    /// Changes beyond those listed.
    pub omitted_changes: i32,
    /// Why.
    pub reason: String,
    /// Trace in which it happened.
    pub trace_id: String,
}

/// Which records are looked for.
#[derive(Clone, Debug, Default)]
pub struct Search {
    /// Account that acted or was acted for.
    pub account: Option<AccountId>,
    /// Package and RPC.
    pub action: Option<String>,
    /// Id of the object.
    pub object: Option<String>,
    /// Branch concerned.
    pub branch: Option<BranchId>,
    /// Recorded at or after.
    pub from: Option<DateTime<Utc>>,
    /// Recorded before.
    pub until: Option<DateTime<Utc>>,
}

/// Appends records in their order.
pub async fn append(tx: &mut TenantTx, records: &[NewRecord]) -> Result<(), Problem> {
    sqlx::query!(
        r#"
        INSERT INTO audit_records
            (org_id, record_id, recorded_at, action, outcome, actor_kind, actor_id, session_id,
             network, user_agent, on_behalf_of, brand_id, branch_id, object_type, object_id, request, changes,
             omitted_changes, reason, trace_id)
        SELECT $1, new.record_id, new.recorded_at, new.action, new.outcome, new.actor_kind,
               new.actor_id, new.session_id, new.network, new.user_agent, new.on_behalf_of,
               coalesce(new.brand_id, branches.brand_id), new.branch_id, new.object_type,
               new.object_id, new.request, new.changes, new.omitted_changes, new.reason,
               new.trace_id
        FROM ROWS FROM (
            jsonb_to_recordset($2) AS (
                record_id uuid, recorded_at timestamptz, action text, outcome text,
                actor_kind text, actor_id text, session_id uuid, network text, user_agent text,
                on_behalf_of uuid, brand_id uuid, branch_id uuid, object_type text, object_id text, request jsonb, changes jsonb,
                omitted_changes integer, reason text, trace_id text
            )
        ) WITH ORDINALITY AS new (
            record_id, recorded_at, action, outcome, actor_kind, actor_id, session_id,
            network, user_agent, on_behalf_of, brand_id, branch_id, object_type, object_id, request, changes,
            omitted_changes, reason, trace_id, position
        )
        LEFT JOIN branches ON branches.org_id = $1 AND branches.branch_id = new.branch_id
        ORDER BY new.position
        "#,
        tx.org().as_uuid(),
        Json(records) as _,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Lists records before the place `before`, newest first: those within `scope`, and those of `viewer`.
pub async fn list(
    tx: &mut TenantTx,
    scope: &Scope,
    viewer: AccountId,
    search: &Search,
    before: i64,
    limit: i64,
) -> Result<Vec<StoredRecord>, Problem> {
    let brands: Vec<Uuid> = scope.brands.iter().map(BrandId::as_uuid).collect();
    let branches: Vec<Uuid> = scope.branches.iter().map(BranchId::as_uuid).collect();
    let records = sqlx::query_as!(
        StoredRecord,
        r#"
        SELECT record.seq, record.recorded_at, record.action, record.outcome, record.actor_kind,
               record.actor_id, account.name AS "account_name?", record.session_id,
               record.network, record.user_agent,
               record.on_behalf_of, record.brand_id, record.branch_id, record.object_type,
               record.object_id, record.request AS "request: Json<serde_json::Value>",
               record.changes AS "changes: Json<Vec<Change>>", record.omitted_changes,
               record.reason, record.trace_id
        FROM audit_records AS record
        LEFT JOIN accounts AS account
            ON account.org_id = record.org_id
            AND account.account_id::text
                = coalesce(record.on_behalf_of::text, record.actor_id)
        WHERE record.org_id = $1
          AND record.seq < $2
          AND (
              $3
              OR record.branch_id = ANY($4)
              OR record.brand_id = ANY($5)
              OR record.actor_id = $6
          )
          AND ($7::text IS NULL OR record.actor_id = $7 OR record.on_behalf_of::text = $7)
          AND ($8::text IS NULL OR record.action = $8)
          AND ($9::text IS NULL OR record.object_id = $9)
          AND ($10::uuid IS NULL OR record.branch_id = $10)
          AND ($11::timestamptz IS NULL OR record.recorded_at >= $11)
          AND ($12::timestamptz IS NULL OR record.recorded_at < $12)
        ORDER BY record.seq DESC
        LIMIT $13
        "#,
        tx.org().as_uuid(),
        before,
        scope.organisation,
        &branches,
        &brands,
        viewer.to_string(),
        search.account.map(|account| account.to_string()),
        search.action,
        search.object,
        search.branch.map(|branch| branch.as_uuid()),
        search.from,
        search.until,
        limit,
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(records)
}

/// Lists the organisations whose oldest record is from before `before`.
pub async fn list_expired(
    tx: &mut SystemTx,
    before: DateTime<Utc>,
) -> Result<Vec<OrganisationId>, sqlx::Error> {
    sqlx::query_scalar!(
        r#"
        SELECT org_id AS "org_id: OrganisationId"
        FROM audit_chains AS chain
        WHERE (
            SELECT recorded_at
            FROM audit_records AS oldest
            WHERE oldest.org_id = chain.org_id
            ORDER BY seq
            LIMIT 1
        ) < $1
        ORDER BY org_id
        "#,
        before,
    )
    .fetch_all(&mut **tx)
    .await
}

/// Removes the oldest records of an organisation, at most `limit`, up to the first that is not from before
/// `before`; returns how many.
pub async fn remove_oldest(
    tx: &mut SystemTx,
    org: OrganisationId,
    before: DateTime<Utc>,
    limit: i64,
) -> Result<u64, sqlx::Error> {
    let done = sqlx::query!(
        r#"
        WITH oldest AS (
            SELECT seq, recorded_at
            FROM audit_records
            WHERE org_id = $1
            ORDER BY seq
            LIMIT $3
        )
        DELETE FROM audit_records
        WHERE org_id = $1
          AND seq IN (SELECT seq FROM oldest)
          AND seq < ALL (SELECT seq FROM oldest WHERE recorded_at >= $2)
        "#,
        org.as_uuid(),
        before,
        limit,
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected())
}
