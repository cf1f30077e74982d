//! What a customer wants, before it has a price.

use chassis::{
    id::{BranchId, OptionId, ProductId, VariantId},
    sales::Method,
};
use chrono::{DateTime, Utc};
use uuid::Uuid;

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
    /// What the customer entered beside them.
    pub entered: Entered,
}

/// Codes, coupons and points of a cart, and what the customer decided about them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entered {
    /// Codes as they were typed.
    pub codes: Vec<String>,
    /// Coupons.
    pub coupons: Vec<Uuid>,
    /// Points to use.
    pub points: u32,
    /// Codes and coupons that are used although the order costs more with them.
    pub insisted: Vec<String>,
    /// Points are used although the order costs more with them.
    pub insists_on_points: bool,
    /// Rules whose gift is not wanted.
    pub declined_gifts: Vec<Uuid>,
    /// Kind of payment that is chosen.
    pub payment_kind: Option<String>,
}

impl Entered {
    /// A code, a coupon or points are in the cart.
    #[must_use]
    pub const fn has_benefits(&self) -> bool {
        !self.codes.is_empty() || !self.coupons.is_empty() || self.points > 0
    }
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
    /// Rule that offered it as 加價購.
    pub offered_by: Option<Uuid>,
}

/// An option chosen for every unit of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChosenOption {
    /// Option.
    pub option: OptionId,
    /// How many per unit.
    pub quantity: i32,
}
