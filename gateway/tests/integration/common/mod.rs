//! A whole gateway on a free port, before fake services that answer as a test sets them up.

pub mod fake;

use std::{sync::Arc, time::Duration};

use chassis::{
    authn::{Identity, Level, Scope},
    clock::{ManualClock, SharedClock},
    config::{self, PeersConfig, Problems},
    error::{CommonReason, Reason},
    id::{BranchId, BrandId, EventId, OrganisationId},
};
use gateway::{
    auth::cookies,
    config::{Config, GatewayConfig},
    server::{self, Running},
    state::Gateway,
};
use lapin::{
    BasicProperties,
    options::BasicPublishOptions,
    types::{AMQPValue, FieldTable},
};
use prost::Message;
use proto::{
    capacity::v1 as capacity,
    catalog::v1 as catalog,
    common::v1::Money,
    staff::v1::{self as staff, StaffReason},
};
use reqwest::{Client, Method, RequestBuilder, Response};
use serde::de::DeserializeOwned;
use serde_json::Value;
use testkit::{TestAmqp, TestRedis, identities, keys};
use tonic::Status;

use fake::Fake;

/// The secret of the session that the fake staff service knows.
pub const SESSION: &str = "the-session-secret";
/// Where the fake catalog's only branch is.
pub const SHOP: &str = "/api/shop/tea/north";

/// An amount of money.
pub fn twd(amount: i64) -> Option<Money> {
    let currency = "TWD".to_owned();
    Some(Money { amount, currency })
}

/// The gateway with its surroundings.
pub struct Edge {
    pub fake: Fake,
    pub clock: ManualClock,
    pub org: OrganisationId,
    pub brand_id: String,
    pub branch_id: String,
    pub amqp: TestAmqp,
    pub client: Client,
    running: Running,
    _redis: TestRedis,
}

impl Edge {
    /// A gateway as configured by default.
    pub async fn open() -> Self {
        Self::open_with(|_| {}).await
    }

    /// A gateway configured by a test.
    pub async fn open_with(configure: impl FnOnce(&mut GatewayConfig)) -> Self {
        let (redis, amqp, clock, fake) = (
            TestRedis::new().await,
            TestAmqp::new(),
            testkit::clock(),
            Fake::default(),
        );
        let url = fake.start().await;
        let peers = [
            "catalog",
            "capacity",
            "ordering",
            "payments",
            "staff",
            "membership",
            "printing",
        ];
        let peers = peers.into_iter().fold(PeersConfig::new(), |peers, name| {
            peers.with(name, url.clone())
        });
        let mut own = section(
            "GATEWAY_",
            &[
                ("ADDR", "127.0.0.1:0"),
                ("UI_DIR", "/nonexistent"),
                ("SHOP_WRITES_PER_MINUTE", "0"),
            ],
        );
        configure(&mut own);
        let config = Config {
            redis: redis.config(),
            amqp: amqp.config(),
            server: section("SERVER_", &[("OPS_ADDR", "127.0.0.1:0")]),
            auth: keys::config(server::NAME),
            peers,
            telemetry: section("TELEMETRY_", &[("LOG", "warn")]),
            own,
        };
        let shared: SharedClock = Arc::new(clock.clone());
        let running = server::start(config, shared).await.unwrap();
        let edge = Self {
            org: testkit::organisation(),
            brand_id: BrandId::new(&clock).to_string(),
            branch_id: BranchId::new(&clock).to_string(),
            client: Client::builder().no_proxy().build().unwrap(),
            fake,
            clock,
            amqp,
            running,
            _redis: redis,
        };
        edge.teach_catalog();
        edge.is_subscribed().await;
        edge
    }

    /// Waits until the gateway is subscribed to the bus: its subscription begins with a gap, at which it
    /// forgets everything and ends the streams open then.
    async fn is_subscribed(&self) {
        let changed = capacity::AvailabilityChanged {
            branch_id: self.branch_id.clone(),
            ..Default::default()
        };
        for _ in 0..200 {
            let stream = self.get(&format!("{SHOP}/events")).await;
            self.send("capacity.availability.changed.v1", &changed)
                .await;
            let notified = tokio::time::timeout(Duration::from_millis(100), is_notified(stream));
            if notified.await == Ok(true) {
                return;
            }
        }
        panic!("the gateway never subscribed to the bus");
    }

    /// Sends an event as a service's relay does.
    pub async fn send(&self, type_: &str, body: &impl Message) {
        let text = |value: String| AMQPValue::LongString(value.into());
        let mut headers = FieldTable::default();
        for (name, value) in [
            ("id", text(EventId::new(&self.clock).to_string())),
            ("type", text(type_.to_owned())),
            ("organisation", text(self.org.to_string())),
            ("aggregate", text(EventId::new(&self.clock).to_string())),
            ("time", text("2026-09-02T04:00:00Z".to_owned())),
            ("version", AMQPValue::LongLongInt(1)),
        ] {
            headers.insert(format!("cloudEvents:{name}").into(), value);
        }
        let amqp = self.amqp.amqp();
        let channel = amqp.channel().await.unwrap();
        let properties = BasicProperties::default().with_headers(headers);
        let options = BasicPublishOptions::default();
        let body = body.encode_to_vec();
        let sent = channel.basic_publish(
            amqp.exchange().into(),
            type_.into(),
            options,
            &body,
            properties,
        );
        sent.await.unwrap().await.unwrap();
    }

    /// Ends the gateway as SIGTERM does; false when something had to be cut off.
    pub async fn stop(self) -> bool {
        self.running.stop().await
    }

    /// The state of the handlers.
    pub fn gateway(&self) -> &Gateway {
        self.running.gateway()
    }

    /// Where it listens.
    pub fn addr(&self) -> std::net::SocketAddr {
        self.running.addr()
    }

    /// Address of a path.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.running.addr())
    }

    /// A request by nobody.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, self.url(path))
    }

    /// A reading by nobody.
    pub async fn get(&self, path: &str) -> Response {
        self.request(Method::GET, path).send().await.unwrap()
    }

    /// A request by who has the session, as our pages make it.
    pub fn as_staff(&self, method: Method, path: &str) -> RequestBuilder {
        let csrf = cookies::csrf_token(SESSION);
        self.request(method, path)
            .header("cookie", format!("yzm_session={SESSION}; yzm_csrf={csrf}"))
            .header("x-csrf-token", csrf)
    }

    /// Lets the session be that of staff with these permissions everywhere.
    pub fn sign_in(&self, permissions: &[(&str, Level)]) -> Identity {
        self.sign_in_within(permissions, Scope::whole_organisation())
    }

    /// Lets the session be that of staff with these permissions within a scope.
    pub fn sign_in_within(&self, permissions: &[(&str, Level)], scope: Scope) -> Identity {
        let identity = identities::staff(self.org, permissions, scope);
        let token = keys::token(&identity, Arc::new(self.clock.clone()));
        self.fake.on("staff.v1.StaffService/ExchangeSession", {
            let organisation_id = self.org.to_string();
            move |request: staff::ExchangeSessionRequest| {
                if request.session_token != SESSION {
                    return Err(problem(StaffReason::SessionExpired));
                }
                Ok(staff::ExchangeSessionResponse {
                    identity_token: token.clone(),
                    expires_in_secs: 60,
                    session_id: "session-1".to_owned(),
                    account_id: String::new(),
                    organisation_id: organisation_id.clone(),
                })
            }
        });
        identity
    }

    fn teach_catalog(&self) {
        let brand = catalog::Brand {
            brand_id: self.brand_id.clone(),
            slug: "tea".to_owned(),
            name: "茶".to_owned(),
            currency: "TWD".to_owned(),
            ..Default::default()
        };
        let branch = catalog::Branch {
            branch_id: self.branch_id.clone(),
            brand_id: self.brand_id.clone(),
            slug: "north".to_owned(),
            state: catalog::BranchState::Live as i32,
            ..Default::default()
        };
        let (org, listed) = (self.org.to_string(), (brand.clone(), branch.clone()));
        self.fake.on(
            "catalog.v1.CatalogService/ResolveStorefront",
            move |request: catalog::ResolveStorefrontRequest| {
                if !["tea", "old-tea"].contains(&&*request.brand_slug) {
                    return Err(problem(CommonReason::NotFound));
                }
                let former = catalog::FormerBranchSlug {
                    slug: "old-north".to_owned(),
                    branch_id: branch.branch_id.clone(),
                };
                Ok(catalog::ResolveStorefrontResponse {
                    organisation_id: org.clone(),
                    brand: Some(brand.clone()),
                    branches: vec![branch.clone()],
                    former_branch_slugs: vec![former],
                })
            },
        );
        self.fake.on(
            "catalog.v1.CatalogService/ListBrands",
            move |_: catalog::ListBrandsRequest| {
                Ok(catalog::ListBrandsResponse {
                    brands: vec![listed.0.clone()],
                    branches: vec![listed.1.clone()],
                })
            },
        );
    }
}

/// Whether a stream reports availability before it ends.
async fn is_notified(mut stream: Response) -> bool {
    let mut text = String::new();
    while let Some(part) = stream.chunk().await.unwrap() {
        text.push_str(std::str::from_utf8(&part).unwrap());
        if text.contains("event: availability") {
            return true;
        }
    }
    false
}

/// A refusal as services make it.
pub fn problem(reason: impl Into<Reason>) -> Status {
    chassis::error::Problem::new(reason).into()
}

/// The problem document of a refusal, once its form is right.
pub async fn refused(response: Response, status: u16, reason: &str) -> Value {
    let found = response.status().as_u16();
    let media = response.headers()["content-type"]
        .to_str()
        .unwrap()
        .to_owned();
    let text = response.text().await.unwrap();
    assert_eq!(found, status, "{text}");
    assert_eq!(media, "application/problem+json", "{text}");
    let document: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(document["reason"], reason, "{text}");
    assert_eq!(document["status"], status, "{text}");
    document
}

/// A section with its defaults but for what `variables` say.
fn section<T: DeserializeOwned>(prefix: &str, variables: &[(&str, &str)]) -> T {
    let variables = variables
        .iter()
        .map(|(name, value)| (format!("{prefix}{name}"), value.to_string()));
    let mut problems = Problems::default();
    let section = config::section(prefix, &variables.collect(), &mut problems);
    section.unwrap_or_else(|| panic!("{problems}"))
}
