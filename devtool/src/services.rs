//! How each service and the gateway are started on this machine.

use std::{collections::BTreeMap, time::Duration};

use anyhow::{Context as _, ensure};
use payment_adapters::{Environment, Provider};
use print_clouds::Vendor;
pub use proto::SERVICES;

use crate::{
    build,
    home::Home,
    infra::{postgres, rabbitmq},
    keys::Keys,
    ports::{Ports, Wanted},
    process::Spec,
};

/// The one binary that is no service.
const GATEWAY: &str = "gateway";
/// The service that printers call by themselves, at an address of its own.
const PRINTING: &str = "printing";
/// Stands in for the systems of others.
pub const SANDBOX: &str = "sandbox";
/// Servers of others, and what they need besides their own port.
const INFRASTRUCTURE: [&str; 6] = ["postgres", "redis", "amqp", "erlang", "epmd", "otlp"];
/// Signs for this tool itself.
const OPERATOR: &str = "ops";
/// What single services have in their environment besides what all have. The demonstration pays by test
/// accounts, and no payment leaves this machine.
const SETTINGS: [Setting; 16] = [
    Setting {
        service: "ordering",
        variable: "ORDERING_LINK_KEY",
        of: |platform| Ok(platform.keys.order_links.clone()),
    },
    Setting {
        service: "payments",
        variable: "PAYMENTS_MASTER_KEY",
        of: |platform| Ok(platform.keys.payments_master.clone()),
    },
    Setting {
        service: "payments",
        variable: "PAYMENTS_PUBLIC_URL",
        of: |platform| Ok(format!("http://{}", address(platform.ports.of(GATEWAY)?))),
    },
    Setting {
        service: "payments",
        variable: "PAYMENTS_OFFER_TEST_ACCOUNTS",
        of: |_| Ok("true".to_owned()),
    },
    Setting {
        service: "payments",
        variable: "PAYMENTS_ENDPOINTS",
        of: |platform| platform.provider_endpoints(),
    },
    Setting {
        service: "membership",
        variable: "MEMBERSHIP_MASTER_KEY",
        of: |platform| Ok(platform.keys.membership_master.clone()),
    },
    Setting {
        service: "membership",
        variable: "MEMBERSHIP_PUBLIC_URL",
        of: |platform| Ok(format!("http://{}", address(platform.ports.of(GATEWAY)?))),
    },
    Setting {
        service: "membership",
        variable: "MEMBERSHIP_SMS_URL",
        of: |platform| platform.sandbox_url("sms"),
    },
    Setting {
        service: "membership",
        variable: "MEMBERSHIP_SMS_TOKEN",
        of: |_| Ok("sandbox-sms-token".to_owned()),
    },
    Setting {
        service: "membership",
        variable: "MEMBERSHIP_LINE_ACCESS_URL",
        of: |platform| platform.sandbox_url("line"),
    },
    Setting {
        service: "membership",
        variable: "MEMBERSHIP_LINE_API_URL",
        of: |platform| platform.sandbox_url("line"),
    },
    Setting {
        service: "printing",
        variable: "PRINTING_MASTER_KEY",
        of: |platform| Ok(platform.keys.printing_master.clone()),
    },
    Setting {
        service: "printing",
        variable: "PRINTING_ORDER_LINK_KEY",
        of: |platform| Ok(platform.keys.order_links.clone()),
    },
    Setting {
        service: "printing",
        variable: "PRINTING_STOREFRONT_URL",
        of: |platform| Ok(format!("http://{}", address(platform.ports.of(GATEWAY)?))),
    },
    Setting {
        service: "printing",
        variable: "PRINTING_CLOUD_ENDPOINTS",
        of: |platform| platform.cloud_endpoints(),
    },
    Setting {
        service: "printing",
        variable: "PRINTING_PUBLIC_URL",
        of: |platform| {
            let port = platform.ports.of(&devices_port(PRINTING))?;
            Ok(format!("http://{}", address(port)))
        },
    },
];

/// A variable of one service; what a person has set in front of the command stays.
struct Setting {
    service: &'static str,
    variable: &'static str,
    of: fn(&Platform<'_>) -> anyhow::Result<String>,
}

/// Everything that is built.
pub fn binaries() -> impl Iterator<Item = &'static str> {
    SERVICES.into_iter().chain([GATEWAY])
}

/// Who signs identity tokens.
pub fn signers() -> impl Iterator<Item = &'static str> {
    binaries().chain([OPERATOR])
}

/// What needs ports: servers, the gateway and each process of the services, with the ports for
/// operators and for printers, and the sandbox.
pub fn ports(replicas: &[Replica]) -> Vec<Wanted> {
    let processes = replicas.iter().map(|replica| replica.process.as_str());
    let processes = [GATEWAY].into_iter().chain(processes);
    let own = processes.flat_map(|process| [process.to_owned(), format!("{process}_ops")]);
    let printing = replicas
        .iter()
        .filter(|replica| replica.service == PRINTING)
        .flat_map(|replica| {
            [
                devices_port(&replica.process),
                agents_port(&replica.process),
            ]
        });
    let sandbox = Wanted {
        name: SANDBOX.to_owned(),
        count: sandbox::names().len() as u16,
    };
    let others = INFRASTRUCTURE.into_iter().map(Wanted::one);
    others
        .chain(own.chain(printing).map(Wanted::one))
        .chain([sandbox])
        .collect()
}

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
        if name == PRINTING {
            let port = self.ports.of(&devices_port(&replica.process))?;
            environment.insert("PRINTING_ADDR".to_owned(), address(port));
            let port = self.ports.of(&agents_port(&replica.process))?;
            environment.insert("PRINTING_AGENTS_ADDR".to_owned(), address(port));
        }
        for setting in SETTINGS.iter().filter(|setting| setting.service == name) {
            let value = (setting.of)(self)?;
            environment
                .entry(setting.variable.to_owned())
                .or_insert(value);
        }
        self.spec(name, &replica.process, words, environment)
    }

    /// Every provider's addresses, which are those of the sandbox.
    fn provider_endpoints(&self) -> anyhow::Result<String> {
        let systems = self.sandbox_urls()?;
        let mut endpoints = Vec::new();
        for provider in Provider::ALL {
            if let Some(url) = systems.get(provider.as_str()) {
                let of = |environment: Environment| format!("{provider}.{environment}={url}");
                endpoints.extend(Environment::ALL.map(of));
            }
        }
        Ok(endpoints.join(","))
    }

    /// Addresses of the clouds of printers, which are those of the sandbox.
    fn cloud_endpoints(&self) -> anyhow::Result<String> {
        let of = |cloud: Vendor| {
            let url = self.sandbox_url(cloud.as_str())?;
            anyhow::Ok(format!("{cloud}={url}"))
        };
        let endpoints: anyhow::Result<Vec<_>> = Vendor::ALL.into_iter().map(of).collect();
        Ok(endpoints?.join(","))
    }

    /// Spec of the sandbox.
    pub fn sandbox(&self) -> anyhow::Result<Spec> {
        let state = self.home.path("sandbox/state")?;
        let environment = BTreeMap::from([
            (
                "SANDBOX_FIRST_PORT".to_owned(),
                self.ports.of(SANDBOX)?.to_string(),
            ),
            (
                "SANDBOX_STATE".to_owned(),
                state.to_string_lossy().into_owned(),
            ),
        ]);
        self.spec(SANDBOX, SANDBOX, &[], environment)
    }

    /// Base URL of the sandbox's control port and of each of its systems, by name.
    pub fn sandbox_urls(&self) -> anyhow::Result<BTreeMap<String, String>> {
        let first = self.ports.of(SANDBOX)?;
        let urls = sandbox::names().into_iter().zip(first..);
        let urls = urls.map(|(name, port)| (name.to_owned(), format!("http://{}", address(port))));
        Ok(urls.collect())
    }

    /// Base URL of one system of the sandbox.
    fn sandbox_url(&self, system: &str) -> anyhow::Result<String> {
        let mut urls = self.sandbox_urls()?;
        urls.remove(system)
            .with_context(|| format!("the sandbox has no {system}"))
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
        // Pages may go to every provider that the sandbox plays.
        let mut systems = self.sandbox_urls()?;
        systems.remove(sandbox::CONTROL);
        let origins: Vec<String> = systems.into_values().collect();
        for variable in ["GATEWAY_PAYMENT_FORMS", "GATEWAY_PAYMENT_FIELDS"] {
            let origins = origins.join(" ");
            environment.entry(variable.to_owned()).or_insert(origins);
        }
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
        // Variables set in front of `./dev up` reach the services: their logs, their limits.
        for (key, value) in std::env::vars() {
            if ["TELEMETRY_", "GATEWAY_", "PAYMENTS_"]
                .iter()
                .any(|prefix| key.starts_with(prefix))
            {
                environment.insert(key, value);
            }
        }
        Ok(environment)
    }
}

/// Name of the port at which printers reach a process.
fn devices_port(process: &str) -> String {
    format!("{process}_devices")
}

fn agents_port(process: &str) -> String {
    format!("{process}_agents")
}

/// Where print agents call the platform of a home.
pub fn print_agents_url(home: &Home) -> anyhow::Result<String> {
    let port = Ports::chosen(home)?.of(&agents_port(PRINTING))?;
    Ok(format!("http://{}", address(port)))
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
                "ordering2",
                "payments",
                "membership",
                "printing"
            ]
        );
        assert!(replicas("tea").is_err());
    }

    #[test]
    fn every_process_has_a_port_of_its_own_and_one_for_operators() {
        let ports = ports(&replicas("ordering").unwrap());
        for name in [
            "gateway",
            "staff_ops",
            "ordering2",
            "ordering2_ops",
            "printing_devices",
            "printing_agents",
            "postgres",
            "sandbox",
        ] {
            assert!(ports.iter().any(|port| port.name == name), "{name}");
        }
        let mut unique: Vec<&str> = ports.iter().map(|port| port.name.as_str()).collect();
        unique.sort_unstable();
        unique.dedup();
        assert_eq!(unique.len(), ports.len());
    }
}
