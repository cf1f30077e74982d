//! The sections every service has; each is one flat struct with its own prefix.

use std::{collections::BTreeMap, net::SocketAddr};

use serde::{Deserialize, Serialize};
use url::Url;

use super::{ConfigDuration, PrivateKey, PublicKeys, ReplicaUrls};
use crate::secret::Secret;

/// `REDIS_`: what may be lost, such as caches and counters.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RedisConfig {
    /// Server and database number.
    pub url: Secret,
}

/// `AMQP_`: the broker that events travel through.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AmqpConfig {
    /// Broker and virtual host.
    pub url: Secret,
    /// Put before the name of every exchange and queue, so that platforms can share a broker.
    #[serde(default)]
    pub prefix: String,
}

/// `SERVER_`: the doors of the process.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ServerConfig {
    /// Address of the gRPC door.
    #[serde(default = "defaults::addr")]
    pub addr: SocketAddr,
    /// Address of /metrics, /live and /ready.
    #[serde(default = "defaults::ops_addr")]
    pub ops_addr: SocketAddr,
    /// Calls worked on at the same time; one more is refused at once.
    #[serde(default = "defaults::max_in_flight")]
    pub max_in_flight: usize,
    /// Deadline of a call that brings none, and the longest that one may bring.
    #[serde(default = "defaults::max_deadline")]
    pub max_deadline: ConfigDuration,
    /// Longest wait for calls under way when the process ends.
    #[serde(default = "defaults::drain")]
    pub drain: ConfigDuration,
}

/// `AUTH_`: keys that sign and verify identity tokens.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AuthConfig {
    /// Name of this service's key, which is the service's own name.
    pub key_id: String,
    /// This service's signing key.
    pub private_key: PrivateKey,
    /// Keys of all that may sign.
    pub public_keys: PublicKeys,
}

/// `PEERS_`: where the peers are; `PEERS_CATALOG_URL` is the peer `catalog`.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PeersConfig(BTreeMap<String, ReplicaUrls>);

impl PeersConfig {
    /// How the section is written.
    pub const SAMPLE: &str = "\
# One address, or those of several replicas separated by commas.
# PEERS_<NAME>_URL=
";

    /// No peers yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a peer, or to a known peer another replica.
    #[must_use]
    pub fn with(mut self, peer: &str, url: Url) -> Self {
        let addresses = self.0.entry(format!("{peer}_url")).or_default();
        addresses.0.push(url);
        self
    }

    /// ReplicaUrls of a peer; none for one that is unknown.
    pub fn get(&self, peer: &str) -> &[Url] {
        self.0
            .get(&format!("{peer}_url"))
            .map_or(&[], |addresses| &addresses.0)
    }

    /// Every peer with its addresses.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &[Url])> {
        self.0.iter().filter_map(|(name, addresses)| {
            Some((name.strip_suffix("_url")?, addresses.0.as_slice()))
        })
    }
}

/// `TELEMETRY_`: what the process tells about itself.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct TelemetryConfig {
    /// OTLP collector (gRPC); without one nothing is pushed.
    #[serde(default)]
    pub otlp_url: Option<Url>,
    /// Filter of the log, such as `info,sqlx=warn`.
    #[serde(default = "defaults::log")]
    pub log: String,
    /// Form of the log.
    #[serde(default)]
    pub log_format: LogFormat,
    /// Share of the traces begun here that is recorded, 0 to 1; a caller's choice is kept.
    #[serde(default = "defaults::sample_ratio")]
    pub sample_ratio: f64,
}

/// Form of the log.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    /// Lines for people.
    #[default]
    Text,
    /// An object a line, for machines.
    Json,
}

mod defaults {
    use std::net::{Ipv4Addr, SocketAddr};

    use super::ConfigDuration;

    pub(super) fn addr() -> SocketAddr {
        (Ipv4Addr::UNSPECIFIED, 50_051).into()
    }

    pub(super) fn ops_addr() -> SocketAddr {
        (Ipv4Addr::UNSPECIFIED, 9_090).into()
    }

    pub(super) fn max_in_flight() -> usize {
        512
    }

    pub(super) fn max_deadline() -> ConfigDuration {
        ConfigDuration::from_secs(30)
    }

    pub(super) fn drain() -> ConfigDuration {
        ConfigDuration::from_secs(20)
    }

    pub(super) fn log() -> String {
        "info".to_owned()
    }

    pub(super) fn sample_ratio() -> f64 {
        0.05
    }
}
