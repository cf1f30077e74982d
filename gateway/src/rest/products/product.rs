use proto::catalog::v1 as pb;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    problem::Rejection,
    rest::{convert::present, wire_enum::wire_enum},
};

wire_enum! {
    /// Tax type of a product.
    TaxType = pb::TaxType {
        /// 應稅.
        Taxable,
        /// 零稅率.
        ZeroRated,
        /// 免稅.
        Exempt,
    }
}

wire_enum! {
    /// Whether and how a product is shown.
    DisplayState = pb::DisplayState {
        /// 上架.
        Listed,
        /// 隱藏: not listed, orderable by direct link.
        Hidden,
        /// 下架.
        Delisted,
    }
}

/// A product of a brand's catalogue.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Product {
    /// Id.
    #[schema(format = Uuid)]
    pub product_id: String,
    /// Brand.
    #[schema(format = Uuid)]
    pub brand_id: String,
    /// Code, unique in the brand.
    pub code: String,
    /// Name.
    pub name: String,
    /// English name, may be empty.
    pub name_en: String,
    /// Description.
    pub description: String,
    /// Categories, the first is the main one.
    pub category_ids: Vec<String>,
    /// Variants in order.
    pub variants: Vec<Variant>,
    /// Option groups in order.
    pub option_group_ids: Vec<String>,
    /// Tax type; null until it is chosen, without which publishing is refused.
    pub tax_type: Option<TaxType>,
    /// Display state.
    pub display: DisplayState,
    /// Fewest of it in an order.
    pub min_per_order: i32,
    /// Most of it in an order.
    pub max_per_order: i32,
    /// Seconds to make one.
    pub make_seconds: i32,
    /// Place in its main category, from 0.
    pub position: i32,
    /// Allergens and warnings as shown.
    pub allergens: String,
    /// 工作站 it is made at; empty for none.
    pub station: String,
    /// 出單標籤; empty for none.
    pub print_tag: String,
    /// Version for the next change.
    pub version: i64,
}

/// A size or temperature of a product; it carries the price and is the stock-keeping unit.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Variant {
    /// Id.
    #[schema(format = Uuid)]
    pub variant_id: String,
    /// Name such as 冷 or 熱; empty for the only one.
    pub name: String,
    /// Price in the minor unit.
    pub price: i64,
}

/// A product as it shall be.
#[derive(Debug, Clone, PartialEq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProductInput {
    /// Code, at most 32 characters, unique in the brand.
    #[serde(default)]
    pub code: String,
    /// Name, 1–60 characters.
    pub name: String,
    /// English name.
    #[serde(default)]
    pub name_en: String,
    /// Description, at most 2,000 characters.
    #[serde(default)]
    pub description: String,
    /// Categories, 1–5, the first is the main one.
    pub category_ids: Vec<String>,
    /// Variants, 1–12, in order.
    pub variants: Vec<VariantInput>,
    /// Option groups in order.
    #[serde(default)]
    pub option_group_ids: Vec<String>,
    /// Tax type; may stay open until publishing.
    pub tax_type: Option<TaxType>,
    /// Display state.
    pub display: DisplayState,
    /// Fewest of it in an order, 1–99.
    pub min_per_order: i32,
    /// Most of it in an order, 1–99.
    pub max_per_order: i32,
    /// Seconds to make one.
    #[serde(default)]
    pub make_seconds: i32,
    /// Place in its main category, from 0.
    #[serde(default)]
    pub position: i32,
    /// Allergens and warnings as shown, at most 200 characters.
    #[serde(default)]
    pub allergens: String,
    /// 工作站 it is made at, at most 20 characters; empty for none.
    #[serde(default)]
    pub station: String,
    /// 出單標籤, at most 20 characters; empty for none.
    #[serde(default)]
    pub print_tag: String,
    /// Version it was read at; left out when creating.
    pub version: Option<i64>,
}

/// A variant as it shall be.
#[derive(Debug, Clone, PartialEq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct VariantInput {
    /// Id; left out for a new one.
    #[schema(format = Uuid)]
    pub variant_id: Option<String>,
    /// Name such as 冷 or 熱; empty for the only one.
    #[serde(default)]
    pub name: String,
    /// Price in the minor unit, 0–999,999.
    pub price: i64,
}

/// Answer with one product.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProductAnswer {
    /// The product.
    pub product: Product,
}

impl TryFrom<pb::Product> for Product {
    type Error = Rejection;

    fn try_from(product: pb::Product) -> Result<Self, Rejection> {
        Ok(Self {
            tax_type: TaxType::from_wire_or_none(product.tax_type),
            display: DisplayState::from_wire(product.display)?,
            product_id: product.product_id,
            brand_id: product.brand_id,
            code: product.code,
            name: product.name,
            name_en: product.name_en,
            description: product.description,
            category_ids: product.category_ids,
            variants: product.variants.into_iter().map(Variant::from).collect(),
            option_group_ids: product.option_group_ids,
            min_per_order: product.min_per_order,
            max_per_order: product.max_per_order,
            make_seconds: product.make_seconds,
            position: product.position,
            allergens: product.allergens,
            station: product.station,
            print_tag: product.print_tag,
            version: product.version,
        })
    }
}

impl From<pb::Variant> for Variant {
    fn from(variant: pb::Variant) -> Self {
        Self {
            variant_id: variant.variant_id,
            name: variant.name,
            price: variant.price,
        }
    }
}

impl From<VariantInput> for pb::Variant {
    fn from(variant: VariantInput) -> Self {
        Self {
            variant_id: variant.variant_id.unwrap_or_default(),
            name: variant.name,
            price: variant.price,
        }
    }
}

impl ProductInput {
    /// The message, for the product of this id in this brand; an id is empty where it is not known.
    pub fn into_wire(self, brand_id: String, product_id: String) -> pb::Product {
        pb::Product {
            product_id,
            brand_id,
            code: self.code,
            name: self.name,
            name_en: self.name_en,
            description: self.description,
            category_ids: self.category_ids,
            variants: self.variants.into_iter().map(pb::Variant::from).collect(),
            option_group_ids: self.option_group_ids,
            tax_type: self.tax_type.map_or(0, TaxType::to_wire),
            display: self.display.to_wire(),
            min_per_order: self.min_per_order,
            max_per_order: self.max_per_order,
            make_seconds: self.make_seconds,
            position: self.position,
            allergens: self.allergens,
            station: self.station,
            print_tag: self.print_tag,
            version: self.version.unwrap_or_default(),
        }
    }
}

impl TryFrom<Option<pb::Product>> for ProductAnswer {
    type Error = Rejection;

    fn try_from(product: Option<pb::Product>) -> Result<Self, Rejection> {
        Ok(Self {
            product: present(product, "the product")?.try_into()?,
        })
    }
}
