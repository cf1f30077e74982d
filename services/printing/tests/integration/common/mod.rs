//! A branch with printers, played by the tests.

pub mod agents;
pub mod clouds;
mod ordering;
mod orders;
mod printers;
pub mod wire;

use std::net::SocketAddr;

use chassis::{
    authn::{Identity, Scope},
    error::Problem,
    id::{BranchId, BrandId, DeviceId, OrganisationId},
    secret::Secret,
};
use chrono::TimeDelta;
use printing::{
    Config, Printing,
    app::{Dependencies, dispatch::DeviceKey},
};
use proto::{
    common::v1::Method,
    printing::v1::{
        CreateDeviceRequest, CreateDeviceResponse, CreatePrintPointRequest, CreatePrintRuleRequest,
        Device, Document, ListPrintJobsRequest, PairDeviceRequest, Paper, PrintChannel, PrintJob,
        PrintJobState, PrintPoint, PrintRule, PrintSettings, PrintTrigger, SlipsPer,
        UpdatePrintPointRequest, UpdatePrintSettingsRequest,
        device_service_client::DeviceServiceClient,
        print_job_service_client::PrintJobServiceClient,
        print_point_service_client::PrintPointServiceClient,
        template_service_client::TemplateServiceClient,
    },
};
use testkit::{CallerChannel, TestService, eventually, identities};
use tonic::Status;

pub use ordering::FakeOrdering;
pub use orders::{Order, Step};
pub use printers::{pairing_code, texts};

pub const MASTER_KEY: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";

pub type Devices = DeviceServiceClient<CallerChannel>;
pub type Points = PrintPointServiceClient<CallerChannel>;
pub type Templates = TemplateServiceClient<CallerChannel>;
pub type Jobs = PrintJobServiceClient<CallerChannel>;

pub struct Shop {
    pub org: OrganisationId,
    pub brand: BrandId,
    pub branch: BranchId,
    pub service: TestService<Printing>,
    pub deps: Dependencies,
}

impl Shop {
    pub async fn open() -> Self {
        Self::open_with(&[]).await
    }

    /// A shop whose service has these variables beside.
    pub async fn open_with(variables: &[(&str, &str)]) -> Self {
        let mut all = vec![
            ("PRINTING_MASTER_KEY", MASTER_KEY),
            ("PRINTING_PUBLIC_URL", "https://print.example"),
            ("PRINTING_ADDR", "127.0.0.1:0"),
            ("PRINTING_AGENTS_ADDR", "127.0.0.1:0"),
            // Nobody serves devices of clouds where a test plays them itself.
            ("PRINTING_CLOUD_DEVICES_AT_ONCE", "0"),
            ("TELEMETRY_LOG", "warn"),
        ];
        all.extend(variables);
        let service = TestService::<Printing>::start(&all).await;
        let config = Config {
            master_key: Secret::from(MASTER_KEY),
            addr: SocketAddr::from(([127, 0, 0, 1], 0)),
            public_url: "https://print.example".parse().unwrap(),
            order_link_key: Some(Secret::from("link")),
            storefront_url: Some("https://shop.example".parse().unwrap()),
            max_in_flight: 1,
            read_timeout: chassis::config::ConfigDuration::from_secs(1),
            write_timeout: chassis::config::ConfigDuration::from_secs(1),
            agents_addr: SocketAddr::from(([127, 0, 0, 1], 0)),
            agent_heartbeat: chassis::config::ConfigDuration::from_secs(15),
            cloud_endpoints: variable(variables, "PRINTING_CLOUD_ENDPOINTS"),
            cloud_devices_at_once: 0,
        };
        let deps = printing::dependencies(service.context(), &config).unwrap();
        let shop = Self {
            org: testkit::organisation(),
            brand: BrandId::new(service.clock()),
            branch: BranchId::new(service.clock()),
            service,
            deps,
        };
        shop.until_it_listens().await;
        shop.add_branch(shop.org, shop.brand, shop.branch).await;
        shop
    }

    /// Publishes orders until one is consumed: from then on every event is. They are of another organisation, for
    /// those that no queue took at first are published again at any later time.
    async fn until_it_listens(&self) {
        let other = testkit::organisation();
        eventually(async || {
            let mut order = self.order("000");
            order.snapshot.organisation_id = other.to_string();
            let placed = self.event(&mut order, Step::Placed);
            self.service.deliver(other, &[placed]).await;
            self.consumed_of(other).await > 0
        })
        .await;
    }

    /// How many events of the shop's orders were consumed.
    pub async fn consumed(&self) -> i64 {
        self.consumed_of(self.org).await
    }

    async fn consumed_of(&self, org: OrganisationId) -> i64 {
        let mut superuser = self.service.db().superuser().await;
        sqlx::query_scalar(
            "SELECT count(*) FROM inbox WHERE consumer = 'printing.orders' AND org_id = $1",
        )
        .bind(org.as_uuid())
        .fetch_one(&mut superuser)
        .await
        .unwrap()
    }

    /// A branch as catalog would have published it.
    pub async fn add_branch(&self, org: OrganisationId, brand: BrandId, branch: BranchId) {
        let mut superuser = self.service.db().superuser().await;
        sqlx::query(
            "INSERT INTO branches (org_id, branch_id, brand_id, name, slug, time_zone, version)
             VALUES ($1, $2, $3, '信義店', 'xinyi', 'Asia/Taipei', 1)",
        )
        .bind(org.as_uuid())
        .bind(branch.as_uuid())
        .bind(brand.as_uuid())
        .execute(&mut superuser)
        .await
        .unwrap();
    }

    pub fn owner(&self) -> Identity {
        identities::owner(self.org)
    }

    pub fn devices(&self) -> Devices {
        self.devices_as(&self.owner())
    }

    pub fn devices_as(&self, identity: &Identity) -> Devices {
        DeviceServiceClient::new(self.service.channel_as(identity))
    }

    pub fn points(&self) -> Points {
        self.points_as(&self.owner())
    }

    pub fn points_as(&self, identity: &Identity) -> Points {
        PrintPointServiceClient::new(self.service.channel_as(identity))
    }

    pub fn templates(&self) -> Templates {
        self.templates_as(&self.owner())
    }

    pub fn templates_as(&self, identity: &Identity) -> Templates {
        TemplateServiceClient::new(self.service.channel_as(identity))
    }

    pub fn jobs(&self) -> Jobs {
        self.jobs_as(&self.owner())
    }

    pub fn jobs_as(&self, identity: &Identity) -> Jobs {
        PrintJobServiceClient::new(self.service.channel_as(identity))
    }

    pub fn advance(&self, delta: TimeDelta) {
        self.service.clock().advance(delta);
    }

    pub fn advance_secs(&self, secs: i64) {
        self.advance(TimeDelta::seconds(secs));
    }

    pub fn device_request(&self, serial: &str, channel: PrintChannel) -> CreateDeviceRequest {
        CreateDeviceRequest {
            idempotency_key: format!("device-{serial}"),
            branch_id: self.branch.to_string(),
            serial: serial.to_owned(),
            name: format!("printer {serial}"),
            channel: channel.into(),
            paper: Paper::Mm58.into(),
            vendor_key: match channel {
                PrintChannel::Feie => "abcdefgh".to_owned(),
                _ => String::new(),
            },
            ..Default::default()
        }
    }

    pub async fn create_device(
        &self,
        serial: &str,
        channel: PrintChannel,
    ) -> Result<CreateDeviceResponse, Status> {
        let request = self.device_request(serial, channel);
        Ok(self.devices().create_device(request).await?.into_inner())
    }

    /// A printer that was created, paired by its slip, and is online.
    pub async fn printer(&self, serial: &str) -> DeviceKey {
        self.printer_of(serial, PrintChannel::StarCloudprnt, Paper::Mm58)
            .await
    }

    pub async fn printer_of(&self, serial: &str, channel: PrintChannel, paper: Paper) -> DeviceKey {
        let request = CreateDeviceRequest {
            paper: paper.into(),
            ..self.device_request(serial, channel)
        };
        let created = self.devices().create_device(request).await.unwrap();
        let key = self.key(&created.into_inner().device.unwrap());
        self.pair(key).await;
        key
    }

    pub fn key(&self, device: &Device) -> DeviceKey {
        DeviceKey {
            org: self.org,
            device: device.device_id.parse().unwrap(),
        }
    }

    /// Pairs a device by the code that it prints.
    pub async fn pair(&self, key: DeviceKey) -> Device {
        self.online(key).await;
        let slip = self.next(key).await.expect("the slip of its pairing");
        let code = printers::pairing_code(&slip);
        self.print(key, &slip).await;
        let request = PairDeviceRequest {
            device_id: key.device.to_string(),
            code,
        };
        let paired = self.devices().pair_device(request).await.unwrap();
        paired.into_inner().device.unwrap()
    }

    /// A print point of that name for every method, without rules.
    pub fn point(&self, device: DeviceId, name: &str) -> PrintPoint {
        PrintPoint {
            device_id: device.to_string(),
            name: name.to_owned(),
            scenes: vec![
                Method::Pickup.into(),
                Method::Delivery.into(),
                Method::OnSite.into(),
            ],
            place: "櫃檯".to_owned(),
            copies: 1,
            enabled: true,
            ..Default::default()
        }
    }

    pub async fn try_create_point(
        &self,
        key: &str,
        point: PrintPoint,
    ) -> Result<PrintPoint, Status> {
        let request = CreatePrintPointRequest {
            idempotency_key: key.to_owned(),
            branch_id: self.branch.to_string(),
            print_point: Some(point),
        };
        let created = self.points().create_print_point(request).await?;
        Ok(created.into_inner().print_point.unwrap())
    }

    /// A print point that prints this document of every order at this trigger.
    pub async fn prints(
        &self,
        device: DeviceKey,
        name: &str,
        document: Document,
        trigger: PrintTrigger,
    ) -> PrintPoint {
        let point = self.point(device.device, name);
        let point = self.try_create_point(name, point).await.unwrap();
        self.add_rule(&point, self.rule(document, trigger)).await;
        point
    }

    pub fn rule(&self, document: Document, trigger: PrintTrigger) -> PrintRule {
        let own_moment = matches!(document, Document::CancelSlip | Document::RevisionSlip);
        PrintRule {
            document: document.into(),
            trigger: (!own_moment).then(|| trigger.into()),
            per: SlipsPer::Order.into(),
            enabled: true,
            ..Default::default()
        }
    }

    pub async fn add_rule(&self, point: &PrintPoint, rule: PrintRule) -> PrintRule {
        let request = CreatePrintRuleRequest {
            idempotency_key: format!(
                "{}-{}-{}",
                point.print_point_id,
                rule.document,
                rule.trigger.unwrap_or_default()
            ),
            print_point_id: point.print_point_id.clone(),
            rule: Some(rule),
        };
        let created = self.points().create_print_rule(request).await.unwrap();
        created.into_inner().rule.unwrap()
    }

    pub async fn change_point(
        &self,
        point: &PrintPoint,
        change: impl FnOnce(&mut PrintPoint),
    ) -> PrintPoint {
        let id = point.print_point_id.clone();
        let request = UpdatePrintPointRequest {
            print_point_id: id,
            print_point: Some(writable(point, change)),
        };
        let changed = self.points().update_print_point(request).await.unwrap();
        changed.into_inner().print_point.unwrap()
    }

    pub async fn accepts_after_printing(&self) {
        let request = UpdatePrintSettingsRequest {
            branch_id: self.branch.to_string(),
            settings: Some(PrintSettings {
                accepts_after_printing: true,
                keep_minutes: 120,
                version: 0,
            }),
        };
        self.points().update_print_settings(request).await.unwrap();
    }

    /// All jobs of the branch, the earliest first, those of pairings left out.
    pub async fn all_jobs(&self) -> Vec<PrintJob> {
        let request = ListPrintJobsRequest {
            branch_id: self.branch.to_string(),
            page_size: 100,
            ..Default::default()
        };
        let found = self.jobs().list_print_jobs(request).await.unwrap();
        let mut jobs = found.into_inner().jobs;
        jobs.retain(|job| job.document() != Document::TestSlip);
        jobs.reverse();
        jobs
    }

    /// States of all jobs, the earliest first.
    pub async fn states(&self) -> Vec<PrintJobState> {
        let jobs = self.all_jobs().await;
        jobs.iter().map(PrintJob::state).collect()
    }

    /// A number that SQL counts, seen from above all policies.
    pub async fn count(&self, sql: &'static str) -> i64 {
        let mut superuser = self.service.db().superuser().await;
        sqlx::query_scalar(sql)
            .fetch_one(&mut superuser)
            .await
            .unwrap()
    }
}

/// The value of a variable; empty where it is not set.
fn variable(variables: &[(&str, &str)], name: &str) -> String {
    let set = variables.iter().find(|(set, _)| *set == name);
    set.map(|(_, value)| (*value).to_owned())
        .unwrap_or_default()
}

/// A print point as it is written, changed.
pub fn writable(point: &PrintPoint, change: impl FnOnce(&mut PrintPoint)) -> PrintPoint {
    let mut changed = point.clone();
    change(&mut changed);
    changed
}

/// The reason of a refusal.
pub fn reason<T>(answer: Result<T, Status>) -> String {
    let Err(status) = answer else {
        panic!("it should have been refused")
    };
    Problem::from_status(&status).reason.to_string()
}

/// The fields that a refusal names.
pub fn fields<T>(answer: Result<T, Status>) -> Vec<String> {
    let Err(status) = answer else {
        panic!("it should have been refused")
    };
    let problem = Problem::from_status(&status);
    problem.fields.into_iter().map(|of| of.field).collect()
}

/// Somebody of the branch alone, with every permission and action.
pub fn of_branch(owner: Identity, branch: BranchId) -> Identity {
    Identity {
        scope: Scope {
            branches: [branch].into(),
            ..Scope::default()
        },
        ..owner
    }
}
