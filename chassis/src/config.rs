//! Configuration from the environment: one flat struct a section, each with its own prefix.
//!
//! Sections are composed in code, and all problems of all sections are reported in one message.

mod read;
mod sections;
mod values;

use std::collections::BTreeMap;

use serde::{Serialize, de::DeserializeOwned};

pub use read::{Problems, sample, section};
pub use sections::{
    AmqpConfig, AuthConfig, LogFormat, PeersConfig, RedisConfig, ServerConfig, TelemetryConfig,
};
pub use values::{ConfigDuration, PrivateKey, PublicKeys, ReplicaUrls};

pub use crate::db::DbConfig;

/// The whole configuration of a service.
#[derive(Clone, Debug)]
pub struct Config<C> {
    /// What every service has.
    pub sections: Sections,
    /// The service's own section.
    pub own: C,
}

/// The sections of every service.
#[derive(Clone, Debug)]
pub struct Sections {
    /// `DB_`
    pub db: DbConfig,
    /// `REDIS_`
    pub redis: RedisConfig,
    /// `AMQP_`
    pub amqp: AmqpConfig,
    /// `SERVER_`
    pub server: ServerConfig,
    /// `AUTH_`
    pub auth: AuthConfig,
    /// `PEERS_`
    pub peers: PeersConfig,
    /// `TELEMETRY_`
    pub telemetry: TelemetryConfig,
}

impl Sections {
    fn read(variables: &BTreeMap<String, String>, found: &mut Problems) -> Option<Self> {
        let db = section("DB_", variables, found);
        let redis = section("REDIS_", variables, found);
        let amqp = section("AMQP_", variables, found);
        let server = section("SERVER_", variables, found);
        let auth = section("AUTH_", variables, found);
        let peers = section("PEERS_", variables, found);
        let telemetry = section("TELEMETRY_", variables, found);
        Some(Self {
            db: db?,
            redis: redis?,
            amqp: amqp?,
            server: server?,
            auth: auth?,
            peers: peers?,
            telemetry: telemetry?,
        })
    }
}

impl<C: DeserializeOwned + Serialize> Config<C> {
    /// Reads all sections; the service's own has its name as prefix, such as `STAFF_`.
    pub fn read(service: &str, variables: &BTreeMap<String, String>) -> Result<Self, Problems> {
        let mut problems = Problems::default();
        let sections = Sections::read(variables, &mut problems);
        let own = section(&own_prefix(service), variables, &mut problems);
        match (sections, own) {
            (Some(sections), Some(own)) => Ok(Self { sections, own }),
            _ => Err(problems),
        }
    }

    /// A sample of all variables with their defaults.
    pub fn sample(service: &str) -> String {
        let own_prefix = own_prefix(service);
        [
            sample::<DbConfig>("DB_"),
            sample::<RedisConfig>("REDIS_"),
            sample::<AmqpConfig>("AMQP_"),
            sample::<ServerConfig>("SERVER_"),
            sample::<AuthConfig>("AUTH_"),
            PeersConfig::SAMPLE.to_owned(),
            sample::<TelemetryConfig>("TELEMETRY_"),
            sample::<C>(&own_prefix),
        ]
        .join("")
    }
}

/// The variables of this process.
pub fn environment() -> BTreeMap<String, String> {
    std::env::vars().collect()
}

fn own_prefix(service: &str) -> String {
    format!("{}_", service.to_uppercase().replace('-', "_"))
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Serialize, Deserialize)]
    struct Shop {
        name: String,
        tables: u16,
        #[serde(default = "opens_in")]
        opens_in: ConfigDuration,
    }

    fn opens_in() -> ConfigDuration {
        ConfigDuration::from_secs(90)
    }

    fn variables(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect()
    }

    fn complete() -> BTreeMap<String, String> {
        variables(&[
            ("DB_URL", "postgres://app@localhost/shop"),
            ("REDIS_URL", "redis://localhost"),
            ("AMQP_URL", "amqp://localhost"),
            ("AUTH_KEY_ID", "shop"),
            (
                "AUTH_PRIVATE_KEY",
                "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
            ),
            (
                "AUTH_PUBLIC_KEYS",
                "shop=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
            ),
            ("PEERS_CATALOG_URL", "http://localhost:50052"),
            ("SHOP_NAME", "tea"),
            ("SHOP_TABLES", "4"),
        ])
    }

    #[test]
    fn a_complete_environment_is_read_with_defaults() {
        let config = Config::<Shop>::read("shop", &complete()).unwrap();
        assert_eq!(config.own.name, "tea");
        assert_eq!(config.own.opens_in, ConfigDuration::from_secs(90));
        assert_eq!(config.sections.db.max_connections, 10);
        assert_eq!(config.sections.peers.get("catalog")[0].port(), Some(50_052));
        assert!(config.sections.peers.get("ordering").is_empty());
    }

    #[test]
    fn every_problem_of_every_section_is_reported_at_once() {
        let mut variables = complete();
        variables.remove("DB_URL");
        variables.remove("SHOP_NAME");
        variables.insert("REDIS_URL".into(), "".into());
        variables.insert("SHOP_TABLES".into(), "many".into());
        variables.insert("SHOP_OPENS_IN".into(), "soon".into());
        variables.insert("AUTH_PRIVATE_KEY".into(), "aGk=".into());
        variables.insert("SERVER_ADDR".into(), "here".into());
        variables.insert("PEERS_CATALOG_URL".into(), "nowhere".into());
        variables.insert("TELEMETRY_LOG_FORMAT".into(), "xml".into());

        let problems = Config::<Shop>::read("shop", &variables).unwrap_err();
        let reported: Vec<_> = problems
            .0
            .iter()
            .map(|line| line.split([':', ' ']).next().unwrap())
            .collect();
        assert_eq!(
            reported,
            [
                "DB_URL",
                "REDIS_URL",
                "SERVER_ADDR",
                "AUTH_PRIVATE_KEY",
                "PEERS_CATALOG_URL",
                "TELEMETRY_LOG_FORMAT",
                "SHOP_OPENS_IN",
                "SHOP_TABLES",
                "SHOP_NAME",
            ],
            "{problems}"
        );
    }

    #[test]
    fn a_malformed_secret_is_not_repeated_in_the_message() {
        let mut variables = complete();
        variables.insert("AUTH_PRIVATE_KEY".into(), "hunter2".into());
        let problems = Config::<Shop>::read("shop", &variables).unwrap_err();
        assert!(!problems.to_string().contains("hunter2"));
    }

    #[test]
    fn the_sample_names_required_and_default_values() {
        let sample = Config::<Shop>::sample("shop");
        for line in [
            "DB_URL=",
            "# DB_MAX_CONNECTIONS=10",
            "AUTH_PUBLIC_KEYS=",
            "SHOP_TABLES=",
            "# SHOP_OPENS_IN=90s",
        ] {
            assert!(
                sample.lines().any(|found| found == line),
                "{line} in\n{sample}"
            );
        }
    }
}
