//! Finds what is known of a request to place an order before it is looked at: the order that its key
//! placed before, and whether its phone pays in advance. Many requests in one look-up.

use chassis::{
    clock::SharedClock,
    coalesce::Coalescer,
    db::Db,
    error::{CommonReason, Problem},
    id::OrganisationId,
};
use futures::FutureExt as _;

use super::Ordering;
use crate::{
    domain::{order::Order, prepayment},
    store::{
        idempotency_keys::{self, PlacedWithKey},
        order_events::RequestMark,
        orders,
    },
};

const MAX_BATCH: usize = 256;

/// A request to look up.
#[derive(Clone, Debug)]
pub struct Lookup {
    /// Its idempotency key.
    pub key: String,
    /// Its phone, where paying in advance matters.
    pub phone: Option<String>,
}

/// What was found.
#[derive(Clone, Debug)]
pub struct Found {
    placed: Option<PlacedWithKey>,
    pays_in_advance: bool,
}

/// What is known of a request.
#[derive(Clone, Debug)]
pub struct Recalled {
    /// The order that it placed before.
    pub order: Option<Order>,
    /// Its phone has to pay in advance.
    pub pays_in_advance: bool,
}

/// Look-ups under way, coalesced by organisation.
pub type Recalls = Coalescer<OrganisationId, Lookup, Option<Found>>;

/// Look-ups in `db`.
#[must_use]
pub fn recalls(db: Db, clock: SharedClock) -> Recalls {
    Coalescer::new(MAX_BATCH, move |org, lookups: Vec<Lookup>| {
        let (db, clock) = (db.clone(), clock.clone());
        async move {
            match look_up(&db, &clock, org, &lookups).await {
                Ok(found) => found.into_iter().map(Some).collect(),
                Err(error) => {
                    tracing::error!(%error, "could not look idempotency keys up");
                    lookups.iter().map(|_| None).collect()
                }
            }
        }
        .boxed()
    })
}

async fn look_up(
    db: &Db,
    clock: &SharedClock,
    org: OrganisationId,
    lookups: &[Lookup],
) -> Result<Vec<Found>, sqlx::Error> {
    let keys: Vec<String> = lookups.iter().map(|lookup| lookup.key.clone()).collect();
    let phones = lookups.iter().filter_map(|lookup| lookup.phone.clone());
    let mut phones: Vec<String> = phones.collect();
    phones.sort_unstable();
    phones.dedup();
    let since = prepayment::counted_since(clock.now());
    let mut tx = db.tenant(org).await?;
    let (placed, prepaying) = idempotency_keys::look_up(&mut tx, &keys, &phones, since).await?;
    tx.commit().await?;
    let found = lookups.iter().map(|lookup| Found {
        placed: placed
            .iter()
            .find(|placed| placed.key == lookup.key)
            .cloned(),
        pays_in_advance: lookup
            .phone
            .as_ref()
            .is_some_and(|phone| prepaying.contains(phone)),
    });
    Ok(found.collect())
}

impl Ordering {
    /// What is known of a request: the order that it placed before, or `IDEMPOTENCY_MISMATCH`, which
    /// names the order, when another request did.
    pub async fn recall(
        &self,
        org: OrganisationId,
        mark: &RequestMark,
        phone: Option<&str>,
    ) -> Result<Recalled, Problem> {
        let lookup = Lookup {
            key: mark.key.clone(),
            phone: phone.map(str::to_owned),
        };
        let found = self.recalls.submit(org, lookup).await.flatten();
        let found = found.ok_or_else(|| Problem::new(CommonReason::TemporarilyUnavailable))?;
        let order = match &found.placed {
            Some(placed) => Some(self.replay(org, mark, placed).await?),
            None => None,
        };
        Ok(Recalled {
            order,
            pays_in_advance: found.pays_in_advance,
        })
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
