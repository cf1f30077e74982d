//! Requests about an order that exists: its state, its slot, its contact.

use chassis::{
    error::{CommonReason, Problem, Violations},
    id::{self, OrderId},
    request, text,
    text_enum::WireEnum as _,
    time,
};
use chrono::{DateTime, Utc};
use proto::ordering::v1 as wire;

use super::{body_hash, cart, key, one_id, refused, version};
use crate::{
    app::{reschedule::RescheduleOrder, transition_order::TransitionOrder},
    domain::{cart::Cart, order_history::CancelReason, order_transition::TransitionRequest},
    store::order_events::RequestMark,
};

/// The order whose contact is to be unmasked; the reason is for the audit log alone.
pub(in crate::grpc) fn unmask_contact(
    request: &wire::UnmaskContactRequest,
) -> Result<OrderId, Problem> {
    let mut violations = Violations::new();
    let order = id::parse("order_id", &request.order_id, &mut violations);
    let reason = text::bounded_multiline("reason", &request.reason, 0..=200, &mut violations);
    if reason.is_empty() {
        violations.push("reason", CommonReason::ReasonRequired);
    }
    violations.finish(order)
}

pub(in crate::grpc) fn transition_order(
    request: &wire::TransitionOrderRequest,
) -> Result<TransitionOrder, Problem> {
    let mut violations = Violations::new();
    let mark = if request.idempotency_key.is_empty() {
        None
    } else {
        let key = key(&request.idempotency_key, &mut violations);
        Some(RequestMark {
            key,
            hash: body_hash(request, false),
        })
    };
    let order = id::parse("order_id", &request.order_id, &mut violations);
    let version = version(request.version, &mut violations);
    let to = request::choice("to", request.to, &mut violations);
    let cancel_reason = CancelReason::from_wire(request.cancel_reason().into())
        .filter(|reason| reason.is_for_staff());
    if cancel_reason.is_none() && request.cancel_reason.is_some() {
        violations.push("cancel_reason", CommonReason::ValidationFailed);
    }
    let reason = text::bounded_multiline("reason", &request.reason, 0..=200, &mut violations);
    let (order, to) = violations.finish((order, to))?;
    let transition = TransitionRequest {
        to,
        cancel_reason,
        reason,
        cash_received: request.cash_received,
        override_payment: request.override_payment,
    };
    Ok(TransitionOrder {
        order,
        version,
        transition,
        mark,
    })
}

/// What slots are queried for.
pub(in crate::grpc) enum SlotsOf {
    /// A cart, from then or later.
    Cart(Cart, Option<DateTime<Utc>>),
    /// An order that is to be rescheduled.
    Order(OrderId),
}

pub(in crate::grpc) fn find_slots(request: wire::FindSlotsRequest) -> Result<SlotsOf, Problem> {
    let mut violations = Violations::new();
    match (request.cart, request.order_id.as_str()) {
        (None, raw) if !raw.is_empty() => one_id("order_id", raw).map(SlotsOf::Order),
        (wanted, "") => {
            let not_before =
                time::parse_optional("not_before", request.not_before.as_ref(), &mut violations);
            let cart = cart(wanted, &mut violations);
            let cart = Cart {
                wanted_at: None,
                ..violations.finish(cart)?
            };
            Ok(SlotsOf::Cart(cart, not_before))
        }
        (_, _) => {
            violations.push("order_id", CommonReason::ValidationFailed);
            Err(refused(violations))
        }
    }
}

pub(in crate::grpc) fn reschedule(
    request: &wire::RescheduleOrderRequest,
) -> Result<RescheduleOrder, Problem> {
    let mut violations = Violations::new();
    let order = id::parse("order_id", &request.order_id, &mut violations);
    let version = version(request.version, &mut violations);
    let wanted_at = time::parse_optional("wanted_at", request.wanted_at.as_ref(), &mut violations);
    if request.wanted_at.is_none() {
        violations.push("wanted_at", CommonReason::ValidationFailed);
    }
    let reason = text::bounded_multiline("reason", &request.reason, 0..=200, &mut violations);
    if reason.is_empty() {
        violations.push("reason", CommonReason::ReasonRequired);
    }
    let (order, wanted_at) = violations.finish((order, wanted_at))?;
    Ok(RescheduleOrder {
        order,
        version,
        wanted_at,
        reason,
    })
}
