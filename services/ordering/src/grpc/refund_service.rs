//! `RefundService`: refunds of orders by staff.

use std::collections::BTreeSet;

use chassis::{
    authn::RequestExt as _,
    error::{CommonReason, Problem, Violations},
    id::{self, OrderId, OrderLineId},
    idempotency::Once,
    request, text,
};
use proto::ordering::v1::{self as wire, refund_service_server};
use tonic::{Request, Response, Status};

use super::parse;
use crate::{
    app::{
        quote::to_timestamp,
        refunds::{Refunds, RefundsOfOrder, RequestRefund},
    },
    domain::{
        refund::{Refund, Selection, present, taken_units, units_left},
        refund_step::RefundStep,
    },
};

/// More lines than any order has.
const MOST_LINES: usize = 50;
const MOST_UNITS: i32 = 99;
const MOST_AMOUNT: i64 = 9_999_999;

/// The service; clones share what they work with.
#[derive(Clone)]
pub struct RefundService {
    refunds: Refunds,
}

impl RefundService {
    /// A service on these use cases.
    #[must_use]
    pub const fn new(refunds: Refunds) -> Self {
        Self { refunds }
    }

    async fn quote(
        &self,
        request: &Request<wire::QuoteRefundRequest>,
    ) -> Result<wire::QuoteRefundResponse, Problem> {
        let message = request.get_ref();
        let mut violations = Violations::new();
        let order = id::parse("order_id", &message.order_id, &mut violations);
        let selection = selection(message.selection.as_ref(), &mut violations);
        let (order, selection) = violations.finish((order, selection))?;
        let (org, caller) = (request.org()?, request.identity());
        let quoted = self.refunds.quote(org, caller, order, &selection).await?;
        Ok(wire::QuoteRefundResponse {
            amount: quoted.priced.amount,
            online: quoted.priced.from.online,
            on_site: quoted.priced.from.on_site,
            left: quoted.left.total(),
            limit_each: quoted.limit_each,
            limit_left_today: quoted.limit_left_today,
            points: quoted.priced.points.cast_signed(),
        })
    }

    async fn request(
        &self,
        request: &Request<wire::RequestOrderRefundRequest>,
    ) -> Result<wire::RequestOrderRefundResponse, Problem> {
        let message = request.get_ref();
        let mut violations = Violations::new();
        let key = &message.idempotency_key;
        let once = Once::parse("RequestOrderRefund", key, message, &mut violations);
        let order = id::parse("order_id", &message.order_id, &mut violations);
        let selection = selection(message.selection.as_ref(), &mut violations);
        let reason = text::bounded("reason", &message.reason, 0..=200, &mut violations);
        if reason.is_empty() {
            violations.push("reason", CommonReason::ReasonRequired);
        }
        let paid_out_by =
            text::bounded("paid_out_by", &message.paid_out_by, 0..=60, &mut violations);
        let (order, selection) = violations.finish((order, selection))?;
        let command = RequestRefund {
            order,
            selection,
            reason,
            paid_out_by,
            expected_amount: message.expected_amount,
        };
        let (org, caller) = (request.org()?, request.identity());
        let refund = self.refunds.request(org, caller, &once, &command).await?;
        Ok(wire::RequestOrderRefundResponse {
            refund: Some(refund_to_wire(&refund)),
        })
    }

    async fn list(
        &self,
        request: &Request<wire::ListOrderRefundsRequest>,
    ) -> Result<wire::ListOrderRefundsResponse, Problem> {
        let order: OrderId = parse::one_id("order_id", &request.get_ref().order_id)?;
        let (org, caller) = (request.org()?, request.identity());
        Ok(list_to_wire(&self.refunds.list(org, caller, order).await?))
    }
}

#[tonic::async_trait]
impl refund_service_server::RefundService for RefundService {
    async fn quote_refund(
        &self,
        request: Request<wire::QuoteRefundRequest>,
    ) -> Result<Response<wire::QuoteRefundResponse>, Status> {
        Ok(Response::new(self.quote(&request).await?))
    }

    async fn request_order_refund(
        &self,
        request: Request<wire::RequestOrderRefundRequest>,
    ) -> Result<Response<wire::RequestOrderRefundResponse>, Status> {
        Ok(Response::new(self.request(&request).await?))
    }

    async fn list_order_refunds(
        &self,
        request: Request<wire::ListOrderRefundsRequest>,
    ) -> Result<Response<wire::ListOrderRefundsResponse>, Status> {
        Ok(Response::new(self.list(&request).await?))
    }
}

/// Exactly one of whole, units and amount.
fn selection(
    message: Option<&wire::RefundSelection>,
    violations: &mut Violations,
) -> Option<Selection> {
    let message = request::required("selection", message, violations)?;
    match (message.whole, message.units.as_slice(), message.amount) {
        (true, [], None) => Some(Selection::Whole),
        (false, [], Some(amount)) => {
            let range = 1..=MOST_AMOUNT;
            let reason = CommonReason::AmountOutOfRange;
            let before = violations.len();
            request::in_range("selection.amount", amount, range, reason, violations);
            (violations.len() == before).then_some(Selection::Amount(amount))
        }
        (false, [_, ..], None) => units(&message.units, violations),
        _ => {
            violations.push("selection", CommonReason::ValidationFailed);
            None
        }
    }
}

fn units(wanted: &[wire::RefundUnits], violations: &mut Violations) -> Option<Selection> {
    if wanted.len() > MOST_LINES {
        let params = [("max", MOST_LINES), ("given", wanted.len())];
        violations.push_with("selection.units", CommonReason::ValidationFailed, params);
        return None;
    }
    let before = violations.len();
    let mut seen: BTreeSet<OrderLineId> = BTreeSet::new();
    let mut chosen = Vec::with_capacity(wanted.len());
    for (index, part) in wanted.iter().enumerate() {
        let field = format!("selection.units[{index}].line_id");
        let line = id::parse(&field, &part.line_id, violations);
        if line.is_some_and(|line| !seen.insert(line)) {
            violations.push(field, CommonReason::ValidationFailed);
        }
        let field = format!("selection.units[{index}].quantity");
        let reason = CommonReason::ValidationFailed;
        let quantity = request::in_range(&field, part.quantity, 1..=MOST_UNITS, reason, violations);
        if let (Some(line), Ok(quantity)) = (line, usize::try_from(quantity)) {
            chosen.push((line, quantity));
        }
    }
    (violations.len() == before).then_some(Selection::Units(chosen))
}

fn count(units: usize) -> i32 {
    i32::try_from(units).unwrap_or(i32::MAX)
}

fn refund_to_wire(refund: &Refund) -> wire::OrderRefund {
    let units = refund.units.iter().map(|part| wire::RefundUnits {
        line_id: part.line.to_string(),
        quantity: count(part.units.len()),
    });
    wire::OrderRefund {
        refund_id: refund.id.to_string(),
        order_id: refund.order.to_string(),
        kind: refund.kind.to_wire(),
        units: units.collect(),
        amount: refund.amount,
        state: refund.state().to_wire(),
        reason: refund.reason.clone(),
        requested_by: refund.requested_by_name.clone(),
        paid_out_by: refund.paid_out_by.clone(),
        requested_at: Some(to_timestamp(refund.requested_at)),
        settled_at: refund.settled_at.map(to_timestamp),
        steps: refund.steps.iter().map(step_to_wire).collect(),
        points: refund.points.cast_signed(),
    }
}

fn step_to_wire(step: &RefundStep) -> wire::RefundStep {
    wire::RefundStep {
        kind: step.kind.to_wire(),
        state: step.state.to_wire(),
        amount: step.amount,
        problem: Some(step.problem.clone()).filter(|problem| !problem.is_empty()),
        text: step.text.clone(),
        at: Some(to_timestamp(step.changed_at)),
        returned: step.returned.map(|returned| wire::ReturnedBenefits {
            points_returned: returned.points_returned,
            points_taken: returned.points_taken,
            coupons_returned: returned.coupons_returned,
            codes_returned: returned.codes_returned,
        }),
    }
}

fn list_to_wire(found: &RefundsOfOrder) -> wire::ListOrderRefundsResponse {
    let taken = taken_units(&found.refunds);
    let lines = present(&found.order.lines).map(|line| {
        let nets: Vec<i64> = units_left(line, &taken).map(|(_, net)| net).collect();
        let points =
            units_left(line, &taken).filter_map(|(unit, _)| line.item.unit_points.get(unit));
        let points = points.map(|points| points.cast_signed()).collect();
        let sold = line.item.unit_nets.len();
        wire::RefundableLine {
            line_id: line.id.to_string(),
            product_name: line.item.product_name.clone(),
            variant_name: line.item.variant_name.clone(),
            quantity: count(sold),
            refunded: count(sold - nets.len()),
            nets,
            points,
        }
    });
    wire::ListOrderRefundsResponse {
        refunds: found.refunds.iter().map(refund_to_wire).collect(),
        lines: lines.collect(),
        currency: found.order.total.currency().to_string(),
        left_on_site: found.left_on_site,
    }
}
