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

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use prost_reflect::MessageDescriptor;

    use super::*;
    use crate::{
        audit::{
            diff::{Fields, diff},
            json,
        },
        authz::Rules,
    };

    /// Nested deeper than any request.
    const DEEPEST: usize = 6;
    const SECRET: &str = "hunter2";

    /// The requests of all audited RPCs.
    fn requests() -> impl Iterator<Item = MessageDescriptor> {
        let audited = Rules::global().iter().filter(|rule| rule.audited);
        audited.map(|rule| rule.input.clone())
    }

    fn collect(message: &MessageDescriptor, found: &mut BTreeSet<String>) {
        for field in message.fields() {
            let is_new = found.insert(field.full_name().to_owned());
            if let (Kind::Message(inner), true) = (field.kind(), is_new) {
                collect(&inner, found);
            }
        }
    }

    /// A message whose sensitive texts are the secret, wherever they stand.
    fn filled(message: &MessageDescriptor, depth: usize) -> DynamicMessage {
        let mut filled = DynamicMessage::new(message.clone());
        for field in message.fields().filter(|field| !field.is_map()) {
            let value = match field.kind() {
                Kind::String if is_sensitive(&field) => Value::String(SECRET.to_owned()),
                Kind::Bytes if is_sensitive(&field) => Value::Bytes(SECRET.into()),
                Kind::String => Value::String("plain".to_owned()),
                Kind::Message(inner) if depth < DEEPEST => {
                    Value::Message(self::filled(&inner, depth + 1))
                }
                _ => continue,
            };
            let value = if field.is_list() {
                Value::List(vec![value])
            } else {
                value
            };
            filled.set_field(&field, value);
        }
        filled
    }

    #[test]
    fn nothing_sensitive_of_any_audited_request_is_recorded() {
        for descriptor in requests() {
            let given = filled(&descriptor, 0);
            let mut masked = given.clone();
            mask(&mut masked);
            let request = json::write(&masked, false).to_string();
            let changes = diff(&Fields::default(), &Fields::from(&given));
            let recorded = format!("{request} {changes:?}");
            let name = descriptor.full_name();
            assert!(!recorded.contains(SECRET), "{name}: {recorded}");
        }
    }

    #[test]
    fn fields_that_name_a_person_or_a_secret_are_declared_sensitive() {
        let mut names = BTreeSet::new();
        requests().for_each(|request| collect(&request, &mut names));
        let pool = Rules::global().descriptors();
        let telling = [
            "password", "token", "secret", "phone", "email", "contact", "remote", "address",
            "birth", "tax_id", "carrier",
        ];
        let open: Vec<&String> = names
            .iter()
            .filter(|name| {
                let (message, field) = name.rsplit_once('.').unwrap();
                let message = pool.get_message_by_name(message).unwrap();
                let field = message.get_field_by_name(field).unwrap();
                // An id of something tells nothing of it.
                let is_telling = !field.name().ends_with("_id")
                    && telling.iter().any(|word| field.name().contains(word));
                is_telling && field.kind() == Kind::String && !is_sensitive(&field)
            })
            .collect();
        // A shop's own are on its page, and a printer's is one in the shop's network.
        let of_nobody = [
            "yizhimai.catalog.v1.Branch.address",
            "yizhimai.catalog.v1.Branch.phone",
            "yizhimai.printing.v1.CreateDeviceRequest.agent_address",
            "yizhimai.printing.v1.UpdateDeviceRequest.agent_address",
        ];
        assert_eq!(open, of_nobody);
    }
}
