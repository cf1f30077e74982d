//! Finds the vectors of a file.

use serde::Deserialize;
use serde_json::Value;

/// A test vector: what a provider's rules make of some inputs.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Vector {
    /// The provider.
    pub gateway: String,
    /// What is computed.
    pub kind: String,
    /// From what.
    pub inputs: Value,
    /// What must come out.
    pub expected: Value,
    /// Who says so.
    #[serde(default)]
    pub source: String,
}

/// Why a file has no vectors.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// Not JSON, and no `json` block that is.
    #[error("no JSON: {0}")]
    NotJson(#[from] serde_json::Error),
    /// JSON, but nowhere a list of vectors.
    #[error("no list of vectors in it")]
    NoVectors,
}

/// Reads a JSON file (a list of vectors, or an object with such lists in it) or a fact sheet, of which
/// every `json` block that is a list of vectors counts. An entry without `gateway` and `kind` makes its
/// list something else.
pub fn read(text: &str) -> Result<Vec<Vector>, ReadError> {
    let text = text.trim_start_matches('\u{feff}');
    let mut found = Vec::new();
    if text.trim_start().starts_with(['[', '{']) {
        collect(serde_json::from_str(text)?, &mut found)?;
    } else {
        for block in json_blocks(text) {
            // Sheets also show samples of bodies, some of them abridged.
            if let Ok(value) = serde_json::from_str(&block) {
                collect(value, &mut found)?;
            }
        }
    }
    if found.is_empty() {
        return Err(ReadError::NoVectors);
    }
    Ok(found)
}

fn collect(value: Value, found: &mut Vec<Vector>) -> Result<(), ReadError> {
    match value {
        Value::Array(entries) if entries.iter().any(is_vector) => {
            for entry in entries {
                found.push(serde_json::from_value(entry)?);
            }
        }
        Value::Object(fields) => {
            for (_, field) in fields {
                if field.is_array() {
                    collect(field, found)?;
                }
            }
        }
        _ => {}
    }
    Ok(())
}

fn is_vector(value: &Value) -> bool {
    value.get("gateway").is_some() && value.get("kind").is_some()
}

fn json_blocks(text: &str) -> Vec<String> {
    let mut blocks = Vec::new();
    let mut block: Option<String> = None;
    for line in text.lines() {
        match &mut block {
            None if line.trim().eq_ignore_ascii_case("```json") => block = Some(String::new()),
            None => {}
            Some(_) if line.trim() == "```" => blocks.extend(block.take()),
            Some(lines) => {
                lines.push_str(line);
                lines.push('\n');
            }
        }
    }
    blocks
}

#[cfg(test)]
mod tests {
    use super::*;

    const ENTRY: &str = r#"{"gateway":"g","kind":"k","inputs":{},"expected":{}}"#;

    #[test]
    fn vectors_are_found_in_lists_objects_and_sheets() {
        let cases = [
            (format!("[{ENTRY},{ENTRY}]"), 2),
            (format!(r#"{{"note":"n","vectors":[{ENTRY}]}}"#), 1),
            (
                format!(
                    "# Sheet\n```json\n[{ENTRY}]\n```\ntext\n```json\n{{\"a\":1}}\n```\n```json\n[{ENTRY},{ENTRY}]\n```\n"
                ),
                3,
            ),
        ];
        for (text, count) in cases {
            assert_eq!(read(&text).unwrap().len(), count, "{text}");
        }
    }

    #[test]
    fn a_file_without_vectors_is_an_error() {
        for text in [
            "",
            "# Sheet",
            "[]",
            "{}",
            "[1,2]",
            "[{\"gateway\":\"g\"}]",
            "{",
            "[{\"gateway\":1,\"kind\":2}]",
        ] {
            assert!(read(text).is_err(), "{text}");
        }
    }
}
