//! What messages may look like to have a JSON form.

use std::collections::HashSet;

use anyhow::{Context as _, bail, ensure};
use prost_reflect::{FieldDescriptor, Kind, MessageDescriptor, OneofDescriptor};

/// Message with a form of its own: RFC 3339 text.
pub const TIMESTAMP: &str = "google.protobuf.Timestamp";
/// Message with a form of its own: the amount as a number. Responses only, for a request would have to
/// say the currency.
pub const MONEY: &str = "yizhimai.common.v1.Money";

/// Whether the field may be null: it is marked `optional` or is one of a choice.
pub fn is_optional(field: &FieldDescriptor) -> bool {
    field.containing_oneof().is_some()
}

/// The `oneof` a field is one of; that of a field marked `optional` is none.
pub fn choice(field: &FieldDescriptor) -> Option<OneofDescriptor> {
    field
        .containing_oneof()
        .filter(|oneof| !oneof.is_synthetic())
}

/// Refuses request messages whose fields have no JSON form.
pub fn check_request(message: &MessageDescriptor) -> anyhow::Result<()> {
    let mut seen = HashSet::new();
    check_within(message, &mut seen)?;
    ensure!(!seen.contains(MONEY), "money in a request has no currency");
    Ok(())
}

/// Refuses response messages whose fields have no JSON form.
pub fn check_response(message: &MessageDescriptor) -> anyhow::Result<()> {
    check_within(message, &mut HashSet::new())
}

fn check_within(message: &MessageDescriptor, seen: &mut HashSet<String>) -> anyhow::Result<()> {
    if message.full_name() == TIMESTAMP || !seen.insert(message.full_name().to_owned()) {
        return Ok(());
    }
    ensure!(
        message.package_name() != "google.protobuf",
        "{} has no JSON form",
        message.full_name()
    );
    for field in message.fields() {
        check_field(&field, seen).with_context(|| field.full_name().to_owned())?;
    }
    Ok(())
}

fn check_field(field: &FieldDescriptor, seen: &mut HashSet<String>) -> anyhow::Result<()> {
    match field.kind() {
        Kind::Bytes => bail!("bytes have no JSON form"),
        Kind::Message(inner) if field.is_map() => {
            let key = inner.map_entry_key_field().kind();
            ensure!(key == Kind::String, "the keys of a map must be text");
            check_field(&inner.map_entry_value_field(), seen)
        }
        Kind::Message(inner) => check_within(&inner, seen),
        _ => Ok(()),
    }
}
