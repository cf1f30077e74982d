//! A print agent, played by the tests.

use std::collections::VecDeque;

use chassis::id::PrintJobId;
use printing::app::dispatch::DeviceKey;
use proto::printing::v1::{
    AgentHello, AgentPrinter, CancelAck, CancelJob, CancelOutcome, CreatePrintAgentRequest,
    GetDeviceRequest, Job, JobAck, JobOutcome, JobProgress, JobResult, OpenLineRequest,
    OpenLineResponse, PairAgentRequest, PrinterLanguage, PrinterState, PrinterStatus,
    RenewPrintAgentCodeRequest, agent_service_client::AgentServiceClient,
    open_line_request::Message as Say, open_line_response::Message as Told,
};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Request, Status, Streaming, transport::Channel};

use super::Shop;

/// Where the printer `kitchen` of every agent stands.
pub const KITCHEN: &str = "192.168.1.50:9100";
/// The same for `labels`.
pub const LABELS: &str = "usb:0483:5743";

/// A paired agent.
#[derive(Clone)]
pub struct Agent {
    pub id: String,
    pub token: String,
    client: AgentServiceClient<Channel>,
}

/// An open line of an agent.
pub struct Line {
    say: mpsc::Sender<OpenLineRequest>,
    answers: Streaming<OpenLineResponse>,
    /// What came while another answer was waited for.
    earlier: VecDeque<Told>,
}

impl Shop {
    pub fn agents(&self) -> AgentServiceClient<Channel> {
        AgentServiceClient::new(self.service.channel_of_devices())
    }

    pub async fn try_pair_agent(&self, code: &str) -> Result<Agent, Status> {
        let mut client = self.agents();
        let request = PairAgentRequest {
            code: code.to_owned(),
            version: "0.1.0".to_owned(),
        };
        let paired = client.pair_agent(request).await?.into_inner();
        Ok(Agent {
            id: paired.agent_id,
            token: paired.token,
            client,
        })
    }

    /// Id and code of an agent that staff has just made.
    pub async fn new_agent(&self, name: &str) -> (String, String) {
        let request = CreatePrintAgentRequest {
            idempotency_key: format!("agent-{name}"),
            branch_id: self.branch.to_string(),
            name: name.to_owned(),
        };
        let created = self.devices().create_print_agent(request).await.unwrap();
        let created = created.into_inner();
        (created.agent.unwrap().agent_id, created.code)
    }

    pub async fn new_code(&self, agent_id: &str) -> String {
        let request = RenewPrintAgentCodeRequest {
            agent_id: agent_id.to_owned(),
        };
        let renewed = self.devices().renew_print_agent_code(request).await;
        renewed.unwrap().into_inner().code
    }

    /// The agent that a printer hangs on, paired.
    pub async fn agent_of(&self, key: DeviceKey) -> Agent {
        let request = GetDeviceRequest {
            device_id: key.device.to_string(),
        };
        let device = self.devices().get_device(request).await.unwrap();
        let agent = device.into_inner().device.unwrap().agent_id.unwrap();
        let code = self.new_code(&agent).await;
        self.try_pair_agent(&code).await.unwrap()
    }

    /// A paired printer at [`KITCHEN`], and its agent.
    pub async fn kitchen(&self) -> (DeviceKey, Agent) {
        let key = self.agent_printer("KITCHEN1", KITCHEN).await;
        (key, self.agent_of(key).await)
    }
}

impl Agent {
    pub fn hello(&self, last_seq: i64) -> AgentHello {
        let printer = |name: &str, address: &str, language: PrinterLanguage| AgentPrinter {
            name: name.to_owned(),
            address: address.to_owned(),
            language: language.into(),
        };
        AgentHello {
            agent_id: self.id.clone(),
            version: "0.1.0".to_owned(),
            last_seq,
            printers: vec![
                printer(
                    "kitchen",
                    &format!("tcp:{KITCHEN}"),
                    PrinterLanguage::EscPos,
                ),
                printer("labels", LABELS, PrinterLanguage::Tspl),
            ],
        }
    }

    /// Opens a line without a word.
    pub async fn connect(&self) -> Result<Line, Status> {
        let (say, said) = mpsc::channel(16);
        let mut request = Request::new(ReceiverStream::new(said));
        let header = format!("Bearer {}", self.token).parse().unwrap();
        request.metadata_mut().insert("authorization", header);
        let answers = self.client.clone().open_line(request).await?.into_inner();
        Ok(Line {
            say,
            answers,
            earlier: VecDeque::new(),
        })
    }

    /// Opens a line of an agent that has taken so many jobs.
    pub async fn open(&self, last_seq: i64) -> Line {
        let mut line = self.connect().await.unwrap();
        line.say(Say::Hello(self.hello(last_seq))).await;
        let Told::Config(config) = line.told().await.unwrap() else {
            panic!("the configuration comes first");
        };
        assert!(config.server_time.is_some() && config.heartbeat_secs > 0);
        line
    }

    /// As [`Self::open`], with both printers online.
    pub async fn at_work(&self, last_seq: i64) -> Line {
        let line = self.open(last_seq).await;
        for printer in ["kitchen", "labels"] {
            line.state(printer, PrinterState::Online).await;
        }
        line
    }
}

impl Line {
    pub async fn say(&self, message: Say) {
        let message = Some(message);
        self.say.send(OpenLineRequest { message }).await.unwrap();
    }

    /// What the server says next, heartbeats left out.
    pub async fn told(&mut self) -> Result<Told, Status> {
        match self.earlier.pop_front() {
            Some(told) => Ok(told),
            None => self.received().await,
        }
    }

    async fn received(&mut self) -> Result<Told, Status> {
        let next = async {
            loop {
                match self.answers.message().await?.and_then(|told| told.message) {
                    Some(Told::Heartbeat(_)) => {}
                    Some(told) => return Ok(told),
                    None => return Err(Status::cancelled("the line is over")),
                }
            }
        };
        let told = tokio::time::timeout(std::time::Duration::from_secs(30), next).await;
        told.expect("the server says something within half a minute")
    }

    /// The next job, whole.
    pub async fn job(&mut self) -> Job {
        let Told::Job(mut job) = self.told().await.unwrap() else {
            panic!("a job comes next");
        };
        let mut data = job.data.to_vec();
        while data.len() < job.size_bytes as usize {
            let Told::JobChunk(chunk) = self.told().await.unwrap() else {
                panic!("the rest of the job comes next");
            };
            assert_eq!(chunk.seq, job.seq);
            data.extend(&chunk.data);
        }
        job.data = data.into();
        job
    }

    /// The next job, which the agent keeps.
    pub async fn keep(&mut self) -> Job {
        let job = self.job().await;
        self.say(Say::JobAck(JobAck {
            job_id: job.job_id.clone(),
            seq: job.seq,
        }))
        .await;
        job
    }

    pub async fn state(&self, printer: &str, state: PrinterState) {
        self.say(Say::PrinterStatus(PrinterStatus {
            printer: printer.to_owned(),
            state: state.into(),
            ..Default::default()
        }))
        .await;
    }

    pub async fn begin(&self, job: &Job) {
        self.say(Say::JobProgress(JobProgress {
            job_id: job.job_id.clone(),
            attempt: job.attempt,
            begun: true,
            copies_printed: 0,
        }))
        .await;
    }

    pub async fn result(&mut self, job: &Job, outcome: JobOutcome) {
        self.say(Say::JobResult(JobResult {
            job_id: job.job_id.clone(),
            attempt: job.attempt,
            outcome: outcome.into(),
            ..Default::default()
        }))
        .await;
    }

    /// Tells a result and waits until the server has it.
    pub async fn end(&mut self, job: &Job, outcome: JobOutcome) {
        self.result(job, outcome).await;
        // The next job may come before the acknowledgement.
        let ack = loop {
            match self.received().await.unwrap() {
                Told::ResultAck(ack) => break ack,
                other => self.earlier.push_back(other),
            }
        };
        assert_eq!((ack.job_id, ack.attempt), (job.job_id.clone(), job.attempt));
    }

    /// Waits until the server wants a job back.
    pub async fn asked_back(&mut self, job: &Job) {
        let Told::CancelJob(CancelJob { job_id, attempt }) = self.told().await.unwrap() else {
            panic!("the job is asked back");
        };
        assert_eq!((job_id, attempt), (job.job_id.clone(), job.attempt));
    }

    pub async fn cancelled(&self, job: &Job, outcome: CancelOutcome) {
        self.say(Say::CancelAck(CancelAck {
            job_id: job.job_id.clone(),
            attempt: job.attempt,
            outcome: outcome.into(),
        }))
        .await;
    }
}

/// Id of a job as the service has it.
pub fn id_of(job: &Job) -> PrintJobId {
    job.job_id.parse().unwrap()
}
