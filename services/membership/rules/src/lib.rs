//! Rules of benefits between the wire and the crate `pricing`: what is wrong in one, field by field;
//! stored rules and documents as values; explanations and rejections as a kind with its numbers, of
//! which the web apps make sentences; what a rule would do, before it is enabled.
//!
//! Pure: no SQL, no calls, no clock. Membership checks rules with it, ordering prices with it. A new
//! effect is a message in `benefit_rule.proto`, an arm in `check/effect.rs`, and the kinds of its
//! sentences in `explanation.rs`.

mod check;
mod document;
mod enabling;
mod explanation;
mod moment;
mod replay;

pub use check::{MAX_BUDGET, check_points, check_rule};
pub use document::{Document, document, rule};
pub use enabling::{
    Conflict, EnablingReport, MenuItem, Preview, Relation, WorstCase, check_enabling, preview,
    with, without,
};
pub use explanation::{explanation, notice, rejection};
pub use moment::moment;
pub use replay::{
    BranchEffect, DayEffect, DaySales, Mismatch, OrderEffect, PastMenu, PastOrder, ProductEffect,
    Replay, ReplayReport, Sold, Trial, past_order, replay,
};
