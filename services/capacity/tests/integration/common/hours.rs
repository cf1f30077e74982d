//! What tests of hours ask a shop for.

use chassis::{id::OrderId, outbox::Event};
use proto::ordering::v1::{OrderChange, OrderState};

use super::{Shop, order_changed};

impl Shop {
    /// As ordering would: the order was handed over.
    pub async fn publish_completed(&self, order: OrderId, version: i64) {
        let body = order_changed(OrderChange {
            order_id: order.to_string(),
            branch_id: self.branch.to_string(),
            version,
            from: OrderState::Ready.into(),
            to: OrderState::Completed.into(),
            ..OrderChange::default()
        });
        let event = Event::new(
            "ordering.order.completed.v1",
            order.as_uuid(),
            version,
            &body,
        );
        self.publish(&[event]).await;
    }
}
