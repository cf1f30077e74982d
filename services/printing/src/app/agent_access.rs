//! How print agents are let in: a pairing code once, a token from then on.

use std::{fmt::Write as _, net::IpAddr, sync::Arc};

use async_trait::async_trait;
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use chassis::{
    authn::{Actor, DeviceTokens, Identity, Plan, Scope},
    error::{CommonReason, Problem},
    id::{OrganisationId, PrintAgentId},
    network::network_of,
    secret::Secret,
};
use proto::printing::v1::PrintingReason;
use redis::aio::ConnectionManager;
use sha2::{Digest as _, Sha256};

use super::{Dependencies, secrets};
use crate::store;

/// Wrong codes from one network within the window; a code has 50 bits and is good for a quarter of an hour.
const MOST_WRONG: i64 = 100;
const WINDOW_SECS: i64 = 10 * 60;

/// An agent of an organisation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct AgentKey {
    /// Organisation.
    pub org: OrganisationId,
    /// Agent.
    pub agent: PrintAgentId,
}

/// Exchanges a pairing code for a token of 256 bits, of which only the digest is kept. A token that the agent had
/// before is over. Refuses with `PAIRING_FAILED` a code that is wrong, used or too old, and with `RATE_LIMITED`
/// after too many of these from one network.
pub async fn pair(
    deps: &Dependencies,
    redis: &mut ConnectionManager,
    from: Option<IpAddr>,
    code: &str,
) -> Result<(PrintAgentId, Secret), Problem> {
    let key = wrong_codes_of(from);
    check(redis, &key).await?;
    match exchange(deps, code).await? {
        Some(paired) => Ok(paired),
        None => {
            count(redis, &key).await;
            Err(Problem::new(PrintingReason::PairingFailed)
                .message("the pairing code is wrong, used or too old")
                .field("code", PrintingReason::PairingFailed))
        }
    }
}

async fn exchange(
    deps: &Dependencies,
    code: &str,
) -> Result<Option<(PrintAgentId, Secret)>, Problem> {
    let code_hash = secrets::digest_of_typed(&code.replace('-', ""));
    let mut tx = deps.db.system("find the agent of a pairing code").await?;
    let found = store::agents::find_by_code(&mut tx, &code_hash).await?;
    tx.commit().await?;
    let Some((org, id)) = found else {
        return Ok(None);
    };
    let mut tx = deps.db.tenant(org).await?;
    let agent = store::agents::lock(&mut tx, id).await?;
    let good_until = agent.and_then(|agent| agent.code_expires_at);
    if good_until.is_none_or(|until| until <= deps.clock.now()) {
        return Ok(None);
    }
    let token = Secret::new(BASE64_URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>()));
    let token_hash = secrets::digest(token.reveal());
    if !store::agents::exchange_code(&mut tx, id, &code_hash, &token_hash).await? {
        return Ok(None);
    }
    tx.commit().await?;
    Ok(Some((id, token)))
}

fn wrong_codes_of(from: Option<IpAddr>) -> String {
    let network = from.map(network_of).map(|network| network.to_string());
    let digest = Sha256::digest(network.unwrap_or_default());
    let start = "printing:agent_codes:".to_owned();
    digest[..12].iter().fold(start, |mut key, byte| {
        let _ = write!(key, "{byte:02x}");
        key
    })
}

/// While Redis is away nobody is refused.
async fn check(redis: &mut ConnectionManager, key: &str) -> Result<(), Problem> {
    let count: Result<Option<i64>, _> = redis::cmd("GET").arg(key).query_async(redis).await;
    let count = count.unwrap_or_else(|error| {
        tracing::warn!(%error, "wrong codes are not counted");
        None
    });
    if count.unwrap_or_default() < MOST_WRONG {
        return Ok(());
    }
    Err(Problem::new(CommonReason::RateLimited)
        .message("too many wrong codes")
        .param("retry_after_secs", WINDOW_SECS))
}

async fn count(redis: &mut ConnectionManager, key: &str) {
    let mut pipe = redis::pipe();
    pipe.atomic();
    pipe.incr(key, 1).ignore();
    pipe.expire(key, WINDOW_SECS).ignore();
    if let Err(error) = pipe.query_async::<()>(redis).await {
        tracing::warn!(%error, "wrong codes are not counted");
    }
}

/// The agent that a token of this digest belongs to; `None` for one that was removed or paired anew.
pub async fn find(deps: &Dependencies, token_hash: &[u8]) -> Result<Option<AgentKey>, Problem> {
    let mut tx = deps.db.system("find the agent of a token").await?;
    let found = store::agents::find_by_token(&mut tx, token_hash).await?;
    tx.commit().await?;
    Ok(found.map(|(org, agent)| AgentKey { org, agent }))
}

/// The tokens of all agents.
#[derive(Clone, Debug)]
pub struct AgentTokens(pub Dependencies);

#[async_trait]
impl DeviceTokens for AgentTokens {
    async fn verify(&self, token: &str) -> Result<Arc<Identity>, Problem> {
        let found = find(&self.0, &secrets::digest(token)).await?;
        let key = found.ok_or_else(|| {
            Problem::new(CommonReason::Unauthenticated).message("no agent has this token")
        })?;
        Ok(Arc::new(Identity {
            org: Some(key.org),
            actor: Actor::Device {
                id: key.agent.to_string(),
            },
            permissions: Default::default(),
            actions: Default::default(),
            limits: Default::default(),
            // What it may touch is what hangs on it, which is asked for by its id.
            scope: Scope::default(),
            plan: Plan::Basic,
            authenticated_at: None,
        }))
    }
}
