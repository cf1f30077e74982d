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
    /// What is entered beside them.
    #[serde(default)]
    pub entered: Entered,
    /// Phone as far as it was typed, of a quote alone: limits of a guest's codes count it.
    #[serde(default)]
    pub contact_phone: String,
    /// Proposes coupons of the member, of a quote alone.
    #[serde(default)]
    pub with_coupons: bool,
}

/// Codes, coupons and points, and what the customer decided about them.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Entered {
    /// Codes as they were typed, at most 3.
    pub codes: Vec<String>,
    /// Coupons of the member, by their ids, at most 3.
    pub coupons: Vec<String>,
    /// Points of the member to use.
    pub points: i32,
    /// Those of the codes and coupons that are used although the order costs more with them.
    pub insisted: Vec<String>,
    /// The points are used although the order costs more with them.
    pub insists_on_points: bool,
    /// Rules whose gift is not wanted, at most 20.
    pub declined_gifts: Vec<String>,
    /// Kind of payment that is chosen, such as `line_pay`; empty while none is.
    pub payment_kind: String,
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
    /// Rule that offered it as 加價購; left out for none.
    #[serde(default)]
    pub offered_by: Option<String>,
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
        let entered = self.entered;
        pb::Cart {
            branch_id,
            method: self.method.to_wire(),
            wanted_at: self.wanted_at.map(stamp),
            lines: self.lines.into_iter().map(pb::CartLine::from).collect(),
            codes: entered.codes,
            coupons: entered.coupons,
            points: entered.points,
            insisted: entered.insisted,
            insists_on_points: entered.insists_on_points,
            declined_gifts: entered.declined_gifts,
            payment_kind: entered.payment_kind,
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
            offered_by: line.offered_by.unwrap_or_default(),
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
