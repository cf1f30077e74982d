//! What differs between two states of an object, field by field.

use std::collections::{BTreeMap, BTreeSet};

use prost_reflect::DynamicMessage;
use proto::common::v1::FieldChange;
use serde_json::Value;

use super::{
    changes::Changes,
    json,
    mask::{self, MASK},
    shorten,
};

/// Raised by every change, so it says nothing.
const VERSION: &str = "version";

/// The fields that differ, sorted by path. A sensitive field is named and its values are masked.
pub(super) fn diff(before: &Fields, after: &Fields) -> Changes {
    let paths: BTreeSet<&String> = before.raw.keys().chain(after.raw.keys()).collect();
    paths
        .into_iter()
        .filter(|path| *path != VERSION && before.raw.get(*path) != after.raw.get(*path))
        .map(|path| FieldChange {
            field: path.clone(),
            before: before.shown(path),
            after: after.shown(path),
        })
        .collect()
}

/// The values of an object by path; the default is an object that is not there.
#[derive(Clone, Default)]
pub(super) struct Fields {
    raw: BTreeMap<String, String>,
    masked: BTreeMap<String, String>,
}

impl From<&DynamicMessage> for Fields {
    fn from(message: &DynamicMessage) -> Self {
        let mut fields = Self::default();
        flatten("", &json::write(message, true), &mut fields.raw);
        let mut masked = message.clone();
        mask::mask(&mut masked);
        flatten("", &json::write(&masked, true), &mut fields.masked);
        fields
    }
}

impl From<&Value> for Fields {
    /// Of a value that holds nothing sensitive.
    fn from(value: &Value) -> Self {
        let mut raw = BTreeMap::new();
        flatten("", value, &mut raw);
        Self {
            masked: raw.clone(),
            raw,
        }
    }
}

impl Fields {
    fn shown(&self, path: &str) -> Option<String> {
        let raw = self.raw.get(path)?;
        let mut text = match self.masked.get(path) {
            Some(masked) if masked == raw => masked.clone(),
            // Of a list only that it is there.
            _ => MASK.to_owned(),
        };
        shorten::cut(&mut text);
        Some(text)
    }
}

/// Writes each value under its path; what is empty or absent is left out.
fn flatten(path: &str, value: &Value, fields: &mut BTreeMap<String, String>) {
    match value {
        Value::Null => {}
        Value::Object(members) => {
            for (name, member) in members {
                let path = match path {
                    "" => name.clone(),
                    _ => format!("{path}.{name}"),
                };
                flatten(&path, member, fields);
            }
        }
        Value::Array(items) if items.iter().any(Value::is_object) => {
            for (index, item) in items.iter().enumerate() {
                flatten(&format!("{path}[{index}]"), item, fields);
            }
        }
        Value::Array(items) if items.is_empty() => {}
        Value::Array(items) => {
            let texts: Vec<String> = items.iter().map(text).collect();
            fields.insert(path.to_owned(), texts.join(", "));
        }
        scalar => {
            let text = text(scalar);
            if !text.is_empty() {
                fields.insert(path.to_owned(), text);
            }
        }
    }
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use proto::staff::v1::{Account, Scope, Session};

    use super::*;

    fn change(field: &str, before: Option<&str>, after: Option<&str>) -> FieldChange {
        FieldChange {
            field: field.to_owned(),
            before: before.map(str::to_owned),
            after: after.map(str::to_owned),
        }
    }

    fn fields<T: prost::Message + prost::Name>(message: &T) -> Fields {
        Fields::from(&json::reflect(message).unwrap())
    }

    fn account() -> Account {
        Account {
            account_id: "a".into(),
            name: "Mei".into(),
            enabled: true,
            version: 3,
            scope: Some(Scope {
                branch_ids: vec!["x".into(), "y".into()],
                ..Scope::default()
            }),
            ..Account::default()
        }
    }

    #[test]
    fn only_what_differs_is_listed_and_the_version_is_not() {
        let before = account();
        let mut after = account();
        after.version = 4;
        after.enabled = false;
        after.role = "counter".into();
        after.scope.as_mut().unwrap().branch_ids.pop();
        assert_eq!(
            diff(&fields(&before), &fields(&after)).listed,
            [
                change("enabled", Some("true"), Some("false")),
                change("role", None, Some("counter")),
                change("scope.branch_ids", Some("x, y"), Some("x")),
            ]
        );
    }

    #[test]
    fn a_sensitive_field_is_named_without_its_values() {
        let session = |address: &str| Session {
            session_id: "s".into(),
            remote_address: address.into(),
            ..Session::default()
        };
        assert_eq!(
            diff(&fields(&session("10.0.0.1")), &fields(&session("10.0.0.2"))).listed,
            [change("remote_address", Some("***"), Some("***"))]
        );
    }
}
