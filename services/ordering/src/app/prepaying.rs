//! Who has to pay in advance, known from memory, so that no order reads it from the database.

use std::{collections::HashSet, sync::Arc};

use chassis::{
    clock::SharedClock,
    db::Db,
    error::{CommonReason, Problem},
    id::OrganisationId,
};
use chrono::{DateTime, TimeDelta, Utc};
use moka::future;
use proto::ordering::v1::OrderingReason;

use crate::{
    domain::{order_state::OrderState, prepayment},
    store::prepaying_phones,
};

/// What another replica found out is known after this time.
const FRESH_FOR: TimeDelta = TimeDelta::seconds(30);
const MAX_ORGANISATIONS: u64 = 10_000;

/// Phones that have to pay in advance, by organisation; clones share what is known.
#[derive(Clone)]
pub struct PrepayingPhones {
    db: Db,
    clock: SharedClock,
    known: future::Cache<OrganisationId, Arc<Known>>,
}

/// What was read at an instant.
struct Known {
    at: DateTime<Utc>,
    phones: HashSet<String>,
}

impl PrepayingPhones {
    /// Phones of the orders in `db`.
    #[must_use]
    pub fn new(db: Db, clock: SharedClock) -> Self {
        let known = future::Cache::new(MAX_ORGANISATIONS);
        Self { db, clock, known }
    }

    /// Refuses with `PREPAY_REQUIRED` a phone that has to pay in advance.
    pub async fn allow_on_site(&self, org: OrganisationId, phone: &str) -> Result<(), Problem> {
        if !self.includes(org, phone).await? {
            return Ok(());
        }
        Err(prepay_required()
            .message("too many orders of this phone were not paid and not fetched")
            .param("orders", prepayment::UNPAID_ENDS)
            .param("days", prepayment::COUNTED_FOR.num_days()))
    }

    /// Whether a phone has to pay in advance.
    async fn includes(&self, org: OrganisationId, phone: &str) -> Result<bool, Problem> {
        let oldest = self.clock.now() - FRESH_FOR;
        if let Some(known) = self.known.get(&org).await
            && known.at < oldest
        {
            self.known.invalidate(&org).await;
        }
        let known = self.known.try_get_with(org, self.load(org)).await;
        let known = known.map_err(|error| {
            tracing::error!(%error, "could not find out who pays in advance");
            Problem::new(CommonReason::TemporarilyUnavailable)
        })?;
        Ok(known.phones.contains(phone))
    }

    /// Reads them again with the next order when one went from or to an end that counts.
    pub async fn note(&self, org: OrganisationId, from: OrderState, to: OrderState) {
        let counts = |state| matches!(state, OrderState::NoShow | OrderState::Expired);
        if counts(from) || counts(to) {
            self.known.invalidate(&org).await;
        }
    }

    async fn load(&self, org: OrganisationId) -> Result<Arc<Known>, sqlx::Error> {
        let at = self.clock.now();
        let mut tx = self.db.tenant(org).await?;
        let phones = prepaying_phones::list(&mut tx, prepayment::counted_since(at)).await?;
        tx.commit().await?;
        Ok(Arc::new(Known { at, phones }))
    }
}

/// The refusal of an order on site of who has to pay in advance.
pub fn prepay_required() -> Problem {
    Problem::new(OrderingReason::PrepayRequired)
        .field("payment_method_id", OrderingReason::PrepayRequired)
}
