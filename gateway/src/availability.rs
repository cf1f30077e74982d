//! What branches can sell, remembered for a moment so that a crowd asks capacity once.

use std::{sync::Arc, time::Duration};

use axum::{
    body::Body,
    response::{IntoResponse as _, Response},
};
use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use moka::future::Cache;
use proto::capacity::v1::GetAvailabilityRequest;

use crate::{
    problem::Rejection,
    rest::{Result, availability::Availability, convert::present},
    state::Gateway,
    storefronts::Place,
};

const TTL: Duration = Duration::from_millis(300);
const CAPACITY: u64 = 10_000;

/// Availability by branch.
pub struct Availabilities {
    cache: Cache<String, Arc<Known>>,
}

/// What was true a moment ago.
#[derive(Debug)]
pub struct Known {
    /// As it is.
    pub availability: Availability,
    json: Bytes,
}

impl Default for Availabilities {
    fn default() -> Self {
        Self {
            cache: Cache::builder()
                .max_capacity(CAPACITY)
                .time_to_live(TTL)
                .build(),
        }
    }
}

impl Availabilities {
    /// What a place can sell; the same for every customer.
    pub async fn get(&self, gateway: &Gateway, place: &Place) -> Result<Arc<Known>> {
        let branch_id = &place.branch.branch_id;
        if let Some(known) = self.cache.get(branch_id).await {
            return Ok(known);
        }
        let load = load(gateway, place);
        let loaded = self.cache.try_get_with(branch_id.clone(), load).await;
        loaded.map_err(|failed| match &*failed {
            Failed::Refused(status) => status.clone().into(),
            Failed::Broken(why) => Rejection::internal(anyhow::anyhow!("{why}")),
        })
    }

    /// Forgets a branch: what it can sell changed.
    pub async fn forget(&self, branch_id: &str) {
        self.cache.invalidate(branch_id).await;
    }

    /// Forgets everything.
    pub fn forget_all(&self) {
        self.cache.invalidate_all();
    }
}

impl Known {
    /// The answer to a customer.
    pub fn respond(&self) -> Response {
        let headers = [
            (CONTENT_TYPE, "application/json"),
            (CACHE_CONTROL, "no-store"),
        ];
        (headers, Body::from(self.json.clone())).into_response()
    }
}

/// Why loading failed; shared between the requests that waited for it.
enum Failed {
    Refused(tonic::Status),
    Broken(String),
}

async fn load(gateway: &Gateway, place: &Place) -> std::result::Result<Arc<Known>, Failed> {
    let request = GetAvailabilityRequest {
        branch_id: place.branch.branch_id.clone(),
        ..Default::default()
    };
    let mut capacity = gateway.capacity_as_gateway(place.org());
    let answer = capacity
        .get_availability(request)
        .await
        .map_err(Failed::Refused)?
        .into_inner();
    let availability =
        present(answer.availability, "the availability").and_then(Availability::try_from);
    let mut availability = availability.map_err(|error| Failed::Broken(format!("{error:?}")))?;
    availability.menu_number = gateway.menus().number(gateway, place).await;
    let json =
        serde_json::to_vec(&availability).map_err(|error| Failed::Broken(error.to_string()))?;
    Ok(Arc::new(Known {
        availability,
        json: json.into(),
    }))
}
