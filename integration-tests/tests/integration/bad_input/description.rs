//! The OpenAPI description of the REST API: its operations, and well-formed bodies made of its
//! schemas.

use reqwest::Method;
use serde_json::{Map, Value, json};

/// Levels of a schema that a sample has; recursive schemas end there.
const MAX_DEPTH: usize = 8;

/// Operations whose answer never ends, that end the session all others are called with, or whose
/// refusals count as wrong passwords and would lock every test's address.
const LEFT_OUT: [&str; 7] = [
    "watch_branch",
    "watch_brand",
    "watch_shop",
    "watch_my_order",
    "sign_in",
    "sign_out",
    "change_password",
];

/// The description.
pub struct Description(Value);

/// One operation.
pub struct Operation {
    /// Method.
    pub method: Method,
    /// Path with its parameters in braces.
    pub path: String,
    /// Names of the parameters in the path.
    pub path_parameters: Vec<String>,
    /// Names of the parameters in the query.
    pub query_parameters: Vec<String>,
    /// What it takes.
    pub body: Body,
}

/// What an operation takes.
pub enum Body {
    /// Nothing.
    None,
    /// A file.
    Csv,
    /// JSON of this schema.
    Json(Value),
}

impl Description {
    /// Of a document.
    pub fn new(document: Value) -> Self {
        Self(document)
    }

    /// All operations but those that cannot be called in a row.
    pub fn operations(&self) -> Vec<Operation> {
        let mut operations = Vec::new();
        for (path, methods) in self.0["paths"].as_object().into_iter().flatten() {
            for (method, operation) in methods.as_object().into_iter().flatten() {
                let id = operation["operationId"].as_str().unwrap_or_default();
                let Ok(method) = Method::from_bytes(method.to_uppercase().as_bytes()) else {
                    continue;
                };
                if !LEFT_OUT.contains(&id) {
                    operations.push(Operation::new(method, path, operation));
                }
            }
        }
        operations
    }

    /// Whether a path has a method.
    pub fn has(&self, path: &str, method: &Method) -> bool {
        let method = method.as_str().to_lowercase();
        self.0["paths"][path].get(method).is_some()
    }

    /// A well-formed value of a schema.
    pub fn sample(&self, schema: &Value) -> Value {
        self.sample_within(schema, MAX_DEPTH)
    }

    fn sample_within(&self, schema: &Value, depth: usize) -> Value {
        if let Some(reference) = schema["$ref"].as_str() {
            let target = self.0.pointer(reference.trim_start_matches('#'));
            return target.map_or(Value::Null, |target| self.sample_within(target, depth));
        }
        for one_of in ["oneOf", "anyOf", "allOf"] {
            let mut choices = schema[one_of].as_array().into_iter().flatten();
            if let Some(choice) = choices.find(|choice| choice["type"] != "null") {
                return self.sample_within(choice, depth);
            }
        }
        if let Some(first) = schema["enum"].as_array().and_then(|words| words.first()) {
            return first.clone();
        }
        let kind = match &schema["type"] {
            Value::Array(kinds) => kinds.first().and_then(Value::as_str),
            kind => kind.as_str(),
        };
        match (kind, schema["format"].as_str()) {
            (Some("object"), _) if depth > 0 => {
                let properties = schema["properties"].as_object().into_iter().flatten();
                let members = properties
                    .map(|(name, schema)| (name.clone(), self.sample_within(schema, depth - 1)));
                Value::Object(members.collect::<Map<_, _>>())
            }
            (Some("array"), _) if depth > 0 => {
                json!([self.sample_within(&schema["items"], depth - 1)])
            }
            (Some("array"), _) => json!([]),
            (Some("integer" | "number"), _) => schema.get("minimum").cloned().unwrap_or(json!(1)),
            (Some("boolean"), _) => json!(true),
            (Some("string"), Some("uuid")) => json!(uuid::Uuid::from_u128(rand::random())),
            (Some("string"), Some("date-time")) => json!("2030-01-01T04:00:00Z"),
            (Some("string"), Some("date")) => json!("2030-01-01"),
            (Some("string"), _) => json!("x"),
            _ => Value::Null,
        }
    }
}

impl Operation {
    fn new(method: Method, path: &str, operation: &Value) -> Self {
        let parameters = |place: &str| {
            let all = operation["parameters"].as_array().into_iter().flatten();
            all.filter(|parameter| parameter["in"] == place)
                .filter_map(|parameter| parameter["name"].as_str().map(str::to_owned))
                .collect()
        };
        let content = &operation["requestBody"]["content"];
        let body = if let Some(json) = content.get("application/json") {
            Body::Json(json["schema"].clone())
        } else if content.is_object() {
            Body::Csv
        } else {
            Body::None
        };
        Self {
            method,
            path: path.to_owned(),
            path_parameters: parameters("path"),
            query_parameters: parameters("query"),
            body,
        }
    }
}
