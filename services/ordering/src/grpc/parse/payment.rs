//! Requests about paying an order.

use chassis::{
    error::{CommonReason, Problem, Violations},
    id::{self, BranchId},
    request,
    sales::Method,
    text,
};
use proto::ordering::v1 as wire;

use super::key;
use crate::app::pay_order::PayOrder;

/// Longest token that a provider's fields make of a card.
const MAX_PROVIDER_TOKEN: usize = 2_000;
/// Longest address that every provider takes.
const MAX_URL: usize = 200;
/// Largest amount of an order.
const MAX_AMOUNT: i64 = 9_999_999;

/// A request to pay the order of a token.
pub(in crate::grpc) fn pay_order(request: wire::PayOrderRequest) -> Result<PayOrder, Problem> {
    let mut violations = Violations::new();
    let key = key(&request.idempotency_key, &mut violations);
    let method = id::parse(
        "payment_method_id",
        &request.payment_method_id,
        &mut violations,
    );
    let token = text::bounded(
        "provider_token",
        &request.provider_token,
        0..=MAX_PROVIDER_TOKEN,
        &mut violations,
    );
    let is_address = ["http://", "https://"]
        .iter()
        .any(|scheme| request.back_url.starts_with(scheme));
    if !is_address || request.back_url.len() > MAX_URL {
        let params = [("max", MAX_URL)];
        violations.push_with("back_url", CommonReason::ValidationFailed, params);
    }
    Ok(PayOrder {
        key,
        method: violations.finish(method)?,
        token,
        back_url: request.back_url,
    })
}

/// Branch, fulfilment method and amount of an order about to be placed.
pub(in crate::grpc) fn payment_methods(
    request: &wire::ListOrderPaymentMethodsRequest,
) -> Result<(BranchId, Method, i64), Problem> {
    let mut violations = Violations::new();
    let branch = id::parse("branch_id", &request.branch_id, &mut violations);
    let method = request::choice("method", request.method, &mut violations);
    let reason = CommonReason::AmountOutOfRange;
    let range = 0..=MAX_AMOUNT;
    let amount = request::in_range("amount", request.amount, range, reason, &mut violations);
    let (branch, method) = violations.finish((branch, method))?;
    Ok((branch, method, amount))
}
