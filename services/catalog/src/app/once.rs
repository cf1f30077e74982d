//! Idempotency keys: the same key and request give the first answer again.

use chassis::{
    clock::Clock,
    db::TenantTx,
    error::{Problem, Violations},
};
use prost::Message;
use sha2::{Digest as _, Sha256};

use crate::store::idempotency;

/// A key of one RPC together with the request it came with.
#[derive(Debug)]
pub struct Once {
    rpc: &'static str,
    key: String,
    request_hash: Vec<u8>,
}

impl Once {
    /// Reads the key of a request to `rpc`: 1–128 visible characters.
    pub fn parse(
        rpc: &'static str,
        key: &str,
        request: &impl Message,
        violations: &mut Violations,
    ) -> Self {
        let is_visible = key.chars().all(|c| !c.is_control() && !c.is_whitespace());
        if !is_visible || !(1..=128).contains(&key.chars().count()) {
            violations.push_with(
                "idempotency_key",
                "VALIDATION_FAILED",
                [("min", 1), ("max", 128)],
            );
        }
        // The key is part of the request; that is no harm, for it is looked up by the same key.
        let request_hash = Sha256::digest(request.encode_to_vec()).to_vec();
        Self {
            rpc,
            key: key.to_owned(),
            request_hash,
        }
    }

    /// Takes the key, or returns the answer it was given before.
    pub async fn begin<A: Message + Default>(
        &self,
        tx: &mut TenantTx,
        clock: &dyn Clock,
    ) -> Result<Option<A>, Problem> {
        let first = idempotency::begin(tx, self.rpc, &self.key, &self.request_hash, clock).await?;
        let Some(bytes) = first else { return Ok(None) };
        let answer = A::decode(bytes.as_slice()).map_err(Problem::internal)?;
        Ok(Some(answer))
    }

    /// Keeps the answer; it holds once the transaction commits.
    pub async fn finish(&self, tx: &mut TenantTx, answer: &impl Message) -> Result<(), Problem> {
        idempotency::finish(tx, self.rpc, &self.key, &answer.encode_to_vec()).await
    }
}
