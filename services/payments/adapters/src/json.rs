//! JSON as providers write it: numbers beyond 2^53, and amounts as numbers or text.

use std::collections::BTreeMap;

use bytes::Bytes;
use serde::{Deserialize, Deserializer, de::DeserializeOwned, de::Error as _};
use serde_json::value::RawValue;

use crate::{CallError, http::Response};

/// A number or a text, by its exact characters. No float is made of it on the way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Exact(pub(crate) String);

impl<'de> Deserialize<'de> for Exact {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        exact(&raw)
            .map(Self)
            .ok_or_else(|| D::Error::custom("neither a number nor a text"))
    }
}

fn exact(raw: &RawValue) -> Option<String> {
    let text = raw.get();
    match text.as_bytes().first()? {
        b'"' => serde_json::from_str(text).ok(),
        b'-' | b'0'..=b'9' => Some(text.to_owned()),
        _ => None,
    }
}

/// The number or text that a JSON pointer (RFC 6901) names, by its exact characters.
pub(crate) fn exact_at(document: &str, pointer: &str) -> Option<String> {
    let raw: &RawValue = serde_json::from_str(document).ok()?;
    let Some(path) = pointer.strip_prefix('/') else {
        return if pointer.is_empty() { exact(raw) } else { None };
    };
    let mut found = raw.to_owned();
    for token in path.split('/') {
        let name = token.replace("~1", "/").replace("~0", "~");
        found = match found.get().as_bytes().first()? {
            b'{' => serde_json::from_str::<BTreeMap<String, Box<RawValue>>>(found.get())
                .ok()?
                .remove(&name)?,
            b'[' => {
                let mut items: Vec<Box<RawValue>> = serde_json::from_str(found.get()).ok()?;
                let at: usize = name.parse().ok()?;
                if at >= items.len() {
                    return None;
                }
                items.swap_remove(at)
            }
            _ => return None,
        };
    }
    exact(&found)
}

/// Reads a response that has to be JSON. What it holds is never quoted in the error.
pub(crate) fn read<T: DeserializeOwned>(response: &Response) -> Result<T, CallError> {
    from_bytes(&response.body).ok_or_else(|| {
        CallError::Unknown(format!(
            "HTTP {} without a readable answer",
            response.status.as_u16()
        ))
    })
}

/// Reads JSON of a known shape.
pub(crate) fn from_bytes<T: DeserializeOwned>(body: &Bytes) -> Option<T> {
    serde_json::from_slice(body).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_of_nineteen_digits_stays_exact() {
        let document = r#"{"info":{"transactionId": 2023042201206549310,"list":[{"a/b":"7"},18446744073709551616]}}"#;
        let cases = [
            ("/info/transactionId", Some("2023042201206549310")),
            ("/info/list/1", Some("18446744073709551616")),
            ("/info/list/0/a~1b", Some("7")),
            ("/info/list/2", None),
            ("/info/list", None),
            ("/info/none", None),
            ("info", None),
        ];
        for (pointer, expected) in cases {
            assert_eq!(
                exact_at(document, pointer).as_deref(),
                expected,
                "{pointer}"
            );
        }
    }

    #[test]
    fn only_numbers_and_texts_are_read() {
        for (json, expected) in [
            ("12", Some("12")),
            ("\"12\"", Some("12")),
            ("-3", Some("-3")),
        ] {
            let read: Option<Exact> = serde_json::from_str(json).ok();
            assert_eq!(read.map(|exact| exact.0).as_deref(), expected);
        }
        for json in ["true", "null", "[1]", "{}"] {
            assert!(serde_json::from_str::<Exact>(json).is_err(), "{json}");
        }
    }
}
