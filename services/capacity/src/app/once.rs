//! Idempotency keys: the same key and request give the first answer again.

use chassis::db::TenantTx;
use chrono::{DateTime, Utc};

use super::error::{Error, constraint};
use crate::store::{self, answers::Answer};

/// A key, and the hash of the request it came with.
#[derive(Clone, Debug)]
pub struct Once {
    /// Key.
    pub key: String,
    /// Hash of the request.
    pub body_hash: Vec<u8>,
}

impl Once {
    /// The answer the key was given before. Refuses with `IdempotencyMismatch`.
    pub async fn answer(&self, tx: &mut TenantTx) -> Result<Option<Vec<u8>>, Error> {
        match store::answers::find(tx, &self.key).await? {
            None => Ok(None),
            Some(given) if given.body_hash == self.body_hash => Ok(Some(given.answer)),
            Some(_) => Err(Error::IdempotencyMismatch),
        }
    }

    /// Keeps the answer; it holds once the transaction commits.
    pub async fn keep(
        &self,
        tx: &mut TenantTx,
        answer: &[u8],
        now: DateTime<Utc>,
    ) -> Result<(), Error> {
        let kept = Answer {
            body_hash: self.body_hash.clone(),
            answer: answer.to_vec(),
        };
        Ok(store::answers::insert(tx, &self.key, &kept, now).await?)
    }
}

/// The key was taken at another branch at the same moment: a second try finds its answer.
#[must_use]
pub fn is_taken(error: &Error) -> bool {
    constraint(error) == Some("answered_requests_pkey")
}
