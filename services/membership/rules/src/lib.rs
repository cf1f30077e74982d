//! Rules of benefits between the wire and the crate `pricing`: what is wrong in one, field by field;
//! stored rules and documents as values; explanations and rejections as a kind with its numbers, of
//! which the web apps make sentences.
//!
//! Pure: no SQL, no calls, no clock. Membership checks rules with it, ordering prices with it. A new
//! effect is a message in `benefit_rule.proto`, an arm in `check/effect.rs`, and the kinds of its
//! sentences in `explanation.rs`.

mod check;
mod document;
mod explanation;

pub use check::{MAX_BUDGET, check_points, check_rule};
pub use document::{Document, document, rule};
pub use explanation::{explanation, notice, rejection};
