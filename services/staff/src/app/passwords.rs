//! Hashing and verifying passwords: few at a time on the machine, and one at a time for an account.

use std::sync::LazyLock;

use chassis::error::Problem;
use sha2::{Digest as _, Sha256};
use tokio::sync::{Mutex, MutexGuard, Semaphore};

use crate::domain::password;

/// Hashing takes a core for tens of milliseconds and 19 MiB; more at once only make each slower.
static HASHING: LazyLock<Semaphore> = LazyLock::new(|| Semaphore::new(2));

/// Accounts share these queues; two that share one only wait for each other.
static QUEUES: [Mutex<()>; 64] = [const { Mutex::const_new(()) }; 64];

/// The place of an account in its queue, without which nothing is hashed or verified: many requests of
/// one account wait for each other without delaying others, and no guess is verified before the one
/// ahead of it is counted.
#[derive(Debug)]
pub struct PasswordQueue {
    _queue: MutexGuard<'static, ()>,
}

impl PasswordQueue {
    /// Waits in the queue of the account that `key` identifies.
    pub async fn enter(key: impl AsRef<[u8]>) -> Self {
        let queue = usize::from(Sha256::digest(key)[0]) % QUEUES.len();
        Self {
            _queue: QUEUES[queue].lock().await,
        }
    }

    /// Hashes a password away from the async threads.
    pub async fn hash(&self, typed: String) -> Result<String, Problem> {
        let _permit = HASHING.acquire().await.map_err(Problem::internal)?;
        tokio::task::spawn_blocking(move || password::hash(&typed))
            .await
            .map_err(Problem::internal)?
            .map_err(|error| Problem::internal(anyhow::anyhow!("hashing a password: {error}")))
    }

    /// The same text for the same password and salt, as slow to guess from as a hash.
    pub async fn fingerprint(&self, typed: String, salt: String) -> Result<String, Problem> {
        let _permit = HASHING.acquire().await.map_err(Problem::internal)?;
        tokio::task::spawn_blocking(move || password::fingerprint(&typed, &salt))
            .await
            .map_err(Problem::internal)?
            .map_err(|error| Problem::internal(anyhow::anyhow!("hashing a password: {error}")))
    }

    /// Verifies a password away from the async threads; `None` takes as long and returns false.
    pub async fn verify(&self, typed: String, hash: Option<String>) -> Result<bool, Problem> {
        let _permit = HASHING.acquire().await.map_err(Problem::internal)?;
        tokio::task::spawn_blocking(move || password::verify(&typed, hash.as_deref()))
            .await
            .map_err(Problem::internal)
    }
}
