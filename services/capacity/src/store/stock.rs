//! Stock items, their buckets and movements, components and recipes.

pub mod buckets;
pub mod components;
pub mod items;
pub mod movements;
pub mod recipes;
