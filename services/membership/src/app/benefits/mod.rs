//! What orders use of rules, codes and coupons.

pub mod orders;
pub mod publish;
pub mod tag_use;
