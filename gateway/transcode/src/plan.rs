//! How the messages of one type become JSON, worked out once from their descriptors.

use std::collections::HashMap;

use anyhow::{Context as _, bail};
use prost::encoding::WireType;
use prost_reflect::{EnumDescriptor, FieldDescriptor, MessageDescriptor};

use crate::{
    shape::{MONEY, TIMESTAMP, is_optional},
    words,
};

/// The messages of a type and those within them, by their places; the type itself is the first.
#[derive(Clone, Debug)]
pub struct Plan(pub Vec<Message>);

/// Fields of a message.
#[derive(Clone, Debug, Default)]
pub struct Message {
    /// In the order of their declaration.
    pub fields: Vec<Field>,
    /// Places in `fields` by number, sorted.
    places: Vec<(u32, usize)>,
}

/// A field.
#[derive(Clone, Debug)]
pub struct Field {
    /// Full name, for errors.
    pub full_name: String,
    /// What it begins with in JSON: its name in quotes, and a colon.
    pub key: String,
    /// Form of its values; of a map's values.
    pub form: Form,
    /// How many it has.
    pub count: Count,
}

/// How many values a field has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Count {
    /// One, its default where it is not sent.
    One,
    /// One that must be sent.
    Required,
    /// One, or null.
    Optional,
    /// A list.
    Many,
    /// A list of entries.
    Map,
}

/// Form of a value.
#[derive(Clone, Debug)]
pub enum Form {
    Bool,
    Signed,
    Unsigned,
    ZigZag,
    Fixed64 {
        signed: bool,
    },
    Fixed32 {
        signed: bool,
    },
    Double,
    Text,
    /// Words by number; that of the unspecified value is none.
    Enum(HashMap<i32, Option<String>>),
    /// RFC 3339 text.
    Timestamp,
    /// The amount alone; the number of its field.
    Money(u32),
    /// A message, by its place in the plan.
    Message(usize),
}

impl Plan {
    /// The plan of a type; refuses what has no JSON form.
    pub fn new(of: &MessageDescriptor) -> anyhow::Result<Self> {
        let mut plan = Self(Vec::new());
        plan.place(of, &mut HashMap::new())?;
        Ok(plan)
    }

    fn place(
        &mut self,
        of: &MessageDescriptor,
        places: &mut HashMap<String, usize>,
    ) -> anyhow::Result<usize> {
        if let Some(place) = places.get(of.full_name()) {
            return Ok(*place);
        }
        let place = self.0.len();
        places.insert(of.full_name().to_owned(), place);
        self.0.push(Message::default());
        let mut message = Message::default();
        for field in of.fields() {
            message.places.push((field.number(), message.fields.len()));
            message.fields.push(self.field(&field, places)?);
        }
        message.places.sort_unstable();
        self.0[place] = message;
        Ok(place)
    }

    fn field(
        &mut self,
        field: &FieldDescriptor,
        places: &mut HashMap<String, usize>,
    ) -> anyhow::Result<Field> {
        let entry = field.is_map().then(|| field.kind());
        let value = match entry.as_ref().and_then(|kind| kind.as_message()) {
            Some(entry) => entry.map_entry_value_field(),
            None => field.clone(),
        };
        let form = self
            .form(&value, places)
            .with_context(|| field.full_name().to_owned())?;
        let count = if field.is_map() {
            Count::Map
        } else if field.is_list() {
            Count::Many
        } else if is_optional(field) {
            Count::Optional
        } else if field.supports_presence() {
            Count::Required
        } else {
            Count::One
        };
        Ok(Field {
            full_name: field.full_name().to_owned(),
            key: format!("\"{}\":", field.name()),
            form,
            count,
        })
    }

    fn form(
        &mut self,
        field: &FieldDescriptor,
        places: &mut HashMap<String, usize>,
    ) -> anyhow::Result<Form> {
        use prost_reflect::Kind;
        Ok(match field.kind() {
            Kind::Bool => Form::Bool,
            Kind::Int32 | Kind::Int64 => Form::Signed,
            Kind::Uint32 | Kind::Uint64 => Form::Unsigned,
            Kind::Sint32 | Kind::Sint64 => Form::ZigZag,
            Kind::Fixed64 => Form::Fixed64 { signed: false },
            Kind::Sfixed64 => Form::Fixed64 { signed: true },
            Kind::Fixed32 => Form::Fixed32 { signed: false },
            Kind::Sfixed32 => Form::Fixed32 { signed: true },
            Kind::Double => Form::Double,
            Kind::String => Form::Text,
            Kind::Enum(of) => Form::Enum(words_of(&of)),
            Kind::Message(of) => match of.full_name() {
                TIMESTAMP => Form::Timestamp,
                MONEY => {
                    let amount = of.get_field_by_name("amount");
                    Form::Money(amount.context("money has no amount")?.number())
                }
                _ => Form::Message(self.place(&of, places)?),
            },
            Kind::Float | Kind::Bytes => bail!("it has no JSON form"),
        })
    }
}

impl Message {
    /// The place of the field with that number.
    pub fn place(&self, number: u32) -> Option<usize> {
        let found = self
            .places
            .binary_search_by_key(&number, |(number, _)| *number);
        found.ok().map(|at| self.places[at].1)
    }
}

impl Form {
    /// How its values are packed into a list; `None` for those that are not.
    pub fn packed(&self) -> Option<WireType> {
        match self {
            Self::Bool | Self::Signed | Self::Unsigned | Self::ZigZag | Self::Enum(_) => {
                Some(WireType::Varint)
            }
            Self::Fixed64 { .. } | Self::Double => Some(WireType::SixtyFourBit),
            Self::Fixed32 { .. } => Some(WireType::ThirtyTwoBit),
            Self::Text | Self::Timestamp | Self::Money(_) | Self::Message(_) => None,
        }
    }
}

fn words_of(of: &EnumDescriptor) -> HashMap<i32, Option<String>> {
    of.values()
        .map(|value| (value.number(), words::word(of, &value)))
        .collect()
}
