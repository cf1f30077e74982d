//! Print agents as staff sets them up, and how they are known.

use chassis::{
    authn::Identity,
    db::TenantTx,
    error::{Problem, check_version},
    id::{BranchId, OrganisationId, PrintAgentId},
    secret::Secret,
};

use super::{Dependencies, dispatch::DeviceKey, refusals, scope, secrets};
use crate::{
    domain::{
        agent::Agent,
        device::Device,
        pairing::{self, Codes, WrongCode},
    },
    store,
};

/// Agents that a branch may have.
pub const MOST_AGENTS: i64 = 10;

/// A page of the agents of a branch.
pub async fn list(
    deps: &Dependencies,
    identity: &Identity,
    org: OrganisationId,
    branch: BranchId,
    after: Option<&(String, PrintAgentId)>,
    limit: i64,
) -> Result<Vec<Agent>, Problem> {
    let mut tx = deps.db.tenant(org).await?;
    scope::branch(&mut tx, identity, branch).await?;
    Ok(store::agents::list(&mut tx, branch, after, limit).await?)
}

/// Creates an agent, in the transaction of its idempotency key. Returns it with its pairing code.
pub async fn create(
    deps: &Dependencies,
    tx: &mut TenantTx,
    identity: &Identity,
    branch: BranchId,
    name: String,
) -> Result<(Agent, Secret), Problem> {
    let branch = scope::branch(tx, identity, branch).await?;
    if store::agents::count_for_insert(tx, branch.id).await? >= MOST_AGENTS {
        return Err(refusals::limit("agents", MOST_AGENTS));
    }
    let now = deps.clock.now();
    let code = secrets::new_agent_code();
    let agent = Agent {
        id: PrintAgentId::new(&*deps.clock),
        brand: branch.brand,
        branch: branch.id,
        name,
        code_expires_at: Some(now + pairing::GOOD_FOR),
        codes: Codes::first(now),
        paired: false,
        software: String::new(),
        last_seen_at: None,
        version: 1,
    };
    let hash = secrets::digest_of_typed(code.reveal());
    store::agents::insert(tx, &agent, &hash, now).await?;
    Ok((agent, code))
}

/// Loads an agent that is locked, and checks who wants to change it.
pub async fn lock(
    tx: &mut TenantTx,
    identity: &Identity,
    id: PrintAgentId,
) -> Result<Agent, Problem> {
    let agent = store::agents::lock(tx, id).await?;
    let agent = agent.ok_or_else(|| Problem::not_found("print agent"))?;
    identity.require_branch(agent.brand, agent.branch)?;
    Ok(agent)
}

/// Gives an agent that is locked another pairing code. Its token stays until the code is exchanged.
pub async fn renew_code(
    deps: &Dependencies,
    tx: &mut TenantTx,
    mut agent: Agent,
) -> Result<(Agent, Secret), Problem> {
    let now = deps.clock.now();
    agent.codes.another(now)?;
    agent.code_expires_at = Some(now + pairing::GOOD_FOR);
    agent.version += 1;
    let code = secrets::new_agent_code();
    let hash = secrets::digest_of_typed(code.reveal());
    store::agents::update_code(tx, &agent, &hash).await?;
    Ok((agent, code))
}

/// Archives an agent without devices; its token is over at once.
pub async fn archive(tx: &mut TenantTx, agent: &Agent, version: i64) -> Result<(), Problem> {
    check_version(version, agent.version)?;
    let devices = store::devices::list_of_agent(tx, agent.id).await?;
    if !devices.is_empty() {
        let count = i64::try_from(devices.len()).unwrap_or(i64::MAX);
        return Err(refusals::in_use("devices", count));
    }
    Ok(store::agents::archive(tx, agent.id).await?)
}

/// An agent of an organisation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AgentKey {
    /// Organisation.
    pub org: OrganisationId,
    /// Agent.
    pub agent: PrintAgentId,
}

/// Gives a program a token for the pairing code that somebody entered in it, once; the token before is over. Refuses
/// with `PAIRING_FAILED` a code that is wrong, used or over.
pub async fn exchange_code(deps: &Dependencies, code: &str) -> Result<(AgentKey, Secret), Problem> {
    let refused = || Problem::from(WrongCode { left: 0 });
    let hash = secrets::digest_of_typed(code);
    let mut system = deps.db.system("find the agent of a code").await?;
    let found = store::agents::find_by_code(&mut system, &hash).await?;
    system.commit().await?;
    let (org, id) = found.ok_or_else(refused)?;
    let mut tx = deps.db.tenant(org).await?;
    let agent = store::agents::lock(&mut tx, id).await?;
    let expires_at = agent.and_then(|agent| agent.code_expires_at);
    if expires_at.is_none_or(|at| at <= deps.clock.now()) {
        return Err(refused());
    }
    let token = secrets::new_agent_token();
    let stored = secrets::digest(token.reveal());
    if !store::agents::exchange_code(&mut tx, id, &hash, &stored).await? {
        return Err(refused());
    }
    tx.commit().await?;
    Ok((AgentKey { org, agent: id }, token))
}

/// The agent whose token this is; `None` for any other.
pub async fn find_by_token(deps: &Dependencies, token: &str) -> Result<Option<AgentKey>, Problem> {
    let mut tx = deps.db.system("find the agent of a token").await?;
    let found = store::agents::find_by_token(&mut tx, &secrets::digest(token)).await?;
    tx.commit().await?;
    Ok(found.map(|(org, agent)| AgentKey { org, agent }))
}

/// Notes that an agent is connected, and its program's version.
pub async fn note_seen(deps: &Dependencies, key: AgentKey, software: &str) -> Result<(), Problem> {
    let mut tx = deps.db.tenant(key.org).await?;
    let now = deps.clock.now();
    store::agents::note_seen(&mut tx, key.agent, software, now).await?;
    Ok(tx.commit().await?)
}

/// The devices in use on an agent, each with the key by which it is served.
pub async fn devices(
    deps: &Dependencies,
    key: AgentKey,
) -> Result<Vec<(DeviceKey, Device)>, Problem> {
    let mut tx = deps.db.tenant(key.org).await?;
    let found = store::devices::list_of_agent(&mut tx, key.agent).await?;
    let keyed = found.into_iter().map(|device| {
        let key = DeviceKey {
            org: key.org,
            device: device.id,
        };
        (key, device)
    });
    Ok(keyed.collect())
}
