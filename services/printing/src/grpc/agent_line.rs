//! One line: an agent on one side, the queues of its devices on the other.

mod answers;
mod devices;

use std::{collections::HashMap, time::Duration};

use chassis::{
    error::{CommonReason, Problem},
    id::{DeviceId, PrintJobId},
};
use futures::{StreamExt as _, future::BoxFuture, stream::FuturesUnordered};
use proto::printing::v1::{
    AgentConfig, CancelJob, Heartbeat, OpenLineRequest, OpenLineResponse, PrinterStatus,
    open_line_request::Message as Told, open_line_response::Message as Say,
};
use tokio::{
    sync::mpsc,
    time::{Instant, MissedTickBehavior, interval, timeout},
};
use tokio_util::sync::CancellationToken;
use tonic::{Status, Streaming};

use super::agent_wire::{self, Hello, Printer};
use crate::{
    app::{
        Dependencies,
        agent_access::{self, AgentKey},
        agent_lines::{self, Lines},
        dispatch::DeviceKey,
        wakes::Wake,
    },
    domain::device::Device,
};

/// Heartbeats that may be missing before the line is dead.
const MISSING: u32 = 3;
/// How long an idle device's state counts at the least, in seconds: every other heartbeat is enough for it.
const SEEN_LONG_SECS: u16 = 60;
/// Open jobs of a heartbeat that are read.
const MOST_PROGRESS: usize = 500;

/// A line.
pub(super) struct AgentLine {
    deps: Dependencies,
    key: AgentKey,
    token_hash: Vec<u8>,
    heartbeat: Duration,
    say: mpsc::Sender<Result<OpenLineResponse, Status>>,
    /// Number of the last job.
    seq: i64,
    hello: Hello,
    served: Vec<Served>,
    states: HashMap<String, PrinterStatus>,
}

/// Devices that wait for work.
type Waiting = FuturesUnordered<BoxFuture<'static, (DeviceId, Wake)>>;

/// A device that the agent drives.
struct Served {
    key: DeviceKey,
    device: Device,
    printer: Printer,
    /// What was sent on this line and has no result.
    sent: Option<(PrintJobId, i16)>,
}

impl AgentLine {
    pub(super) fn new(
        deps: Dependencies,
        key: AgentKey,
        token_hash: Vec<u8>,
        heartbeat: Duration,
        say: mpsc::Sender<Result<OpenLineResponse, Status>>,
    ) -> Self {
        Self {
            deps,
            key,
            token_hash,
            heartbeat,
            say,
            seq: 0,
            hello: Hello::default(),
            served: Vec::new(),
            states: HashMap::new(),
        }
    }

    /// Works until either side ends the line.
    pub(super) async fn run(
        mut self,
        mut messages: Streaming<OpenLineRequest>,
        lines: Lines,
        shutdown: CancellationToken,
    ) {
        let ended = self.work(&mut messages, &lines, &shutdown).await;
        if let Err(problem) = ended {
            tracing::info!(agent.id = %self.key.agent, reason = %problem.reason, "a line ended");
            let _ = self.say.try_send(Err(problem.into()));
        }
    }

    async fn work(
        &mut self,
        messages: &mut Streaming<OpenLineRequest>,
        lines: &Lines,
        shutdown: &CancellationToken,
    ) -> Result<(), Problem> {
        let first = timeout(self.heartbeat * MISSING, messages.message()).await;
        let first = first.map_err(|_| silent())?;
        let Ok(Some(first)) = first else {
            return Ok(());
        };
        self.hello = agent_wire::hello(first, &self.key.agent)?;
        self.seq = self.hello.last_seq;
        let place = lines.enter(self.key);
        self.say(Say::Config(self.config())).await?;
        agent_lines::seen(&self.deps, self.key, &self.hello.version).await?;
        let mut waiting = Waiting::new();
        self.find_devices(&mut waiting).await?;

        let mut beats = interval(self.heartbeat);
        beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
        beats.reset();
        let (mut heard, mut beat) = (Instant::now(), 0_u32);
        loop {
            tokio::select! {
                message = messages.message() => {
                    heard = Instant::now();
                    match message {
                        Ok(Some(message)) => self.hear(message).await?,
                        // Its side is over, in order or not.
                        Ok(None) | Err(_) => return Ok(()),
                    }
                }
                Some((device, wake)) = waiting.next(), if !waiting.is_empty() => {
                    self.woken(device, wake, &mut waiting).await?;
                }
                _ = beats.tick() => {
                    if heard.elapsed() > self.heartbeat * MISSING {
                        return Err(silent());
                    }
                    beat = beat.wrapping_add(1);
                    self.beat(beat, &mut waiting).await?;
                }
                () = place.replaced().cancelled() => return Err(Problem::new(
                    CommonReason::TemporarilyUnavailable,
                ).message("the agent has opened another line")),
                () = shutdown.cancelled() => return Err(Problem::new(
                    CommonReason::TemporarilyUnavailable,
                ).message("the server ends")),
            }
        }
    }

    fn config(&self) -> AgentConfig {
        AgentConfig {
            heartbeat_secs: i32::try_from(self.heartbeat.as_secs()).unwrap_or_default(),
            status_secs: 0,
            server_time: Some(chassis::time::to_wire(self.deps.clock.now())),
        }
    }

    async fn beat(&mut self, beat: u32, waiting: &mut Waiting) -> Result<(), Problem> {
        let sent_at = Some(chassis::time::to_wire(self.deps.clock.now()));
        self.say(Say::Heartbeat(Heartbeat {
            sent_at,
            open_jobs: Vec::new(),
        }))
        .await?;
        if beat.is_multiple_of(2) {
            agent_lines::seen(&self.deps, self.key, &self.hello.version).await?;
        }
        if beat.is_multiple_of(4) {
            let known = agent_access::find(&self.deps, &self.token_hash).await?;
            if known != Some(self.key) {
                return Err(Problem::new(CommonReason::Unauthenticated)
                    .message("the agent was removed or paired anew"));
            }
        }
        // A printer of which nothing is known here may become a device at any time.
        let complete = self.served.len() >= self.hello.printers.len();
        if !complete || beat.is_multiple_of(4) {
            self.find_devices(waiting).await?;
        }
        for index in 0..self.served.len() {
            let often = self.served[index].device.settings.offline_after_secs < SEEN_LONG_SECS;
            if often || beat.is_multiple_of(2) {
                self.note_state(index, false).await?;
            }
        }
        Ok(())
    }

    async fn hear(&mut self, message: OpenLineRequest) -> Result<(), Problem> {
        match message.message {
            Some(Told::JobAck(ack)) => self.acknowledged(&ack).await,
            Some(Told::JobProgress(progress)) => self.progress(&progress).await,
            Some(Told::JobResult(result)) => self.result(result).await,
            Some(Told::CancelAck(ack)) => self.cancelled(&ack).await,
            Some(Told::PrinterStatus(status)) => self.status(status).await,
            Some(Told::Heartbeat(beat)) => {
                for progress in beat.open_jobs.iter().take(MOST_PROGRESS) {
                    self.progress(progress).await?;
                }
                Ok(())
            }
            Some(Told::Hello(_)) => {
                Err(Problem::new(CommonReason::ValidationFailed).message("a line has one hello"))
            }
            // A newer agent says more than we know.
            None => Ok(()),
        }
    }

    async fn ask_back(&self, job: PrintJobId, attempt: i16) -> Result<(), Problem> {
        self.say(Say::CancelJob(CancelJob {
            job_id: job.to_string(),
            attempt: attempt.into(),
        }))
        .await
    }

    /// Sends a message; an agent that takes none for so long is gone.
    async fn say(&self, message: Say) -> Result<(), Problem> {
        let message = Some(message);
        let sent = self.say.send(Ok(OpenLineResponse { message }));
        match timeout(self.heartbeat * MISSING, sent).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) | Err(_) => Err(silent()),
        }
    }
}

fn silent() -> Problem {
    Problem::new(CommonReason::DeadlineExceeded).message("the agent says nothing any more")
}
