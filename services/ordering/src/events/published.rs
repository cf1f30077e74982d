//! The events that ordering publishes.

use chassis::{id::OrganisationId, outbox::Event};
use chrono::{DateTime, Utc};
use proto::ordering::v1 as wire;

use crate::{
    app::quote::to_timestamp,
    domain::{
        online_payment::{OnlinePayment, PaymentProgress},
        order::Order,
        order_history::{CancelReason, EventActor, EventKind, OrderEvent, Progress},
        order_state::OrderState,
    },
    grpc::snapshot,
};

/// `ordering.order.<state>.v1` of an entry that changed the state, or `ordering.order.undone.v1`.
///
/// `progress` is the order's after `entry`; `order` may have later entries of the same commit.
#[must_use]
pub fn changed(
    org: OrganisationId,
    order: &Order,
    entry: &OrderEvent,
    progress: &Progress,
) -> Event {
    let is_whole = matches!(entry.kind, EventKind::Transitioned)
        && matches!(entry.to, OrderState::Placed | OrderState::Completed);
    let whole = is_whole.then(|| snapshot::order_to_snapshot(org, order));
    event(order, entry, progress, whole)
}

/// The event of an order's last entry with the whole order, for services that fill themselves.
#[must_use]
pub fn listed(org: OrganisationId, order: &Order, last: &OrderEvent) -> Event {
    let whole = snapshot::order_to_snapshot(org, order);
    event(order, last, &order.progress, Some(whole))
}

/// The same with what the order was priced with, for services that price it again.
#[must_use]
pub fn listed_with_pricing(org: OrganisationId, order: &Order, last: &OrderEvent) -> Event {
    let whole = wire::OrderSnapshot {
        priced_with: snapshot::priced_with(order),
        ..snapshot::order_to_snapshot(org, order)
    };
    event(order, last, &order.progress, Some(whole))
}

fn event(
    order: &Order,
    entry: &OrderEvent,
    progress: &Progress,
    whole: Option<wire::OrderSnapshot>,
) -> Event {
    let body = wire::OrderChanged {
        change: Some(change(order, entry, progress)),
        order: whole,
    };
    Event::new(event_type(entry), order.id.as_uuid(), entry.version, &body)
}

/// `ordering.schedule.changed.v1`: an order was rescheduled.
#[must_use]
pub fn rescheduled(order: &Order, entry: &OrderEvent) -> Event {
    let before = order
        .rescheduled
        .as_ref()
        .map(|change| to_timestamp(change.from));
    let body = wire::ScheduleChanged {
        change: Some(change(order, entry, &order.progress)),
        promised_before: before,
    };
    Event::new(
        "ordering.schedule.changed.v1",
        order.id.as_uuid(),
        entry.version,
        &body,
    )
}

/// `ordering.payment.changed.v1`: the online payment of an order went on and the order's state stayed;
/// `None` for an order that has none.
#[must_use]
pub fn payment_changed(order: &Order, at: DateTime<Utc>) -> Option<Event> {
    let payment = order.online.as_ref()?;
    let (state, version) = (order.progress.state, order.progress.version);
    let entry = OrderEvent {
        version,
        kind: EventKind::Transitioned,
        base_version: version,
        from: Some(state),
        to: state,
        actor: EventActor::System,
        at,
        reason: String::new(),
        cancel_reason: None,
        received: 0,
    };
    let change = wire::OrderChange {
        return_stock: false,
        ..change(order, &entry, &order.progress)
    };
    let body = wire::OrderPaymentChanged {
        change: Some(change),
        payment_version: payment.version,
        progress: payment_progress(Some(payment)).into(),
        refunded: payment.refunded,
        refunding: payment.refunding,
    };
    Some(Event::new(
        "ordering.payment.changed.v1",
        order.id.as_uuid(),
        version,
        &body,
    ))
}

/// How far paying an order online is, on the wire.
#[must_use]
pub const fn payment_progress(payment: Option<&OnlinePayment>) -> wire::PaymentProgress {
    let Some(payment) = payment else {
        return wire::PaymentProgress::None;
    };
    match payment.progress {
        PaymentProgress::Open => wire::PaymentProgress::Open,
        PaymentProgress::AtProvider => wire::PaymentProgress::AtProvider,
        PaymentProgress::Confirming => wire::PaymentProgress::Confirming,
        PaymentProgress::Declined => wire::PaymentProgress::Declined,
        PaymentProgress::Done => wire::PaymentProgress::Done,
    }
}

fn change(order: &Order, entry: &OrderEvent, progress: &Progress) -> wire::OrderChange {
    let (actor_kind, actor_id, device) = match &entry.actor {
        EventActor::Staff { account, .. } => (wire::ActorKind::Staff, Some(account), None),
        EventActor::Customer { device } => (wire::ActorKind::Customer, None, device.as_ref()),
        EventActor::System => (wire::ActorKind::System, None, None),
    };
    let terms = &order.terms;
    let is_refusal = matches!(entry.to, OrderState::Cancelled | OrderState::Rejected);
    let is_prepared = entry.from.is_some_and(OrderState::is_prepared);
    wire::OrderChange {
        order_id: order.id.to_string(),
        brand_id: order.brand.to_string(),
        branch_id: order.branch.to_string(),
        version: entry.version,
        from: entry.from.map_or(0, OrderState::to_wire),
        to: entry.to.to_wire(),
        at: Some(to_timestamp(entry.at)),
        actor_kind: actor_kind.into(),
        actor_id: actor_id.map(ToString::to_string).unwrap_or_default(),
        device_id: device.cloned().unwrap_or_default(),
        cancel_reason: entry.cancel_reason.map_or(0, CancelReason::to_wire),
        reason: entry.reason.clone(),
        return_stock: is_refusal && !is_prepared,
        test: terms.test,
        channel: terms.channel.to_wire(),
        kind: terms.kind.to_wire(),
        method: order.method.to_wire(),
        member_id: terms.member.map(|id| id.to_string()).unwrap_or_default(),
        business_day: order.business_day.to_string(),
        promised_at: Some(to_timestamp(order.promised_at)),
        currency: order.total.currency().to_string(),
        total: order.total.amount(),
        paid: progress.paid,
        received: entry.received,
        payment_method: terms.payment_method.to_wire(),
        payment_state: progress.payment_state.to_wire(),
        holds_benefits: order.holds_benefits(),
        paid_on_site: progress.paid - order.online.as_ref().map_or(0, OnlinePayment::net),
    }
}

const fn event_type(entry: &OrderEvent) -> &'static str {
    if matches!(entry.kind, EventKind::Undone) {
        return "ordering.order.undone.v1";
    }
    match entry.to {
        OrderState::PendingPayment => "ordering.order.pending_payment.v1",
        OrderState::Placed => "ordering.order.placed.v1",
        OrderState::Accepted => "ordering.order.accepted.v1",
        OrderState::Preparing => "ordering.order.preparing.v1",
        OrderState::Ready => "ordering.order.ready.v1",
        OrderState::Delivering => "ordering.order.delivering.v1",
        OrderState::Completed => "ordering.order.completed.v1",
        OrderState::Cancelled => "ordering.order.cancelled.v1",
        OrderState::Rejected => "ordering.order.rejected.v1",
        OrderState::Expired => "ordering.order.expired.v1",
        OrderState::NoShow => "ordering.order.no_show.v1",
    }
}
