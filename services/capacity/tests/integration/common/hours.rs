//! What tests of hours ask a shop for.

use chassis::{authn::Identity, id::OrderId, outbox::Event};
use proto::{
    capacity::v1::hours_service_client::HoursServiceClient,
    ordering::v1::{OrderChange, OrderState},
};
use testkit::identities;
use tonic::{service::interceptor::InterceptedService, transport::Channel};

use super::{Bearer, Shop, order_changed};

pub type HoursClient = HoursServiceClient<InterceptedService<Channel, Bearer>>;

impl Shop {
    /// The owner, calling about hours.
    pub fn hours(&self) -> HoursClient {
        self.hours_as(&identities::owner(self.org))
    }

    pub fn hours_as(&self, identity: &Identity) -> HoursClient {
        let clock = std::sync::Arc::new(self.clock.clone());
        let token = testkit::keys::token(identity, clock);
        let bearer = Bearer(format!("Bearer {token}").parse().unwrap());
        HoursServiceClient::with_interceptor(self.replicas[0].1.clone(), bearer)
    }

    /// As ordering would: the order was handed over.
    pub async fn tell_completed(&self, order: OrderId, version: i64) {
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
