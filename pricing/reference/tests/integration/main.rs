//! `pricing` and its reference agree on random carts and rules, and on the worked examples.
#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot be set up has failed"
)]

mod agreement;
mod examples;
mod random;
mod requests;
