//! The service's own section of the configuration, `PRINTING_`.

use std::{
    collections::BTreeMap,
    net::{Ipv4Addr, SocketAddr},
};

use anyhow::Context as _;
use base64::{Engine as _, prelude::BASE64_STANDARD};
use chassis::{config::ConfigDuration, order_link::LinkKey, secret::Secret};
use print_clouds::Vendor;
use serde::{Deserialize, Serialize};
use url::Url;

use crate::app::OrderPages;

/// Section `PRINTING_`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Config {
    /// Seals the data keys of organisations and makes pairing codes: base64 of 32 bytes.
    pub master_key: Secret,
    /// Address of the HTTP server that printers call.
    #[serde(default = "defaults::addr")]
    pub addr: SocketAddr,
    /// Where printers reach that server, without a path.
    pub public_url: Url,
    /// Key of the secret links of orders, which is ordering's; without it no slip shows the order's page.
    #[serde(default)]
    pub order_link_key: Option<Secret>,
    /// Where customers reach the storefronts, without a path; without it no slip shows the order's page.
    #[serde(default)]
    pub storefront_url: Option<Url>,
    /// Requests of printers worked on at the same time; one more is told to come later.
    #[serde(default = "defaults::max_in_flight")]
    pub max_in_flight: usize,
    /// Longest wait for a request's header and for each part of its body; also how long an idle connection
    /// stays open.
    #[serde(default = "defaults::read_timeout")]
    pub read_timeout: ConfigDuration,
    /// Longest wait for a printer to take the next part of an answer.
    #[serde(default = "defaults::write_timeout")]
    pub write_timeout: ConfigDuration,
    /// Address of the gRPC server that print agents call.
    #[serde(default = "defaults::agents_addr")]
    pub agents_addr: SocketAddr,
    /// How often an agent and this service tell each other that they are there; after three missing ones the
    /// line is dead.
    #[serde(default = "defaults::agent_heartbeat")]
    pub agent_heartbeat: ConfigDuration,
    /// Addresses of clouds of printers that differ from their own, separated by commas, such as
    /// `xpyun=https://sg.open.xpyun.net`; one without a path gets that of the cloud's own.
    #[serde(default)]
    pub cloud_endpoints: String,
    /// Devices of each cloud that a process serves at the same time; with 0 it leaves all to others.
    #[serde(default = "defaults::cloud_devices_at_once")]
    pub cloud_devices_at_once: usize,
}

impl Config {
    /// The master key.
    pub fn master_key(&self) -> anyhow::Result<Secret<[u8; 32]>> {
        let key = BASE64_STANDARD.decode(self.master_key.reveal());
        let key = key.ok().and_then(|key| <[u8; 32]>::try_from(key).ok());
        let key = key.context("PRINTING_MASTER_KEY must be base64 of 32 bytes")?;
        Ok(Secret::new(key))
    }
}

impl Config {
    /// Addresses of clouds that differ from their own.
    pub fn cloud_endpoints(&self) -> anyhow::Result<BTreeMap<Vendor, Url>> {
        let entries = self.cloud_endpoints.split(',').map(str::trim);
        let entries = entries.filter(|entry| !entry.is_empty());
        entries
            .map(|entry| {
                parse_endpoint(entry)
                    .with_context(|| format!("PRINTING_CLOUD_ENDPOINTS has an entry {entry:?}"))
            })
            .collect()
    }
}

fn parse_endpoint(entry: &str) -> anyhow::Result<(Vendor, Url)> {
    let (vendor, url) = entry.split_once('=').context("an address is missing")?;
    let vendor = Vendor::from_word(vendor).context("no such cloud")?;
    let mut url: Url = url.parse()?;
    if url.path() == "/" {
        url.set_path(vendor.home().path());
    }
    Ok((vendor, url))
}

impl Config {
    /// What the addresses of orders' pages are made with.
    #[must_use]
    pub fn order_pages(&self) -> Option<OrderPages> {
        let (key, base) = (self.order_link_key.as_ref()?, self.storefront_url.clone()?);
        Some(OrderPages {
            key: LinkKey::new(key.reveal().as_bytes()),
            base,
        })
    }
}

mod defaults {
    use super::{ConfigDuration, Ipv4Addr, SocketAddr};

    pub(super) fn addr() -> SocketAddr {
        (Ipv4Addr::UNSPECIFIED, 8_090).into()
    }

    pub(super) fn agents_addr() -> SocketAddr {
        (Ipv4Addr::UNSPECIFIED, 8_091).into()
    }

    pub(super) const fn agent_heartbeat() -> ConfigDuration {
        ConfigDuration::from_secs(15)
    }

    pub(super) const fn cloud_devices_at_once() -> usize {
        16
    }

    pub(super) const fn max_in_flight() -> usize {
        256
    }

    pub(super) const fn read_timeout() -> ConfigDuration {
        ConfigDuration::from_secs(30)
    }

    pub(super) const fn write_timeout() -> ConfigDuration {
        ConfigDuration::from_secs(30)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cloud_without_a_path_gets_its_own() {
        let parsed = |entry: &str| parse_endpoint(entry).map(|(_, url)| url.to_string());
        let own = "http://127.0.0.1:7001/api/openapi/xprinter/";
        assert_eq!(parsed("xpyun=http://127.0.0.1:7001").unwrap(), own);
        let other = "https://eu.example/Api/";
        assert_eq!(parsed(&format!("feie={other}")).unwrap(), other);
        for wrong in ["xpyun", "sunmi=http://a", "feie=nowhere"] {
            assert!(parsed(wrong).is_err(), "{wrong}");
        }
    }
}
