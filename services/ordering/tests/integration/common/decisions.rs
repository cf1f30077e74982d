//! Decisions about booked orders, as capacity publishes them, and what comes of them.

use chassis::{
    authn::Identity,
    id::{AccountId, DecisionBatchId},
    outbox::Event,
};
use chrono::{DateTime, Utc};
use proto::{
    capacity::v1::{DecidedOrder, Decision, OrdersDecided},
    ordering::v1::{
        GetDecisionBatchRequest, GetDecisionBatchResponse, Order, OutcomeState,
        order_decision_service_client::OrderDecisionServiceClient,
    },
};
use testkit::{CallerChannel, eventually};
use tonic::Status;

use super::{Shop, fakes};

/// Why orders are rescheduled.
pub const REASON: &str = "颱風假";

/// Decisions of one change.
#[derive(Clone, Debug)]
pub struct Batch {
    pub id: DecisionBatchId,
    pub body: OrdersDecided,
}

impl Batch {
    /// Decisions of somebody who may cancel late.
    pub fn of(shop: &Shop, orders: &[DecidedOrder]) -> Self {
        let clock = shop.service.clock();
        let id = DecisionBatchId::new(clock);
        let body = OrdersDecided {
            batch_id: id.to_string(),
            brand_id: fakes::BRAND.to_string(),
            account_id: AccountId::new(clock).to_string(),
            account_name: "林店長".to_owned(),
            may_cancel_late: true,
            reschedule_reason: REASON.to_owned(),
            orders: orders.to_vec(),
        };
        Self { id, body }
    }
}

fn decided(order: &Order, decision: Decision, wanted_at: Option<DateTime<Utc>>) -> DecidedOrder {
    DecidedOrder {
        order_id: order.order_id.clone(),
        branch_id: order.branch_id.clone(),
        promised_at: order.promised_at,
        decision: decision.into(),
        wanted_at: wanted_at.map(fakes::timestamp),
    }
}

/// The order is to be cancelled.
pub fn cancelled(order: &Order) -> DecidedOrder {
    decided(order, Decision::Cancel, None)
}

/// The order is to be rescheduled to a slot.
pub fn rescheduled_to(order: &Order, slot: DateTime<Utc>) -> DecidedOrder {
    decided(order, Decision::Reschedule, Some(slot))
}

/// The order is to be rescheduled to the next slot.
pub fn rescheduled_to_next(order: &Order) -> DecidedOrder {
    decided(order, Decision::RescheduleNext, None)
}

impl Shop {
    /// A client for what comes of decisions.
    pub fn decisions(&self, identity: &Identity) -> OrderDecisionServiceClient<CallerChannel> {
        OrderDecisionServiceClient::new(self.service.channel_as(identity))
    }

    /// Capacity publishes decisions.
    pub async fn publish_decisions(&self, batch: &Batch) {
        let event = Event::new(
            "capacity.orders.decided.v1",
            batch.id.as_uuid(),
            1,
            &batch.body,
        );
        self.service.deliver(self.org, &[event]).await;
    }

    /// Capacity publishes decisions, again and again until ordering has taken them on: before its consumer
    /// has a queue, events are lost.
    pub async fn decides(&self, batch: &Batch) {
        eventually(async || {
            self.publish_decisions(batch).await;
            let known = "SELECT EXISTS (SELECT FROM decision_batches WHERE batch_id = $1)";
            sqlx::query_scalar(known)
                .bind(batch.id.as_uuid())
                .fetch_one(&mut self.service.db().superuser().await)
                .await
                .unwrap()
        })
        .await;
    }

    /// How far a batch is, as the counter sees it.
    pub async fn find_batch(&self, batch: &Batch) -> Result<GetDecisionBatchResponse, Status> {
        let request = GetDecisionBatchRequest {
            batch_id: batch.id.to_string(),
        };
        let mut client = self.decisions(&self.counter_identity());
        Ok(client.get_decision_batch(request).await?.into_inner())
    }

    /// The batch as soon as it has ended.
    pub async fn ended(&self, batch: &Batch) -> GetDecisionBatchResponse {
        eventually(async || {
            let found = self.find_batch(batch).await;
            found.is_ok_and(|found| found.batch.unwrap().waiting == 0)
        })
        .await;
        self.find_batch(batch).await.unwrap()
    }

    /// How each decision of a batch has ended, in the order of the batch: empty for done.
    pub async fn reasons(&self, batch: &Batch) -> Vec<String> {
        let ended = self.ended(batch).await;
        let reason_of = |decided: &DecidedOrder| {
            let mut orders = ended.orders.iter();
            let found = orders.find(|order| order.order_id == decided.order_id);
            let found = found.unwrap();
            let failed = found.state() == OutcomeState::Failed;
            assert_eq!(failed, found.reason.is_some());
            found.reason().to_owned()
        };
        batch.body.orders.iter().map(reason_of).collect()
    }
}
