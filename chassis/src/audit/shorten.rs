//! Cuts long text short, so that a record of an imported file does not hold the file.

use serde_json::Value;

/// Most items kept of a list.
const KEPT_ITEMS: usize = 20;
/// Most characters kept of one field; bytes count as they are written, in base64.
const KEPT: usize = 200;

/// Cuts every longer text and list, wherever it stands, and notes how long it was.
pub(super) fn shorten(value: &mut Value) {
    match value {
        Value::String(text) => cut(text),
        Value::Array(items) => {
            if items.len() > KEPT_ITEMS {
                let note = format!("… ({} items)", items.len());
                items.truncate(KEPT_ITEMS);
                items.push(Value::String(note));
            }
            items.iter_mut().for_each(shorten);
        }
        Value::Object(fields) => fields.values_mut().for_each(shorten),
        _ => {}
    }
}

/// Cuts a text that is too long.
pub(super) fn cut(text: &mut String) {
    let Some((end, _)) = text.char_indices().nth(KEPT) else {
        return;
    };
    let length = text.chars().count();
    text.truncate(end);
    text.push_str(&format!("… ({length} characters)"));
    // The rest is megabytes at times, and a sink may keep the record.
    text.shrink_to_fit();
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_what_is_too_long_is_cut_and_says_how_long_it_was() {
        let fits = "茶".repeat(200);
        let long = "茶".repeat(201);
        let mut value = json!({ "fits": fits, "rows": [{ "note": long }, 7] });
        shorten(&mut value);
        let cut = format!("{fits}… (201 characters)");
        assert_eq!(value, json!({ "fits": fits, "rows": [{ "note": cut }, 7] }));
    }

    #[test]
    fn a_long_list_is_cut_and_says_how_long_it_was() {
        let mut value = json!((0..21).collect::<Vec<_>>());
        shorten(&mut value);
        assert_eq!(value.as_array().unwrap().len(), 21);
        assert_eq!(value[20], "… (21 items)");
    }
}
