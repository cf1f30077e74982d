//! 列印後自動收單: an order is accepted once its first slip is on paper.

use chassis::{
    db::TenantTx,
    error::{CommonReason, Problem, ToProblem as _},
    id::OrderId,
};

use super::Ordering;
use crate::{
    domain::{
        order_history::EventActor,
        order_state::OrderState,
        order_transition::{Rights, TransitionRequest},
    },
    store::orders,
};

impl Ordering {
    /// Accepts an order that still waits for that; one that has gone on, or has ended, stays as it is.
    ///
    /// The caller commits.
    pub async fn accept_printed(&self, tx: &mut TenantTx, id: OrderId) -> Result<(), Problem> {
        let mut order = match orders::lock(tx, id).await {
            Err(problem) if problem.is(CommonReason::NotFound) => {
                tracing::warn!(order.id = %id, "an unknown order was printed");
                return Ok(());
            }
            locked => locked?,
        };
        if order.progress.state != OrderState::Placed {
            return Ok(());
        }
        let request = TransitionRequest {
            to: OrderState::Accepted,
            cancel_reason: None,
            reason: String::new(),
            cash_received: false,
            override_payment: false,
        };
        let before = order.progress.clone();
        let now = self.clock.now();
        let advanced = order.advance(&request, &EventActor::System, Rights::default(), now);
        let entries = advanced.map_err(|error| error.to_problem())?;
        self.write(tx, &order, &before, &entries, None).await
    }
}
