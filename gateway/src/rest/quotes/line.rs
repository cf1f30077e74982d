use proto::ordering::v1 as pb;
use serde::Serialize;
use utoipa::ToSchema;

use crate::rest::convert::amount;

/// A priced line; amounts are in the minor unit of the currency of the whole.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct PricedLine {
    /// Product.
    #[schema(format = Uuid)]
    pub product_id: String,
    /// Variant.
    #[schema(format = Uuid)]
    pub variant_id: String,
    /// Product name as sold.
    pub product_name: String,
    /// Variant name as sold; empty for the only one.
    pub variant_name: String,
    /// Units.
    pub quantity: i32,
    /// Price of one unit with its options.
    pub unit_list: i64,
    /// List amount of the line.
    pub list: i64,
    /// List plus adjustments.
    pub net: i64,
    /// Adjustments, each explained.
    pub adjustments: Vec<Adjustment>,
    /// Options as sold.
    pub options: Vec<SoldOption>,
    /// Note to the kitchen.
    pub note: String,
}

/// A change of a line's amount by a rule.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Adjustment {
    /// Stage of the computation.
    pub stage: String,
    /// Name as the customer sees it.
    pub name: String,
    /// Amount, below 0 for a discount.
    pub amount: i64,
    /// The sentence why.
    pub sentence: String,
}

/// An option as sold.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct SoldOption {
    /// Option.
    #[schema(format = Uuid)]
    pub option_id: String,
    /// Group's name.
    pub group_name: String,
    /// Option's name.
    pub name: String,
    /// How many per unit.
    pub quantity: i32,
    /// What it adds to one unit, after the group's free quota.
    pub amount: i64,
}

/// A fee.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Fee {
    /// Kind: `bag`, `delivery` or `service`.
    pub kind: String,
    /// Name as the customer sees it.
    pub name: String,
    /// Amount.
    pub amount: i64,
}

impl From<pb::PricedLine> for PricedLine {
    fn from(line: pb::PricedLine) -> Self {
        Self {
            product_id: line.product_id,
            variant_id: line.variant_id,
            product_name: line.product_name,
            variant_name: line.variant_name,
            quantity: line.quantity,
            unit_list: amount(line.unit_list),
            list: amount(line.list),
            net: amount(line.net),
            adjustments: line.adjustments.into_iter().map(Adjustment::from).collect(),
            options: line.options.into_iter().map(SoldOption::from).collect(),
            note: line.note,
        }
    }
}

impl From<pb::Adjustment> for Adjustment {
    fn from(adjustment: pb::Adjustment) -> Self {
        Self {
            stage: adjustment.stage,
            name: adjustment.name,
            amount: amount(adjustment.amount),
            sentence: adjustment.sentence,
        }
    }
}

impl From<pb::SoldOption> for SoldOption {
    fn from(option: pb::SoldOption) -> Self {
        Self {
            option_id: option.option_id,
            group_name: option.group_name,
            name: option.name,
            quantity: option.quantity,
            amount: amount(option.amount),
        }
    }
}

impl From<pb::Fee> for Fee {
    fn from(fee: pb::Fee) -> Self {
        Self {
            kind: fee.kind,
            name: fee.name,
            amount: amount(fee.amount),
        }
    }
}
