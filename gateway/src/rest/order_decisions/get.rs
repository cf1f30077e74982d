use axum::{
    Json,
    extract::{Path, State},
};
use chrono::{DateTime, Utc};
use proto::ordering::v1 as pb;
use serde::Serialize;
use utoipa::ToSchema;

use super::DecisionBatch;
use crate::{
    auth::Staff,
    problem::Rejection,
    rest::{
        Result,
        convert::{all, present, required_time, text, time},
        hours::OrderDecisionKind,
        wire_enum::wire_enum,
    },
    state::Gateway,
};

wire_enum! {
    /// How far a decision about an order is.
    OutcomeState = pb::OutcomeState {
        /// 處理中.
        Waiting,
        /// 已完成.
        Done,
        /// 未完成.
        Failed,
    }
}

/// A batch of decisions with its orders.
#[derive(Debug, Serialize, ToSchema)]
pub struct DecisionOutcomes {
    /// The batch.
    pub batch: DecisionBatch,
    /// Its orders by promised time, as far as the account may see their branches.
    pub orders: Vec<OrderOutcome>,
}

/// What came of the decision about one order; names are null for an order that is not known.
#[derive(Debug, Serialize, ToSchema)]
pub struct OrderOutcome {
    /// The order.
    #[schema(format = Uuid)]
    pub order_id: String,
    /// Its branch.
    #[schema(format = Uuid)]
    pub branch_id: String,
    /// 訂單編號.
    pub order_number: Option<String>,
    /// 取件號碼.
    pub pickup_number: Option<String>,
    /// Name of who ordered.
    pub contact_name: Option<String>,
    /// Promised time when it was decided.
    pub promised_at: DateTime<Utc>,
    /// The decision.
    pub decision: OrderDecisionKind,
    /// Slot it was or shall be moved to; null for `cancel`, and for `move_next` until one was found.
    pub wanted_at: Option<DateTime<Utc>>,
    /// How far it is.
    pub state: OutcomeState,
    /// Stable reason why it could not be done, null otherwise.
    pub reason: Option<String>,
}

/// Gets a batch of decisions with what came of each of its orders.
///
/// A batch is known moments after the change was saved. Refuses with `NOT_FOUND` and `OUT_OF_SCOPE`.
#[utoipa::path(
    get, path = "/api/admin/order-decisions/{batch_id}", tag = "orders",
    responses((status = 200, body = DecisionOutcomes))
)]
pub async fn get_decision_batch(
    State(gateway): State<Gateway>,
    staff: Staff,
    Path(batch_id): Path<String>,
) -> Result<Json<DecisionOutcomes>> {
    let request = staff.request(pb::GetDecisionBatchRequest { batch_id });
    let answer = gateway.order_decisions().get_decision_batch(request).await;
    let answer = answer?.into_inner();
    Ok(Json(DecisionOutcomes {
        batch: present(answer.batch, "the batch")?.try_into()?,
        orders: all(answer.orders)?,
    }))
}

impl TryFrom<pb::OrderOutcome> for OrderOutcome {
    type Error = Rejection;

    fn try_from(outcome: pb::OrderOutcome) -> Result<Self> {
        Ok(Self {
            order_id: outcome.order_id,
            branch_id: outcome.branch_id,
            order_number: text(outcome.order_number),
            pickup_number: text(outcome.pickup_number),
            contact_name: text(outcome.contact_name),
            promised_at: required_time(outcome.promised_at, "the promised time")?,
            decision: OrderDecisionKind::from_wire(outcome.decision)?,
            wanted_at: time(outcome.wanted_at),
            state: OutcomeState::from_wire(outcome.state)?,
            reason: text(outcome.reason),
        })
    }
}
