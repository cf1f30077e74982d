//! Idempotency keys: the same key and body get the first response again.

use chrono::TimeDelta;
use futures::FutureExt as _;
use prost::Message;
use sha2::{Digest as _, Sha256};

use crate::{
    clock::Clock,
    db::{Db, StoreError, TenantTx},
    error::{CommonReason, Problem, Violations},
};

/// How long a response is kept; the promise to callers is 24 hours.
pub const KEEP: TimeDelta = TimeDelta::hours(48);

const LONGEST_KEY: usize = 128;
const PURGE_BATCH: i64 = 10_000;

/// The key of a request to one RPC, with the digest of its body.
#[derive(Clone, Debug)]
pub struct Once {
    rpc: &'static str,
    key: String,
    body_hash: Vec<u8>,
}

impl Once {
    /// Parses the key of a request to `rpc`: 1 to 128 visible characters.
    ///
    /// `body` is what a repeat must not change. A secret in it has to be replaced by a slow hash first,
    /// for the digest is stored.
    pub fn parse(
        rpc: &'static str,
        key: &str,
        body: &impl Message,
        violations: &mut Violations,
    ) -> Self {
        let is_visible = key.chars().all(|c| !c.is_control() && !c.is_whitespace());
        if !is_visible || !(1..=LONGEST_KEY).contains(&key.chars().count()) {
            violations.push_with(
                "idempotency_key",
                CommonReason::ValidationFailed,
                [("min", 1), ("max", LONGEST_KEY)],
            );
        }
        Self {
            rpc,
            key: key.to_owned(),
            body_hash: Sha256::digest(body.encode_to_vec()).to_vec(),
        }
    }

    /// The response of the key: the one it got before, else the one of `work`, which is kept when
    /// `tx` commits. Rejects a key of another body with `IDEMPOTENCY_MISMATCH`.
    ///
    /// A simultaneous repeat waits here until the first request's transaction has ended.
    pub async fn run<R, E>(
        &self,
        tx: &mut TenantTx,
        clock: &dyn Clock,
        work: impl AsyncFnOnce(&mut TenantTx) -> Result<R, E>,
    ) -> Result<R, E>
    where
        R: Message + Default,
        E: From<Problem>,
    {
        if let Some(response) = self.begin(tx, clock).await? {
            return Ok(R::decode(response.as_slice()).map_err(Problem::internal)?);
        }
        let response = work(tx).await?;
        self.finish(tx, &response.encode_to_vec()).await?;
        Ok(response)
    }

    /// Takes the key for this transaction, or finds the response it got before. Where the work cannot be
    /// one closure, this and [`Self::finish`] are the two halves of [`Self::run`].
    pub async fn begin(
        &self,
        tx: &mut TenantTx,
        clock: &dyn Clock,
    ) -> Result<Option<Vec<u8>>, Problem> {
        let taken = sqlx::query(
            "INSERT INTO idempotency_keys (org_id, rpc, key, body_hash, response, created_at)
             VALUES ($1, $2, $3, $4, '', $5)
             ON CONFLICT DO NOTHING",
        )
        .bind(tx.org())
        .bind(self.rpc)
        .bind(&self.key)
        .bind(&self.body_hash)
        .bind(clock.now())
        .execute(&mut **tx)
        .await?;
        if taken.rows_affected() == 1 {
            return Ok(None);
        }
        let (body_hash, response): (Vec<u8>, Vec<u8>) = sqlx::query_as(
            "SELECT body_hash, response
             FROM idempotency_keys
             WHERE org_id = $1 AND rpc = $2 AND key = $3",
        )
        .bind(tx.org())
        .bind(self.rpc)
        .bind(&self.key)
        .fetch_one(&mut **tx)
        .await?;
        if body_hash == self.body_hash {
            Ok(Some(response))
        } else {
            Err(mismatch())
        }
    }

    /// Keeps the response of the transaction that took the key.
    pub async fn finish(&self, tx: &mut TenantTx, response: &[u8]) -> Result<(), Problem> {
        sqlx::query(
            "UPDATE idempotency_keys
             SET response = $4
             WHERE org_id = $1 AND rpc = $2 AND key = $3",
        )
        .bind(tx.org())
        .bind(self.rpc)
        .bind(&self.key)
        .bind(response)
        .execute(&mut **tx)
        .await?;
        Ok(())
    }
}

/// The key was used for another request.
fn mismatch() -> Problem {
    Problem::new(CommonReason::IdempotencyMismatch)
        .message("the key was used for another request")
        .field("idempotency_key", CommonReason::IdempotencyMismatch)
}

/// Deletes the keys older than [`KEEP`], a batch a transaction; returns their count.
pub async fn purge(db: &Db, clock: &dyn Clock) -> Result<u64, StoreError> {
    let before = clock.now() - KEEP;
    db.in_batches("purge idempotency keys", PURGE_BATCH, |tx| {
        async move {
            let deleted = sqlx::query(
                "DELETE FROM idempotency_keys
             WHERE ctid = ANY(ARRAY(
                 SELECT ctid FROM idempotency_keys WHERE created_at < $1 LIMIT $2
             ))",
            )
            .bind(before)
            .bind(PURGE_BATCH)
            .execute(&mut **tx)
            .await?;
            Ok(deleted.rows_affected())
        }
        .boxed()
    })
    .await
}
