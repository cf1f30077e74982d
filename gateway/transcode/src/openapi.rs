//! OpenAPI of the endpoints, with the comments of the protos.

use std::collections::{BTreeMap, HashSet};

use anyhow::ensure;
use prost_reflect::{EnumDescriptor, FieldDescriptor, Kind, MessageDescriptor};
use serde_json::{Map, Value as Json, json};

use crate::{
    comments,
    endpoint::{Endpoint, KEY_FIELD},
    rule::BodyField,
    shape::{TIMESTAMP, is_optional, is_required},
    words,
};

/// Adds paths and schemas of the endpoints to an OpenAPI 3.1 document.
///
/// Refuses what would take the place of something the document has already.
pub fn describe(document: &mut Json, endpoints: &[Endpoint]) -> anyhow::Result<()> {
    let mut schemas = Schemas::default();
    for endpoint in endpoints {
        let path = path(endpoint);
        let operation = operation(endpoint, &mut schemas);
        let verb = endpoint.method().as_str().to_ascii_lowercase();
        let item = &mut document["paths"][&path];
        ensure!(item.get(&verb).is_none(), "{verb} {path} is there already");
        item[verb] = operation;
    }
    let known = &mut document["components"]["schemas"];
    for (name, (_, schema)) in schemas.named {
        ensure!(
            known.get(&name).is_none(),
            "the schema {name} is there already"
        );
        known[name] = schema;
    }
    ensure!(
        schemas.twice.is_empty(),
        "two messages share a name: {:?}",
        schemas.twice
    );
    Ok(())
}

/// The template with the last names of fields only: `{template.brand_id}` is `{brand_id}`.
pub fn path(endpoint: &Endpoint) -> String {
    let parts: Vec<String> = endpoint
        .template()
        .split('/')
        .map(|part| match part.strip_prefix('{') {
            Some(name) => format!("{{{}", name.rsplit('.').next().unwrap_or(name)),
            None => part.to_owned(),
        })
        .collect();
    parts.join("/")
}

fn operation(endpoint: &Endpoint, schemas: &mut Schemas) -> Json {
    let rpc = &endpoint.rpc;
    let comment = comments::of(&rpc.parent_file(), rpc.path());
    let (summary, description) = comments::split(&comment);
    let service = rpc.parent_service().name();
    let mut parameters = Vec::new();
    for path in &endpoint.rule.path {
        parameters.push(parameter(path.last(), "path", schemas));
    }
    for field in endpoint.query_fields() {
        parameters.push(parameter(&field, "query", schemas));
    }
    if rpc.input().get_field_by_name(KEY_FIELD).is_some() {
        parameters.push(json!({
            "name": "Idempotency-Key", "in": "header", "required": true,
            "description": "1–128 visible characters; the same key and body give the first answer again.",
            "schema": {"type": "string", "minLength": 1, "maxLength": 128},
        }));
    }
    let mut operation = json!({
        "tags": [words::snake_case(service.trim_end_matches("Service"))],
        "operationId": words::snake_case(rpc.name()),
        "summary": summary,
        "description": description,
        "parameters": parameters,
    });
    if let Some(schema) = body(endpoint, schemas) {
        operation["requestBody"] = json!({
            "required": true, "content": {"application/json": {"schema": schema}},
        });
    }
    let status = endpoint.success();
    let mut success = json!({"description": "Done."});
    if status != http::StatusCode::NO_CONTENT {
        let schema = schemas.message(&rpc.output());
        success["content"] = json!({"application/json": {"schema": schema}});
    }
    operation["responses"] = json!({status.as_str(): success});
    operation
}

fn parameter(field: &FieldDescriptor, place: &str, schemas: &mut Schemas) -> Json {
    let schema = if field.is_list() {
        json!({"type": "string"})
    } else {
        schemas.kind(&field.kind(), field.name())
    };
    json!({
        "name": field.name(), "in": place, "required": place == "path",
        "description": comment(field), "schema": schema,
    })
}

fn body(endpoint: &Endpoint, schemas: &mut Schemas) -> Option<Json> {
    let (message, parent) = match &endpoint.rule.body {
        BodyField::None => return None,
        BodyField::Whole => (endpoint.rpc.input(), String::new()),
        BodyField::Field(field) => {
            let Kind::Message(message) = field.kind() else {
                return None;
            };
            (message, field.name().to_owned())
        }
    };
    let taken = endpoint.taken(&parent);
    let is_cut = message.fields().any(|field| taken.contains(field.name()));
    if !is_cut && !parent.is_empty() {
        return Some(schemas.message(&message));
    }
    let name = if parent.is_empty() {
        message.name().to_owned()
    } else {
        format!("{}Body", endpoint.rpc.name())
    };
    let schema = schemas.object(&message, &taken, is_required);
    Some(schemas.add(name, &format!("{} body", endpoint.rpc.full_name()), schema))
}

fn comment(field: &FieldDescriptor) -> String {
    comments::of(&field.parent_message().parent_file(), field.path())
}

/// Schemas by name, each with the full name of what it describes.
#[derive(Default)]
struct Schemas {
    named: BTreeMap<String, (String, Json)>,
    twice: Vec<String>,
}

impl Schemas {
    fn add(&mut self, name: String, of: &str, schema: Json) -> Json {
        let reference = reference(&name);
        match self.named.get(&name) {
            Some((known, _)) if known != of => self.twice.push(name),
            Some(_) => {}
            None => {
                self.named.insert(name, (of.to_owned(), schema));
            }
        }
        reference
    }

    fn message(&mut self, message: &MessageDescriptor) -> Json {
        let name = message.name().to_owned();
        if let Some((known, _)) = self.named.get(&name) {
            if known != message.full_name() {
                self.twice.push(name.clone());
            }
            return reference(&name);
        }
        // Its name is taken before its fields are read, for a message may hold messages of its kind.
        let of = message.full_name().to_owned();
        self.named.insert(name.clone(), (of.clone(), Json::Null));
        // What a response never leaves out, though a request may.
        let schema = self.object(message, &HashSet::new(), |_| true);
        self.named.insert(name.clone(), (of, schema));
        reference(&name)
    }

    fn object(
        &mut self,
        message: &MessageDescriptor,
        taken: &HashSet<String>,
        must_be_there: fn(&FieldDescriptor) -> bool,
    ) -> Json {
        let mut properties = Map::new();
        let mut required = Vec::new();
        for field in message.fields() {
            if taken.contains(field.name()) {
                continue;
            }
            if must_be_there(&field) {
                required.push(Json::from(field.name()));
            }
            properties.insert(field.name().to_owned(), self.field(&field));
        }
        json!({
            "type": "object",
            "description": comments::of(&message.parent_file(), message.path()),
            "required": required,
            "properties": properties,
        })
    }

    fn field(&mut self, field: &FieldDescriptor) -> Json {
        let mut schema = if let (true, Kind::Message(entry)) = (field.is_map(), field.kind()) {
            let of = entry.map_entry_value_field();
            json!({"type": "object", "additionalProperties": self.kind(&of.kind(), "")})
        } else if field.is_list() {
            let name = field.name().trim_end_matches('s');
            json!({"type": "array", "items": self.kind(&field.kind(), name)})
        } else {
            let one = self.kind(&field.kind(), field.name());
            if is_optional(field) {
                nullable(one)
            } else {
                one
            }
        };
        let comment = comment(field);
        if !comment.is_empty() {
            schema["description"] = Json::from(comment);
        }
        schema
    }

    fn kind(&mut self, kind: &Kind, name: &str) -> Json {
        match kind {
            Kind::Message(inner) if inner.full_name() == TIMESTAMP => {
                json!({"type": "string", "format": "date-time"})
            }
            Kind::Message(inner) => self.message(inner),
            Kind::Enum(of) => self.words(of),
            Kind::String | Kind::Bytes if name.ends_with("_id") => {
                json!({"type": "string", "format": "uuid"})
            }
            Kind::String | Kind::Bytes => json!({"type": "string"}),
            Kind::Bool => json!({"type": "boolean"}),
            Kind::Double | Kind::Float => json!({"type": "number", "format": "double"}),
            Kind::Int32 | Kind::Sint32 | Kind::Sfixed32 => {
                json!({"type": "integer", "format": "int32"})
            }
            Kind::Uint32 | Kind::Fixed32 => {
                json!({"type": "integer", "format": "int32", "minimum": 0})
            }
            Kind::Int64 | Kind::Sint64 | Kind::Sfixed64 => {
                json!({"type": "integer", "format": "int64"})
            }
            Kind::Uint64 | Kind::Fixed64 => {
                json!({"type": "integer", "format": "int64", "minimum": 0})
            }
        }
    }

    fn words(&mut self, of: &EnumDescriptor) -> Json {
        let schema = json!({
            "type": "string",
            "description": comments::of(&of.parent_file(), of.path()),
            "enum": words::words(of),
        });
        self.add(of.name().to_owned(), of.full_name(), schema)
    }
}

fn reference(name: &str) -> Json {
    json!({"$ref": format!("#/components/schemas/{name}")})
}

fn nullable(schema: Json) -> Json {
    match schema.get("type").and_then(Json::as_str) {
        Some(one) => {
            let both = json!([one, "null"]);
            let mut schema = schema;
            schema["type"] = both;
            schema
        }
        None => json!({"oneOf": [{"type": "null"}, schema]}),
    }
}
