//! Pure types and rules of the catalogue: nothing here reads or writes anything.

pub mod accent;
pub mod branch;
pub mod brand;
pub mod catalogue;
pub mod category;
pub mod document;
pub mod export;
pub mod import;
pub mod item;
pub mod menu;
pub mod menu_diff;
pub mod option_group;
pub mod plan_limits;
pub mod product;
pub mod publish_check;
pub mod refusal;
pub mod slug;

#[cfg(test)]
pub(crate) mod samples;

pub use refusal::Error;
