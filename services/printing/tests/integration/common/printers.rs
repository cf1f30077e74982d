//! Printers, and what comes out of them.

use chassis::id::PrintJobId;
use print_render::layout;
use printing::{
    app::dispatch::{self, DeviceKey, Dispatched},
    domain::{
        device::{Sighting, State},
        job::{Delivery, Outcome, Reason},
    },
};

use proto::printing::v1::{CreateDeviceRequest, CreatePrintAgentRequest, PrintChannel};

use super::Shop;

/// Everything that the slips of a job say, piece by piece.
pub fn texts(job: &Dispatched) -> Vec<String> {
    let pages = layout(&job.slips);
    let runs = pages.iter().flat_map(|page| &page.runs);
    runs.map(|run| run.text.clone()).collect()
}

/// The code that pairs a device, as its slip says it.
pub fn pairing_code(job: &Dispatched) -> String {
    let is_code =
        |text: &&String| text.trim().len() == 6 && text.trim().bytes().all(|b| b.is_ascii_digit());
    let texts = texts(job);
    let code = texts.iter().find(is_code);
    code.unwrap_or_else(|| panic!("no code in {texts:?}"))
        .trim()
        .to_owned()
}

impl Shop {
    /// The printer is seen.
    pub async fn online(&self, key: DeviceKey) {
        self.state(key, State::Online).await;
    }

    pub async fn state(&self, key: DeviceKey, state: State) {
        dispatch::device_state(&self.deps, key, &Sighting::of(state))
            .await
            .unwrap();
    }

    /// The printer asks for work.
    pub async fn next(&self, key: DeviceKey) -> Option<Dispatched> {
        dispatch::next_job(&self.deps, key).await.unwrap()
    }

    /// The printer is seen, and asks for work.
    pub async fn poll(&self, key: DeviceKey) -> Option<Dispatched> {
        self.online(key).await;
        self.next(key).await
    }

    /// The printer fetches what it was offered; nothing when that does not count any more.
    pub async fn fetch(&self, key: DeviceKey, job: PrintJobId) -> Option<Dispatched> {
        let found = dispatch::find_job(&self.deps, key, job).await.unwrap()?;
        let counts = self.deliver(key, &found, Delivery::Out).await;
        counts.then_some(found)
    }

    pub async fn deliver(&self, key: DeviceKey, job: &Dispatched, delivery: Delivery) -> bool {
        dispatch::delivered(&self.deps, key, job.job, job.attempt, delivery, "")
            .await
            .unwrap()
    }

    /// The printer says that it printed a job; false when it never had it.
    pub async fn confirm(&self, key: DeviceKey, job: PrintJobId) -> bool {
        dispatch::printed(&self.deps, key, job, None).await.unwrap()
    }

    pub async fn fail(&self, key: DeviceKey, job: &Dispatched, reason: Reason) -> Outcome {
        dispatch::failed(&self.deps, key, job.job, job.attempt, reason)
            .await
            .unwrap()
    }

    /// The printer fetches and prints what it was offered.
    pub async fn print(&self, key: DeviceKey, job: &Dispatched) {
        self.fetch(key, job.job).await.expect("it is offered");
        assert!(self.confirm(key, job.job).await);
    }

    /// The printer prints everything that waits for it; returns what each slip says.
    pub async fn print_all(&self, key: DeviceKey) -> Vec<Vec<String>> {
        let mut slips = Vec::new();
        while let Some(job) = self.poll(key).await {
            slips.push(texts(&job));
            self.print(key, &job).await;
            assert!(slips.len() < 100, "it never ends");
        }
        slips
    }
}

impl Shop {
    /// A printer on an agent, paired and online.
    pub async fn agent_printer(&self, serial: &str, address: &str) -> DeviceKey {
        let agent = CreatePrintAgentRequest {
            idempotency_key: format!("agent-{serial}"),
            branch_id: self.branch.to_string(),
            name: "後場".to_owned(),
        };
        let agent = self.devices().create_print_agent(agent).await.unwrap();
        let agent = agent.into_inner().agent.unwrap();
        let request = CreateDeviceRequest {
            agent_id: agent.agent_id,
            agent_address: address.to_owned(),
            ..self.device_request(serial, PrintChannel::Agent)
        };
        let created = self.devices().create_device(request).await.unwrap();
        let key = self.key(&created.into_inner().device.unwrap());
        self.pair(key).await;
        key
    }

    /// What an agent shall give back.
    pub async fn withdrawal(&self, key: DeviceKey) -> Option<(PrintJobId, i16)> {
        dispatch::withdrawal(&self.deps, key).await.unwrap()
    }

    /// The agent gives a job back.
    pub async fn give_back(&self, key: DeviceKey, job: &Dispatched) -> bool {
        dispatch::given_back(&self.deps, key, job.job, job.attempt)
            .await
            .unwrap()
    }
}
