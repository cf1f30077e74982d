//! Messages out of JSON, paths and queries.

use std::collections::HashSet;

use chrono::{DateTime, Datelike as _, Utc};
use prost_reflect::{
    DynamicMessage, FieldDescriptor, Kind, MapKey, MessageDescriptor, ReflectMessage as _, Value,
};
use serde_json::Value as Json;

use crate::{
    endpoint::Violation,
    shape::{TIMESTAMP, is_required},
    words,
};

/// Years that a timestamp may lie in; beyond them arithmetic with it may not be possible.
const YEARS: std::ops::RangeInclusive<i32> = 1970..=2200;

/// Fills `message` from a JSON object.
///
/// `taken` holds the paths of fields that come from elsewhere and may not be in the body.
pub fn fill(
    message: &mut DynamicMessage,
    json: &Json,
    path: &str,
    taken: &HashSet<String>,
    violations: &mut Vec<Violation>,
) {
    let Json::Object(members) = json else {
        violations.push(Violation::new(or_body(path), "an object is wanted"));
        return;
    };
    let descriptor = message.descriptor();
    for name in members.keys() {
        let at = join(path, name);
        if descriptor.get_field_by_name(name).is_none() || taken.contains(&at) {
            violations.push(Violation::new(at, "there is no such field"));
        }
    }
    for field in descriptor.fields() {
        let at = join(path, field.name());
        if taken.contains(&at) {
            continue;
        }
        match members.get(field.name()) {
            Some(Json::Null) | None if is_required(&field) => {
                violations.push(Violation::new(at, "the field is missing"));
            }
            Some(Json::Null) | None => {}
            Some(json) => {
                if let Some(value) = value(&field, json, &at, violations) {
                    message.set_field(&field, value);
                }
            }
        }
    }
}

fn value(
    field: &FieldDescriptor,
    json: &Json,
    path: &str,
    violations: &mut Vec<Violation>,
) -> Option<Value> {
    if field.is_list() {
        let Json::Array(items) = json else {
            violations.push(Violation::new(path, "a list is wanted"));
            return None;
        };
        let items = items.iter().enumerate().filter_map(|(place, item)| {
            single(&field.kind(), item, &format!("{path}[{place}]"), violations)
        });
        return Some(Value::List(items.collect()));
    }
    if let (true, Kind::Message(entry)) = (field.is_map(), field.kind()) {
        let Json::Object(members) = json else {
            violations.push(Violation::new(path, "an object is wanted"));
            return None;
        };
        let kind = entry.map_entry_value_field().kind();
        let members = members.iter().filter_map(|(key, json)| {
            let value = single(&kind, json, &join(path, key), violations)?;
            Some((MapKey::String(key.clone()), value))
        });
        return Some(Value::Map(members.collect()));
    }
    single(&field.kind(), json, path, violations)
}

fn single(kind: &Kind, json: &Json, path: &str, violations: &mut Vec<Violation>) -> Option<Value> {
    let found = match kind {
        Kind::Message(inner) if inner.full_name() == TIMESTAMP => json
            .as_str()
            .and_then(instant)
            .map(|at| timestamp(inner, at)),
        Kind::Message(inner) => {
            let mut message = DynamicMessage::new(inner.clone());
            fill(&mut message, json, path, &HashSet::new(), violations);
            Some(Value::Message(message))
        }
        Kind::String => json.as_str().map(|text| Value::String(text.to_owned())),
        Kind::Bool => json.as_bool().map(Value::Bool),
        Kind::Enum(of) => json
            .as_str()
            .and_then(|word| words::number(of, word))
            .map(Value::EnumNumber),
        Kind::Int32 | Kind::Sint32 | Kind::Sfixed32 => json
            .as_i64()
            .and_then(|number| i32::try_from(number).ok())
            .map(Value::I32),
        Kind::Int64 | Kind::Sint64 | Kind::Sfixed64 => json.as_i64().map(Value::I64),
        Kind::Uint32 | Kind::Fixed32 => json
            .as_u64()
            .and_then(|number| u32::try_from(number).ok())
            .map(Value::U32),
        Kind::Uint64 | Kind::Fixed64 => json.as_u64().map(Value::U64),
        Kind::Double => json.as_f64().map(Value::F64),
        Kind::Float | Kind::Bytes => None,
    };
    if found.is_none() {
        violations.push(Violation::new(path, format!("{} is wanted", wanted(kind))));
    }
    found
}

/// A value out of a path or a query, where all is text.
pub fn from_text(kind: &Kind, text: &str) -> Option<Value> {
    match kind {
        Kind::String => Some(Value::String(text.to_owned())),
        Kind::Bool => text.parse().ok().map(Value::Bool),
        Kind::Int32 | Kind::Sint32 | Kind::Sfixed32 => text.parse().ok().map(Value::I32),
        Kind::Int64 | Kind::Sint64 | Kind::Sfixed64 => text.parse().ok().map(Value::I64),
        Kind::Uint32 | Kind::Fixed32 => text.parse().ok().map(Value::U32),
        Kind::Uint64 | Kind::Fixed64 => text.parse().ok().map(Value::U64),
        Kind::Enum(of) => words::number(of, text).map(Value::EnumNumber),
        Kind::Message(inner) if inner.full_name() == TIMESTAMP => {
            instant(text).map(|at| timestamp(inner, at))
        }
        Kind::Message(_) | Kind::Double | Kind::Float | Kind::Bytes => None,
    }
}

/// What a value of this kind looks like, for the developer who sent another.
pub fn wanted(kind: &Kind) -> String {
    match kind {
        Kind::Message(inner) if inner.full_name() == TIMESTAMP => {
            "an RFC 3339 time between 1970 and 2200".to_owned()
        }
        Kind::Message(_) => "an object".to_owned(),
        Kind::String | Kind::Bytes => "text".to_owned(),
        Kind::Bool => "true or false".to_owned(),
        Kind::Enum(of) => format!("one of {}", words::words(of).join(", ")),
        Kind::Double | Kind::Float => "a number".to_owned(),
        _ => "a whole number in range".to_owned(),
    }
}

fn instant(text: &str) -> Option<DateTime<Utc>> {
    let at = DateTime::parse_from_rfc3339(text).ok()?.to_utc();
    YEARS.contains(&at.year()).then_some(at)
}

fn timestamp(of: &MessageDescriptor, at: DateTime<Utc>) -> Value {
    let mut message = DynamicMessage::new(of.clone());
    message.set_field_by_name("seconds", Value::I64(at.timestamp()));
    let nanos = at.timestamp_subsec_nanos().cast_signed();
    message.set_field_by_name("nanos", Value::I32(nanos));
    Value::Message(message)
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() {
        name.to_owned()
    } else {
        format!("{path}.{name}")
    }
}

fn or_body(path: &str) -> String {
    if path.is_empty() { "body" } else { path }.to_owned()
}
