//! How many streams a network address holds open: each costs memory for as long as somebody likes.

use std::{
    collections::{HashMap, hash_map::Entry},
    net::IpAddr,
    sync::Arc,
};

use chassis::network::network_of;
use parking_lot::Mutex;

/// Open streams of customers by network; clones share the count.
#[derive(Debug, Clone)]
pub struct Visitors {
    most: usize,
    open: Arc<Mutex<HashMap<IpAddr, usize>>>,
}

/// An open stream; its place is free again when this is dropped.
#[derive(Debug)]
pub(super) struct Visit {
    network: IpAddr,
    open: Arc<Mutex<HashMap<IpAddr, usize>>>,
}

impl Visitors {
    /// Nobody yet; at most `most` streams an address, any number when that is 0.
    pub fn new(most: usize) -> Self {
        Self {
            most,
            open: Arc::default(),
        }
    }

    /// Takes a place; `None` when the network of the address has them all.
    pub(super) fn enter(&self, address: IpAddr) -> Option<Visit> {
        let network = network_of(address);
        let mut open = self.open.lock();
        let streams = open.entry(network).or_default();
        if self.most > 0 && *streams >= self.most {
            return None;
        }
        *streams += 1;
        Some(Visit {
            network,
            open: self.open.clone(),
        })
    }
}

impl Drop for Visit {
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
    fn a_place_is_free_again_when_its_stream_ends() {
        let visitors = Visitors::new(2);
        let (here, elsewhere) = (
            IpAddr::from(Ipv4Addr::LOCALHOST),
            IpAddr::from([10, 0, 0, 1]),
        );
        let first = visitors.enter(here).unwrap();
        let _second = visitors.enter(here).unwrap();
        assert!(visitors.enter(here).is_none());
        assert!(visitors.enter(elsewhere).is_some());
        drop(first);
        assert!(visitors.enter(here).is_some());
        assert_eq!(visitors.open.lock().len(), 1, "who left is forgotten");
    }

    #[test]
    fn one_ipv6_network_has_the_places_of_one() {
        let visitors = Visitors::new(1);
        let _first = visitors.enter("2001:db8:1:2::7".parse().unwrap()).unwrap();
        assert!(
            visitors
                .enter("2001:db8:1:2:ffff::9".parse().unwrap())
                .is_none()
        );
        assert!(visitors.enter("2001:db8:1:3::7".parse().unwrap()).is_some());
    }
}
