//! Masks the fields that their proto declares sensitive, wherever they stand in a message. Of an address
//! its network stays.

use prost_reflect::{DynamicMessage, FieldDescriptor, Kind, Value};

use crate::network;

/// Stands for text that is not shown.
pub(super) const MASK: &str = "***";

/// Replaces sensitive text by `***` and drops other sensitive values.
pub(super) fn mask(message: &mut DynamicMessage) {
    let present: Vec<FieldDescriptor> = message.fields().map(|(field, _)| field).collect();
    for field in present {
        if is_sensitive(&field) {
            if field.kind() == Kind::String && !field.is_list() && !field.is_map() {
                let text = message.get_field(&field);
                let masked = network::masked(text.as_str().unwrap_or_default());
                message.set_field(&field, Value::String(masked));
            } else {
                message.clear_field(&field);
            }
        } else {
            mask_inside(message.get_field_mut(&field));
        }
    }
}

fn mask_inside(value: &mut Value) {
    match value {
        Value::Message(inner) => mask(inner),
        Value::List(items) => items.iter_mut().for_each(mask_inside),
        Value::Map(entries) => entries.values_mut().for_each(mask_inside),
        _ => {}
    }
}

fn is_sensitive(field: &FieldDescriptor) -> bool {
    let pool = field.parent_pool();
    let Some(option) = pool.get_extension_by_name("yizhimai.options.v1.sensitive") else {
        // A descriptor set without the option says nothing about any field: mask them all.
        return true;
    };
    field
        .options()
        .get_extension(&option)
        .as_bool()
        .unwrap_or(true)
}
