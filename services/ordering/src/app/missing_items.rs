//! Distinguishes items that never existed from those that are only not on this branch's menu.
//!
//! A menu knows its own items alone, so catalog is called, and only when a cart is refused: all replicas
//! respond the same, whatever they have cached.

use std::collections::BTreeSet;

use chassis::{
    error::{FieldProblem, Problem, Reason, Violations},
    id::OrganisationId,
};
use proto::ordering::v1::OrderingReason;

use super::Ordering;
use crate::domain::pricing::ITEM_NOT_FOUND;

/// Most items that catalog is asked for; a cart that lacks more is wrong altogether.
const MAX_ITEMS: usize = 500;
/// Params that name the item a field lacks.
const ITEM_PARAMS: [&str; 3] = ["product_id", "variant_id", "option_id"];

impl Ordering {
    /// The refusal of a cart, with `ITEM_NOT_AVAILABLE` at the fields whose item exists elsewhere.
    pub async fn distinguish_missing(&self, org: OrganisationId, refusal: Problem) -> Problem {
        let missing: BTreeSet<&str> = refusal.fields.iter().filter_map(missing_item).collect();
        if missing.is_empty() {
            return refusal;
        }
        let missing = missing.into_iter().take(MAX_ITEMS).map(str::to_owned);
        let known = match self.menus.find_items(org, missing.collect()).await {
            Ok(known) => known,
            Err(problem) => return problem,
        };
        let mut violations = Violations::new();
        for field in refusal.fields {
            let reason = match missing_item(&field) {
                Some(item) if known.contains(item) => OrderingReason::ItemNotAvailable.into(),
                _ => field.reason,
            };
            violations.push_with(field.field, reason, field.params);
        }
        match violations.into_result() {
            Err(refusal) => refusal,
            Ok(()) => Problem::new(ITEM_NOT_FOUND),
        }
    }
}

fn missing_item(field: &FieldProblem) -> Option<&str> {
    if field.reason != Reason::from(ITEM_NOT_FOUND) {
        return None;
    }
    let param = ITEM_PARAMS.iter().find_map(|name| field.params.get(*name));
    param.map(String::as_str)
}
