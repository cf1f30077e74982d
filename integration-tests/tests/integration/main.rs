//! The running platform, from outside.

mod audit;
mod bad_input;
mod chaos;
mod chaos_payments;
mod flash_sale;
mod ordering;
mod paying;
mod scope;
mod tenancy;
