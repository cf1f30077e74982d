use chrono::{DateTime, Utc};
use proto::ordering::v1 as pb;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::json::{convert::stamp, method::Method};

/// A cart to be priced.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Cart {
    /// Method.
    pub method: Method,
    /// Wanted slot start; null for as soon as possible.
    pub wanted_at: Option<DateTime<Utc>>,
    /// Lines, 1–50.
    pub lines: Vec<CartLine>,
}

/// A line of a cart.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CartLine {
    /// Product.
    #[schema(format = Uuid)]
    pub product_id: String,
    /// Variant of the product.
    #[schema(format = Uuid)]
    pub variant_id: String,
    /// Units, 1–99.
    pub quantity: i32,
    /// Chosen options.
    #[serde(default)]
    pub options: Vec<ChosenOption>,
    /// Note to the kitchen, at most 200 characters.
    #[serde(default)]
    pub note: String,
}

/// An option chosen for every unit of a line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChosenOption {
    /// Option.
    #[schema(format = Uuid)]
    pub option_id: String,
    /// How many per unit, 1–10.
    #[serde(default = "one")]
    pub quantity: i32,
}

fn one() -> i32 {
    1
}

impl Cart {
    /// The message, for this branch.
    pub fn into_wire(self, branch_id: String) -> pb::Cart {
        pb::Cart {
            branch_id,
            method: self.method.to_wire(),
            wanted_at: self.wanted_at.map(stamp),
            lines: self.lines.into_iter().map(pb::CartLine::from).collect(),
        }
    }
}

impl From<CartLine> for pb::CartLine {
    fn from(line: CartLine) -> Self {
        Self {
            product_id: line.product_id,
            variant_id: line.variant_id,
            quantity: line.quantity,
            options: line
                .options
                .into_iter()
                .map(pb::ChosenOption::from)
                .collect(),
            note: line.note,
        }
    }
}

impl From<ChosenOption> for pb::ChosenOption {
    fn from(option: ChosenOption) -> Self {
        Self {
            option_id: option.option_id,
            quantity: option.quantity,
        }
    }
}
