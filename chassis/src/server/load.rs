//! Refuses what is too much, instead of letting everything become slow.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use tonic::{Code, Status};

use crate::error::{CommonReason, Problem};

/// Counts the calls under way.
#[derive(Clone, Debug)]
pub(super) struct Load {
    under_way: Arc<AtomicUsize>,
    most: usize,
}

/// One call under way; dropping it frees its place.
#[derive(Debug)]
pub(super) struct Place(Arc<AtomicUsize>);

impl Load {
    pub(super) fn new(most: usize) -> Self {
        Self {
            under_way: Arc::default(),
            most,
        }
    }

    /// Takes a place. The refusal is RESOURCE_EXHAUSTED, which clients do not retry at once.
    pub(super) fn enter(&self) -> Result<Place, Status> {
        let place = Place(self.under_way.clone());
        if place.0.fetch_add(1, Ordering::Relaxed) < self.most {
            return Ok(place);
        }
        let status = Status::from(
            Problem::new(CommonReason::TemporarilyUnavailable)
                .message("too many calls are under way"),
        );
        let details = status.details().to_vec().into();
        Err(Status::with_details(
            Code::ResourceExhausted,
            status.message(),
            details,
        ))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_more_than_the_most_is_refused_until_a_place_is_free() {
        let load = Load::new(2);
        let first = load.enter().unwrap();
        let _second = load.enter().unwrap();
        let refused = load.enter().unwrap_err();
        assert_eq!(refused.code(), Code::ResourceExhausted);
        assert_eq!(
            Problem::from_status(&refused).reason,
            "TEMPORARILY_UNAVAILABLE"
        );
        drop(first);
        assert!(load.enter().is_ok());
    }
}
