//! Print agents.

use chassis::{
    db::{StoreError, SystemTx, TenantTx},
    id::{BranchId, BrandId, OrganisationId, PrintAgentId},
};
use chrono::{DateTime, Utc};

use crate::domain::{agent::Agent, pairing::Codes};

/// Selects agents in use of the organisation, the first parameter.
macro_rules! select_agents {
    ($rest:literal, $($parameter:tt)*) => {
        sqlx::query_as!(
            Row,
            r#"
            SELECT
                agent_id AS "id: PrintAgentId",
                brand_id AS "brand: BrandId",
                branch_id AS "branch: BranchId",
                name,
                code_expires_at,
                codes,
                codes_since,
                token_hash IS NOT NULL AS "paired!",
                software,
                last_seen_at,
                version
            FROM agents
            WHERE org_id = $1 AND NOT archived
            "# + $rest,
            $($parameter)*
        )
    };
}

struct Row {
    id: PrintAgentId,
    brand: BrandId,
    branch: BranchId,
    name: String,
    code_expires_at: Option<DateTime<Utc>>,
    codes: i16,
    codes_since: DateTime<Utc>,
    paired: bool,
    software: String,
    last_seen_at: Option<DateTime<Utc>>,
    version: i64,
}

impl From<Row> for Agent {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            brand: row.brand,
            branch: row.branch,
            name: row.name,
            code_expires_at: row.code_expires_at,
            codes: Codes {
                count: row.codes,
                since: row.codes_since,
            },
            paired: row.paired,
            software: row.software,
            last_seen_at: row.last_seen_at,
            version: row.version,
        }
    }
}

/// Finds an agent in use.
pub async fn find(tx: &mut TenantTx, id: PrintAgentId) -> Result<Option<Agent>, StoreError> {
    let org = tx.org().as_uuid();
    let row = select_agents!("AND agent_id = $2", org, id.as_uuid(),)
        .fetch_optional(&mut **tx)
        .await?;
    Ok(row.map(Into::into))
}

/// Finds an agent in use and keeps others from changing it until the transaction ends.
pub async fn lock(tx: &mut TenantTx, id: PrintAgentId) -> Result<Option<Agent>, StoreError> {
    let org = tx.org().as_uuid();
    let row = select_agents!("AND agent_id = $2 FOR UPDATE", org, id.as_uuid(),)
        .fetch_optional(&mut **tx)
        .await?;
    Ok(row.map(Into::into))
}

/// A page of the agents of a branch by name; `after` is the name and id that the page before ended with.
pub async fn list(
    tx: &mut TenantTx,
    branch: BranchId,
    after: Option<&(String, PrintAgentId)>,
    limit: i64,
) -> Result<Vec<Agent>, StoreError> {
    let org = tx.org().as_uuid();
    let rows = select_agents!(
        "AND branch_id = $2 AND ($3::text IS NULL OR (name, agent_id) > ($3, $4::uuid))
         ORDER BY name, agent_id
         LIMIT $5",
        org,
        branch.as_uuid(),
        after.map(|(name, _)| name.as_str()),
        after.map(|(_, id)| id.as_uuid()),
        limit,
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows.into_iter().map(Into::into).collect())
}

/// How many agents in use a branch has. Others wait until the transaction ends.
pub async fn count_for_insert(tx: &mut TenantTx, branch: BranchId) -> Result<i64, StoreError> {
    super::branches::lock(tx, branch).await?;
    let count = sqlx::query_scalar!(
        r#"SELECT count(*) AS "count!"
         FROM agents
         WHERE org_id = $1 AND branch_id = $2 AND NOT archived"#,
        tx.org().as_uuid(),
        branch.as_uuid(),
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(count)
}

/// Stores a new agent with the digest of its pairing code.
pub async fn insert(
    tx: &mut TenantTx,
    agent: &Agent,
    code_hash: &[u8],
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    sqlx::query!(
        "INSERT INTO agents (
             org_id, agent_id, brand_id, branch_id, name, code_hash, code_expires_at, codes,
             codes_since, version, created_at
         )
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        tx.org().as_uuid(),
        agent.id.as_uuid(),
        agent.brand.as_uuid(),
        agent.branch.as_uuid(),
        agent.name,
        code_hash,
        agent.code_expires_at,
        agent.codes.count,
        agent.codes.since,
        agent.version,
        now,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Stores another pairing code of an agent whose row is locked.
pub async fn update_code(
    tx: &mut TenantTx,
    agent: &Agent,
    code_hash: &[u8],
) -> Result<(), StoreError> {
    sqlx::query!(
        "UPDATE agents
         SET code_hash = $3, code_expires_at = $4, codes = $5, codes_since = $6, version = $7
         WHERE org_id = $1 AND agent_id = $2",
        tx.org().as_uuid(),
        agent.id.as_uuid(),
        code_hash,
        agent.code_expires_at,
        agent.codes.count,
        agent.codes.since,
        agent.version,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Stores the digest of the token that a code was exchanged for, in place of the code and of any token before.
/// False when the code was exchanged already.
pub async fn exchange_code(
    tx: &mut TenantTx,
    id: PrintAgentId,
    code_hash: &[u8],
    token_hash: &[u8],
) -> Result<bool, StoreError> {
    let done = sqlx::query!(
        "UPDATE agents
         SET token_hash = $4, code_hash = NULL, code_expires_at = NULL, version = version + 1
         WHERE org_id = $1 AND agent_id = $2 AND code_hash = $3 AND NOT archived",
        tx.org().as_uuid(),
        id.as_uuid(),
        code_hash,
        token_hash,
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Archives an agent; neither a code nor a token of it is good any more.
pub async fn archive(tx: &mut TenantTx, id: PrintAgentId) -> Result<(), StoreError> {
    sqlx::query!(
        "UPDATE agents
         SET archived = true, code_hash = NULL, code_expires_at = NULL, token_hash = NULL,
             version = version + 1
         WHERE org_id = $1 AND agent_id = $2",
        tx.org().as_uuid(),
        id.as_uuid(),
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Notes that an agent is connected, and its program's version.
pub async fn note_seen(
    tx: &mut TenantTx,
    id: PrintAgentId,
    software: &str,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    sqlx::query!(
        "UPDATE agents
         SET last_seen_at = $4, software = $3
         WHERE org_id = $1 AND agent_id = $2",
        tx.org().as_uuid(),
        id.as_uuid(),
        software,
        now,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// The agent with a pairing code, with its organisation.
pub async fn find_by_code(
    tx: &mut SystemTx,
    code_hash: &[u8],
) -> Result<Option<(OrganisationId, PrintAgentId)>, StoreError> {
    let row = sqlx::query!(
        r#"SELECT org_id AS "org: OrganisationId", agent_id AS "agent: PrintAgentId"
         FROM agents
         WHERE code_hash = $1 AND NOT archived"#,
        code_hash,
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(row.map(|row| (row.org, row.agent)))
}

/// The agent with a token, with its organisation.
pub async fn find_by_token(
    tx: &mut SystemTx,
    token_hash: &[u8],
) -> Result<Option<(OrganisationId, PrintAgentId)>, StoreError> {
    let row = sqlx::query!(
        r#"SELECT org_id AS "org: OrganisationId", agent_id AS "agent: PrintAgentId"
         FROM agents
         WHERE token_hash = $1 AND NOT archived"#,
        token_hash,
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(row.map(|row| (row.org, row.agent)))
}
