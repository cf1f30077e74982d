//! What is given of benefits: who may use what, how often, and when it comes back.

pub mod active_rules;
pub mod code;
pub mod code_text;
pub mod cost_share;
pub mod counter;
pub mod coupon;
pub mod coupon_template;
pub mod customer;
pub mod giving;
pub mod hold;
pub mod offer;
pub mod promo_code;
pub mod promotion;
pub mod refusal;
