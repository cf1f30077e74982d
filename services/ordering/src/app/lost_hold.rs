//! Cancels orders without a hold: it had been released before they were confirmed.

use chassis::{
    db::TenantTx,
    error::{CommonReason, Problem, ToProblem as _},
    id::OrderId,
};

use super::Ordering;
use crate::{
    domain::{
        order_history::{CancelReason, EventActor},
        order_state::OrderState,
        order_transition::{Rights, TransitionRequest},
    },
    store::orders,
};

impl Ordering {
    /// Cancels an order whose hold is gone; one that is closed already stays as it is.
    ///
    /// The caller commits.
    pub async fn cancel_for_lost_hold(
        &self,
        tx: &mut TenantTx,
        id: OrderId,
    ) -> Result<(), Problem> {
        let mut order = match orders::lock(tx, id).await {
            Err(problem) if problem.is(CommonReason::NotFound) => {
                tracing::warn!(order.id = %id, "the hold of an unknown order is gone");
                return Ok(());
            }
            locked => locked?,
        };
        if !order.progress.state.is_open() {
            return Ok(());
        }
        let request = TransitionRequest {
            to: OrderState::Cancelled,
            cancel_reason: Some(CancelReason::HoldGone),
            reason: String::new(),
            cash_received: false,
            override_payment: false,
        };
        let before = order.progress.clone();
        let now = self.clock.now();
        let advanced = order.advance(&request, &EventActor::System, Rights::default(), now);
        let entries = advanced.map_err(|error| error.to_problem())?;
        self.write(tx, &order, &before, &entries, None).await?;
        tracing::warn!(order.id = %id, "cancelled because its hold was gone");
        Ok(())
    }
}
