//! Columns of the product file. Category, name and a price make a menu; the export has them all.
//! A column that a file lacks changes nothing.

/// Code of the product.
pub const CODE: &str = "code";
/// Main category.
pub const CATEGORY: &str = "category";
/// Further categories, a list.
pub const MORE_CATEGORIES: &str = "more_categories";
/// Name.
pub const NAME: &str = "name";
/// English name.
pub const NAME_EN: &str = "name_en";
/// Price of the variant 冷; empty means that there is none.
pub const PRICE_COLD: &str = "price_cold";
/// Price of the variant 熱; empty means that there is none.
pub const PRICE_HOT: &str = "price_hot";
/// Variants other than 冷 and 熱, a list of `name:price`.
pub const VARIANTS: &str = "variants";
/// Option groups, a list of names, or ids where a name is not unique.
pub const OPTION_GROUPS: &str = "option_groups";
/// Description.
pub const DESCRIPTION: &str = "description";
/// Allergens and warnings.
pub const ALLERGENS: &str = "allergens";
/// Tax type: `taxable`, `zero_rated`, `exempt`.
pub const TAX_TYPE: &str = "tax_type";
/// Display state: `listed`, `hidden`, `delisted`.
pub const DISPLAY: &str = "display";
/// Fewest in an order.
pub const MIN_PER_ORDER: &str = "min_per_order";
/// Most in an order.
pub const MAX_PER_ORDER: &str = "max_per_order";
/// Seconds to make one.
pub const MAKE_SECONDS: &str = "make_seconds";
/// Station it is made at.
pub const STATION: &str = "station";
/// Print tag.
pub const PRINT_TAG: &str = "print_tag";

/// All columns, in the order of the export.
pub const ALL: [&str; 18] = [
    CODE,
    CATEGORY,
    NAME,
    PRICE_COLD,
    PRICE_HOT,
    VARIANTS,
    MORE_CATEGORIES,
    OPTION_GROUPS,
    NAME_EN,
    DESCRIPTION,
    ALLERGENS,
    TAX_TYPE,
    DISPLAY,
    MIN_PER_ORDER,
    MAX_PER_ORDER,
    MAKE_SECONDS,
    STATION,
    PRINT_TAG,
];

/// Columns whose cells are lists of things that can be removed one by one.
pub const LISTS: [&str; 3] = [VARIANTS, MORE_CATEGORIES, OPTION_GROUPS];

/// Name of the cold variant.
pub const COLD: &str = "冷";
/// Name of the hot variant.
pub const HOT: &str = "熱";
