//! OpenAPI of the endpoints, with the comments of the protos.

use std::collections::{BTreeMap, HashSet};

use anyhow::{bail, ensure};
use prost_reflect::{EnumDescriptor, FieldDescriptor, Kind, MessageDescriptor};
use serde_json::{Map, Value as Json, json};

use crate::{
    comments,
    endpoint::{Endpoint, KEY_FIELD},
    rule::BodyField,
    shape::{MONEY, TIMESTAMP, is_optional},
    words,
};

/// Adds paths and schemas of the endpoints to an OpenAPI 3.1 document, and schemas of further messages
/// that the document refers to by name.
///
/// Refuses what would take the place of something the document has already.
pub fn describe(
    document: &mut Json,
    endpoints: &[Endpoint],
    messages: &[MessageDescriptor],
) -> anyhow::Result<()> {
    let mut schemas = Schemas::default();
    for message in messages {
        schemas.message(message);
    }
    for endpoint in endpoints {
        let path = endpoint.template();
        let operation = operation(endpoint, &mut schemas);
        let verb = endpoint.method().as_str().to_ascii_lowercase();
        let item = &mut document["paths"][path];
        ensure!(item.get(&verb).is_none(), "{verb} {path} is there already");
        item[verb] = operation;
    }
    let known = &mut document["components"]["schemas"];
    for (name, (_, schema)) in schemas.named {
        match known.get(&name) {
            // The same words by the same name are one enum.
            Some(there) if schema["enum"].is_array() && there["enum"] == schema["enum"] => {}
            Some(_) => bail!("the schema {name} is there already"),
            None => known[name] = schema,
        }
    }
    ensure!(
        schemas.twice.is_empty(),
        "two messages share a name: {:?}",
        schemas.twice
    );
    Ok(())
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
    if let Some(key) = rpc.input().get_field_by_name(KEY_FIELD) {
        parameters.push(json!({
            "name": "Idempotency-Key", "in": "header", "required": endpoint.behaviors.is_required(&key),
            "description": "1–128 visible characters; the same key and body give the first answer again.",
            "schema": {"type": "string", "minLength": 1, "maxLength": 128},
        }));
    }
    let mut operation = json!({
        "tags": [words::snake_case(service.trim_end_matches("Service"))],
        "operationId": words::snake_case(rpc.name()) + &ordinal(endpoint, "_"),
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
        BodyField::Whole => (endpoint.rpc.input(), ""),
        BodyField::Field(field) => {
            let Kind::Message(message) = field.kind() else {
                return None;
            };
            (message, field.name())
        }
    };
    let mut taken = endpoint.taken(parent);
    // What no body has anyway does not make this one special.
    taken.retain(|path| {
        let field = message.get_field_by_name(path);
        !field.is_some_and(|field| endpoint.behaviors.is_output_only(&field))
    });
    let body = Body { endpoint, taken };
    Some(schemas.request(&message, &body, ""))
}

/// Suffix that distinguishes an RPC's further HTTP forms from its first one.
fn ordinal(endpoint: &Endpoint, separator: &str) -> String {
    match endpoint.form {
        0 => String::new(),
        form => format!("{separator}{}", form + 1),
    }
}

/// The body of a request.
struct Body<'a> {
    endpoint: &'a Endpoint,
    /// Paths of fields that come from elsewhere.
    taken: HashSet<String>,
}

impl Body<'_> {
    /// Whether something below a path comes from elsewhere.
    fn is_cut(&self, path: &str) -> bool {
        self.taken.iter().any(|taken| {
            path.is_empty()
                || taken
                    .strip_prefix(path)
                    .is_some_and(|rest| rest.starts_with('.'))
        })
    }

    fn has(&self, field: &FieldDescriptor, path: &str) -> bool {
        !self.taken.contains(&join(path, field.name()))
            && !self.endpoint.behaviors.is_output_only(field)
    }

    /// Name of the schema of the message at a path, where it is only this body's.
    fn name(&self, message: &MessageDescriptor, path: &str) -> Option<String> {
        let (rpc, ordinal) = (self.endpoint.rpc.name(), ordinal(self.endpoint, ""));
        let is_whole = self.endpoint.rule.body == BodyField::Whole;
        match path {
            "" if is_whole => Some(format!("{}{ordinal}", message.name())),
            "" if self.is_cut("") => Some(format!("{rpc}Body{ordinal}")),
            "" => None,
            path if self.is_cut(path) => {
                Some(format!("{rpc}{}{ordinal}", words::pascal_case(path)))
            }
            _ => None,
        }
    }
}

/// Where a message is used.
#[derive(Clone, Copy)]
enum Place<'a> {
    Response,
    /// At a path of a body.
    Request(&'a Body<'a>, &'a str),
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() {
        name.to_owned()
    } else {
        format!("{path}.{name}")
    }
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
        let schema = self.object(message, Place::Response);
        self.named.insert(name.clone(), (of, schema));
        reference(&name)
    }

    /// A message in a request: one of its own where it differs from that in responses.
    fn request(&mut self, message: &MessageDescriptor, body: &Body<'_>, path: &str) -> Json {
        let rpc = body.endpoint.rpc.full_name();
        let (name, of) = match body.name(message, path) {
            Some(name) => (name, format!("{rpc} {} {path}", body.endpoint.form)),
            None if body.endpoint.behaviors.differs_in_requests(message) => {
                let name = format!("{}Input", message.name());
                (name, format!("{} in requests", message.full_name()))
            }
            None => return self.message(message),
        };
        if self.named.get(&name).is_some_and(|(known, _)| *known == of) {
            return reference(&name);
        }
        let reference = self.add(name.clone(), &of, Json::Null);
        let schema = self.object(message, Place::Request(body, path));
        if let Some((known, place)) = self.named.get_mut(&name)
            && *known == of
        {
            *place = schema;
        }
        reference
    }

    fn object(&mut self, message: &MessageDescriptor, place: Place<'_>) -> Json {
        let mut properties = Map::new();
        let mut required = Vec::new();
        for field in message.fields() {
            let is_required = match place {
                // What a response never leaves out, though it may be null.
                Place::Response => true,
                Place::Request(body, path) if !body.has(&field, path) => continue,
                Place::Request(body, _) => body.endpoint.behaviors.is_required(&field),
            };
            if is_required {
                required.push(Json::from(field.name()));
            }
            properties.insert(field.name().to_owned(), self.field(&field, place));
        }
        json!({
            "type": "object",
            "description": comments::of(&message.parent_file(), message.path()),
            "required": required,
            "properties": properties,
        })
    }

    fn field(&mut self, field: &FieldDescriptor, place: Place<'_>) -> Json {
        let mut schema = if let (true, Kind::Message(entry)) = (field.is_map(), field.kind()) {
            let of = entry.map_entry_value_field();
            let of = self.value(&of.kind(), "", field, place);
            json!({"type": "object", "additionalProperties": of})
        } else if field.is_list() {
            let name = field.name().trim_end_matches('s');
            let of = self.value(&field.kind(), name, field, place);
            json!({"type": "array", "items": of})
        } else {
            let one = self.value(&field.kind(), field.name(), field, place);
            let may_be_left_out = match place {
                Place::Response => false,
                Place::Request(body, _) => body.endpoint.behaviors.has_default(field),
            };
            if is_optional(field) || may_be_left_out {
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

    /// One value of a field.
    fn value(
        &mut self,
        kind: &Kind,
        name: &str,
        field: &FieldDescriptor,
        place: Place<'_>,
    ) -> Json {
        match (kind, place) {
            (Kind::Message(inner), Place::Request(body, path))
                if inner.full_name() != TIMESTAMP =>
            {
                let mut path = join(path, field.name());
                if field.is_list() || field.is_map() {
                    path.push_str("[]");
                }
                self.request(inner, body, &path)
            }
            _ => self.kind(kind, name),
        }
    }

    fn kind(&mut self, kind: &Kind, name: &str) -> Json {
        match kind {
            Kind::Message(inner) if inner.full_name() == TIMESTAMP => {
                json!({"type": "string", "format": "date-time"})
            }
            Kind::Message(inner) if inner.full_name() == MONEY => {
                json!({"type": "integer", "format": "int64"})
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
