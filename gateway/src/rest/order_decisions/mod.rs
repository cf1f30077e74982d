//! What comes of decisions about booked orders that were saved with a change of hours.

mod batch;
mod get;
mod list;

pub use batch::DecisionBatch;
pub use get::DecisionOutcomes;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::state::Gateway;

/// Endpoints of this resource.
pub fn routes() -> OpenApiRouter<Gateway> {
    OpenApiRouter::new()
        .routes(routes!(get::get_decision_batch))
        .routes(routes!(list::list_decision_batches))
}
