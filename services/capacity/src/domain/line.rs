//! A line of an order, as far as pauses and limits need it.

use chassis::id::{CategoryId, OptionId, ProductId, VariantId};
use serde::{Deserialize, Serialize};

/// A line; stock is checked by units summed over lines instead.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// Product.
    pub product_id: ProductId,
    /// Variant of the product.
    pub variant_id: VariantId,
    /// Options chosen for each unit.
    pub option_ids: Vec<OptionId>,
    /// Categories of the product.
    pub category_ids: Vec<CategoryId>,
    /// Units.
    pub quantity: i64,
    /// Amount of the line in the minor unit.
    pub amount: i64,
    /// Seconds to make one unit.
    pub make_seconds: i64,
    /// Station it is made at; empty for none.
    #[serde(default)]
    pub station: String,
    /// Print tag; empty for none.
    #[serde(default)]
    pub print_tag: String,
}
