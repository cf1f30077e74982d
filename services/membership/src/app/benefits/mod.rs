//! What orders use of rules, codes and coupons.

pub mod code_attempts;
pub mod coupon_changes;
pub mod expire;
pub mod find;
pub mod hold;
pub mod orders;
pub mod places;
pub mod publish;
pub mod results;
pub mod returns;
pub mod settings;
pub mod settle;
pub mod tag_use;
