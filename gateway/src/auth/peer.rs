use std::{
    convert::Infallible,
    net::{IpAddr, Ipv4Addr, SocketAddr},
};

use axum::extract::{ConnectInfo, FromRequestParts};
use http::{HeaderMap, header::USER_AGENT, request::Parts};

use crate::state::Gateway;

const USER_AGENT_CHARS: usize = 400;

/// Where a request comes from.
#[derive(Debug, Clone)]
pub struct Peer {
    /// Address of the person's machine, behind the proxies we trust.
    pub address: IpAddr,
    /// User agent, cut short.
    pub user_agent: String,
}

impl FromRequestParts<Gateway> for Peer {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, gateway: &Gateway) -> Result<Self, Infallible> {
        let connected = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        let connected = connected.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |info| info.0.ip());
        let forwarded = forwarded(&parts.headers, gateway.config().trusted_proxies);
        let user_agent = parts
            .headers
            .get(USER_AGENT)
            .and_then(|value| value.to_str().ok());
        Ok(Self {
            address: forwarded.unwrap_or(connected),
            user_agent: user_agent
                .unwrap_or_default()
                .chars()
                .take(USER_AGENT_CHARS)
                .collect(),
        })
    }
}

/// Each trusted proxy adds the address it was called from at the end; what stands before was
/// written by anyone.
fn forwarded(headers: &HeaderMap, trusted_proxies: usize) -> Option<IpAddr> {
    let place = trusted_proxies.checked_sub(1)?;
    let lines = headers
        .get_all("x-forwarded-for")
        .iter()
        .filter_map(|line| line.to_str().ok());
    let addresses: Vec<&str> = lines
        .flat_map(|line| line.split(','))
        .map(str::trim)
        .collect();
    addresses.iter().rev().nth(place)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn only_what_trusted_proxies_wrote_is_believed() {
        let line = HeaderValue::from_static("6.6.6.6, 203.0.113.7, 10.0.0.2");
        let headers =
            HeaderMap::from_iter([(http::HeaderName::from_static("x-forwarded-for"), line)]);
        assert_eq!(forwarded(&headers, 0), None);
        assert_eq!(forwarded(&headers, 1), "10.0.0.2".parse().ok());
        assert_eq!(forwarded(&headers, 2), "203.0.113.7".parse().ok());
        assert_eq!(forwarded(&headers, 9), None);
    }
}
