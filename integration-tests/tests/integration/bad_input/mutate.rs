//! Malformed values.

use serde_json::{Value, json};

/// Path segments, percent-encoded where they have to be.
pub const PATH_VALUES: [&str; 8] = [
    "%00",
    "%FF%FE",
    "x",
    "%E2%80%8B",
    "00000000-0000-0000-0000-000000000000",
    "-1",
    "9223372036854775808",
    "..%2F..%2Fetc",
];

/// Values of query parameters.
pub const QUERY_VALUES: [&str; 10] = [
    "",
    "%00",
    "%FF",
    "-1",
    "0",
    "99999999999999999999",
    "-262143-01-01",
    "%2B262142-01-01T00:00:00Z",
    "2026-02-30",
    "%F0%9F%8D%B5%E2%80%8B",
];

/// Files that are no tables.
pub const FILES: &[&[u8]] = &[
    b"",
    b"\0\0\0",
    b"\xff\xfe\x00",
    b"\xef\xbb\xbf",
    b"name\n\"unclosed",
    b",,,,\n,,,\n",
    b"name,name\na,b\n",
    b"PK\x03\x04",
];

/// Whole bodies that no schema allows.
pub fn documents() -> Vec<(&'static str, String)> {
    let deep = 20_000;
    vec![
        ("an empty body", String::new()),
        ("half a document", "{\"name\": ".to_owned()),
        ("a list", "[]".to_owned()),
        ("null", "null".to_owned()),
        ("an empty object", "{}".to_owned()),
        ("an unknown member", "{\"no_such_member\": 1}".to_owned()),
        (
            "a member twice",
            "{\"name\": \"a\", \"name\": \"b\"}".to_owned(),
        ),
        ("a deep document", "[".repeat(deep) + &"]".repeat(deep)),
        ("no UTF-8", "{\"name\": \"\\ud800\"}".to_owned()),
    ]
}

/// A well-formed body with one member after the other replaced by each malformed value.
pub fn members(sample: &Value) -> Vec<(String, Value)> {
    let mut pointers = Vec::new();
    collect_pointers(sample, String::new(), &mut pointers);
    let mut bodies = Vec::new();
    for pointer in pointers {
        for value in values() {
            let mut body = sample.clone();
            if let Some(member) = body.pointer_mut(&pointer) {
                let mut what = value.to_string();
                what.truncate(what.floor_char_boundary(40));
                *member = value;
                bodies.push((format!("{pointer} = {what}"), body));
            }
        }
    }
    bodies
}

fn values() -> Vec<Value> {
    vec![
        Value::Null,
        json!(true),
        json!(-1),
        json!(i64::MAX),
        json!(1.5),
        json!(""),
        json!("a\u{0}b"),
        json!("\u{200b}\u{2060}"),
        json!("長".repeat(5_000)),
        json!("+262142-12-31T23:59:59Z"),
        json!("-262143-01-01"),
        json!({}),
        Value::Array(vec![json!("x"); 300]),
    ]
}

fn collect_pointers(value: &Value, at: String, pointers: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                let pointer = format!("{at}/{name}");
                pointers.push(pointer.clone());
                collect_pointers(member, pointer, pointers);
            }
        }
        Value::Array(elements) => {
            for (index, element) in elements.iter().enumerate() {
                let pointer = format!("{at}/{index}");
                pointers.push(pointer.clone());
                collect_pointers(element, pointer, pointers);
            }
        }
        _ => {}
    }
}
