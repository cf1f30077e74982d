//! Orders as ordering would publish them.

use chassis::{
    clock::Clock as _,
    id::{OrderId, OrderLineId, ProductId},
    outbox::Event,
    time,
};
use chrono::{DateTime, Utc};
use proto::{
    common::v1::{Channel, Method},
    ordering::v1::{
        CancelReason, OrderChange, OrderChanged, OrderSnapshot, OrderState, PaymentMethod,
        PaymentState, SnapshotLine, SnapshotOption,
    },
};
use testkit::eventually;

use super::Shop;

/// A step of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    Placed,
    Accepted,
    Preparing,
    Completed,
    Cancelled,
    Revised,
}

impl Step {
    const fn key(self) -> &'static str {
        match self {
            Self::Placed => "ordering.order.placed.v1",
            Self::Accepted => "ordering.order.accepted.v1",
            Self::Preparing => "ordering.order.preparing.v1",
            Self::Completed => "ordering.order.completed.v1",
            Self::Cancelled => "ordering.order.cancelled.v1",
            Self::Revised => "ordering.order.revised.v1",
        }
    }

    const fn state(self, before: OrderState) -> OrderState {
        match self {
            Self::Placed => OrderState::Placed,
            Self::Accepted => OrderState::Accepted,
            Self::Preparing => OrderState::Preparing,
            Self::Completed => OrderState::Completed,
            Self::Cancelled => OrderState::Cancelled,
            Self::Revised => before,
        }
    }

    const fn carries_order(self) -> bool {
        matches!(self, Self::Placed | Self::Completed | Self::Revised)
    }
}

/// An order, and how far it is.
#[derive(Clone, Debug)]
pub struct Order {
    pub id: OrderId,
    pub snapshot: OrderSnapshot,
    at: Option<DateTime<Utc>>,
}

impl Shop {
    /// An order for pickup: two teas of the bar and something fried.
    pub fn order(&self, number: &str) -> Order {
        let clock = self.service.clock();
        let id = OrderId::new(clock);
        let line = |name: &str, quantity, station: &str, option: &str| SnapshotLine {
            line_id: OrderLineId::new(clock).to_string(),
            revision_in: 1,
            product_id: ProductId::new(clock).to_string(),
            variant_id: ProductId::new(clock).to_string(),
            product_name: name.to_owned(),
            quantity,
            unit_list: 30,
            list: 30 * i64::from(quantity),
            net: 30 * i64::from(quantity),
            options: vec![SnapshotOption {
                name: option.to_owned(),
                quantity: 1,
                ..Default::default()
            }],
            station: station.to_owned(),
            ..Default::default()
        };
        let snapshot = OrderSnapshot {
            order_id: id.to_string(),
            organisation_id: self.org.to_string(),
            brand_id: self.brand.to_string(),
            branch_id: self.branch.to_string(),
            order_number: format!("{number}K2MX"),
            pickup_number: number.to_owned(),
            revision: 1,
            state: OrderState::Placed.into(),
            channel: Channel::Web.into(),
            method: Method::Pickup.into(),
            business_day: "2026-09-02".to_owned(),
            time_zone: "Asia/Taipei".to_owned(),
            placed_at: Some(time::to_wire(clock.now())),
            lines: vec![
                line("紅玉紅茶", 2, "吧台", "微糖"),
                line("鹽酥雞", 1, "廚房", "大辣"),
            ],
            currency: "TWD".to_owned(),
            list_total: 90,
            goods_total: 90,
            total: 90,
            payment_method: PaymentMethod::OnSite.into(),
            payment_state: PaymentState::Unpaid.into(),
            contact_name: "王**".to_owned(),
            contact_phone: "0911***456".to_owned(),
            ..Default::default()
        };
        Order {
            id,
            snapshot,
            at: None,
        }
    }

    /// Publishes a step of an order; whether it was consumed is another question.
    pub async fn publish(&self, order: &mut Order, step: Step) -> Event {
        let event = self.event(order, step);
        self.service
            .deliver(self.org, std::slice::from_ref(&event))
            .await;
        event
    }

    /// The event of an order's next step.
    pub fn event(&self, order: &mut Order, step: Step) -> Event {
        let before = order.snapshot.state();
        let snapshot = &mut order.snapshot;
        snapshot.version += 1;
        snapshot.state = step.state(before).into();
        let now = order.at.unwrap_or_else(|| self.service.clock().now());
        let change = OrderChange {
            order_id: snapshot.order_id.clone(),
            brand_id: snapshot.brand_id.clone(),
            branch_id: snapshot.branch_id.clone(),
            version: snapshot.version,
            from: before.into(),
            to: snapshot.state,
            at: Some(time::to_wire(now)),
            cancel_reason: match step {
                Step::Cancelled => CancelReason::CustomerRequest.into(),
                _ => 0,
            },
            test: snapshot.test,
            channel: snapshot.channel,
            method: snapshot.method,
            business_day: snapshot.business_day.clone(),
            currency: snapshot.currency.clone(),
            total: snapshot.total,
            paid: snapshot.paid,
            payment_method: snapshot.payment_method,
            payment_state: snapshot.payment_state,
            ..Default::default()
        };
        let body = OrderChanged {
            change: Some(change),
            order: step.carries_order().then(|| snapshot.clone()),
        };
        Event::new(step.key(), order.id.as_uuid(), snapshot.version, &body)
    }

    /// Publishes a step of an order and waits until the service has its version.
    pub async fn step(&self, order: &mut Order, step: Step) {
        self.publish(order, step).await;
        self.until_known(order).await;
    }

    /// Waits until the service has the order as it is.
    pub async fn until_known(&self, order: &Order) {
        let (id, version) = (order.id, order.snapshot.version);
        eventually(async || {
            let mut superuser = self.service.db().superuser().await;
            let known: Option<i64> =
                sqlx::query_scalar("SELECT version FROM orders WHERE order_id = $1")
                    .bind(id.as_uuid())
                    .fetch_optional(&mut superuser)
                    .await
                    .unwrap();
            known.is_some_and(|known| known >= version)
        })
        .await;
    }

    /// An order that was placed and accepted.
    pub async fn accepted(&self, number: &str) -> Order {
        let mut order = self.order(number);
        self.step(&mut order, Step::Placed).await;
        self.step(&mut order, Step::Accepted).await;
        order
    }
}
