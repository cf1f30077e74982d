//! Messages out of JSON, paths and queries.

use std::collections::HashSet;

use chrono::{DateTime, Datelike as _, Utc};
use prost_reflect::{
    DynamicMessage, FieldDescriptor, Kind, MapKey, MessageDescriptor, ReflectMessage as _, Value,
};
use serde_json::Value as Json;

use crate::{
    behavior::Behaviors,
    endpoint::Violation,
    shape::{TIMESTAMP, choice},
    words,
};

/// Years that a timestamp may lie in; beyond them arithmetic with it may not be possible.
const YEARS: std::ops::RangeInclusive<i32> = 1970..=2200;

/// Reads the JSON body of one request.
pub struct Reader<'a> {
    /// What the fields are in requests.
    pub behaviors: &'a Behaviors,
    /// Paths of fields that come from elsewhere and may not be in the body.
    pub taken: &'a HashSet<String>,
    /// What is wrong so far.
    pub violations: &'a mut Vec<Violation>,
}

impl Reader<'_> {
    /// Fills `message`, which lies at `path` of the body, from a JSON object.
    pub fn fill(&mut self, message: &mut DynamicMessage, json: &Json, path: &str) {
        let Json::Object(members) = json else {
            self.refuse(or_body(path), "an object is wanted");
            return;
        };
        let descriptor = message.descriptor();
        for name in members.keys() {
            let at = join(path, name);
            let known = descriptor
                .get_field_by_name(name)
                .is_some_and(|field| !self.behaviors.is_output_only(&field));
            if !known || self.taken.contains(&at) {
                self.refuse(at, "there is no such field");
            }
        }
        for field in descriptor.fields() {
            let at = join(path, field.name());
            if self.taken.contains(&at) || self.behaviors.is_output_only(&field) {
                continue;
            }
            match members.get(field.name()) {
                Some(Json::Null) | None if self.behaviors.is_required(&field) => {
                    self.refuse(at, "the field is missing");
                }
                Some(Json::Null) | None => {}
                Some(json) => {
                    if is_chosen_otherwise(message, &field) {
                        self.refuse(at, "another of its choices is given too");
                    } else if let Some(value) = self.value(&field, json, &at) {
                        message.set_field(&field, value);
                    }
                }
            }
        }
    }

    fn value(&mut self, field: &FieldDescriptor, json: &Json, path: &str) -> Option<Value> {
        if field.is_list() {
            let Json::Array(items) = json else {
                self.refuse(path, "a list is wanted");
                return None;
            };
            let items = items.iter().enumerate().filter_map(|(index, item)| {
                self.single(&field.kind(), item, &format!("{path}[{index}]"))
            });
            return Some(Value::List(items.collect()));
        }
        if let (true, Kind::Message(entry)) = (field.is_map(), field.kind()) {
            let Json::Object(members) = json else {
                self.refuse(path, "an object is wanted");
                return None;
            };
            let kind = entry.map_entry_value_field().kind();
            let members = members.iter().filter_map(|(key, json)| {
                let value = self.single(&kind, json, &join(path, key))?;
                Some((MapKey::String(key.clone()), value))
            });
            return Some(Value::Map(members.collect()));
        }
        self.single(&field.kind(), json, path)
    }

    fn single(&mut self, kind: &Kind, json: &Json, path: &str) -> Option<Value> {
        let found = match kind {
            Kind::Message(inner) if inner.full_name() == TIMESTAMP => json
                .as_str()
                .and_then(instant)
                .map(|at| timestamp(inner, at)),
            Kind::Message(inner) => {
                let mut message = DynamicMessage::new(inner.clone());
                self.fill(&mut message, json, path);
                Some(Value::Message(message))
            }
            _ => scalar(kind, json),
        };
        if found.is_none() {
            self.refuse(path, format!("{} is wanted", wanted(kind)));
        }
        found
    }

    fn refuse(&mut self, path: impl Into<String>, message: impl Into<String>) {
        self.violations.push(Violation::new(path, message));
    }
}

/// Whether another field of the same choice is set.
fn is_chosen_otherwise(message: &DynamicMessage, field: &FieldDescriptor) -> bool {
    choice(field).is_some_and(|oneof| oneof.fields().any(|other| message.has_field(&other)))
}

fn scalar(kind: &Kind, json: &Json) -> Option<Value> {
    match kind {
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
        Kind::Float | Kind::Bytes | Kind::Message(_) => None,
    }
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
