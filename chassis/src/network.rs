//! Which addresses count as one.

use std::net::{IpAddr, Ipv6Addr};

/// The network that an address is counted by: its own for IPv4, the /64 for IPv6, of which one user
/// has all addresses. An IPv4 address written as IPv6 is the IPv4 address.
#[must_use]
pub fn network_of(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let prefix = u128::from(address) & !u128::from(u64::MAX);
            IpAddr::V6(Ipv6Addr::from(prefix))
        }
        address @ IpAddr::V4(_) => address,
    }
}

/// An address as records show it: where it is from, without saying which one it is. What is no address
/// shows nothing.
#[must_use]
pub fn masked(address: &str) -> String {
    match address
        .parse()
        .map(|address: IpAddr| address.to_canonical())
    {
        Ok(IpAddr::V4(address)) => {
            let [a, b, c, _] = address.octets();
            format!("{a}.{b}.{c}.*")
        }
        Ok(IpAddr::V6(address)) => {
            let [a, b, c, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}:*")
        }
        Err(_) => "***".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn network(address: &str) -> String {
        network_of(address.parse().unwrap()).to_string()
    }

    #[test]
    fn a_masked_address_shows_its_network_alone() {
        assert_eq!(masked("203.0.113.7"), "203.0.113.*");
        assert_eq!(masked("::ffff:203.0.113.7"), "203.0.113.*");
        assert_eq!(masked("2001:db8:1:2::7"), "2001:db8:1:*");
        assert_eq!(masked("hunter2"), "***");
    }

    #[test]
    fn a_v6_user_has_one_network_and_a_v4_user_one_address() {
        assert_eq!(network("2001:db8:1:2::7"), network("2001:db8:1:2:ffff::9"));
        assert_eq!(network("2001:db8:1:2::7"), "2001:db8:1:2::");
        assert_ne!(network("2001:db8:1:3::7"), network("2001:db8:1:2::7"));
        assert_eq!(network("::ffff:203.0.113.7"), "203.0.113.7");
        assert_ne!(network("203.0.113.7"), network("203.0.113.8"));
    }
}
