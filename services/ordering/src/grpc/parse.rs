//! Parses requests: a domain value, or every problem at its field.

mod cart;
mod lists;
mod order;
mod payment;
mod place_order;

use chassis::{
    authn::Identity,
    error::{CommonReason, Problem, Violations},
    id::{self, BranchId, OrderId},
    request,
};
use sha2::{Digest as _, Sha256};

pub(super) use self::{
    cart::{buyer, cart},
    lists::{list_orders, sum_completed_orders},
    order::{SlotsOf, find_slots, reschedule, transition_order, unmask_contact},
    payment::{pay_order, payment_methods},
    place_order::place_order,
};

/// Longest idempotency key.
const MAX_KEY: usize = 128;

/// One id, and the version it was read at.
pub(super) fn id_and_version<T: id::Id>(
    field: &str,
    raw: &str,
    raw_version: i64,
) -> Result<(T, i64), Problem> {
    let mut violations = Violations::new();
    let id = id::parse(field, raw, &mut violations);
    let version = version(raw_version, &mut violations);
    Ok((violations.finish(id)?, version))
}

/// Ids of at most `most` orders.
pub(super) fn order_ids(raw: &[String], most: usize) -> Result<Vec<OrderId>, Problem> {
    let mut violations = Violations::new();
    let ids = request::ids("order_ids", raw, most, &mut violations);
    violations.into_result()?;
    Ok(ids)
}

/// One id.
pub(super) fn one_id<T: id::Id>(field: &str, raw: &str) -> Result<T, Problem> {
    let mut violations = Violations::new();
    let id = id::parse(field, raw, &mut violations);
    violations.finish(id)
}

/// Organisation-wide staff and services need no brand to be in scope.
pub(super) fn is_in_scope_without_brand(caller: &Identity, branch: BranchId) -> bool {
    caller.scope.organisation || caller.scope.branches.contains(&branch)
}

/// The refusal of violations that are known not to be empty.
pub(super) fn refused(violations: Violations) -> Problem {
    violations
        .into_result()
        .err()
        .unwrap_or_else(|| Problem::new(CommonReason::ValidationFailed))
}

fn version(given: i64, violations: &mut Violations) -> i64 {
    if given < 1 {
        violations.push_with("version", CommonReason::ValidationFailed, [("min", 1)]);
    }
    given
}

fn key(raw: &str, violations: &mut Violations) -> String {
    let visible = raw.bytes().all(|byte| byte.is_ascii_graphic());
    if raw.is_empty() || raw.len() > MAX_KEY || !visible {
        violations.push_with(
            "idempotency_key",
            CommonReason::ValidationFailed,
            [("max", MAX_KEY)],
        );
    }
    raw.to_owned()
}

/// A test order's body is another than that of the same order in earnest.
fn body_hash(request: &impl prost::Message, test: bool) -> Vec<u8> {
    let mut sha = Sha256::new_with_prefix(request.encode_to_vec());
    if test {
        sha.update(b"test");
    }
    sha.finalize().to_vec()
}
