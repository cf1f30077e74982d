//! Wrong codes, counted in Redis, so that codes cannot be found out by trying.

use std::fmt::Write as _;

use chassis::{
    error::{CommonReason, Problem},
    id::OrganisationId,
};
use redis::aio::ConnectionManager;
use sha2::{Digest as _, Sha256};

/// Seconds a wrong try is remembered, and a lock lasts.
const WINDOW_SECS: i64 = 10 * 60;
const MOST_TRIES: i64 = 10;

/// Keys that wrong codes of one request are counted by. What they are made of is kept as a digest only.
#[derive(Clone, Debug)]
pub struct CodeAttempts {
    keys: Vec<String>,
}

impl CodeAttempts {
    /// Counts by what identifies who tries, such as the session and the address.
    #[must_use]
    pub fn new(org: OrganisationId, of: &[String]) -> Self {
        let key = |of: &String| {
            let digest = Sha256::digest(format!("{org}\n{of}"));
            let start = "membership:code_attempts:".to_owned();
            digest[..12].iter().fold(start, |mut key, byte| {
                let _ = write!(key, "{byte:02x}");
                key
            })
        };
        Self {
            keys: of.iter().map(key).collect(),
        }
    }

    /// Refuses with `RATE_LIMITED` after too many wrong tries. While Redis is away nobody is refused.
    pub async fn check(&self, redis: &mut ConnectionManager) -> Result<(), Problem> {
        if self.keys.is_empty() {
            return Ok(());
        }
        let counts: Result<Vec<Option<i64>>, _> =
            redis::cmd("MGET").arg(&self.keys).query_async(redis).await;
        let counts = counts.unwrap_or_else(|error| {
            tracing::warn!(%error, "wrong codes are not counted");
            Vec::new()
        });
        if counts.into_iter().flatten().all(|count| count < MOST_TRIES) {
            return Ok(());
        }
        Err(Problem::new(CommonReason::RateLimited)
            .message("too many wrong codes")
            .param("retry_after_secs", WINDOW_SECS)
            .field("codes", CommonReason::RateLimited))
    }

    /// Counts wrong tries.
    pub async fn count(&self, redis: &mut ConnectionManager, tries: usize) {
        if tries == 0 || self.keys.is_empty() {
            return;
        }
        let mut pipe = redis::pipe();
        pipe.atomic();
        for key in &self.keys {
            pipe.incr(key, tries).ignore();
            pipe.expire(key, WINDOW_SECS).ignore();
        }
        if let Err(error) = pipe.query_async::<()>(redis).await {
            tracing::warn!(%error, "wrong codes are not counted");
        }
    }
}
