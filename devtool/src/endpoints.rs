//! `.dev/endpoints.json`: where everything of a running platform is, for people and for tests.

use std::collections::BTreeMap;

use crate::{
    infra::{postgres, rabbitmq},
    services::Platform,
};

/// File name below the home folder.
pub const FILE: &str = "endpoints.json";

/// Addresses and the demo's names.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct Endpoints {
    /// Base URL of the gateway.
    pub gateway: String,
    /// URL of the admin.
    pub admin: String,
    /// URL of the storefront's demo branch.
    pub storefront: String,
    /// PostgreSQL as superuser, without a database.
    pub postgres: String,
    /// Redis.
    pub redis: String,
    /// RabbitMQ.
    pub amqp: String,
    /// gRPC address of each service's process.
    pub services: BTreeMap<String, String>,
    /// Address of each process's metrics and health.
    pub ops: BTreeMap<String, String>,
    /// Address of the sandbox's control port and of each system it stands in for.
    #[serde(default)]
    pub sandbox: BTreeMap<String, String>,
    /// How to sign in to the demo chain; absent until it is loaded.
    pub demo: Option<Demo>,
}

impl Endpoints {
    /// Host and port of the gateway.
    #[must_use]
    pub fn gateway_host(&self) -> String {
        self.gateway.trim_start_matches("http://").to_owned()
    }
}

/// The demo chain.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct Demo {
    /// Organisation code.
    pub organisation: String,
    /// Account of the owner.
    pub account: String,
    /// Its password.
    pub password: String,
    /// Brand and branch slug of the storefront that is open around the clock.
    pub open: (String, String),
    /// Brand slugs with the slugs of their branches.
    pub brands: BTreeMap<String, Vec<String>>,
}

impl Endpoints {
    /// The addresses of a platform; the demo is filled in when it is loaded.
    pub fn of(platform: &Platform<'_>) -> anyhow::Result<Self> {
        let ports = platform.ports;
        let http = |name: &str| anyhow::Ok(format!("http://127.0.0.1:{}", ports.of(name)?));
        let gateway = http("gateway")?;
        let mut services = BTreeMap::new();
        let mut ops = BTreeMap::from([("gateway".to_owned(), http("gateway_ops")?)]);
        for replica in platform.replicas {
            let name = &replica.process;
            services.insert(name.clone(), http(name)?);
            ops.insert(name.clone(), http(&format!("{name}_ops"))?);
        }
        Ok(Self {
            admin: format!("{gateway}/admin/"),
            storefront: gateway.clone(),
            gateway,
            postgres: postgres::owner_url(ports.of("postgres")?, "")
                .trim_end_matches('/')
                .to_owned(),
            redis: format!("redis://127.0.0.1:{}", ports.of("redis")?),
            amqp: rabbitmq::url(ports.of("amqp")?),
            services,
            ops,
            sandbox: platform.sandbox_urls()?,
            demo: None,
        })
    }
}
