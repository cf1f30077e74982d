//! Points: programmes, accounts with their lots and entries, holds of orders, adjustments.

pub mod accounts;
pub mod adjustments;
pub mod entries;
pub mod holds;
pub mod members;
pub mod programmes;
