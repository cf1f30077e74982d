//! What orders use of rules, codes and coupons.

pub mod orders;
