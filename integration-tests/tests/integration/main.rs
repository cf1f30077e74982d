//! The running platform, from outside.

mod audit;
mod chaos;
mod flash_sale;
mod ordering;
mod scope;
mod tenancy;
