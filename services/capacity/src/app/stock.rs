//! 庫存: stock items and their movements, transfers, files and recipes.

pub mod change;
pub mod import;
pub mod ledger;
pub mod list;
pub mod receive;
pub mod recipes;
pub mod transfer;
