//! Pure rules of ordering: menus to price from, prices, orders and their states. No I/O.

pub mod agreed;
pub mod benefit_outcome;
pub mod benefits;
pub mod branch_rules;
pub mod cart;
mod engine;
#[cfg(test)]
mod free_choices_tests;
pub mod menu;
pub mod online_payment;
pub mod options;
pub mod order;
pub mod order_decision;
pub mod order_history;
pub mod order_number;
pub mod order_payment;
pub mod order_state;
pub mod order_terms;
pub mod order_transition;
pub mod pause;
pub mod prepayment;
pub mod price_inputs;
pub mod priced_with;
pub mod pricing;
pub mod quote;
pub mod refund;
pub mod refund_step;
pub mod refunded_benefits;
pub mod reschedule;
#[cfg(test)]
pub(crate) mod samples;
pub mod stock_need;
pub mod test_checklist;
pub mod tier_exclusive;
