//! Finds the order that an idempotency key placed before, many keys in one look-up.

use chassis::{
    coalesce::Coalescer,
    db::Db,
    error::{CommonReason, Problem},
    id::OrganisationId,
};
use futures::FutureExt as _;

use super::Ordering;
use crate::{
    domain::order::Order,
    store::{
        idempotency_keys::{self, PlacedWithKey},
        order_events::RequestMark,
        orders,
    },
};

const MAX_BATCH: usize = 256;

/// Look-ups under way, coalesced by organisation.
pub type Recalls = Coalescer<OrganisationId, String, Option<Option<PlacedWithKey>>>;

/// Look-ups in `db`.
#[must_use]
pub fn recalls(db: Db) -> Recalls {
    Coalescer::new(MAX_BATCH, move |org, keys: Vec<String>| {
        let db = db.clone();
        async move {
            match look_up(&db, org, &keys).await {
                Ok(placed) => {
                    let of = |key: &String| placed.iter().find(|placed| placed.key == *key);
                    keys.iter().map(|key| Some(of(key).cloned())).collect()
                }
                Err(error) => {
                    tracing::error!(%error, "could not look idempotency keys up");
                    keys.iter().map(|_| None).collect()
                }
            }
        }
        .boxed()
    })
}

async fn look_up(
    db: &Db,
    org: OrganisationId,
    keys: &[String],
) -> Result<Vec<PlacedWithKey>, sqlx::Error> {
    let mut tx = db.tenant(org).await?;
    let placed = idempotency_keys::list(&mut tx, keys).await?;
    tx.commit().await?;
    Ok(placed)
}

impl Ordering {
    /// The order that this request placed before; `IDEMPOTENCY_MISMATCH`, which names the order, when
    /// another request did.
    pub async fn recall(
        &self,
        org: OrganisationId,
        mark: &RequestMark,
    ) -> Result<Option<Order>, Problem> {
        let found = self.recalls.submit(org, mark.key.clone()).await.flatten();
        let found = found.ok_or_else(|| Problem::new(CommonReason::TemporarilyUnavailable))?;
        match found {
            Some(placed) => self.replay(org, mark, &placed).await.map(Some),
            None => Ok(None),
        }
    }

    /// The order of a used key, for the request that used it.
    pub async fn replay(
        &self,
        org: OrganisationId,
        mark: &RequestMark,
        placed: &PlacedWithKey,
    ) -> Result<Order, Problem> {
        if placed.request_hash != mark.hash {
            return Err(mismatch()
                .param("order_id", placed.order)
                .param("order_number", placed.order_number.as_str())
                .param("pickup_number", &placed.pickup_text));
        }
        let mut tx = self.db.tenant(org).await?;
        let order = orders::get(&mut tx, placed.order).await?;
        tx.commit().await?;
        Ok(order)
    }
}

/// The key belongs to another request.
pub(crate) fn mismatch() -> Problem {
    Problem::new(CommonReason::IdempotencyMismatch)
        .message("the key was used for another request")
        .field("idempotency_key", CommonReason::IdempotencyMismatch)
}
