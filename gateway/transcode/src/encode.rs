//! JSON of messages.

use chrono::{DateTime, SecondsFormat};
use prost_reflect::{DynamicMessage, FieldDescriptor, Kind, ReflectMessage as _, Value};
use serde_json::{Map, Value as Json};

use crate::{
    shape::{MONEY, TIMESTAMP, is_optional},
    words,
};

/// A response that lacks what it promises or holds what its proto does not know: our own fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Incomplete {
    /// Full name of the field.
    pub field: String,
}

/// JSON of a message: every field, in the order of its declaration.
pub fn object(message: &DynamicMessage) -> Result<Json, Incomplete> {
    let mut members = Map::new();
    for field in message.descriptor().fields() {
        let json = if field.supports_presence() && !message.has_field(&field) {
            if !is_optional(&field) {
                return Err(incomplete(&field));
            }
            Json::Null
        } else {
            value(&field, &message.get_field(&field))?
        };
        members.insert(field.name().to_owned(), json);
    }
    Ok(Json::Object(members))
}

fn value(field: &FieldDescriptor, value: &Value) -> Result<Json, Incomplete> {
    match value {
        Value::List(items) => items.iter().map(|item| single(field, item)).collect(),
        Value::Map(members) => {
            let Kind::Message(entry) = field.kind() else {
                return Err(incomplete(field));
            };
            let of = entry.map_entry_value_field();
            let mut sorted: Vec<_> = members
                .iter()
                .map(|(key, value)| Some((key.as_str()?.to_owned(), value)))
                .collect::<Option<_>>()
                .ok_or_else(|| incomplete(field))?;
            sorted.sort_by(|one, other| one.0.cmp(&other.0));
            let mut object = Map::new();
            for (key, value) in sorted {
                object.insert(key, single(&of, value)?);
            }
            Ok(Json::Object(object))
        }
        one => single(field, one),
    }
}

fn single(field: &FieldDescriptor, value: &Value) -> Result<Json, Incomplete> {
    Ok(match value {
        Value::Message(message) if message.descriptor().full_name() == TIMESTAMP => {
            time(message).ok_or_else(|| incomplete(field))?
        }
        Value::Message(message) if message.descriptor().full_name() == MONEY => {
            amount(message).ok_or_else(|| incomplete(field))?
        }
        Value::Message(message) => object(message)?,
        Value::String(text) => Json::from(text.as_str()),
        Value::Bool(flag) => Json::from(*flag),
        Value::I32(number) => Json::from(*number),
        Value::I64(number) => Json::from(*number),
        Value::U32(number) => Json::from(*number),
        Value::U64(number) => Json::from(*number),
        Value::F64(number) => Json::from(*number),
        Value::EnumNumber(number) => word(field, *number)?,
        Value::F32(_) | Value::Bytes(_) | Value::List(_) | Value::Map(_) => {
            return Err(incomplete(field));
        }
    })
}

fn word(field: &FieldDescriptor, number: i32) -> Result<Json, Incomplete> {
    let Kind::Enum(of) = field.kind() else {
        return Err(incomplete(field));
    };
    match of.get_value(number).map(|value| words::word(&of, &value)) {
        Some(Some(word)) => Ok(Json::from(word)),
        Some(None) if is_optional(field) => Ok(Json::Null),
        _ => Err(incomplete(field)),
    }
}

/// An amount in the minor unit; its currency stands once in the object around it.
fn amount(money: &DynamicMessage) -> Option<Json> {
    money.get_field_by_name("amount")?.as_i64().map(Json::from)
}

fn time(message: &DynamicMessage) -> Option<Json> {
    let seconds = message.get_field_by_name("seconds")?.as_i64()?;
    let nanos = u32::try_from(message.get_field_by_name("nanos")?.as_i32()?).ok()?;
    let at = DateTime::from_timestamp(seconds, nanos)?;
    Some(Json::from(at.to_rfc3339_opts(SecondsFormat::AutoSi, true)))
}

fn incomplete(field: &FieldDescriptor) -> Incomplete {
    Incomplete {
        field: field.full_name().to_owned(),
    }
}
