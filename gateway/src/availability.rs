//! What branches can sell, remembered for a moment so that a crowd asks capacity once.

use std::{sync::Arc, time::Duration};

use chassis::clock::SharedClock;
use chrono::{DateTime, NaiveDate, Utc};
use moka::future::Cache;
use parking_lot::Mutex;
use proto::capacity::v1::GetAvailabilityRequest;

use crate::{
    json::{
        availability::{Availability, Wanted},
        convert::{present, stamp},
        method::Method,
    },
    problem::{Rejection, Result},
    shared_json::SharedJson,
    state::Gateway,
    storefronts::Place,
};

const TTL: Duration = Duration::from_millis(300);
const CAPACITY: u64 = 10_000;

/// Capacity keeps what it has read for less than this, and an event of it is delivered within this.
const CHANGED_FOR: Duration = Duration::from_secs(2);

/// What branches can sell.
pub struct Availabilities {
    cache: Cache<Key, Arc<SharedJson>>,
    /// When a change was last received; what was read before is not answered after it.
    changed: Cache<String, DateTime<Utc>>,
    all_changed: Mutex<Option<DateTime<Utc>>>,
    clock: SharedClock,
}

/// What is asked for, and since when it may be so.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Key {
    branch_id: String,
    method: Method,
    day: Option<NaiveDate>,
    not_before: Option<DateTime<Utc>>,
}

impl Availabilities {
    /// Nothing is known yet.
    #[must_use]
    pub fn new(clock: SharedClock) -> Self {
        Self {
            cache: Cache::builder()
                .max_capacity(CAPACITY)
                .time_to_live(TTL)
                .build(),
            changed: Cache::builder()
                .max_capacity(CAPACITY)
                .time_to_live(CHANGED_FOR)
                .build(),
            all_changed: Mutex::default(),
            clock,
        }
    }

    /// What a place can sell; the same for every customer.
    pub async fn get(
        &self,
        gateway: &Gateway,
        place: &Place,
        wanted: &Wanted,
    ) -> Result<Arc<SharedJson>> {
        let branch_id = place.branch.branch_id.clone();
        let key = Key {
            method: wanted.method.unwrap_or(Method::Pickup),
            day: wanted.day,
            not_before: self.changed(&branch_id).await,
            branch_id,
        };
        if let Some(known) = self.cache.get(&key).await {
            return Ok(known);
        }
        let load = load(gateway, place, key.clone());
        let loaded = self.cache.try_get_with(key, load).await;
        loaded.map_err(|failed| match &*failed {
            Failed::Refused(status) => status.clone().into(),
            Failed::Broken(why) => Rejection::internal(anyhow::anyhow!("{why}")),
        })
    }

    /// When a change of a branch was last received, as far as it matters.
    pub async fn changed(&self, branch_id: &str) -> Option<DateTime<Utc>> {
        let changed = self.changed.get(branch_id).await;
        changed.max(*self.all_changed.lock())
    }

    /// Invalidates what was read of a branch: a change was received.
    pub async fn forget(&self, branch_id: &str) {
        let now = self.clock.now();
        self.changed.insert(branch_id.to_owned(), now).await;
    }

    /// Forgets everything.
    pub fn forget_all(&self) {
        *self.all_changed.lock() = Some(self.clock.now());
    }
}

/// Why loading failed; shared between the requests that waited for it.
enum Failed {
    Refused(tonic::Status),
    Broken(String),
}

async fn load(
    gateway: &Gateway,
    place: &Place,
    key: Key,
) -> std::result::Result<Arc<SharedJson>, Failed> {
    let request = GetAvailabilityRequest {
        branch_id: key.branch_id,
        method: key.method.to_wire(),
        business_day: key.day.map(|day| day.to_string()).unwrap_or_default(),
        not_before: key.not_before.map(stamp),
        ..Default::default()
    };
    let mut capacity = gateway.as_gateway(Some(place.org())).availability();
    let answer = capacity
        .get_availability(request)
        .await
        .map_err(Failed::Refused)?
        .into_inner();
    let availability =
        present(answer.availability, "the availability").and_then(Availability::try_from);
    let mut availability = availability.map_err(|error| Failed::Broken(format!("{error:?}")))?;
    availability.menu_number = gateway.menus().number(gateway, place).await;
    let json = SharedJson::of(&availability).map_err(|error| Failed::Broken(error.to_string()))?;
    Ok(Arc::new(json))
}
