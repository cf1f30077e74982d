//! Whether an order's idempotency key was used before, as Redis remembers it.
//!
//! Nearly every key is new, and ordering need not look a new one up in its database before it holds
//! anything. It is a hint: keys are unique in ordering's database, whatever Redis has forgotten.

use std::time::Duration;

use chassis::id::OrganisationId;
use redis::aio::ConnectionManager;

use crate::rate_limit::{digest, in_time};

/// As long as ordering keeps keys.
const KEPT: Duration = Duration::from_hours(7 * 24);

/// The keys that were used.
pub struct OrderKeys {
    redis: ConnectionManager,
}

impl OrderKeys {
    /// Keys remembered in `redis`.
    pub fn new(redis: ConnectionManager) -> Self {
        Self { redis }
    }

    /// Remembers a key; true when it was not remembered before. False while Redis is away.
    pub async fn is_new(&self, org: OrganisationId, key: &str) -> bool {
        let name = format!("gateway:order-key:{}", digest(&format!("{org}:{key}")));
        let mut command = redis::cmd("SET");
        command
            .arg(name)
            .arg(1)
            .arg("NX")
            .arg("EX")
            .arg(KEPT.as_secs());
        let mut redis = self.redis.clone();
        let set = command.query_async::<Option<String>>(&mut redis);
        let set = in_time("an order's key is not remembered", set).await;
        set.flatten().is_some()
    }
}
