//! Messages that mutations begin with: what the test vectors of a provider have as texts and fields.

use std::{fs, path::Path};

use payment_adapters::{Provider, vectors};
use serde_json::Value;
use url::form_urlencoded;

/// Shorter texts say nothing about a message.
const SHORTEST: usize = 16;

/// Bodies and queries, as vectors of the provider have them.
pub fn seeds(provider: Provider) -> Vec<String> {
    let file = format!("tests/vectors/{provider}.json");
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(file));
    let text = text.expect("every provider has vectors");
    let mut seeds = Vec::new();
    for vector in vectors::read(&text).expect("a file of vectors") {
        collect(&vector.inputs, &mut seeds);
        collect(&vector.expected, &mut seeds);
    }
    assert!(!seeds.is_empty(), "{provider}: no vector has a message");
    seeds
}

fn collect(value: &Value, seeds: &mut Vec<String>) {
    match value {
        Value::String(text) if text.len() >= SHORTEST => seeds.push(text.clone()),
        Value::Array(values) => values.iter().for_each(|value| collect(value, seeds)),
        Value::Object(fields) => {
            seeds.push(value.to_string());
            let mut form = form_urlencoded::Serializer::new(String::new());
            for (name, value) in fields {
                let text = value.as_str().map(str::to_owned);
                form.append_pair(name, &text.unwrap_or_else(|| value.to_string()));
            }
            seeds.push(form.finish());
            fields.values().for_each(|value| collect(value, seeds));
        }
        _ => {}
    }
}
