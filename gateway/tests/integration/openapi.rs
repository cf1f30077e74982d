//! The committed interface is the one the handlers have.

use gateway::rest::openapi;
use serde_json::Value;

#[test]
fn the_committed_document_is_fresh() {
    let committed = include_str!("../../ui/api/openapi.json");
    assert!(
        committed == openapi::pretty().unwrap(),
        "run: cargo run -p gateway -- openapi > gateway/ui/api/openapi.json"
    );
}

#[test]
fn every_operation_has_a_name_of_its_own_and_describes_its_rejections() {
    let document = serde_json::to_value(openapi::document()).unwrap();
    let mut names = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let place = format!("{method} {path}");
            let name = operation["operationId"].as_str().unwrap();
            assert!(
                !names.contains(&name.to_owned()),
                "{place} has the name {name} of another"
            );
            names.push(name.to_owned());
            let refusal = &operation["responses"]["default"]["content"];
            let schema = &refusal["application/problem+json"]["schema"]["$ref"];
            assert_eq!(schema, "#/components/schemas/Problem", "{place}");
            let parameters = operation["parameters"].as_array().unwrap();
            let declared = parameters
                .iter()
                .filter(|parameter| parameter["in"] == "path")
                .count();
            assert_eq!(
                declared,
                path.matches('{').count(),
                "{place} names its path parameters"
            );
        }
    }
    assert!(names.len() > 40);
}

#[test]
fn every_schema_that_is_referred_to_is_described() {
    let document = serde_json::to_value(openapi::document()).unwrap();
    let mut missing = Vec::new();
    collect_missing(&document, &document, &mut missing);
    assert_eq!(missing, Vec::<String>::new());
}

fn collect_missing(document: &Value, within: &Value, missing: &mut Vec<String>) {
    match within {
        Value::Object(members) => {
            if let Some(Value::String(reference)) = members.get("$ref")
                && document
                    .pointer(reference.trim_start_matches('#'))
                    .is_none()
            {
                missing.push(reference.clone());
            }
            for member in members.values() {
                collect_missing(document, member, missing);
            }
        }
        Value::Array(items) => {
            for item in items {
                collect_missing(document, item, missing);
            }
        }
        _ => {}
    }
}
