//! `AgentService`: pairing, and the lines of print agents. Served to devices alone.

use std::{fmt, time::Duration};

use chassis::{
    authn::{Actor, RequestExt as _},
    error::{CommonReason, Problem, Violations},
};
use proto::printing::v1::{
    OpenLineRequest, OpenLineResponse, PairAgentRequest, PairAgentResponse,
    agent_service_server::AgentService as Rpcs,
};
use redis::aio::ConnectionManager;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tokio_util::sync::CancellationToken;
use tonic::{Request, Response, Status, Streaming};

use super::agent_line::AgentLine;
use crate::app::{
    Dependencies,
    agent_access::{self, AgentKey},
    agent_lines::Lines,
    secrets,
};

/// Messages that wait to be sent on a line; few, for there are many lines and a job is large.
const OUTBOX: usize = 4;
const LONGEST_CODE: usize = 64;
/// Longest text of a program's version.
pub(super) const LONGEST_VERSION: usize = 40;

/// Serves print agents.
#[derive(Clone)]
pub struct AgentService {
    deps: Dependencies,
    redis: ConnectionManager,
    lines: Lines,
    heartbeat: Duration,
    shutdown: CancellationToken,
}

impl AgentService {
    /// A service whose lines end with `shutdown`; each side tells every `heartbeat` that it is there.
    #[must_use]
    pub fn new(
        deps: Dependencies,
        redis: ConnectionManager,
        heartbeat: Duration,
        shutdown: CancellationToken,
    ) -> Self {
        Self {
            deps,
            redis,
            lines: Lines::default(),
            heartbeat,
            shutdown,
        }
    }
}

impl fmt::Debug for AgentService {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AgentService")
            .field("lines", &self.lines.count())
            .finish_non_exhaustive()
    }
}

#[tonic::async_trait]
impl Rpcs for AgentService {
    async fn pair_agent(
        &self,
        request: Request<PairAgentRequest>,
    ) -> Result<Response<PairAgentResponse>, Status> {
        let from = request.remote_addr().map(|addr| addr.ip());
        let PairAgentRequest { code, version } = request.into_inner();
        let mut violations = Violations::new();
        for (field, text, longest) in [
            ("code", &code, LONGEST_CODE),
            ("version", &version, LONGEST_VERSION),
        ] {
            if text.is_empty() || text.len() > longest {
                violations.push_with(field, CommonReason::ValidationFailed, [("max", longest)]);
            }
        }
        violations.into_result()?;
        let mut redis = self.redis.clone();
        let (agent, token) = agent_access::pair(&self.deps, &mut redis, from, &code).await?;
        tracing::info!(agent.id = %agent, agent.version = version, "an agent is paired");
        Ok(Response::new(PairAgentResponse {
            agent_id: agent.to_string(),
            token: token.reveal().clone(),
        }))
    }

    type OpenLineStream = ReceiverStream<Result<OpenLineResponse, Status>>;

    async fn open_line(
        &self,
        request: Request<Streaming<OpenLineRequest>>,
    ) -> Result<Response<Self::OpenLineStream>, Status> {
        let key = key_of(&request)?;
        let token_hash = token_hash(&request);
        let (say, said) = mpsc::channel(OUTBOX);
        let line = AgentLine::new(self.deps.clone(), key, token_hash, self.heartbeat, say);
        let (lines, shutdown) = (self.lines.clone(), self.shutdown.clone());
        tokio::spawn(line.run(request.into_inner(), lines, shutdown));
        Ok(Response::new(ReceiverStream::new(said)))
    }
}

fn key_of<T>(request: &Request<T>) -> Result<AgentKey, Problem> {
    let org = request.org()?;
    match &request.identity().actor {
        Actor::Device { id } => Ok(AgentKey {
            org,
            agent: id.parse().map_err(Problem::internal)?,
        }),
        _ => Err(Problem::new(CommonReason::PermissionDenied)),
    }
}

/// Digest of the token that was shown, so that the line can ask later whether it still counts.
fn token_hash<T>(request: &Request<T>) -> Vec<u8> {
    let header = request.metadata().get("authorization");
    let header = header.and_then(|header| header.to_str().ok());
    let token = header.and_then(|header| header.strip_prefix("Bearer "));
    secrets::digest(token.unwrap_or_default())
}
