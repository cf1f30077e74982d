//! Use cases: what more than one entry point needs, and the flow over services that places an order.

pub mod accept_printed;
pub mod benefits;
pub mod capacity;
pub mod carry_out_decisions;
pub mod commit_orders;
pub mod day_rules;
mod entered_items;
pub mod find_slots;
pub mod lost_hold;
pub mod menu_snapshot;
pub mod menus;
pub mod missing_items;
pub mod order_payments;
pub mod pay_order;
pub mod payment_methods;
pub mod payments;
pub mod place_order;
pub mod prepaying;
pub mod price_cart;
pub mod proposed_coupons;
pub mod quote;
pub mod recall;
pub mod refund_money;
pub mod refund_saga;
pub mod refunds;
pub mod renewing;
pub mod reschedule;
pub mod rule_documents;
pub mod tier_access;
pub mod transition_order;

use std::sync::Arc;

use chassis::{clock::SharedClock, db::Db, order_link::LinkKey};
use chrono::TimeDelta;

use self::{
    benefits::Benefits, capacity::Capacity, commit_orders::Commits, day_rules::DayRules,
    menus::Menus, payment_methods::PaymentMethods, payments::Payments, prepaying::PrepayingPhones,
    recall::Recalls, rule_documents::RuleDocuments,
};
use crate::domain::pricing::FeeSettings;

/// Dependencies of the use cases; clones share them.
#[derive(Clone)]
pub struct Ordering {
    /// The database.
    pub db: Db,
    /// The clock.
    pub clock: SharedClock,
    /// Menus to price from.
    pub menus: Menus,
    /// Rules of brands.
    pub rules: RuleDocuments,
    /// How branches count days.
    pub day_rules: DayRules,
    /// Codes, coupons and points of customers.
    pub benefits: Benefits,
    /// Stock and slots.
    pub capacity: Capacity,
    /// Payments of orders.
    pub payments: Payments,
    /// How new orders may be paid.
    pub payment_methods: PaymentMethods,
    /// Who has to pay in advance.
    pub prepaying: PrepayingPhones,
    /// Commits of new orders, coalesced by branch.
    pub commits: Arc<Commits>,
    /// Look-ups of idempotency keys, coalesced by organisation.
    pub recalls: Arc<Recalls>,
    /// Makes the secret links of orders.
    pub link_key: LinkKey,
    /// Fees of a branch.
    pub fees: FeeSettings,
    /// How long a storefront may show a quote.
    pub quote_validity: TimeDelta,
    /// How long an order waits for its payment.
    pub pay_within: TimeDelta,
}
