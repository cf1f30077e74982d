//! One HTTP form of an RPC: what becomes of a request, and of its response.

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    sync::Arc,
};

use anyhow::Context as _;
use http::{Method, StatusCode, uri::PathAndQuery};
use percent_encoding::percent_decode_str;
use prost_reflect::{DescriptorPool, DynamicMessage, FieldDescriptor, MethodDescriptor, Value};
use serde_json::Value as Json;

use crate::{
    behavior::Behaviors,
    decode::{self, Reader},
    encode::{Incomplete, JsonWriter},
    rule::{self, BodyField, FieldPath, HttpRule},
    shape,
};

/// Field of a request that the header `Idempotency-Key` fills.
pub const KEY_FIELD: &str = "idempotency_key";

/// An RPC with one of its HTTP forms.
#[derive(Clone, Debug)]
pub struct Endpoint {
    pub(crate) rpc: MethodDescriptor,
    pub(crate) rule: HttpRule,
    /// Which of the RPC's HTTP forms it is, from 0.
    pub(crate) form: usize,
    pub(crate) behaviors: Arc<Behaviors>,
    template: String,
    grpc_path: PathAndQuery,
    json: JsonWriter,
}

/// An HTTP request for an [`Endpoint`], as far as it was matched.
#[derive(Clone, Copy, Debug, Default)]
pub struct HttpCall<'a> {
    /// Values of the path's fields in their order, decoded.
    pub path: &'a [&'a str],
    /// The query as sent.
    pub query: Option<&'a str>,
    /// The body; not read for a form without one.
    pub body: &'a [u8],
    /// The header `Idempotency-Key`.
    pub idempotency_key: Option<&'a str>,
}

/// Something wrong with a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// Path as in the request, such as `rules[2].limit`.
    pub field: String,
    /// Text for the developer.
    pub message: String,
}

impl Violation {
    pub(crate) fn new(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            field: field.into(),
            message: message.into(),
        }
    }
}

impl Endpoint {
    /// Every HTTP form that the RPCs of a descriptor set declare.
    ///
    /// Refuses forms that cannot be served: fields that do not exist, messages without a JSON form,
    /// two forms with the same method and path.
    pub fn all(pool: &DescriptorPool) -> anyhow::Result<Vec<Self>> {
        let option = pool
            .get_extension_by_name("google.api.http")
            .context("find the option google.api.http")?;
        let behaviors = Arc::new(Behaviors::read(pool));
        let mut all = Vec::new();
        let mut seen = BTreeSet::new();
        for service in pool.services() {
            for rpc in service.methods() {
                let rules = rule::read(&rpc, &option)
                    .with_context(|| format!("read the HTTP form of {}", rpc.full_name()))?;
                for (form, rule) in rules.into_iter().enumerate() {
                    let address = format!("{} {}", rule.method, positions(&rule.template));
                    anyhow::ensure!(seen.insert(address.clone()), "{address} is declared twice");
                    all.push(Self::new(rpc.clone(), rule, form, behaviors.clone())?);
                }
            }
        }
        Ok(all)
    }

    fn new(
        rpc: MethodDescriptor,
        rule: HttpRule,
        form: usize,
        behaviors: Arc<Behaviors>,
    ) -> anyhow::Result<Self> {
        shape::check_request(&rpc.input())
            .and_then(|()| shape::check_response(&rpc.output()))
            .with_context(|| format!("the messages of {}", rpc.full_name()))?;
        let path = format!("/{}/{}", rpc.parent_service().full_name(), rpc.name());
        let endpoint = Self {
            grpc_path: path.parse()?,
            json: JsonWriter::new(&rpc.output())?,
            template: with_last_names(&rule.template),
            rpc,
            rule,
            form,
            behaviors,
        };
        let mut choices = HashSet::new();
        for field in endpoint.query_fields() {
            let choice = shape::choice(&field).map(|choice| choice.full_name().to_owned());
            anyhow::ensure!(
                choice.is_none_or(|choice| choices.insert(choice)),
                "the query of {} has several of a choice",
                endpoint.rpc.full_name()
            );
        }
        Ok(endpoint)
    }

    /// Its HTTP method.
    pub fn method(&self) -> &Method {
        &self.rule.method
    }

    /// Its path with `{}` around the last names of fields: `{template.brand_id}` is `{brand_id}`.
    pub fn template(&self) -> &str {
        &self.template
    }

    /// Whether it reads a body.
    pub fn has_body(&self) -> bool {
        self.rule.body != BodyField::None
    }

    /// The RPC it calls.
    pub fn rpc(&self) -> &MethodDescriptor {
        &self.rpc
    }

    /// Path of the RPC: `/yizhimai.staff.v1.StaffService/ListAccounts`.
    pub fn grpc_path(&self) -> &PathAndQuery {
        &self.grpc_path
    }

    /// Makes the request message, or says all that is wrong.
    pub fn request(&self, call: HttpCall<'_>) -> Result<DynamicMessage, Vec<Violation>> {
        let mut message = DynamicMessage::new(self.rpc.input());
        let mut violations = Vec::new();

        match &self.rule.body {
            BodyField::None => self.read_query(&mut message, call.query, &mut violations),
            BodyField::Whole => {
                if let Some(json) = parse(call.body, &mut violations) {
                    self.read_body(&mut message, &json, "", &mut violations);
                }
            }
            BodyField::Field(field) => {
                self.read_query(&mut message, call.query, &mut violations);
                if let Some(json) = parse(call.body, &mut violations) {
                    let inner = message.get_field_mut(field).as_message_mut();
                    let inner = inner.expect("the field was checked to be a message");
                    self.read_body(inner, &json, field.name(), &mut violations);
                }
            }
        }
        for (path, text) in self.rule.path.iter().zip(call.path) {
            match decode::from_text(&path.last().kind(), text) {
                Some(value) => set(&mut message, path, value),
                None => violations.push(Violation::new(path.last().name(), "cannot be read")),
            }
        }
        if let Some(field) = self.rpc.input().get_field_by_name(KEY_FIELD) {
            match call.idempotency_key {
                Some(key) if is_key(key) => {
                    message.set_field(&field, Value::String(key.to_owned()));
                }
                None if !self.behaviors.is_required(&field) => {}
                _ => violations.push(Violation::new(
                    KEY_FIELD,
                    "send an Idempotency-Key header of 1 to 128 visible characters",
                )),
            }
        }
        if violations.is_empty() {
            Ok(message)
        } else {
            Err(violations)
        }
    }

    /// Status of a response, and its body as JSON, from the encoded message.
    pub fn response(&self, message: &[u8]) -> Result<(StatusCode, Option<Vec<u8>>), Incomplete> {
        let status = self.success();
        if status == StatusCode::NO_CONTENT {
            return Ok((status, None));
        }
        Ok((status, Some(self.json.write(message)?)))
    }

    /// Status of success: 204 where the response has no fields, 201 for what creates, else 200.
    pub(crate) fn success(&self) -> StatusCode {
        if self.rpc.output().fields().len() == 0 {
            StatusCode::NO_CONTENT
        } else if self.rpc.name().starts_with("Create") {
            StatusCode::CREATED
        } else {
            StatusCode::OK
        }
    }

    /// Where a field of the request message stands in the HTTP request.
    pub fn as_sent(&self, field: &str) -> String {
        if let BodyField::Field(body) = &self.rule.body
            && let Some(rest) = field.strip_prefix(body.name())
        {
            return match rest.strip_prefix('.') {
                Some(rest) => rest.to_owned(),
                None if rest.is_empty() => "body".to_owned(),
                None => field.to_owned(),
            };
        }
        field.to_owned()
    }

    /// Fields of the request that come from the query.
    pub(crate) fn query_fields(&self) -> Vec<FieldDescriptor> {
        let taken = self.taken("");
        let body = match &self.rule.body {
            BodyField::Whole => return Vec::new(),
            BodyField::Field(field) => Some(field.clone()),
            BodyField::None => None,
        };
        self.rpc
            .input()
            .fields()
            .filter(|field| Some(field) != body.as_ref() && !taken.contains(field.name()))
            .filter(|field| {
                // A message that the path fills part of is not in the query, nor what the path chose against.
                let choice = shape::choice(field);
                !self.rule.path.iter().any(|path| {
                    let filled = &path.fields[0];
                    filled == field || (choice.is_some() && shape::choice(filled) == choice)
                })
            })
            .collect()
    }

    /// Fields below `parent` that path and headers fill, so that the body may not.
    pub(crate) fn taken(&self, parent: &str) -> HashSet<String> {
        let mut taken: HashSet<String> = self
            .rule
            .path
            .iter()
            .map(FieldPath::name)
            .filter_map(|name| {
                if parent.is_empty() {
                    return Some(name);
                }
                let rest = name.strip_prefix(parent)?.strip_prefix('.')?;
                Some(rest.to_owned())
            })
            .collect();
        if parent.is_empty() {
            taken.insert(KEY_FIELD.to_owned());
        }
        taken
    }

    fn read_body(
        &self,
        message: &mut DynamicMessage,
        json: &Json,
        parent: &str,
        violations: &mut Vec<Violation>,
    ) {
        let mut reader = Reader {
            behaviors: &self.behaviors,
            taken: &self.taken(parent),
            violations,
        };
        reader.fill(message, json, "");
    }

    fn read_query(
        &self,
        message: &mut DynamicMessage,
        query: Option<&str>,
        violations: &mut Vec<Violation>,
    ) {
        let known: HashMap<String, FieldDescriptor> = self
            .query_fields()
            .into_iter()
            .map(|field| (field.name().to_owned(), field))
            .collect();
        for pair in query.unwrap_or_default().split('&') {
            if pair.is_empty() {
                continue;
            }
            let (name, text) = pair.split_once('=').unwrap_or((pair, ""));
            let (Some(name), Some(text)) = (decoded(name), decoded(text)) else {
                violations.push(Violation::new("query", "is not UTF-8"));
                continue;
            };
            let Some(field) = known.get(&name) else {
                violations.push(Violation::new(name, "there is no such parameter"));
                continue;
            };
            let value = if field.is_list() {
                let items = text.split(',').filter(|item| !item.is_empty());
                let items: Option<Vec<Value>> = items
                    .map(|item| decode::from_text(&field.kind(), item))
                    .collect();
                items.map(Value::List)
            } else {
                decode::from_text(&field.kind(), &text)
            };
            match value {
                Some(value) => message.set_field(field, value),
                None => violations.push(Violation::new(
                    name,
                    format!("{} is wanted", decode::wanted(&field.kind())),
                )),
            }
        }
    }
}

fn parse(body: &[u8], violations: &mut Vec<Violation>) -> Option<Json> {
    match serde_json::from_slice(body) {
        Ok(json) => Some(json),
        Err(error) => {
            violations.push(Violation::new("body", error.to_string()));
            None
        }
    }
}

fn set(message: &mut DynamicMessage, path: &FieldPath, value: Value) {
    let (last, above) = path.fields.split_last().expect("a path is not empty");
    let mut at = message;
    for field in above {
        at = at
            .get_field_mut(field)
            .as_message_mut()
            .expect("the path was checked to lead through messages");
    }
    at.set_field(last, value);
}

fn is_key(key: &str) -> bool {
    (1..=128).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic())
}

fn decoded(text: &str) -> Option<String> {
    let text = text.replace('+', " ");
    let decoded = percent_decode_str(&text).decode_utf8().ok()?;
    Some(decoded.into_owned())
}

fn with_last_names(template: &str) -> String {
    let parts: Vec<String> = template
        .split('/')
        .map(|part| match part.strip_prefix('{') {
            Some(name) => format!("{{{}", name.rsplit('.').next().unwrap_or(name)),
            None => part.to_owned(),
        })
        .collect();
    parts.join("/")
}

/// The template without the names, by which two of them would match the same paths.
fn positions(template: &str) -> String {
    let parts: Vec<&str> = template
        .split('/')
        .map(|part| if part.starts_with('{') { "{}" } else { part })
        .collect();
    parts.join("/")
}
