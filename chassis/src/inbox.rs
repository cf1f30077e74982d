//! Events are consumed once: the inbox row and the effect commit together.
//!
//! Each consumer has a quorum queue, a retry queue a delay, and a queue of dead letters that an
//! operator can look into and [`replay`]. A consumer that keeps a copy of what another service owns
//! fills itself from that service's snapshot before it follows the events.

mod batch;
mod consumer;
mod fill;
mod purge;
mod queues;
mod received;
mod replay;
mod subscription;

use async_trait::async_trait;

use crate::{db::TenantTx, error::Problem};

pub use consumer::Consumer;
pub use fill::refill;
pub use purge::{KEEP, purge};
pub use received::Received;
pub use replay::replay;
pub use subscription::{Signal, subscribe};

/// What a consumer does with events.
#[async_trait]
pub trait Handler: Send + Sync + 'static {
    /// Applies `events` in `tx`, which also holds their inbox rows and commits after this.
    ///
    /// They are of one organisation, each concerns the handler, none was applied before, and there are between 1 and 256 of
    /// them in the order of arrival. An error undoes all; the events are then tried one by one.
    ///
    /// A fill sends the present state of things again under new ids, and between late events:
    /// what is no newer than what is known must change nothing.
    async fn handle(&self, tx: &mut TenantTx, events: &[Received]) -> Result<(), Problem>;

    /// Whether an event may change anything. What does not is acknowledged without a transaction and is not
    /// remembered.
    fn concerns(&self, _event: &Received) -> bool {
        true
    }
}
