//! A server of the agents' protocol that keeps what it is told and sends what a test wants.

use std::{
    collections::{BTreeMap, BTreeSet},
    net::SocketAddr,
    pin::Pin,
    sync::Arc,
};

use parking_lot::Mutex;
use prost_types::Timestamp;
use proto::printing::v1::{
    AgentConfig, AgentHello, CancelAck, CancelJob, Job, JobChunk, JobOutcome, JobResult,
    OpenLineRequest, OpenLineResponse, PairAgentRequest, PairAgentResponse, PrinterState,
    PrinterStatus, ResultAck,
    agent_service_server::{AgentService, AgentServiceServer},
    open_line_request::Message as Told,
    open_line_response::Message as Say,
};
use tokio::{net::TcpListener, sync::mpsc};
use tokio_stream::{
    Stream,
    wrappers::{TcpListenerStream, UnboundedReceiverStream},
};
use tokio_util::sync::CancellationToken;
use tonic::{Request, Response, Status, Streaming, transport::Server as Transport};

use crate::support::eventually;

/// The one pairing code.
pub const CODE: &str = "K7QF-3M9P";
const TOKEN: &str = "bm90IGEgcmVhbCB0b2tlbg";
const AGENT: &str = "01930000-0000-7000-8000-000000000001";
/// Data of one message.
const PART: usize = 256 * 1024;

type Sayer = mpsc::UnboundedSender<Result<OpenLineResponse, Status>>;

/// The server; it is gone once it is dropped.
pub struct Server {
    addr: SocketAddr,
    state: Arc<Mutex<State>>,
    task: tokio::task::JoinHandle<()>,
}

#[derive(Default)]
struct State {
    /// The line is down.
    away: bool,
    /// Results are not acknowledged.
    forgetful: bool,
    line: Option<Line>,
    lines: usize,
    hello: AgentHello,
    /// Jobs without a result.
    open: BTreeMap<String, Job>,
    acked: BTreeSet<String>,
    begun: BTreeSet<String>,
    results: Vec<JobResult>,
    cancels: Vec<CancelAck>,
    states: BTreeMap<String, Vec<PrinterStatus>>,
}

struct Line {
    cut: CancellationToken,
    say: Sayer,
    seq: i64,
}

impl Line {
    fn say(&self, message: Say) {
        let message = Some(message);
        let _ = self.say.send(Ok(OpenLineResponse { message }));
    }

    fn send(&mut self, job: &Job) {
        self.seq += 1;
        let mut parts = job.data.chunks(PART);
        self.say(Say::Job(Job {
            seq: self.seq,
            data: parts.next().unwrap_or_default().to_vec().into(),
            ..job.clone()
        }));
        for part in parts {
            self.say(Say::JobChunk(JobChunk {
                seq: self.seq,
                data: part.to_vec().into(),
            }));
        }
    }
}

impl Server {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let addr = listener.local_addr().unwrap();
        let state = Arc::new(Mutex::new(State::default()));
        let service = AgentServiceServer::new(Agents(state.clone()));
        let serving = Transport::builder()
            .add_service(service)
            .serve_with_incoming(TcpListenerStream::new(listener));
        let task = tokio::spawn(async move { serving.await.unwrap() });
        Self { addr, state, task }
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.addr)
    }

    /// Sends a job, now or when there is a line, and again on every line until it has a result.
    pub fn send(&self, job: Job) {
        let mut state = self.state.lock();
        if let Some(line) = &mut state.line {
            line.send(&job);
        }
        state.open.insert(job.job_id.clone(), job);
    }

    pub fn cancel(&self, job_id: &str, attempt: i32) {
        let state = self.state.lock();
        let line = state.line.as_ref().expect("there is a line");
        line.say(Say::CancelJob(CancelJob {
            job_id: job_id.to_owned(),
            attempt,
        }));
    }

    /// Cuts the line, and keeps it down.
    pub fn cut(&self) {
        let mut state = self.state.lock();
        state.away = true;
        if let Some(line) = state.line.take() {
            line.cut.cancel();
        }
    }

    /// Lets the line come up again.
    pub fn repair(&self) {
        self.state.lock().away = false;
    }

    /// Keeps results without saying so.
    pub fn forget_to_answer(&self, forgetful: bool) {
        self.state.lock().forgetful = forgetful;
    }

    /// Waits until a job's first byte is out.
    pub async fn begun(&self, job_id: &str) {
        let what = format!("{job_id} is begun");
        eventually(&what, || self.state.lock().begun.contains(job_id)).await;
    }

    /// What became of a job at last.
    pub async fn result(&self, job_id: &str) -> JobResult {
        let find = || {
            let state = self.state.lock();
            let found = state.results.iter().rfind(|result| result.job_id == job_id);
            found.cloned()
        };
        eventually(&format!("{job_id} has a result"), || find().is_some()).await;
        find().unwrap()
    }

    pub async fn outcome(&self, job_id: &str) -> JobOutcome {
        self.result(job_id).await.outcome()
    }

    /// Every result that came.
    pub fn results(&self) -> Vec<JobResult> {
        self.state.lock().results.clone()
    }

    pub fn acked(&self) -> usize {
        self.state.lock().acked.len()
    }

    pub async fn acked_all(&self, count: usize) {
        eventually("all jobs are acknowledged", || self.acked() >= count).await;
    }

    pub async fn cancel_ack(&self, job_id: &str) -> CancelAck {
        let find = || {
            let state = self.state.lock();
            let found = state.cancels.iter().rfind(|ack| ack.job_id == job_id);
            found.cloned()
        };
        eventually(&format!("{job_id} is answered"), || find().is_some()).await;
        find().unwrap()
    }

    /// Waits until a printer is said to be so.
    pub async fn sees(&self, printer: &str, wanted: PrinterState) -> PrinterStatus {
        let last = || {
            let state = self.state.lock();
            state
                .states
                .get(printer)
                .and_then(|all| all.last())
                .cloned()
        };
        let what = format!("{printer} is {}", wanted.as_str_name());
        eventually(&what, || last().is_some_and(|last| last.state() == wanted)).await;
        last().unwrap()
    }

    /// Every state that was told of a printer.
    pub fn states(&self, printer: &str) -> Vec<PrinterState> {
        let state = self.state.lock();
        let told = state.states.get(printer).into_iter().flatten();
        told.map(PrinterStatus::state).collect()
    }

    /// The hello of line number `line`, from 1.
    pub async fn hello(&self, line: usize) -> AgentHello {
        let what = format!("line {line} is made");
        eventually(&what, || self.state.lock().lines >= line).await;
        self.state.lock().hello.clone()
    }

    pub fn lines(&self) -> usize {
        self.state.lock().lines
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

struct Agents(Arc<Mutex<State>>);

#[tonic::async_trait]
impl AgentService for Agents {
    async fn pair_agent(
        &self,
        request: Request<PairAgentRequest>,
    ) -> Result<Response<PairAgentResponse>, Status> {
        if request.into_inner().code != CODE {
            return Err(Status::failed_precondition("PAIRING_FAILED"));
        }
        Ok(Response::new(PairAgentResponse {
            agent_id: AGENT.to_owned(),
            token: TOKEN.to_owned(),
        }))
    }

    type OpenLineStream = Pin<Box<dyn Stream<Item = Result<OpenLineResponse, Status>> + Send>>;

    async fn open_line(
        &self,
        request: Request<Streaming<OpenLineRequest>>,
    ) -> Result<Response<Self::OpenLineStream>, Status> {
        let token = request.metadata().get("authorization");
        if token.is_none_or(|token| token != &format!("Bearer {TOKEN}")) {
            return Err(Status::unauthenticated("UNAUTHENTICATED"));
        }
        if self.0.lock().away {
            return Err(Status::unavailable("away"));
        }
        let (say, said) = mpsc::unbounded_channel();
        let mut messages = request.into_inner();
        let state = self.0.clone();
        let cut = CancellationToken::new();
        tokio::spawn(async move {
            while let Some(Ok(Some(message))) = cut.run_until_cancelled(messages.message()).await {
                if let Some(message) = message.message {
                    state.lock().hear(message, &say, &cut);
                }
            }
        });
        Ok(Response::new(Box::pin(UnboundedReceiverStream::new(said))))
    }
}

impl State {
    fn hear(&mut self, message: Told, say: &Sayer, cut: &CancellationToken) {
        match message {
            Told::Hello(hello) => {
                let mut line = Line {
                    cut: cut.clone(),
                    say: say.clone(),
                    seq: hello.last_seq,
                };
                line.say(Say::Config(AgentConfig {
                    server_time: Some(now()),
                    ..AgentConfig::default()
                }));
                self.open.values().for_each(|job| line.send(job));
                self.hello = hello;
                self.line = Some(line);
                self.lines += 1;
            }
            Told::JobAck(ack) => {
                self.acked.insert(ack.job_id);
            }
            Told::JobResult(result) => {
                let (job_id, attempt) = (result.job_id.clone(), result.attempt);
                if !self.forgetful {
                    self.open.remove(&job_id);
                    if let Some(line) = &self.line {
                        line.say(Say::ResultAck(ResultAck { job_id, attempt }));
                    }
                }
                self.results.push(result);
            }
            Told::CancelAck(ack) => {
                self.open.remove(&ack.job_id);
                self.cancels.push(ack);
            }
            Told::PrinterStatus(status) => {
                let all = self.states.entry(status.printer.clone()).or_default();
                all.push(status);
            }
            Told::JobProgress(progress) => {
                self.begun.insert(progress.job_id);
            }
            Told::Heartbeat(_) => {}
        }
    }
}

/// The server's clock.
pub fn now() -> Timestamp {
    Timestamp::from(std::time::SystemTime::UNIX_EPOCH + since_1970())
}

pub fn in_an_hour() -> Timestamp {
    Timestamp {
        seconds: now().seconds + 3_600,
        nanos: 0,
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the agent is another process, whose clock no test moves"
)]
fn since_1970() -> std::time::Duration {
    let now = std::time::SystemTime::now();
    now.duration_since(std::time::SystemTime::UNIX_EPOCH)
        .unwrap()
}
