//! Coupons that members are given by rules (自動贈券).

pub mod give;
pub mod occasions;
pub mod rules;
