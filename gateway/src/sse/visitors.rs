//! How many streams an address holds open: each costs memory for as long as somebody likes.

use std::{
    collections::{HashMap, hash_map::Entry},
    net::IpAddr,
    sync::Arc,
};

use parking_lot::Mutex;

/// Open streams of customers by address; clones share the count.
#[derive(Debug, Clone)]
pub struct Visitors {
    most: usize,
    open: Arc<Mutex<HashMap<IpAddr, usize>>>,
}

/// An open stream; its place is free again when this is dropped.
#[derive(Debug)]
pub(super) struct Visit {
    address: IpAddr,
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

    /// Takes a place; `None` when the address has them all.
    pub(super) fn enter(&self, address: IpAddr) -> Option<Visit> {
        let mut open = self.open.lock();
        let streams = open.entry(address).or_default();
        if self.most > 0 && *streams >= self.most {
            return None;
        }
        *streams += 1;
        Some(Visit {
            address,
            open: self.open.clone(),
        })
    }
}

impl Drop for Visit {
    fn drop(&mut self) {
        if let Entry::Occupied(mut streams) = self.open.lock().entry(self.address) {
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
}
