use proto::capacity::v1 as pb;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A shared component of a brand, such as 珍珠 or 杯子: counted, and no variant or option.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct StockComponent {
    /// Brand.
    #[schema(format = Uuid)]
    pub brand_id: String,
    /// Stock-keeping unit.
    #[schema(format = Uuid)]
    pub sku_id: String,
    /// Name.
    pub name: String,
    /// Put away.
    pub archived: bool,
    /// Version for the next change.
    pub version: i64,
}

/// What one variant or option takes from the components.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Recipe {
    /// Variant or option.
    #[schema(format = Uuid)]
    pub sku_id: String,
    /// Components and units of each; none where the recipe ended.
    pub parts: Vec<RecipePart>,
    /// Version for the next change.
    pub version: i64,
    /// Units that the branch's components suffice for; null when none of them is counted.
    pub sellable: Option<i64>,
}

/// Units of one component.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RecipePart {
    /// Component.
    #[schema(format = Uuid)]
    pub component_id: String,
    /// Units, 1–999.
    pub units: i64,
}

impl From<pb::Component> for StockComponent {
    fn from(component: pb::Component) -> Self {
        Self {
            brand_id: component.brand_id,
            sku_id: component.sku_id,
            name: component.name,
            archived: component.archived,
            version: component.version,
        }
    }
}

impl From<pb::Recipe> for Recipe {
    fn from(recipe: pb::Recipe) -> Self {
        Self {
            sku_id: recipe.sku_id,
            parts: recipe.parts.into_iter().map(RecipePart::from).collect(),
            version: recipe.version,
            sellable: recipe.sellable,
        }
    }
}

impl From<pb::RecipePart> for RecipePart {
    fn from(part: pb::RecipePart) -> Self {
        Self {
            component_id: part.component_id,
            units: part.units,
        }
    }
}

impl From<RecipePart> for pb::RecipePart {
    fn from(part: RecipePart) -> Self {
        Self {
            component_id: part.component_id,
            units: part.units,
        }
    }
}
