//! What a customer wants, before it has a price.

use chassis::{
    id::{BranchId, OptionId, ProductId, VariantId},
    sales::Method,
};
use chrono::{DateTime, Utc};

/// A cart to be priced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cart {
    /// Branch it is for.
    pub branch: BranchId,
    /// Method.
    pub method: Method,
    /// Wanted slot start; `None` as soon as possible.
    pub wanted_at: Option<DateTime<Utc>>,
    /// Lines as the customer laid them out.
    pub lines: Vec<CartLine>,
}

/// A line of a cart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CartLine {
    /// Product.
    pub product: ProductId,
    /// Variant of the product.
    pub variant: VariantId,
    /// Units.
    pub quantity: i32,
    /// Options chosen for every unit.
    pub options: Vec<ChosenOption>,
    /// Note to the kitchen.
    pub note: String,
}

/// An option chosen for every unit of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChosenOption {
    /// Option.
    pub option: OptionId,
    /// How many per unit.
    pub quantity: i32,
}
