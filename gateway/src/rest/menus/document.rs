//! The shape of the menu document, which catalog writes at publishing and the gateway
//! forwards unchanged: these types only describe it.

use chrono::{DateTime, Utc};
use utoipa::ToSchema;

/// The menu of a branch as customers load it.
#[derive(Debug, ToSchema)]
pub struct MenuDocument {
    /// Id of the version.
    #[schema(format = Uuid)]
    pub menu_version_id: String,
    /// Number of the version in the branch.
    pub number: i64,
    /// When it was published.
    pub published_at: DateTime<Utc>,
    /// Brand as it was.
    pub brand: MenuBrand,
    /// Branch as it was.
    pub branch: MenuBranch,
    /// Categories in order.
    pub categories: Vec<MenuCategory>,
    /// Products that can be ordered.
    pub products: Vec<MenuProduct>,
    /// Option groups the products use.
    pub option_groups: Vec<MenuOptionGroup>,
}

/// The brand on a menu.
#[derive(Debug, ToSchema)]
pub struct MenuBrand {
    /// Id.
    #[schema(format = Uuid)]
    pub brand_id: String,
    /// Slug in the address.
    pub slug: String,
    /// Name.
    pub name: String,
    /// ISO 4217 currency of all prices.
    pub currency: String,
    /// Accent colour `#rrggbb`.
    pub accent: String,
    /// Introduction.
    pub introduction: String,
}

/// The branch on a menu.
#[derive(Debug, ToSchema)]
pub struct MenuBranch {
    /// Id.
    #[schema(format = Uuid)]
    pub branch_id: String,
    /// Slug in the address.
    pub slug: String,
    /// Name.
    pub name: String,
    /// Phone in E.164 form.
    pub phone: String,
    /// Address as written.
    pub address: String,
}

/// A category on a menu.
#[derive(Debug, ToSchema)]
pub struct MenuCategory {
    /// Id.
    #[schema(format = Uuid)]
    pub category_id: String,
    /// Name.
    pub name: String,
    /// Its products in order.
    pub product_ids: Vec<String>,
}

/// A product on a menu.
#[derive(Debug, ToSchema)]
pub struct MenuProduct {
    /// Id.
    #[schema(format = Uuid)]
    pub product_id: String,
    /// Name.
    pub name: String,
    /// English name, may be empty.
    pub name_en: String,
    /// Description.
    pub description: String,
    /// Allergens and warnings.
    pub allergens: String,
    /// Fewest of it in an order.
    pub min_per_order: i32,
    /// Most of it in an order.
    pub max_per_order: i32,
    /// 工作站 it is made at; absent for none.
    pub station: Option<String>,
    /// 出單標籤; absent for none.
    pub print_tag: Option<String>,
    /// Variants in order.
    pub variants: Vec<MenuVariant>,
    /// Option groups in order.
    pub option_group_ids: Vec<String>,
}

/// A variant on a menu; its id is the stock-keeping unit.
#[derive(Debug, ToSchema)]
pub struct MenuVariant {
    /// Id.
    #[schema(format = Uuid)]
    pub variant_id: String,
    /// Name; empty for the only one.
    pub name: String,
    /// Price in the minor unit.
    pub price: i64,
}

/// An option group on a menu.
#[derive(Debug, ToSchema)]
pub struct MenuOptionGroup {
    /// Id.
    #[schema(format = Uuid)]
    pub option_group_id: String,
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

/// An option on a menu; its id is the stock-keeping unit.
#[derive(Debug, ToSchema)]
pub struct MenuOption {
    /// Id.
    #[schema(format = Uuid)]
    pub option_id: String,
    /// Name.
    pub name: String,
    /// Price in the minor unit.
    pub price: i64,
    /// Most of it in one line.
    pub max_quantity: i32,
    /// Chosen beforehand.
    pub default_chosen: bool,
}
