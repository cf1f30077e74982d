//! The tables of the catalogue. Every function takes the transaction it is given.
//!
//! Changes to a brand's catalogue first lock the brand's row ([`brands::lock`]): they are rare, and
//! places, codes and imports never race then.

pub mod branches;
pub mod brands;
pub mod catalogue;
pub mod categories;
pub mod items;
pub mod menus;
pub mod option_groups;
pub mod product_pages;
pub mod products;
pub mod slugs;
