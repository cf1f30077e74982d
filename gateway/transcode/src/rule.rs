//! Reads the `google.api.http` option of RPCs.

use anyhow::{Context as _, bail, ensure};
use http::Method;
use prost_reflect::{
    DynamicMessage, ExtensionDescriptor, FieldDescriptor, Kind, MessageDescriptor, MethodDescriptor,
};

/// The HTTP form of an RPC.
#[derive(Clone, Debug)]
pub struct HttpRule {
    pub method: Method,
    pub template: String,
    /// Fields that the path fills, in its order.
    pub path: Vec<FieldPath>,
    pub body: BodyField,
}

/// What the JSON body becomes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BodyField {
    /// There is no body; what the path leaves comes from the query.
    None,
    /// The request, as far as the path leaves it.
    Whole,
    /// One field of the request; the rest comes from the query.
    Field(FieldDescriptor),
}

/// A field of the request or of a message in it.
#[derive(Clone, Debug)]
pub struct FieldPath {
    pub fields: Vec<FieldDescriptor>,
}

impl FieldPath {
    fn parse(of: &MessageDescriptor, path: &str) -> anyhow::Result<Self> {
        let mut fields: Vec<FieldDescriptor> = Vec::new();
        let mut message = Some(of.clone());
        for name in path.split('.') {
            let parent = message.with_context(|| format!("{path} leads through no message"))?;
            let field = parent
                .get_field_by_name(name)
                .with_context(|| format!("{} has no field {name}", parent.name()))?;
            ensure!(!field.is_list() && !field.is_map(), "{path} is not single");
            message = match field.kind() {
                Kind::Message(inner) => Some(inner),
                _ => None,
            };
            fields.push(field);
        }
        ensure!(message.is_none(), "{path} is a message");
        Ok(Self { fields })
    }

    /// The field itself.
    pub fn last(&self) -> &FieldDescriptor {
        self.fields.last().expect("a path has at least one field")
    }

    /// Where it lies, as in the proto: `template.brand_id`.
    pub fn name(&self) -> String {
        let names: Vec<&str> = self.fields.iter().map(FieldDescriptor::name).collect();
        names.join(".")
    }
}

/// The HTTP forms of an RPC; none when it declares none.
pub fn read(
    method: &MethodDescriptor,
    option: &ExtensionDescriptor,
) -> anyhow::Result<Vec<HttpRule>> {
    let options = method.options();
    if !options.has_extension(option) {
        return Ok(Vec::new());
    }
    ensure!(
        !method.is_client_streaming() && !method.is_server_streaming(),
        "a stream has no JSON form"
    );
    let value = options.get_extension(option);
    let rule = value.as_message().context("the option is no message")?;
    let mut rules = vec![read_one(method, rule)?];
    if let Some(more) = rule.get_field_by_name("additional_bindings") {
        for rule in more.as_list().unwrap_or_default() {
            rules.push(read_one(method, rule.as_message().context("no message")?)?);
        }
    }
    Ok(rules)
}

fn read_one(method: &MethodDescriptor, rule: &DynamicMessage) -> anyhow::Result<HttpRule> {
    let text = |name: &str| -> String {
        let value = rule.get_field_by_name(name);
        value
            .and_then(|value| value.as_str().map(str::to_owned))
            .unwrap_or_default()
    };
    let verbs = [
        (Method::GET, "get"),
        (Method::PUT, "put"),
        (Method::POST, "post"),
        (Method::DELETE, "delete"),
        (Method::PATCH, "patch"),
    ];
    let Some((verb, template)) = verbs
        .into_iter()
        .map(|(verb, name)| (verb, text(name)))
        .find(|(_, template)| !template.is_empty())
    else {
        bail!("names no method and path");
    };
    let input = method.input();
    let mut path = Vec::new();
    for part in template.split('/') {
        let Some(name) = part.strip_prefix('{') else {
            ensure!(!part.contains(['{', '}', '*']), "cannot read {part}");
            continue;
        };
        let name = name.strip_suffix('}').context("a brace is not closed")?;
        path.push(FieldPath::parse(&input, name)?);
    }
    let body = match text("body").as_str() {
        "" => BodyField::None,
        "*" => BodyField::Whole,
        name => {
            let field = input
                .get_field_by_name(name)
                .with_context(|| format!("the body names no field: {name}"))?;
            ensure!(
                matches!(field.kind(), Kind::Message(_)) && !field.is_list() && !field.is_map(),
                "the body {name} is no message"
            );
            BodyField::Field(field)
        }
    };
    ensure!(
        text("response_body").is_empty(),
        "response_body is not supported"
    );
    Ok(HttpRule {
        method: verb,
        template,
        path,
        body,
    })
}
