//! A published menu, indexed for pricing.

use std::collections::HashMap;

use chassis::{
    business_day::BusinessDay,
    id::{
        BranchId, BrandId, CategoryId, MenuVersionId, OptionGroupId, OptionId, ProductId, VariantId,
    },
    money::{Currency, Money},
    text_enum,
};
use chrono::{DateTime, Utc};
use chrono_tz::Tz;

/// An immutable menu of a branch.
#[derive(Clone, Debug)]
pub struct Menu {
    /// Id of the version.
    pub version: MenuVersionId,
    /// Number of the version in the branch.
    pub number: i64,
    /// Brand.
    pub brand: BrandId,
    /// Branch.
    pub branch: BranchId,
    /// Name of the branch.
    pub branch_name: String,
    /// Currency of its prices.
    pub currency: Currency,
    /// Products that can be ordered.
    pub products: HashMap<ProductId, Product>,
    /// Option groups.
    pub groups: HashMap<OptionGroupId, OptionGroup>,
}

/// What decides a branch's business day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DayRule {
    /// Time zone.
    pub tz: Tz,
    /// Minutes after midnight when the day begins.
    pub cutoff_minutes: u16,
}

impl DayRule {
    /// The business day of an instant.
    #[must_use]
    pub fn day_of(self, at: DateTime<Utc>) -> BusinessDay {
        BusinessDay::of(at, self.tz, self.cutoff_minutes)
    }
}

/// A product on a menu.
#[derive(Clone, Debug)]
pub struct Product {
    /// Name as sold.
    pub name: String,
    /// Categories it is in.
    pub categories: Vec<CategoryId>,
    /// Variants in order.
    pub variants: Vec<Variant>,
    /// Option groups in order.
    pub groups: Vec<OptionGroupId>,
    /// Tax type.
    pub tax_type: TaxType,
    /// Fewest of it in an order.
    pub min_per_order: i32,
    /// Most of it in an order.
    pub max_per_order: i32,
    /// Seconds to make one.
    pub make_seconds: i32,
    /// Station it is made at; empty for none.
    pub station: String,
    /// Print tag; empty for none.
    pub print_tag: String,
}

/// A variant; it carries the price.
#[derive(Clone, Debug)]
pub struct Variant {
    /// Id.
    pub id: VariantId,
    /// Name; empty for the only one.
    pub name: String,
    /// Price of one unit.
    pub price: Money,
}

/// A group of options.
#[derive(Clone, Debug)]
pub struct OptionGroup {
    /// Name.
    pub name: String,
    /// Fewest choices.
    pub min: i32,
    /// Most choices.
    pub max: i32,
    /// How many of the cheapest choices are free.
    pub free_count: i32,
    /// Options in order.
    pub options: Vec<MenuOption>,
}

/// An option of a group.
#[derive(Clone, Debug)]
pub struct MenuOption {
    /// Id.
    pub id: OptionId,
    /// Name.
    pub name: String,
    /// Price of one.
    pub price: Money,
    /// Most of it for one unit.
    pub max_quantity: i32,
}

text_enum! {
    /// Tax type of a product.
    pub enum TaxType {
        /// 應稅.
        Taxable = "taxable",
        /// 零稅率.
        ZeroRated = "zero_rated",
        /// 免稅.
        Exempt = "exempt",
    }
}

impl Menu {
    /// Whether an option is on the menu at all, whichever product it belongs to.
    #[must_use]
    pub fn knows_option(&self, option: OptionId) -> bool {
        self.groups
            .values()
            .any(|group| group.options.iter().any(|known| known.id == option))
    }
}
