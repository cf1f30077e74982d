//! The event of a requested refund.

use chassis::outbox::Event;
use proto::ordering::v1::OrderRefundChanged;

use crate::{
    app::quote::to_timestamp,
    domain::{refund::Refund, refund_step::StepKind},
};

/// `ordering.refund.requested.v1`.
#[must_use]
pub fn refund_requested(refund: &Refund) -> Event {
    let body = OrderRefundChanged {
        refund_id: refund.id.to_string(),
        order_id: refund.order.to_string(),
        brand_id: refund.brand.to_string(),
        branch_id: refund.branch.to_string(),
        state: refund.state().to_wire(),
        amount: refund.amount,
        on_site: refund.reserved(StepKind::Cash),
        currency: refund.currency.to_string(),
        business_day: refund.business_day.to_string(),
        test: refund.test,
        at: Some(to_timestamp(refund.requested_at)),
    };
    Event::new(
        "ordering.refund.requested.v1",
        refund.id.as_uuid(),
        1,
        &body,
    )
}
