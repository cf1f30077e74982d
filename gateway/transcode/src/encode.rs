//! JSON of messages, written as they are walked.

use std::cell::RefCell;

use chrono::{DateTime, SecondsFormat};
use prost_reflect::{DynamicMessage, FieldDescriptor, Kind, ReflectMessage as _, Value};
use serde::ser::{Serialize, SerializeMap as _, SerializeSeq as _, Serializer};

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
pub fn object(message: &DynamicMessage) -> Result<Vec<u8>, Incomplete> {
    let missing = RefCell::new(None);
    let object = Object {
        message,
        missing: &missing,
    };
    let written = serde_json::to_vec(&object);
    written.map_err(|error| {
        let field = missing.take();
        Incomplete {
            field: field.unwrap_or_else(|| error.to_string()),
        }
    })
}

/// A message on its way to JSON; what it lacks is noted in `missing`.
struct Object<'a> {
    message: &'a DynamicMessage,
    missing: &'a RefCell<Option<String>>,
}

/// A value of a field.
struct Member<'a> {
    field: &'a FieldDescriptor,
    value: &'a Value,
    missing: &'a RefCell<Option<String>>,
}

impl Serialize for Object<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let of = self.message.descriptor();
        let fields = of.fields();
        let mut members = serializer.serialize_map(Some(fields.len()))?;
        for field in fields {
            if field.supports_presence() && !self.message.has_field(&field) {
                if !is_optional(&field) {
                    return Err(lacks(self.missing, &field));
                }
                members.serialize_entry(field.name(), &())?;
            } else {
                let member = Member {
                    field: &field,
                    value: &self.message.get_field(&field),
                    missing: self.missing,
                };
                members.serialize_entry(field.name(), &member)?;
            }
        }
        members.end()
    }
}

impl Member<'_> {
    fn with<'a>(&'a self, field: &'a FieldDescriptor, value: &'a Value) -> Member<'a> {
        Member {
            field,
            value,
            missing: self.missing,
        }
    }

    fn lacks<E: serde::ser::Error>(&self) -> E {
        lacks(self.missing, self.field)
    }
}

impl Serialize for Member<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.value {
            Value::Message(message) => self.message(message, serializer),
            Value::String(text) => serializer.serialize_str(text),
            Value::Bool(flag) => serializer.serialize_bool(*flag),
            Value::I32(number) => serializer.serialize_i32(*number),
            Value::I64(number) => serializer.serialize_i64(*number),
            Value::U32(number) => serializer.serialize_u32(*number),
            Value::U64(number) => serializer.serialize_u64(*number),
            Value::F64(number) => serializer.serialize_f64(*number),
            Value::EnumNumber(number) => self.word(*number, serializer),
            Value::List(items) => {
                let mut list = serializer.serialize_seq(Some(items.len()))?;
                for item in items {
                    list.serialize_element(&self.with(self.field, item))?;
                }
                list.end()
            }
            Value::Map(members) => {
                let Kind::Message(entry) = self.field.kind() else {
                    return Err(self.lacks());
                };
                let of = entry.map_entry_value_field();
                let sorted: Option<std::collections::BTreeMap<_, _>> = members
                    .iter()
                    .map(|(key, value)| Some((key.as_str()?, value)))
                    .collect();
                let sorted = sorted.ok_or_else(|| self.lacks())?;
                let sorted = sorted.into_iter();
                serializer.collect_map(sorted.map(|(key, value)| (key, self.with(&of, value))))
            }
            Value::F32(_) | Value::Bytes(_) => Err(self.lacks()),
        }
    }
}

impl Member<'_> {
    fn message<S: Serializer>(
        &self,
        message: &DynamicMessage,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        match message.descriptor().full_name() {
            TIMESTAMP => {
                let at = time(message).ok_or_else(|| self.lacks())?;
                serializer.serialize_str(&at)
            }
            // Its currency stands once in the object around it.
            MONEY => {
                let amount = message.get_field_by_name("amount");
                let amount = amount.and_then(|amount| amount.as_i64());
                serializer.serialize_i64(amount.ok_or_else(|| self.lacks())?)
            }
            _ => Object {
                message,
                missing: self.missing,
            }
            .serialize(serializer),
        }
    }

    fn word<S: Serializer>(&self, number: i32, serializer: S) -> Result<S::Ok, S::Error> {
        let Kind::Enum(of) = self.field.kind() else {
            return Err(self.lacks());
        };
        match of.get_value(number).map(|value| words::word(&of, &value)) {
            Some(Some(word)) => serializer.serialize_str(&word),
            Some(None) if is_optional(self.field) => serializer.serialize_unit(),
            _ => Err(self.lacks()),
        }
    }
}

fn time(message: &DynamicMessage) -> Option<String> {
    let seconds = message.get_field_by_name("seconds")?.as_i64()?;
    let nanos = u32::try_from(message.get_field_by_name("nanos")?.as_i32()?).ok()?;
    let at = DateTime::from_timestamp(seconds, nanos)?;
    Some(at.to_rfc3339_opts(SecondsFormat::AutoSi, true))
}

fn lacks<E: serde::ser::Error>(missing: &RefCell<Option<String>>, field: &FieldDescriptor) -> E {
    missing.replace(Some(field.full_name().to_owned()));
    E::custom("the message is incomplete")
}
