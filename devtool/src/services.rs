//! How each service and the gateway are started on this machine.

use std::{collections::BTreeMap, time::Duration};

use anyhow::ensure;

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

/// Names, separated by commas, of the services that are to run twice.
pub const REPLICATED: &str = "DEV_REPLICATED";

/// A process of a service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replica {
    /// Its name, as in ports and logs: that of the service, for the second one with a 2.
    pub process: String,
    /// The service.
    pub service: &'static str,
}

/// Every process of every service, in the order in which they are started; `twice` holds the names,
/// separated by commas, of those that have two.
pub fn replicas(twice: &str) -> anyhow::Result<Vec<Replica>> {
    let twice: Vec<&str> = twice.split(',').filter(|name| !name.is_empty()).collect();
    for name in &twice {
        ensure!(SERVICES.contains(name), "there is no service {name}");
    }
    let mut replicas = Vec::new();
    for service in SERVICES {
        let process = service.to_owned();
        replicas.push(Replica { process, service });
        if twice.contains(&service) {
            let process = format!("{service}2");
            replicas.push(Replica { process, service });
        }
    }
    Ok(replicas)
}

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
    /// The services' processes.
    pub replicas: &'a [Replica],
}

impl Platform<'_> {
    /// Spec of a service's process, or of one of the service's words such as `migrate`.
    pub fn service(&self, replica: &Replica, words: &[&str]) -> anyhow::Result<Spec> {
        let name = replica.service;
        let mut environment = self.common(name, &replica.process)?;
        environment.insert("DB_URL".to_owned(), self.app_url(name)?);
        environment.insert(
            "DB_MIGRATE_URL".to_owned(),
            postgres::owner_url(self.ports.of("postgres")?, name),
        );
        environment.insert(
            "SERVER_ADDR".to_owned(),
            address(self.ports.of(&replica.process)?),
        );
        if name == "ordering" {
            environment.insert(
                "ORDERING_LINK_KEY".to_owned(),
                self.keys.order_links.clone(),
            );
        }
        self.spec(name, &replica.process, words, environment)
    }

    /// Spec of the gateway.
    pub fn gateway(&self) -> anyhow::Result<Spec> {
        let mut environment = self.common("gateway", "gateway")?;
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
        self.spec("gateway", "gateway", &[], environment)
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
        binary: &str,
        process: &str,
        words: &[&str],
        environment: BTreeMap<String, String>,
    ) -> anyhow::Result<Spec> {
        Ok(Spec {
            name: process.to_owned(),
            program: build::binary(self.home, binary, self.release),
            arguments: words.iter().map(Into::into).collect(),
            environment,
            user: None,
            log: self.home.log(process)?,
            grace: Duration::from_secs(20),
        })
    }

    fn common(&self, name: &str, process: &str) -> anyhow::Result<BTreeMap<String, String>> {
        let mut environment = BTreeMap::from([
            (
                "REDIS_URL".to_owned(),
                format!("redis://127.0.0.1:{}", self.ports.of("redis")?),
            ),
            ("AMQP_URL".to_owned(), rabbitmq::url(self.ports.of("amqp")?)),
            (
                "SERVER_OPS_ADDR".to_owned(),
                address(self.ports.of(&format!("{process}_ops"))?),
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
        for Replica { process, service } in self.replicas {
            let url = format!("http://{}", address(self.ports.of(process)?));
            environment
                .entry(format!("PEERS_{}_URL", service.to_uppercase()))
                .and_modify(|urls| *urls = format!("{urls},{url}"))
                .or_insert(url);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_named_runs_twice_and_the_others_once() {
        let names = |twice: &str| -> Vec<String> {
            let replicas = replicas(twice).unwrap();
            replicas
                .into_iter()
                .map(|replica| replica.process)
                .collect()
        };
        assert_eq!(names(""), SERVICES);
        assert_eq!(
            names("ordering,capacity"),
            [
                "staff",
                "catalog",
                "capacity",
                "capacity2",
                "ordering",
                "ordering2"
            ]
        );
        assert!(replicas("tea").is_err());
    }
}
