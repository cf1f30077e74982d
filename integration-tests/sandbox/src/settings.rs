//! Settings, read from the environment with the prefix `SANDBOX_`.

use std::{
    net::{IpAddr, Ipv4Addr},
    path::PathBuf,
};

use serde::Deserialize;

/// How the sandbox listens and where it keeps its state.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// The address of all ports.
    pub bind: IpAddr,
    /// The control port; the systems follow. With 0 each gets a free port.
    pub first_port: u16,
    /// The file that keeps the state over a restart.
    pub state: Option<PathBuf>,
    /// The host in links for browsers, where it differs from the one the caller used.
    pub public_host: Option<String>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            bind: IpAddr::V4(Ipv4Addr::LOCALHOST),
            first_port: 0,
            state: None,
            public_host: None,
        }
    }
}

impl Settings {
    /// Reads `SANDBOX_BIND`, `SANDBOX_FIRST_PORT`, `SANDBOX_STATE` and `SANDBOX_PUBLIC_HOST`.
    ///
    /// # Errors
    /// When one of them cannot be read.
    pub fn from_env() -> anyhow::Result<Self> {
        Ok(envy::prefixed("SANDBOX_").from_env()?)
    }
}
