//! JSON of messages, written straight from their encoding.

use chrono::{DateTime, SecondsFormat};
use prost_reflect::MessageDescriptor;
use serde::Serialize;

use crate::{
    plan::{Count, Field, Form, Plan},
    wire::{self, Fields, Raw},
};

/// Messages within messages, as prost limits them.
const MAX_DEPTH: usize = 100;

/// A response that lacks what it promises or holds what its proto does not know: our own fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Incomplete {
    /// Full name of the field.
    pub field: String,
}

/// Writes messages of one type as JSON: every field, in the order of its declaration.
#[derive(Clone, Debug)]
pub struct JsonWriter {
    plan: Plan,
    full_name: String,
}

impl JsonWriter {
    /// A writer for a type; refuses one whose fields have no JSON form.
    pub fn new(of: &MessageDescriptor) -> anyhow::Result<Self> {
        Ok(Self {
            plan: Plan::new(of)?,
            full_name: of.full_name().to_owned(),
        })
    }

    /// JSON of an encoded message.
    pub fn write(&self, message: &[u8]) -> Result<Vec<u8>, Incomplete> {
        let mut json = Vec::with_capacity(message.len() * 2);
        let written = self.object(0, message, MAX_DEPTH, &mut json);
        written.map_err(|Unwritten(field)| Incomplete {
            field: field.unwrap_or_else(|| self.full_name.clone()),
        })?;
        Ok(json)
    }

    fn object(&self, place: usize, bytes: &[u8], depth: usize, json: &mut Vec<u8>) -> Written {
        let depth = depth.checked_sub(1).ok_or(Unwritten(None))?;
        let message = &self.plan.0[place];
        let mut sent: Vec<(usize, Raw)> = Vec::with_capacity(message.fields.len());
        for field in Fields(bytes) {
            let (number, raw) = field.ok_or(Unwritten(None))?;
            sent.extend(message.place(number).map(|place| (place, raw)));
        }
        // Stable: what is sent several times keeps its order.
        sent.sort_by_key(|(place, _)| *place);
        let mut rest = sent.as_slice();
        for (place, field) in message.fields.iter().enumerate() {
            json.push(if place == 0 { b'{' } else { b',' });
            json.extend_from_slice(field.key.as_bytes());
            let count = rest.iter().take_while(|(at, _)| *at == place).count();
            let (values, others) = rest.split_at(count);
            rest = others;
            let written = self.values(field, values, depth, json);
            written.map_err(|Unwritten(inner)| {
                Unwritten(inner.or_else(|| Some(field.full_name.clone())))
            })?;
        }
        if message.fields.is_empty() {
            json.push(b'{');
        }
        json.push(b'}');
        Ok(())
    }

    fn values(
        &self,
        field: &Field,
        values: &[(usize, Raw)],
        depth: usize,
        json: &mut Vec<u8>,
    ) -> Written {
        match field.count {
            Count::Many => {
                json.push(b'[');
                let mut list = List(json.len());
                for (_, raw) in values {
                    self.items(field, *raw, depth, &mut list, json)?;
                }
                json.push(b']');
                Ok(())
            }
            Count::Map => self.map(field, values, depth, json),
            Count::Optional if values.is_empty() => null(json),
            Count::Required if values.is_empty() => Err(Unwritten(None)),
            Count::One | Count::Required | Count::Optional => self.one(field, values, depth, json),
        }
    }

    /// One value: the last that was sent. A message that was sent in parts is all of them.
    fn one(
        &self,
        field: &Field,
        values: &[(usize, Raw)],
        depth: usize,
        json: &mut Vec<u8>,
    ) -> Written {
        let parts = values.iter().filter_map(|(_, raw)| match raw {
            Raw::Bytes(bytes) => Some(*bytes),
            _ => None,
        });
        match (&field.form, values) {
            (Form::Message(_) | Form::Timestamp | Form::Money(_), [_, _, ..]) => {
                let whole = parts.collect::<Vec<_>>().concat();
                self.value(field, Raw::Bytes(&whole), depth, json)
            }
            (_, [.., (_, raw)]) => self.value(field, *raw, depth, json),
            (Form::Text, []) => self.value(field, Raw::Bytes(b""), depth, json),
            (Form::Fixed64 { .. } | Form::Double, []) => {
                self.value(field, Raw::Fixed64(0), depth, json)
            }
            (Form::Fixed32 { .. }, []) => self.value(field, Raw::Fixed32(0), depth, json),
            (_, []) => self.value(field, Raw::Varint(0), depth, json),
        }
    }

    /// An item of a list, or several that are packed.
    fn items(
        &self,
        field: &Field,
        raw: Raw,
        depth: usize,
        list: &mut List,
        json: &mut Vec<u8>,
    ) -> Written {
        let (Some(form), Raw::Bytes(mut packed)) = (field.form.packed(), raw) else {
            list.separate(json);
            return self.value(field, raw, depth, json);
        };
        while !packed.is_empty() {
            let raw = wire::value(form, &mut packed).ok_or(Unwritten(None))?;
            list.separate(json);
            self.value(field, raw, depth, json)?;
        }
        Ok(())
    }

    /// Entries of a map by their keys, which are text.
    fn map(
        &self,
        field: &Field,
        values: &[(usize, Raw)],
        depth: usize,
        json: &mut Vec<u8>,
    ) -> Written {
        let mut entries = std::collections::BTreeMap::new();
        for (_, raw) in values {
            let Raw::Bytes(entry) = raw else {
                return Err(Unwritten(None));
            };
            let (mut key, mut value) = ("", Vec::new());
            for part in Fields(entry) {
                match part.ok_or(Unwritten(None))? {
                    (1, Raw::Bytes(bytes)) => key = text(bytes)?,
                    (2, raw) => value.push((0, raw)),
                    _ => {}
                }
            }
            entries.insert(key, value);
        }
        json.push(b'{');
        let mut list = List(json.len());
        for (key, value) in entries {
            list.separate(json);
            scalar(key, json)?;
            json.push(b':');
            self.one(field, &value, depth, json)?;
        }
        json.push(b'}');
        Ok(())
    }

    fn value(&self, field: &Field, raw: Raw, depth: usize, json: &mut Vec<u8>) -> Written {
        match (&field.form, raw) {
            (Form::Bool, Raw::Varint(number)) => scalar(number != 0, json),
            (Form::Signed, Raw::Varint(number)) => scalar(number.cast_signed(), json),
            (Form::Unsigned, Raw::Varint(number)) => scalar(number, json),
            (Form::ZigZag, Raw::Varint(number)) => {
                let half = (number >> 1).cast_signed();
                scalar(if number & 1 == 0 { half } else { !half }, json)
            }
            (Form::Fixed64 { signed: true }, Raw::Fixed64(bits)) => {
                scalar(bits.cast_signed(), json)
            }
            (Form::Fixed64 { signed: false }, Raw::Fixed64(bits)) => scalar(bits, json),
            (Form::Fixed32 { signed: true }, Raw::Fixed32(bits)) => {
                scalar(bits.cast_signed(), json)
            }
            (Form::Fixed32 { signed: false }, Raw::Fixed32(bits)) => scalar(bits, json),
            (Form::Double, Raw::Fixed64(bits)) => scalar(f64::from_bits(bits), json),
            (Form::Text, Raw::Bytes(bytes)) => scalar(text(bytes)?, json),
            (Form::Enum(words), Raw::Varint(number)) => {
                let word = i32::try_from(number.cast_signed()).ok();
                match word.and_then(|number| words.get(&number)) {
                    Some(Some(word)) => scalar(word, json),
                    Some(None) if field.count == Count::Optional => null(json),
                    _ => Err(Unwritten(None)),
                }
            }
            (Form::Timestamp, Raw::Bytes(bytes)) => scalar(time(bytes)?, json),
            (Form::Money(amount), Raw::Bytes(bytes)) => scalar(integer(bytes, *amount)?, json),
            (Form::Message(place), Raw::Bytes(bytes)) => self.object(*place, bytes, depth, json),
            _ => Err(Unwritten(None)),
        }
    }
}

/// The field that could not be written, where it is known yet.
#[derive(Debug)]
struct Unwritten(Option<String>);

type Written = Result<(), Unwritten>;

/// A list or an object that begins at that place.
struct List(usize);

impl List {
    fn separate(&mut self, json: &mut Vec<u8>) {
        if json.len() > self.0 {
            json.push(b',');
        }
    }
}

fn null(json: &mut Vec<u8>) -> Written {
    scalar((), json)
}

fn scalar(value: impl Serialize, json: &mut Vec<u8>) -> Written {
    serde_json::to_writer(json, &value).map_err(|_| Unwritten(None))
}

fn text(bytes: &[u8]) -> Result<&str, Unwritten> {
    std::str::from_utf8(bytes).map_err(|_| Unwritten(None))
}

/// The integer with that number in a message; 0 where it is not sent.
fn integer(message: &[u8], wanted: u32) -> Result<i64, Unwritten> {
    let mut found = 0;
    for field in Fields(message) {
        if let (number, Raw::Varint(value)) = field.ok_or(Unwritten(None))?
            && number == wanted
        {
            found = value.cast_signed();
        }
    }
    Ok(found)
}

fn time(message: &[u8]) -> Result<String, Unwritten> {
    let (seconds, nanos) = (integer(message, 1)?, integer(message, 2)?);
    let at = u32::try_from(nanos).ok();
    let at = at.and_then(|nanos| DateTime::from_timestamp(seconds, nanos));
    let at = at.ok_or(Unwritten(None))?;
    Ok(at.to_rfc3339_opts(SecondsFormat::AutoSi, true))
}
