//! The RPCs of `DeviceService`.

use chassis::{
    audit,
    authn::RequestExt as _,
    error::{CommonReason, Problem, Violations},
    id::{self, DeviceId, PrintAgentId},
    idempotency::Once,
    request::{self, PageRequest},
    secret::Secret,
    text,
};
use proto::printing::v1::{
    CreateDeviceRequest, CreateDeviceResponse, CreatePrintAgentRequest, CreatePrintAgentResponse,
    DeleteDeviceRequest, DeleteDeviceResponse, DeletePrintAgentRequest, DeletePrintAgentResponse,
    DeviceSettings, GetDeviceRequest, GetDeviceResponse, ListDeviceStatesRequest,
    ListDeviceStatesResponse, ListDevicesRequest, ListDevicesResponse, ListPrintAgentsRequest,
    ListPrintAgentsResponse, PairDeviceRequest, PairDeviceResponse, PrintTestSlipRequest,
    PrintTestSlipResponse, RenewDeviceAddressRequest, RenewDeviceAddressResponse,
    RenewPrintAgentCodeRequest, RenewPrintAgentCodeResponse, SendPairingSlipRequest,
    SendPairingSlipResponse, UpdateDeviceRequest, UpdateDeviceResponse,
    device_service_server as server,
};
use tonic::Request;

use super::{convert, request::rpcs};
use crate::{
    app::{
        Dependencies, agents,
        devices::{self, DeviceChange, NewDevice, Paired},
    },
    domain::{
        cloud,
        device::{Channel, Paper, parse_agent_address, parse_serial},
    },
};

/// Place of a device or agent in a list by name.
type ByName<T> = (String, T);

/// The gRPC service.
pub struct DeviceService {
    deps: Dependencies,
}

impl DeviceService {
    /// A service on these use cases.
    #[must_use]
    pub const fn new(deps: Dependencies) -> Self {
        Self { deps }
    }
}

rpcs! {
    DeviceService: server::DeviceService {
        list_devices(ListDevicesRequest) -> ListDevicesResponse;
        list_device_states(ListDeviceStatesRequest) -> ListDeviceStatesResponse;
        get_device(GetDeviceRequest) -> GetDeviceResponse;
        create_device(CreateDeviceRequest) -> CreateDeviceResponse;
        update_device(UpdateDeviceRequest) -> UpdateDeviceResponse;
        pair_device(PairDeviceRequest) -> PairDeviceResponse;
        send_pairing_slip(SendPairingSlipRequest) -> SendPairingSlipResponse;
        renew_device_address(RenewDeviceAddressRequest) -> RenewDeviceAddressResponse;
        delete_device(DeleteDeviceRequest) -> DeleteDeviceResponse;
        print_test_slip(PrintTestSlipRequest) -> PrintTestSlipResponse;
        list_print_agents(ListPrintAgentsRequest) -> ListPrintAgentsResponse;
        create_print_agent(CreatePrintAgentRequest) -> CreatePrintAgentResponse;
        renew_print_agent_code(RenewPrintAgentCodeRequest) -> RenewPrintAgentCodeResponse;
        delete_print_agent(DeletePrintAgentRequest) -> DeletePrintAgentResponse;
    }
}

impl DeviceService {
    async fn list_devices(
        &self,
        request: &Request<ListDevicesRequest>,
    ) -> Result<ListDevicesResponse, Problem> {
        let asked = request.get_ref();
        let mut violations = Violations::new();
        let branch = id::parse("branch_id", &asked.branch_id, &mut violations);
        let page: PageRequest<ByName<DeviceId>> =
            request::page(asked.page_size, &asked.page_token, &mut violations);
        let branch = violations.finish(branch)?;
        let (org, identity) = (request.org()?, request.identity());
        let (after, limit) = (page.after.as_ref(), page.limit());
        let found = devices::list(&self.deps, identity, org, branch, false, after, limit).await?;
        let page = page.page(found, |last| (last.device.name.clone(), last.device.id));
        Ok(ListDevicesResponse {
            devices: page.items.iter().map(convert::device).collect(),
            next_page_token: page.next_page_token.unwrap_or_default(),
        })
    }

    async fn list_device_states(
        &self,
        request: &Request<ListDeviceStatesRequest>,
    ) -> Result<ListDeviceStatesResponse, Problem> {
        let asked = request.get_ref();
        let mut violations = Violations::new();
        let branch = id::parse("branch_id", &asked.branch_id, &mut violations);
        let page: PageRequest<ByName<DeviceId>> =
            request::page(asked.page_size, &asked.page_token, &mut violations);
        let branch = violations.finish(branch)?;
        let (org, identity) = (request.org()?, request.identity());
        let (after, limit) = (page.after.as_ref(), page.limit());
        let found = devices::list(&self.deps, identity, org, branch, true, after, limit).await?;
        let page = page.page(found, |last| (last.device.name.clone(), last.device.id));
        Ok(ListDeviceStatesResponse {
            devices: page.items.iter().map(convert::device_summary).collect(),
            next_page_token: page.next_page_token.unwrap_or_default(),
        })
    }

    async fn get_device(
        &self,
        request: &Request<GetDeviceRequest>,
    ) -> Result<GetDeviceResponse, Problem> {
        let mut violations = Violations::new();
        let device = id::parse("device_id", &request.get_ref().device_id, &mut violations);
        let device = violations.finish(device)?;
        let (org, identity) = (request.org()?, request.identity());
        let found = devices::get(&self.deps, identity, org, device).await?;
        Ok(GetDeviceResponse {
            device: Some(convert::device(&found)),
        })
    }

    async fn create_device(
        &self,
        request: &Request<CreateDeviceRequest>,
    ) -> Result<CreateDeviceResponse, Problem> {
        let asked = request.get_ref();
        let mut violations = Violations::new();
        // A digest of the body is stored, which must not lead back to a key.
        let digested = CreateDeviceRequest {
            vendor_key: String::new(),
            ..asked.clone()
        };
        let key = &asked.idempotency_key;
        let once = Once::parse("CreateDevice", key, &digested, &mut violations);
        let branch = id::parse("branch_id", &asked.branch_id, &mut violations);
        let serial = parse_serial(&asked.serial, &mut violations);
        let channel: Option<Channel> = request::choice("channel", asked.channel, &mut violations);
        let paper: Option<Paper> = request::choice("paper", asked.paper, &mut violations);
        let change = channel.and_then(|channel| change(channel, &asked.into(), &mut violations));
        if channel.is_some_and(|channel| !cloud::is_serial(channel, &serial)) {
            violations.push("serial", CommonReason::ValidationFailed);
        }
        let vendor_key = vendor_key(channel, &asked.vendor_key, &mut violations);
        let (branch, channel, paper, change) =
            violations.finish((branch, channel, paper, change))?;
        devices::check_serial(&self.deps, request.org()?, &serial).await?;
        let new = NewDevice {
            branch,
            serial,
            channel,
            paper,
            change,
            vendor_key,
        };
        let identity = request.identity();
        let mut tx = self.deps.db.tenant(request.org()?).await?;
        let mut address = None;
        let address_of_new = &mut address;
        let mut response = once
            .run(&mut tx, &*self.deps.clock, async |tx| {
                let (shown, secret) =
                    devices::create(&self.deps, tx, identity, new.clone()).await?;
                *address_of_new = secret;
                let device = convert::device(&shown);
                audit::after(&device);
                // The address is not kept with the response.
                Ok::<_, Problem>(CreateDeviceResponse {
                    device: Some(device),
                    address: String::new(),
                })
            })
            .await?;
        tx.commit().await?;
        response.address = address
            .map(|of: Secret| of.reveal().clone())
            .unwrap_or_default();
        Ok(response)
    }

    async fn update_device(
        &self,
        request: &Request<UpdateDeviceRequest>,
    ) -> Result<UpdateDeviceResponse, Problem> {
        let asked = request.get_ref();
        let mut violations = Violations::new();
        let device = id::parse("device_id", &asked.device_id, &mut violations);
        let device = violations.finish(device)?;
        let mut tx = self.deps.db.tenant(request.org()?).await?;
        let before = devices::lock(&mut tx, request.identity(), device).await?;
        let mut violations = Violations::new();
        let change = change(before.channel, &asked.into(), &mut violations);
        let change = violations.finish(change)?;
        let (before, after) =
            devices::update(&self.deps, &mut tx, before, asked.version, change).await?;
        audit::before(&convert::device(&before));
        let device = convert::device(&after);
        audit::after(&device);
        tx.commit().await?;
        Ok(UpdateDeviceResponse {
            device: Some(device),
        })
    }

    async fn pair_device(
        &self,
        request: &Request<PairDeviceRequest>,
    ) -> Result<PairDeviceResponse, Problem> {
        let asked = request.get_ref();
        let mut violations = Violations::new();
        let device = id::parse("device_id", &asked.device_id, &mut violations);
        let code = asked.code.trim();
        if code.len() != 6 || !code.bytes().all(|b| b.is_ascii_digit()) {
            violations.push("code", CommonReason::ValidationFailed);
        }
        let device = violations.finish(device)?;
        let mut tx = self.deps.db.tenant(request.org()?).await?;
        let device = devices::lock(&mut tx, request.identity(), device).await?;
        let paired = devices::pair(&self.deps, &mut tx, device, code).await?;
        if let Paired::Yes(shown) = &paired {
            audit::after(&convert::device(shown));
        }
        tx.commit().await?;
        match paired {
            Paired::Yes(shown) => Ok(PairDeviceResponse {
                device: Some(convert::device(&shown)),
            }),
            Paired::No(refused) => Err(refused),
        }
    }

    async fn send_pairing_slip(
        &self,
        request: &Request<SendPairingSlipRequest>,
    ) -> Result<SendPairingSlipResponse, Problem> {
        let mut violations = Violations::new();
        let device = id::parse("device_id", &request.get_ref().device_id, &mut violations);
        let device = violations.finish(device)?;
        let mut tx = self.deps.db.tenant(request.org()?).await?;
        let device = devices::lock(&mut tx, request.identity(), device).await?;
        devices::send_code(&self.deps, &mut tx, &device).await?;
        tx.commit().await?;
        Ok(SendPairingSlipResponse {})
    }

    async fn renew_device_address(
        &self,
        request: &Request<RenewDeviceAddressRequest>,
    ) -> Result<RenewDeviceAddressResponse, Problem> {
        let asked = request.get_ref();
        let mut violations = Violations::new();
        let device = id::parse("device_id", &asked.device_id, &mut violations);
        let device = violations.finish(device)?;
        let mut tx = self.deps.db.tenant(request.org()?).await?;
        let device = devices::lock(&mut tx, request.identity(), device).await?;
        let (shown, address) =
            devices::renew_address(&self.deps, &mut tx, device, asked.version).await?;
        tx.commit().await?;
        Ok(RenewDeviceAddressResponse {
            device: Some(convert::device(&shown)),
            address: address.reveal().clone(),
        })
    }

    async fn delete_device(
        &self,
        request: &Request<DeleteDeviceRequest>,
    ) -> Result<DeleteDeviceResponse, Problem> {
        let asked = request.get_ref();
        let mut violations = Violations::new();
        let device = id::parse("device_id", &asked.device_id, &mut violations);
        let device = violations.finish(device)?;
        let mut tx = self.deps.db.tenant(request.org()?).await?;
        let device = devices::lock(&mut tx, request.identity(), device).await?;
        let removed = devices::archive(&self.deps, &mut tx, device, asked.version).await?;
        audit::removed(&convert::device(&removed));
        tx.commit().await?;
        Ok(DeleteDeviceResponse {})
    }

    async fn print_test_slip(
        &self,
        request: &Request<PrintTestSlipRequest>,
    ) -> Result<PrintTestSlipResponse, Problem> {
        let asked = request.get_ref();
        let mut violations = Violations::new();
        let key = &asked.idempotency_key;
        let once = Once::parse("PrintTestSlip", key, asked, &mut violations);
        let device = id::parse("device_id", &asked.device_id, &mut violations);
        let device = violations.finish(device)?;
        let identity = request.identity();
        let mut tx = self.deps.db.tenant(request.org()?).await?;
        let response = once
            .run(&mut tx, &*self.deps.clock, async |tx| {
                let device = devices::lock(tx, identity, device).await?;
                let job = devices::print_test(&self.deps, tx, &device).await?;
                Ok::<_, Problem>(PrintTestSlipResponse {
                    job_id: job.to_string(),
                })
            })
            .await?;
        tx.commit().await?;
        Ok(response)
    }

    async fn list_print_agents(
        &self,
        request: &Request<ListPrintAgentsRequest>,
    ) -> Result<ListPrintAgentsResponse, Problem> {
        let asked = request.get_ref();
        let mut violations = Violations::new();
        let branch = id::parse("branch_id", &asked.branch_id, &mut violations);
        let page: PageRequest<ByName<PrintAgentId>> =
            request::page(asked.page_size, &asked.page_token, &mut violations);
        let branch = violations.finish(branch)?;
        let (org, identity) = (request.org()?, request.identity());
        let (after, limit) = (page.after.as_ref(), page.limit());
        let found = agents::list(&self.deps, identity, org, branch, after, limit).await?;
        let page = page.page(found, |last| (last.name.clone(), last.id));
        let now = self.deps.clock.now();
        let agents = page.items.iter().map(|agent| convert::agent(agent, now));
        Ok(ListPrintAgentsResponse {
            agents: agents.collect(),
            next_page_token: page.next_page_token.unwrap_or_default(),
        })
    }

    async fn create_print_agent(
        &self,
        request: &Request<CreatePrintAgentRequest>,
    ) -> Result<CreatePrintAgentResponse, Problem> {
        let asked = request.get_ref();
        let mut violations = Violations::new();
        let key = &asked.idempotency_key;
        let once = Once::parse("CreatePrintAgent", key, asked, &mut violations);
        let branch = id::parse("branch_id", &asked.branch_id, &mut violations);
        let name = text::bounded("name", &asked.name, 1..=60, &mut violations);
        let branch = violations.finish(branch)?;
        let identity = request.identity();
        let now = self.deps.clock.now();
        let mut tx = self.deps.db.tenant(request.org()?).await?;
        let mut code = None;
        let code_of_new = &mut code;
        let mut response = once
            .run(&mut tx, &*self.deps.clock, async |tx| {
                let (agent, secret) =
                    agents::create(&self.deps, tx, identity, branch, name.clone()).await?;
                *code_of_new = Some(secret);
                let agent = convert::agent(&agent, now);
                audit::after(&agent);
                // The code is not kept with the response.
                Ok::<_, Problem>(CreatePrintAgentResponse {
                    agent: Some(agent),
                    code: String::new(),
                })
            })
            .await?;
        tx.commit().await?;
        response.code = code
            .map(|of: Secret| of.reveal().clone())
            .unwrap_or_default();
        Ok(response)
    }

    async fn renew_print_agent_code(
        &self,
        request: &Request<RenewPrintAgentCodeRequest>,
    ) -> Result<RenewPrintAgentCodeResponse, Problem> {
        let mut violations = Violations::new();
        let agent = id::parse("agent_id", &request.get_ref().agent_id, &mut violations);
        let agent = violations.finish(agent)?;
        let mut tx = self.deps.db.tenant(request.org()?).await?;
        let agent = agents::lock(&mut tx, request.identity(), agent).await?;
        let (agent, code) = agents::renew_code(&self.deps, &mut tx, agent).await?;
        tx.commit().await?;
        Ok(RenewPrintAgentCodeResponse {
            agent: Some(convert::agent(&agent, self.deps.clock.now())),
            code: code.reveal().clone(),
        })
    }

    async fn delete_print_agent(
        &self,
        request: &Request<DeletePrintAgentRequest>,
    ) -> Result<DeletePrintAgentResponse, Problem> {
        let asked = request.get_ref();
        let mut violations = Violations::new();
        let agent = id::parse("agent_id", &asked.agent_id, &mut violations);
        let agent = violations.finish(agent)?;
        let mut tx = self.deps.db.tenant(request.org()?).await?;
        let agent = agents::lock(&mut tx, request.identity(), agent).await?;
        agents::archive(&mut tx, &agent, asked.version).await?;
        audit::removed(&convert::agent(&agent, self.deps.clock.now()));
        tx.commit().await?;
        Ok(DeletePrintAgentResponse {})
    }
}

/// What creating and changing a device have in common.
struct Given<'a> {
    name: &'a str,
    model: &'a str,
    agent_id: &'a str,
    agent_address: &'a str,
    settings: Option<&'a DeviceSettings>,
}

impl<'a> From<&'a CreateDeviceRequest> for Given<'a> {
    fn from(asked: &'a CreateDeviceRequest) -> Self {
        Self {
            name: &asked.name,
            model: &asked.model,
            agent_id: &asked.agent_id,
            agent_address: &asked.agent_address,
            settings: asked.settings.as_ref(),
        }
    }
}

impl<'a> From<&'a UpdateDeviceRequest> for Given<'a> {
    fn from(asked: &'a UpdateDeviceRequest) -> Self {
        Self {
            name: &asked.name,
            model: &asked.model,
            agent_id: &asked.agent_id,
            agent_address: &asked.agent_address,
            settings: asked.settings.as_ref(),
        }
    }
}

/// Reads what may change of a device.
fn change(
    channel: Channel,
    given: &Given<'_>,
    violations: &mut Violations,
) -> Option<DeviceChange> {
    let name = text::bounded("name", given.name, 1..=60, violations);
    let model = text::bounded("model", given.model, 0..=60, violations);
    let settings = convert::parse_settings(given.settings, violations);
    let (mut agent, mut agent_address) = (None, String::new());
    if channel == Channel::Agent {
        agent = Some(id::parse("agent_id", given.agent_id, violations)?);
        agent_address = parse_agent_address(given.agent_address, violations);
    } else {
        for (field, given) in [
            ("agent_id", given.agent_id),
            ("agent_address", given.agent_address),
        ] {
            if !given.is_empty() {
                violations.push(field, CommonReason::ValidationFailed);
            }
        }
    }
    Some(DeviceChange {
        name,
        model,
        agent,
        agent_address,
        settings,
    })
}

/// Reads the key printed under a device of Feie; the others have none.
fn vendor_key(channel: Option<Channel>, raw: &str, violations: &mut Violations) -> Option<Secret> {
    let key = raw.trim();
    let is_key = (1..=60).contains(&key.len()) && key.bytes().all(|b| b.is_ascii_graphic());
    if (channel == Some(Channel::Feie)) != is_key || (!is_key && !key.is_empty()) {
        violations.push("vendor_key", CommonReason::ValidationFailed);
    }
    is_key.then(|| Secret::from(key))
}
