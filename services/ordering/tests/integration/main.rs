//! Ordering against a real database, a real broker and upstreams that answer as a test asks.
#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot be set up has failed"
)]

mod agreed_quote;
mod benefit_failures;
mod benefits;
mod code_places;
mod common;
mod decisions;
mod deposits;
mod events;
mod find_orders;
mod list_orders;
mod lost_holds;
mod numbers;
mod option_groups;
mod pauses;
mod pay_order;
mod payment_choice;
mod payment_events;
mod place_order;
mod priced_again;
mod printed_orders;
mod refunded_benefits;
mod refunds;
mod repeats;
mod reschedule;
mod services;
mod slots;
mod snapshot;
mod stored_order;
mod tenancy;
mod test_orders;
mod tier_exclusives;
mod transitions;
mod unmask;
mod unpaid_orders;
