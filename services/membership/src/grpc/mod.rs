//! proto ↔ domain; no rules, no SQL.

pub mod points_convert;
pub mod points_service;
mod rpcs;
pub mod tag_service;
pub mod tier_service;
