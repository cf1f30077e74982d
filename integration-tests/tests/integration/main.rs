//! The running platform, from outside.

mod chaos;
mod flash_sale;
mod ordering;
mod scope;
mod tenancy;
