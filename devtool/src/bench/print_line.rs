//! Print agents on their lines: each prints at once whatever it is sent.

use anyhow::{Context as _, ensure};
use chassis::clock::{Clock as _, SystemClock};
use chrono::{DateTime, Utc};
use proto::printing::v1::{
    AgentHello, AgentPrinter, Heartbeat, Job, JobAck, JobOutcome, JobProgress, JobResult,
    OpenLineRequest, OpenLineResponse, PairAgentRequest, PrintEvidence, PrinterLanguage,
    PrinterState, PrinterStatus, agent_service_client::AgentServiceClient,
    open_line_request::Message as FromAgent, open_line_response::Message as FromServer,
};
use tokio::{sync::mpsc, task::JoinSet};
use tonic::{Request, Streaming, transport::Endpoint};

/// What the program says that it is.
const VERSION: &str = "bench";
const PRINTER: &str = "counter";
/// Messages that wait to be sent on a line.
const WAITING: usize = 16;

/// A paired agent, and where its printer is.
#[derive(Clone, Debug)]
pub struct Paired {
    server: String,
    agent_id: String,
    token: String,
    address: String,
}

/// A job whose last byte has come.
#[derive(Clone, Debug)]
pub struct Arrived {
    /// The job.
    pub job_id: String,
    /// When.
    pub at: DateTime<Utc>,
}

/// Open lines, which end with it.
pub struct Lines {
    /// What comes on any of them.
    pub arrived: mpsc::UnboundedReceiver<Arrived>,
    lines: JoinSet<anyhow::Result<()>>,
}

/// Exchanges a code for a token.
pub async fn pair(server: &str, code: &str, address: &str) -> anyhow::Result<Paired> {
    let mut client = AgentServiceClient::connect(server.to_owned()).await?;
    let request = PairAgentRequest {
        code: code.to_owned(),
        version: VERSION.to_owned(),
    };
    let paired = client.pair_agent(request).await?.into_inner();
    Ok(Paired {
        server: server.to_owned(),
        agent_id: paired.agent_id,
        token: paired.token,
        address: address.to_owned(),
    })
}

impl Lines {
    /// Opens a line for each agent, on a connection of its own; returns when all of them are configured.
    pub async fn open(agents: &[Paired]) -> anyhow::Result<Self> {
        let (arrivals, arrived) = mpsc::unbounded_channel();
        let mut lines = JoinSet::new();
        for agent in agents {
            let line = Line::open(agent).await?;
            lines.spawn(line.work(arrivals.clone()));
        }
        Ok(Self { arrived, lines })
    }

    /// Refuses when a line has ended, which none does by itself.
    pub fn check(&mut self) -> anyhow::Result<()> {
        match self.lines.try_join_next() {
            None => Ok(()),
            Some(ended) => ended?.context("a line ended"),
        }
    }
}

struct Line {
    requests: mpsc::Sender<OpenLineRequest>,
    answers: Streaming<OpenLineResponse>,
}

impl Line {
    async fn open(agent: &Paired) -> anyhow::Result<Self> {
        let endpoint = Endpoint::from_shared(agent.server.clone())?.tcp_nodelay(true);
        let mut client = AgentServiceClient::new(endpoint.connect().await?);
        let (requests, mut sent) = mpsc::channel(WAITING);
        let sent = futures::stream::poll_fn(move |context| sent.poll_recv(context));
        let mut request = Request::new(sent);
        let header = format!("Bearer {}", agent.token).parse()?;
        request.metadata_mut().insert("authorization", header);
        let answers = client.open_line(request).await?.into_inner();
        let mut line = Self { requests, answers };
        line.send(FromAgent::Hello(AgentHello {
            agent_id: agent.agent_id.clone(),
            version: VERSION.to_owned(),
            last_seq: 0,
            printers: vec![AgentPrinter {
                name: PRINTER.to_owned(),
                address: format!("tcp:{}", agent.address),
                language: PrinterLanguage::EscPos.into(),
            }],
        }))
        .await?;
        let first = line.receive().await?;
        ensure!(
            matches!(first, FromServer::Config(_)),
            "a line began with {first:?}"
        );
        line.send(FromAgent::PrinterStatus(PrinterStatus {
            printer: PRINTER.to_owned(),
            state: PrinterState::Online.into(),
            ..PrinterStatus::default()
        }))
        .await?;
        Ok(line)
    }

    async fn send(&self, message: FromAgent) -> anyhow::Result<()> {
        let message = Some(message);
        self.requests.send(OpenLineRequest { message }).await?;
        Ok(())
    }

    async fn receive(&mut self) -> anyhow::Result<FromServer> {
        loop {
            let response = self.answers.message().await?.context("a line was closed")?;
            if let Some(message) = response.message {
                return Ok(message);
            }
        }
    }

    async fn work(mut self, arrivals: mpsc::UnboundedSender<Arrived>) -> anyhow::Result<()> {
        let mut coming: Option<(Job, usize)> = None;
        loop {
            match self.receive().await? {
                FromServer::Job(job) => {
                    let has = job.data.len();
                    coming = Some((job, has));
                }
                FromServer::JobChunk(chunk) => {
                    if let Some((_, has)) = &mut coming {
                        *has += chunk.data.len();
                    }
                }
                FromServer::Heartbeat(_) => {
                    self.send(FromAgent::Heartbeat(Heartbeat::default()))
                        .await?
                }
                FromServer::CancelJob(_) | FromServer::ResultAck(_) | FromServer::Config(_) => {}
            }
            let is_whole = |(job, has): &(Job, usize)| {
                usize::try_from(job.size_bytes).is_ok_and(|size| *has >= size)
            };
            if let Some((job, _)) = coming.take_if(|coming| is_whole(coming)) {
                let _ = arrivals.send(Arrived {
                    job_id: job.job_id.clone(),
                    at: SystemClock.now(),
                });
                self.print(&job).await?;
            }
        }
    }

    /// Says of a job what an agent says of one that was printed.
    async fn print(&self, job: &Job) -> anyhow::Result<()> {
        let (job_id, attempt) = (&job.job_id, job.attempt);
        self.send(FromAgent::JobAck(JobAck {
            job_id: job_id.clone(),
            seq: job.seq,
        }))
        .await?;
        self.send(FromAgent::JobProgress(JobProgress {
            job_id: job_id.clone(),
            attempt,
            begun: true,
            copies_printed: 0,
        }))
        .await?;
        self.send(FromAgent::JobResult(JobResult {
            job_id: job_id.clone(),
            attempt,
            outcome: JobOutcome::Printed.into(),
            evidence: PrintEvidence::Parsed.into(),
            copies_printed: job.copies,
            ..JobResult::default()
        }))
        .await
    }
}
