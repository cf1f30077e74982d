//! Option groups.

use chassis::{error::Violations, id, text};
use proto::catalog::v1 as wire;

use crate::domain::option_group::{self as groups, OptionGroup};

/// Parses the texts and ids of an option group; its numbers are the domain's to check.
pub fn option_group_draft(group: &wire::OptionGroup, violations: &mut Violations) -> groups::Draft {
    let mut options = Vec::with_capacity(group.options.len());
    for (index, option) in group.options.iter().enumerate() {
        let path = format!("option_group.options[{index}]");
        options.push(groups::ChoiceDraft {
            id: id::parse_optional(&format!("{path}.option_id"), &option.option_id, violations),
            name: text::bounded(&format!("{path}.name"), &option.name, 1..=60, violations),
            price: option.price,
            max_quantity: option.max_quantity,
            default_chosen: option.default_chosen,
        });
    }
    groups::Draft {
        name: text::bounded("option_group.name", &group.name, 1..=60, violations),
        min: group.min,
        max: group.max,
        free_count: group.free_count,
        options,
    }
}

/// An option group on the wire.
pub fn option_group(group: &OptionGroup) -> wire::OptionGroup {
    let options = group.options.iter().map(|option| wire::Option {
        option_id: option.id.to_string(),
        name: option.name.clone(),
        price: option.price,
        max_quantity: option.max_quantity.into(),
        default_chosen: option.default_chosen,
    });
    wire::OptionGroup {
        option_group_id: group.id.to_string(),
        name: group.name.clone(),
        min: group.min.into(),
        max: group.max.into(),
        free_count: group.free_count.into(),
        options: options.collect(),
        version: group.version,
    }
}
