//! Faults of callbacks, applied to what is about to be sent.

use serde_json::Value;

use crate::{fault::Fault, fields::Fields};

pub fn has(faults: &[Fault], word: &str) -> bool {
    faults.iter().any(|fault| fault.fault == word)
}

/// Sets the fields named by the faults `word`; true when there were any.
pub fn set(fields: &mut Fields, faults: &[Fault], word: &str) -> bool {
    let mut changed = false;
    for fault in faults.iter().filter(|fault| fault.fault == word) {
        for (name, value) in fault.value.as_object().into_iter().flatten() {
            changed = true;
            match value {
                Value::Null => fields.remove(name),
                Value::String(text) => fields.set(name, text.as_str()),
                other => fields.set(name, other.to_string()),
            }
        }
    }
    changed
}

/// Merges the values of the faults `word` into `document` (RFC 7396); true when there were any.
pub fn merge(document: &mut Value, faults: &[Fault], word: &str) -> bool {
    let mut changed = false;
    for fault in faults.iter().filter(|fault| fault.fault == word) {
        changed = true;
        patch(document, &fault.value);
    }
    changed
}

fn patch(target: &mut Value, change: &Value) {
    let Value::Object(change) = change else {
        *target = change.clone();
        return;
    };
    if !target.is_object() {
        *target = Value::Object(serde_json::Map::new());
    }
    let Value::Object(target) = target else {
        return;
    };
    for (name, value) in change {
        if value.is_null() {
            target.remove(name);
        } else {
            patch(target.entry(name.clone()).or_insert(Value::Null), value);
        }
    }
}

/// `hex` with another last digit.
pub fn flip_last_digit(hex: &str) -> String {
    let mut flipped = hex.to_owned();
    let last = flipped.pop();
    flipped.push(if last == Some('0') { '1' } else { '0' });
    flipped
}
