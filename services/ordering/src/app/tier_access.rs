//! What of a cart is for some tiers alone and not for its customer.

use std::sync::Arc;

use chassis::{error::FieldProblem, sales::Method};
use chrono::{DateTime, Utc};

use crate::domain::{
    branch_rules::BranchRules,
    cart::Cart,
    menu::{DayRule, Menu},
    tier_exclusive::{Customer, refused_lines, refused_time},
};

/// A customer in a branch that has something for some tiers alone.
#[derive(Clone, Debug)]
pub struct TierAccess {
    /// Rules of the branch.
    pub rules: Arc<BranchRules>,
    /// Who orders.
    pub customer: Customer,
    /// How the branch counts days.
    pub day_rule: DayRule,
    /// How the customer gets it.
    pub method: Method,
    /// When it is ordered.
    pub now: DateTime<Utc>,
}

impl TierAccess {
    /// What of a cart is refused: products, and the time it is wanted for.
    #[must_use]
    pub fn refused(&self, menu: &Menu, cart: &Cart) -> Vec<FieldProblem> {
        let lines = cart.lines.iter().map(|line| {
            let product = menu.products.get(&line.product);
            let categories = product.map(|product| product.categories.as_slice());
            (line.product, line.variant, categories.unwrap_or_default())
        });
        let exclusives = &self.rules.exclusives;
        let mut refused = refused_lines(exclusives, self.customer, self.now, lines);
        refused.extend(cart.wanted_at.and_then(|at| self.refused_time(at)));
        refused
    }

    /// Why an order for this time is refused.
    #[must_use]
    pub fn refused_time(&self, at: DateTime<Utc>) -> Option<FieldProblem> {
        let DayRule { tz, cutoff_minutes } = self.day_rule;
        let at = benefit_rules::moment(at, tz, cutoff_minutes);
        let exclusives = &self.rules.exclusives;
        refused_time(exclusives, self.customer, self.now, (self.method, at))
    }
}
