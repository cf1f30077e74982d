//! The catalogue: brands, branches, what they sell, and the menus published from it.
//!
//! It owns brands, branches, categories, products with variants, option groups and the immutable
//! menu versions. It must never know stock, opening hours, orders or who a customer is.

pub mod app;
pub mod domain;
pub mod events;
pub mod grpc;
pub mod store;
