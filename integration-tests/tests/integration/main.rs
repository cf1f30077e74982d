//! The running platform, from outside.

mod audit;
mod bad_input;
mod chaos;
mod chaos_benefits;
mod chaos_payments;
mod chaos_printing;
mod flash_sale;
mod ordering;
mod paying;
mod printing;
mod refunded_points;
mod replayed;
mod scope;
mod tenancy;
