//! Limits how many streams a network holds open: each costs memory for as long as it is open.

use std::{
    collections::{HashMap, hash_map::Entry},
    net::IpAddr,
    sync::Arc,
};

use chassis::network::network_of;
use parking_lot::Mutex;

/// Open streams of customers by network; clones share the count.
#[derive(Debug, Clone)]
pub struct StreamLimits {
    most: usize,
    open: Arc<Mutex<HashMap<IpAddr, usize>>>,
}

/// An open stream, which no longer counts once this is dropped.
#[derive(Debug)]
pub(super) struct StreamPermit {
    network: IpAddr,
    open: Arc<Mutex<HashMap<IpAddr, usize>>>,
}

impl StreamLimits {
    /// At most `most` streams a network, any number when that is 0.
    pub fn new(most: usize) -> Self {
        Self {
            most,
            open: Arc::default(),
        }
    }

    /// Counts a stream; `None` when the network of the address has as many as it may.
    pub(super) fn acquire(&self, address: IpAddr) -> Option<StreamPermit> {
        let network = network_of(address);
        let mut open = self.open.lock();
        let streams = open.entry(network).or_default();
        if self.most > 0 && *streams >= self.most {
            return None;
        }
        *streams += 1;
        Some(StreamPermit {
            network,
            open: self.open.clone(),
        })
    }
}

impl Drop for StreamPermit {
    fn drop(&mut self) {
        if let Entry::Occupied(mut streams) = self.open.lock().entry(self.network) {
            *streams.get_mut() -= 1;
            if *streams.get() == 0 {
                streams.remove();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    #[test]
    fn a_stream_counts_until_it_ends() {
        let stream_limits = StreamLimits::new(2);
        let (here, elsewhere) = (
            IpAddr::from(Ipv4Addr::LOCALHOST),
            IpAddr::from([10, 0, 0, 1]),
        );
        let first = stream_limits.acquire(here).unwrap();
        let _second = stream_limits.acquire(here).unwrap();
        assert!(stream_limits.acquire(here).is_none());
        assert!(stream_limits.acquire(elsewhere).is_some());
        drop(first);
        assert!(stream_limits.acquire(here).is_some());
        assert_eq!(
            stream_limits.open.lock().len(),
            1,
            "a network without streams is forgotten"
        );
    }

    #[test]
    fn an_ipv6_network_counts_as_one_address() {
        let stream_limits = StreamLimits::new(1);
        let _first = stream_limits
            .acquire("2001:db8:1:2::7".parse().unwrap())
            .unwrap();
        assert!(
            stream_limits
                .acquire("2001:db8:1:2:ffff::9".parse().unwrap())
                .is_none()
        );
        assert!(
            stream_limits
                .acquire("2001:db8:1:3::7".parse().unwrap())
                .is_some()
        );
    }
}
