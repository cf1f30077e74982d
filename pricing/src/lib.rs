//! The price of a cart: what it comes to, unit by unit, and why.
//!
//! Owns the order of computation, item groups, allocation, stacking and explanations. Everything
//! comes in as values and goes out as values: this crate has no I/O, no clock, no randomness, no
//! floats, and knows no service. A new kind of rule is an [`rules::Effect`] with its portions in
//! `effects/`; a new stage is a module in `stages/`.

mod allocation;
mod amount;
mod bill;
mod candidate;
mod cart;
mod effects;
mod engine;
mod entered;
mod explanation;
mod groups;
mod ids;
mod points;
mod portions;
mod priced;
mod refund;
mod request;
pub mod rules;
mod stacking;
mod stages;

pub use allocation::allocate;
pub use amount::{Amount, MAX_AMOUNT, Rate};
pub use candidate::GiftState;
pub use cart::{
    Cart, CartError, Choice, ChosenOption, Line, MAX_LINE_UNITS, MAX_LINES, MAX_UNITS, TaxType,
};
pub use engine::price;
pub use explanation::{Action, Adjustment, Earned, Explanation, Notice, Reason, Rejected, Stage};
pub use groups::ItemKey;
pub use ids::{
    BranchId, BrandId, CategoryId, Channel, FeeName, MemberTagId, Method, OptionId, PaymentMethod,
    ProductId, RuleId, SegmentId, SlotId, TagId, TierId, VariantId,
};
pub use points::{Earning, PointsProgram, PointsProgramFault, Redeeming};
pub use priced::{Gift, Offer, Outcome, Priced, PricedFee, PricedGroup, PricedLine, PricedUnit};
pub use refund::{Refund, refund};
pub use request::{EnteredPoints, EnteredRule, Error, Gifts, MAX_ENTERED, Places, Request};
pub use stacking::{Class, Classes, Exclusive};
pub use stages::{
    h_fees::{Charge, Fee, FeeKind},
    list::{Free, Prices, charge_options},
};
