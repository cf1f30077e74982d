//! The running platform, from outside.

mod bad_input;
mod chaos;
mod flash_sale;
mod ordering;
mod scope;
mod tenancy;
