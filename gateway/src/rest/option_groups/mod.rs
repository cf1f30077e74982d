//! Option groups that products share.

mod archive;
mod list;
mod save;

use proto::catalog::v1 as pb;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::state::Gateway;

/// Endpoints of this resource.
pub fn routes() -> OpenApiRouter<Gateway> {
    OpenApiRouter::new()
        .routes(routes!(list::list_option_groups, save::save_option_group))
        .routes(routes!(archive::archive_option_group))
}

/// A group of options that products share.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct OptionGroup {
    /// Id.
    #[schema(format = Uuid)]
    pub option_group_id: String,
    /// Name such as 甜度.
    pub name: String,
    /// Fewest choices; from 1 on the group is required.
    pub min: i32,
    /// Most choices.
    pub max: i32,
    /// How many of the cheapest choices are free.
    pub free_count: i32,
    /// Options in order.
    pub options: Vec<OptionItem>,
    /// Version for the next change.
    pub version: i64,
}

/// An option of a group; a stock-keeping unit of its own.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct OptionItem {
    /// Id.
    #[schema(format = Uuid)]
    pub option_id: String,
    /// Name such as 半糖.
    pub name: String,
    /// Price in the minor unit.
    pub price: i64,
    /// Most of it in one line.
    pub max_quantity: i32,
    /// Chosen beforehand.
    pub default_chosen: bool,
}

/// An option group as it shall be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OptionGroupInput {
    /// Id; left out for a new one.
    #[schema(format = Uuid)]
    pub option_group_id: Option<String>,
    /// Name, 1–60 characters.
    pub name: String,
    /// Fewest choices, 0–20; from 1 on the group is required.
    pub min: i32,
    /// Most choices, min–20.
    pub max: i32,
    /// How many of the cheapest choices are free.
    #[serde(default)]
    pub free_count: i32,
    /// Options, 1–50, in order.
    pub options: Vec<OptionInput>,
    /// Version it was read at; left out for a new one.
    pub version: Option<i64>,
}

/// An option as it shall be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OptionInput {
    /// Id; left out for a new one.
    #[schema(format = Uuid)]
    pub option_id: Option<String>,
    /// Name such as 半糖.
    pub name: String,
    /// Price in the minor unit, 0–9,999.
    pub price: i64,
    /// Most of it in one line, 1–10.
    pub max_quantity: i32,
    /// Chosen beforehand.
    #[serde(default)]
    pub default_chosen: bool,
}

impl From<pb::OptionGroup> for OptionGroup {
    fn from(group: pb::OptionGroup) -> Self {
        Self {
            option_group_id: group.option_group_id,
            name: group.name,
            min: group.min,
            max: group.max,
            free_count: group.free_count,
            options: group.options.into_iter().map(OptionItem::from).collect(),
            version: group.version,
        }
    }
}

impl From<pb::Option> for OptionItem {
    fn from(option: pb::Option) -> Self {
        Self {
            option_id: option.option_id,
            name: option.name,
            price: option.price,
            max_quantity: option.max_quantity,
            default_chosen: option.default_chosen,
        }
    }
}

impl From<OptionGroupInput> for pb::OptionGroup {
    fn from(group: OptionGroupInput) -> Self {
        Self {
            option_group_id: group.option_group_id.unwrap_or_default(),
            name: group.name,
            min: group.min,
            max: group.max,
            free_count: group.free_count,
            options: group.options.into_iter().map(pb::Option::from).collect(),
            version: group.version.unwrap_or_default(),
        }
    }
}

impl From<OptionInput> for pb::Option {
    fn from(option: OptionInput) -> Self {
        Self {
            option_id: option.option_id.unwrap_or_default(),
            name: option.name,
            price: option.price,
            max_quantity: option.max_quantity,
            default_chosen: option.default_chosen,
        }
    }
}
