//! The line to printing: one stream, made again whenever it ends.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
    time::Duration,
};

use proto::printing::v1::{
    AgentConfig, AgentHello, AgentPrinter, CancelAck, CancelJob, CancelOutcome, Heartbeat, Job,
    JobAck, JobProgress, JobResult, OpenLineRequest, OpenLineResponse, PrinterStatus,
    agent_service_client::AgentServiceClient, open_line_request::Message as Say,
    open_line_response::Message as Told,
};
use tokio::{
    sync::{Notify, mpsc, watch},
    time::{Instant, Interval, MissedTickBehavior, interval, timeout},
};
use tokio_stream::wrappers::ReceiverStream;
use tokio_util::sync::CancellationToken;
use tonic::{Code, Request, Streaming, transport::Channel};

use crate::{
    board::Board,
    clock::ServerClock,
    config::PrinterConfig,
    job::{self, Assembly},
    pairing::Paired,
    spool::{Received, SpoolHandle},
    timing::Timing,
};

/// Messages that wait to be sent.
const OUTBOX: usize = 32;
/// Jobs that a heartbeat tells of.
const MOST_PROGRESS: usize = 500;
/// Heartbeats that may be missing before the line is dead.
const MISSING: u32 = 3;

/// What the line works with.
pub(crate) struct Session {
    pub(crate) paired: Paired,
    pub(crate) channel: Channel,
    pub(crate) printers: Vec<PrinterConfig>,
    pub(crate) spool: SpoolHandle,
    pub(crate) board: Arc<Board>,
    pub(crate) clock: ServerClock,
    pub(crate) timing: Timing,
    /// Takes the time between two looks at an idle printer.
    pub(crate) idle: watch::Sender<Duration>,
    /// Wakes the worker of each printer.
    pub(crate) wakes: HashMap<String, Arc<Notify>>,
}

/// Why a line ended.
#[derive(Debug, thiserror::Error)]
enum Ended {
    #[error("{}", .0.message())]
    Refused(#[from] Box<tonic::Status>),
    #[error("the server ended the stream")]
    Closed,
    #[error("the server says nothing any more")]
    Dead,
    #[error(transparent)]
    Protocol(#[from] job::ProtocolError),
    #[error("the disk failed: {0}")]
    Disk(#[from] std::io::Error),
}

/// One open line.
struct Line {
    say: mpsc::Sender<OpenLineRequest>,
    assembly: Assembly,
    heartbeat: Duration,
    beats: Interval,
    heard: Instant,
    /// Results that were told on this line.
    results: HashSet<(String, i32)>,
    /// Attempts of which it was told that they are begun.
    begun: HashSet<(String, i32)>,
    /// States that were told on this line.
    states: HashMap<String, PrinterStatus>,
}

impl Session {
    /// Keeps a line until `stop`.
    pub(crate) async fn run(self, stop: CancellationToken) {
        let (first, longest) = self.timing.reconnect;
        let mut pause = first;
        while !stop.is_cancelled() {
            let begun = Instant::now();
            let Some(ended) = stop.run_until_cancelled(self.line()).await else {
                return;
            };
            let Err(ended) = ended;
            if matches!(&ended, Ended::Refused(status) if status.code() == Code::Unauthenticated) {
                tracing::error!("the server knows this agent no more: pair it with a new code");
                pause = longest;
            } else {
                tracing::warn!(reason = %ended, "the line ended");
            }
            if begun.elapsed() > longest {
                pause = first;
            }
            let spread = pause.mul_f64(rand::random_range(0.5..1.0));
            stop.run_until_cancelled(tokio::time::sleep(spread)).await;
            pause = (pause * 2).min(longest);
        }
    }

    async fn line(&self) -> Result<std::convert::Infallible, Ended> {
        let (say, said) = mpsc::channel(OUTBOX);
        let mut line = Line::new(say, self.timing.heartbeat);
        line.say(Say::Hello(self.hello())).await?;
        let mut answers = self.connect(said).await?;
        tracing::info!("the line is open");
        // Woken once at the beginning, for what happened without a line.
        let (mut jobs, mut states) = (self.spool.changed(), self.board.changed());
        jobs.mark_changed();
        states.mark_changed();
        loop {
            tokio::select! {
                answer = answers.message() => match answer {
                    Ok(Some(answer)) => self.hear(&mut line, answer).await?,
                    Ok(None) => return Err(Ended::Closed),
                    Err(status) => return Err(Box::new(status).into()),
                },
                _ = jobs.changed() => {
                    line.tell_begun(self.spool.progress()).await?;
                    line.tell(self.spool.untold()).await?;
                }
                _ = states.changed() => line.show(self.board.all()).await?,
                _ = line.beats.tick() => {
                    if line.heard.elapsed() > line.heartbeat * MISSING {
                        return Err(Ended::Dead);
                    }
                    line.say(Say::Heartbeat(self.heartbeat())).await?;
                }
            }
        }
    }

    async fn connect(
        &self,
        said: mpsc::Receiver<OpenLineRequest>,
    ) -> Result<Streaming<OpenLineResponse>, Ended> {
        let mut request = Request::new(ReceiverStream::new(said));
        let header = format!("Bearer {}", self.paired.token).parse();
        let header =
            header.map_err(|_| Box::new(tonic::Status::unauthenticated("the token is damaged")))?;
        request.metadata_mut().insert("authorization", header);
        let mut client = AgentServiceClient::new(self.channel.clone());
        let wait = self.timing.heartbeat * MISSING;
        let connected = timeout(wait, client.open_line(request)).await;
        let connected = connected.map_err(|_| Ended::Dead)?;
        Ok(connected.map_err(Box::new)?.into_inner())
    }

    fn hello(&self) -> AgentHello {
        let printers = self.printers.iter().map(|printer| AgentPrinter {
            name: printer.name.clone(),
            address: printer.address.to_string(),
            language: printer.language.into(),
        });
        AgentHello {
            agent_id: self.paired.agent_id.clone(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            last_seq: self.spool.last_seq(),
            printers: printers.collect(),
        }
    }

    fn heartbeat(&self) -> Heartbeat {
        let mut open_jobs = self.spool.progress();
        open_jobs.truncate(MOST_PROGRESS);
        Heartbeat {
            sent_at: Some(self.clock.stamp()),
            open_jobs,
        }
    }

    async fn hear(&self, line: &mut Line, answer: OpenLineResponse) -> Result<(), Ended> {
        line.heard = Instant::now();
        match answer.message {
            Some(Told::Job(job)) => {
                if let Some(job) = line.assembly.begin(job)? {
                    self.take(line, job).await?;
                }
            }
            Some(Told::JobChunk(chunk)) => {
                if let Some(job) = line.assembly.go_on(&chunk)? {
                    self.take(line, job).await?;
                }
            }
            Some(Told::CancelJob(cancel)) => self.cancel(line, cancel).await?,
            Some(Told::ResultAck(ack)) => self.spool.told(ack.job_id, ack.attempt).await,
            Some(Told::Config(config)) => self.configure(line, &config).await,
            Some(Told::Heartbeat(beat)) => self.set_clock(beat.sent_at).await,
            // A newer server says more than we know.
            None => {}
        }
        Ok(())
    }

    async fn take(&self, line: &mut Line, job: Job) -> Result<(), Ended> {
        self.spool.count(job.seq)?;
        if let Some(cause) = job::refusal(&job, &self.printers) {
            let mut refused = job::failed(&job, cause);
            refused.finished_at = Some(self.clock.stamp());
            return line.say(Say::JobResult(refused)).await;
        }
        let ack = JobAck {
            job_id: job.job_id.clone(),
            seq: job.seq,
        };
        let wake = self.wakes.get(&job.printer);
        match self.spool.receive(job).await? {
            Received::Kept => {
                wake.into_iter().for_each(|wake| wake.notify_one());
                line.say(Say::JobAck(ack)).await
            }
            Received::Answered(result) => line.say(Say::JobResult(result)).await,
        }
    }

    async fn cancel(&self, line: &mut Line, cancel: CancelJob) -> Result<(), Ended> {
        let outcome = self.spool.withdraw(&cancel.job_id, cancel.attempt).await?;
        let ack = CancelAck {
            job_id: cancel.job_id.clone(),
            attempt: cancel.attempt,
            outcome: outcome.into(),
        };
        line.say(Say::CancelAck(ack)).await?;
        if outcome == CancelOutcome::Finished {
            for result in self.spool.results_of(&cancel.job_id) {
                line.say(Say::JobResult(result)).await?;
            }
        }
        Ok(())
    }

    async fn configure(&self, line: &mut Line, config: &AgentConfig) {
        if let Some(secs) = positive(config.heartbeat_secs) {
            line.beat_every(secs);
        }
        if let Some(secs) = positive(config.status_secs) {
            self.idle.send_replace(secs);
        }
        self.set_clock(config.server_time).await;
    }

    async fn set_clock(&self, server: Option<prost_types::Timestamp>) {
        if server.is_some_and(|server| self.clock.learn(&server)) {
            self.spool.clock_changed().await;
            self.wakes.values().for_each(|wake| wake.notify_one());
        }
    }
}

impl Line {
    fn new(say: mpsc::Sender<OpenLineRequest>, heartbeat: Duration) -> Self {
        let mut line = Self {
            say,
            assembly: Assembly::default(),
            heartbeat,
            beats: interval(heartbeat),
            heard: Instant::now(),
            results: HashSet::new(),
            begun: HashSet::new(),
            states: HashMap::new(),
        };
        line.beat_every(heartbeat);
        line
    }

    fn beat_every(&mut self, heartbeat: Duration) {
        self.heartbeat = heartbeat;
        self.beats = interval(heartbeat);
        self.beats
            .set_missed_tick_behavior(MissedTickBehavior::Delay);
    }

    /// Sends a message; a line on which none can be sent for so long is dead.
    async fn say(&self, message: Say) -> Result<(), Ended> {
        let message = Some(message);
        let sent = self.say.send(OpenLineRequest { message });
        match timeout(self.heartbeat * MISSING, sent).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(Ended::Closed),
            Err(_) => Err(Ended::Dead),
        }
    }

    /// Tells which slips are begun, each once on this line.
    async fn tell_begun(&mut self, progress: Vec<JobProgress>) -> Result<(), Ended> {
        let key = |job: &JobProgress| (job.job_id.clone(), job.attempt);
        let known = std::mem::take(&mut self.begun);
        for begun in progress.into_iter().filter(|job| job.begun) {
            self.begun.insert(key(&begun));
            if !known.contains(&key(&begun)) {
                self.say(Say::JobProgress(begun)).await?;
            }
        }
        Ok(())
    }

    /// Tells the results that were not told on this line; they are told again on the next one until the
    /// server has them.
    async fn tell(&mut self, untold: Vec<JobResult>) -> Result<(), Ended> {
        let key = |result: &JobResult| (result.job_id.clone(), result.attempt);
        let known = std::mem::take(&mut self.results);
        for result in untold {
            self.results.insert(key(&result));
            if !known.contains(&key(&result)) {
                self.say(Say::JobResult(result)).await?;
            }
        }
        Ok(())
    }

    /// Tells how the printers are, where it is news.
    async fn show(&mut self, all: Vec<PrinterStatus>) -> Result<(), Ended> {
        for status in all {
            let known = self.states.get(&status.printer);
            let is_news = known.is_none_or(|known| {
                (known.state, known.paper_low) != (status.state, status.paper_low)
            });
            if is_news {
                self.states.insert(status.printer.clone(), status.clone());
                self.say(Say::PrinterStatus(status)).await?;
            }
        }
        Ok(())
    }
}

fn positive(secs: i32) -> Option<Duration> {
    let secs = u64::try_from(secs).ok().filter(|secs| *secs > 0)?;
    Some(Duration::from_secs(secs))
}
