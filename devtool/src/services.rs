//! How each service and the gateway are started on this machine.

use std::{collections::BTreeMap, time::Duration};

use crate::{
    build,
    home::Home,
    infra::{postgres, rabbitmq},
    keys::Keys,
    ports::Ports,
    process::Spec,
};

/// The gRPC services, in the order in which they are started.
pub const SERVICES: [&str; 4] = ["staff", "catalog", "capacity", "ordering"];
/// Everything that is built.
pub const BINARIES: [&str; 5] = ["staff", "catalog", "capacity", "ordering", "gateway"];
/// Every name that needs a port.
pub const PORTS: [&str; 16] = [
    "postgres",
    "redis",
    "amqp",
    "erlang",
    "epmd",
    "gateway",
    "gateway_ops",
    "staff",
    "staff_ops",
    "catalog",
    "catalog_ops",
    "capacity",
    "capacity_ops",
    "ordering",
    "ordering_ops",
    "otlp",
];

/// What all processes of a home have in common.
pub struct Platform<'a> {
    /// The home folder.
    pub home: &'a Home,
    /// Its ports.
    pub ports: &'a Ports,
    /// Its keys.
    pub keys: &'a Keys,
    /// Whether the optimised binaries are run.
    pub release: bool,
}

impl Platform<'_> {
    /// Spec of a service, or of one of its words such as `migrate`.
    pub fn service(&self, name: &str, words: &[&str]) -> anyhow::Result<Spec> {
        let mut environment = self.common(name)?;
        environment.insert("DB_URL".to_owned(), self.app_url(name)?);
        environment.insert(
            "DB_MIGRATE_URL".to_owned(),
            postgres::owner_url(self.ports.of("postgres")?, name),
        );
        environment.insert("SERVER_ADDR".to_owned(), address(self.ports.of(name)?));
        if name == "ordering" {
            environment.insert(
                "ORDERING_LINK_KEY".to_owned(),
                self.keys.order_links.clone(),
            );
        }
        self.spec(name, words, environment)
    }

    /// Spec of the gateway.
    pub fn gateway(&self) -> anyhow::Result<Spec> {
        let mut environment = self.common("gateway")?;
        let address = address(self.ports.of("gateway")?);
        environment.insert("GATEWAY_PUBLIC_URL".to_owned(), format!("http://{address}"));
        environment.insert("GATEWAY_ADDR".to_owned(), address);
        environment.insert(
            "GATEWAY_UI_DIR".to_owned(),
            self.home
                .root()
                .join("gateway/ui")
                .to_string_lossy()
                .into_owned(),
        );
        self.spec("gateway", &[], environment)
    }

    /// URL of a service's database as the role the services connect as.
    pub fn app_url(&self, database: &str) -> anyhow::Result<String> {
        Ok(format!(
            "postgres://yizhimai_app:{}@127.0.0.1:{}/{database}",
            self.keys.database_password,
            self.ports.of("postgres")?
        ))
    }

    fn spec(
        &self,
        name: &str,
        words: &[&str],
        environment: BTreeMap<String, String>,
    ) -> anyhow::Result<Spec> {
        Ok(Spec {
            name: name.to_owned(),
            program: build::binary(self.home, name, self.release),
            arguments: words.iter().map(Into::into).collect(),
            environment,
            user: None,
            log: self.home.log(name)?,
            grace: Duration::from_secs(20),
        })
    }

    fn common(&self, name: &str) -> anyhow::Result<BTreeMap<String, String>> {
        let mut environment = BTreeMap::from([
            (
                "REDIS_URL".to_owned(),
                format!("redis://127.0.0.1:{}", self.ports.of("redis")?),
            ),
            ("AMQP_URL".to_owned(), rabbitmq::url(self.ports.of("amqp")?)),
            (
                "SERVER_OPS_ADDR".to_owned(),
                address(self.ports.of(&format!("{name}_ops"))?),
            ),
            ("AUTH_KEY_ID".to_owned(), name.to_owned()),
            (
                "AUTH_PRIVATE_KEY".to_owned(),
                self.keys.private(name).to_owned(),
            ),
            ("AUTH_PUBLIC_KEYS".to_owned(), self.keys.public()?),
        ]);
        environment.insert(
            "TELEMETRY_OTLP_URL".to_owned(),
            format!("http://{}", address(self.ports.of("otlp")?)),
        );
        for peer in SERVICES {
            environment.insert(
                format!("PEERS_{}_URL", peer.to_uppercase()),
                format!("http://{}", address(self.ports.of(peer)?)),
            );
        }
        // What a person sets in front of `./dev up` reaches the services: their logs, their limits.
        for (key, value) in std::env::vars() {
            if ["TELEMETRY_", "GATEWAY_"]
                .iter()
                .any(|prefix| key.starts_with(prefix))
            {
                environment.insert(key, value);
            }
        }
        Ok(environment)
    }
}

fn address(port: u16) -> String {
    format!("127.0.0.1:{port}")
}
