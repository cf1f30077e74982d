//! The gateway's configuration.

use std::{
    collections::BTreeMap,
    net::{Ipv4Addr, SocketAddr},
    path::PathBuf,
};

use chassis::config::{
    AmqpConfig, AuthConfig, ConfigDuration, PeersConfig, Problems, RedisConfig, ServerConfig,
    TelemetryConfig, sample, section,
};
use serde::{Deserialize, Serialize};
use url::Url;

/// All sections.
#[derive(Debug, Clone)]
pub struct Config {
    /// `REDIS_`
    pub redis: RedisConfig,
    /// `AMQP_`
    pub amqp: AmqpConfig,
    /// `SERVER_`; only the ops address and the drain time are used.
    pub server: ServerConfig,
    /// `AUTH_`
    pub auth: AuthConfig,
    /// `PEERS_`
    pub peers: PeersConfig,
    /// `TELEMETRY_`
    pub telemetry: TelemetryConfig,
    /// `GATEWAY_`
    pub own: GatewayConfig,
}

/// `GATEWAY_`: the HTTP server. A limit of 0 is none.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct GatewayConfig {
    /// Address of the HTTP server.
    #[serde(default = "defaults::addr")]
    pub addr: SocketAddr,
    /// Address of the gateway for browsers; with `https` cookies are Secure and HSTS is sent.
    #[serde(default = "defaults::public_url")]
    pub public_url: Url,
    /// Folder with `storefront/dist` and `admin/dist`.
    #[serde(default = "defaults::ui_dir")]
    pub ui_dir: PathBuf,
    /// Proxies before the gateway whose `X-Forwarded-For` is believed.
    #[serde(default)]
    pub trusted_proxies: usize,
    /// Requests of customers that change or compute something, per address and minute.
    #[serde(default = "defaults::shop_writes_per_minute")]
    pub shop_writes_per_minute: u32,
    /// Attempts to sign in, per address and minute.
    #[serde(default = "defaults::sign_ins_per_minute")]
    pub sign_ins_per_minute: u32,
    /// Messages of payment providers, per address and minute; returns of customers are counted apart.
    #[serde(default = "defaults::payment_callbacks_per_minute")]
    pub payment_callbacks_per_minute: u32,
    /// Origins of payment pages that our pages send forms to, separated by spaces.
    #[serde(default = "defaults::payment_forms")]
    pub payment_forms: String,
    /// Origins of payment providers' fields for cards: their scripts, frames and what these call.
    #[serde(default = "defaults::payment_fields")]
    pub payment_fields: String,
    /// Orders of one phone number within the window.
    #[serde(default = "defaults::orders")]
    pub orders_per_phone: u32,
    /// Orders of one device within the window.
    #[serde(default = "defaults::orders")]
    pub orders_per_device: u32,
    /// The window of both.
    #[serde(default = "defaults::orders_window")]
    pub orders_window: ConfigDuration,
    /// Event streams of customers that one address may hold open; many share one on a phone network.
    #[serde(default = "defaults::streams_per_address")]
    pub streams_per_address: usize,
    /// Longest wait for the header of a request, and for each part of its body; also how long an idle
    /// connection stays open.
    #[serde(default = "defaults::read_timeout")]
    pub read_timeout: ConfigDuration,
    /// Longest wait for a client to take a part of an answer.
    #[serde(default = "defaults::write_timeout")]
    pub write_timeout: ConfigDuration,
    /// Pause between the comments that keep an event stream open.
    #[serde(default = "defaults::heartbeat")]
    pub heartbeat: ConfigDuration,
    /// How long an event can be replayed.
    #[serde(default = "defaults::replay_window")]
    pub replay_window: ConfigDuration,
    /// How many events of a branch can be replayed.
    #[serde(default = "defaults::replay_events")]
    pub replay_events: usize,
}

impl Config {
    /// Reads all sections and reports every problem in one message.
    pub fn read(variables: &BTreeMap<String, String>) -> Result<Self, Problems> {
        let mut problems = Problems::default();
        let found = &mut problems;
        let redis = section("REDIS_", variables, found);
        let amqp = section("AMQP_", variables, found);
        let server = section("SERVER_", variables, found);
        let auth = section("AUTH_", variables, found);
        let peers = section("PEERS_", variables, found);
        let telemetry = section("TELEMETRY_", variables, found);
        let own = section("GATEWAY_", variables, found);
        match (redis, amqp, server, auth, peers, telemetry, own) {
            (
                Some(redis),
                Some(amqp),
                Some(server),
                Some(auth),
                Some(peers),
                Some(telemetry),
                Some(own),
            ) => Ok(Self {
                redis,
                amqp,
                server,
                auth,
                peers,
                telemetry,
                own,
            }),
            _ => Err(problems),
        }
    }

    /// A sample of all variables with their defaults.
    pub fn sample() -> String {
        [
            sample::<RedisConfig>("REDIS_"),
            sample::<AmqpConfig>("AMQP_"),
            sample::<ServerConfig>("SERVER_"),
            sample::<AuthConfig>("AUTH_"),
            PeersConfig::SAMPLE.to_owned(),
            sample::<TelemetryConfig>("TELEMETRY_"),
            sample::<GatewayConfig>("GATEWAY_"),
        ]
        .concat()
    }
}

impl GatewayConfig {
    /// Whether browsers come over TLS.
    pub fn https(&self) -> bool {
        self.public_url.scheme() == "https"
    }
}

mod defaults {
    use super::{ConfigDuration, Ipv4Addr, PathBuf, SocketAddr, Url};

    pub(super) fn addr() -> SocketAddr {
        (Ipv4Addr::UNSPECIFIED, 8_080).into()
    }

    pub(super) fn public_url() -> Url {
        Url::parse("http://localhost:8080").expect("the default is a URL")
    }

    pub(super) fn ui_dir() -> PathBuf {
        "gateway/ui".into()
    }

    pub(super) fn shop_writes_per_minute() -> u32 {
        120
    }

    pub(super) fn sign_ins_per_minute() -> u32 {
        20
    }

    pub(super) fn payment_callbacks_per_minute() -> u32 {
        600
    }

    pub(super) fn payment_forms() -> String {
        "https://payment.ecpay.com.tw https://payment-stage.ecpay.com.tw \
         https://core.newebpay.com https://ccore.newebpay.com"
            .to_owned()
    }

    pub(super) fn payment_fields() -> String {
        "https://js.stripe.com https://api.stripe.com https://hooks.stripe.com \
         https://*.tappaysdk.com"
            .to_owned()
    }

    pub(super) fn orders() -> u32 {
        5
    }

    pub(super) fn read_timeout() -> ConfigDuration {
        ConfigDuration::from_secs(10)
    }

    pub(super) fn write_timeout() -> ConfigDuration {
        ConfigDuration::from_secs(30)
    }

    pub(super) fn orders_window() -> ConfigDuration {
        ConfigDuration::from_secs(600)
    }

    pub(super) fn streams_per_address() -> usize {
        500
    }

    pub(super) fn heartbeat() -> ConfigDuration {
        ConfigDuration::from_secs(15)
    }

    pub(super) fn replay_window() -> ConfigDuration {
        ConfigDuration::from_secs(600)
    }

    pub(super) fn replay_events() -> usize {
        1_024
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sample_names_every_limit_with_its_default() {
        let sample = Config::sample();
        for line in [
            "# GATEWAY_ORDERS_PER_PHONE=5",
            "# GATEWAY_ORDERS_WINDOW=10m",
            "REDIS_URL=",
        ] {
            assert!(
                sample.lines().any(|found| found == line),
                "{line} in\n{sample}"
            );
        }
    }
}
