//! The OpenAPI document, generated from the handlers and completed with what all of them share.

use utoipa::{
    OpenApi as _,
    openapi::{
        Content, HttpMethod, OpenApi, Ref, RefOr, Required, ResponseBuilder,
        path::{Operation, ParameterBuilder, ParameterIn, PathItem},
        schema::{KnownFormat, ObjectBuilder, SchemaFormat, Type},
        security::{ApiKey, ApiKeyValue, SecurityRequirement, SecurityScheme},
    },
};
use utoipa_axum::router::OpenApiRouter;

use super::{admin_routes, public_routes, shop_routes, transcoded};
use crate::{
    json::live,
    problem::{ProblemDocument, ProblemField},
};

const SIGN_IN: &str = "/api/admin/sign-in";
/// Endpoints of customers; the session is optional, and the token goes with it.
const MEMBERS: &str = "/api/members/";

/// What the document says about the whole; paths come from the routes.
#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "Yizhimai",
        description = "The REST interface of 一指買: ordering for customers, the admin for staff."
    ),
    components(schemas(
        ProblemDocument,
        ProblemField,
        live::OrderChanged,
        live::AvailabilityChanged,
        live::MenuChanged,
        live::PrintJobChanged,
        live::PrintDeviceChanged
    ))
)]
struct Description;

/// The whole document.
pub fn document() -> OpenApi {
    let (_, by_hand) = OpenApiRouter::with_openapi(Description::openapi())
        .merge(public_routes())
        .merge(shop_routes())
        .merge(admin_routes())
        .split_for_parts();
    let mut api = with_transcoded(&by_hand).expect("no endpoint takes the place of another");
    for (path, item) in &mut api.paths.paths {
        for (method, operation) in operations(item) {
            complete(path, &method, operation);
        }
    }
    let components = api.components.get_or_insert_default();
    let session = SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::new("yzm_session")));
    let csrf = SecurityScheme::ApiKey(ApiKey::Header(ApiKeyValue::new("X-CSRF-Token")));
    components.add_security_scheme("session", session);
    components.add_security_scheme("csrf", csrf);
    api
}

/// The document as it is committed: pretty, with a final line end.
pub fn pretty() -> serde_json::Result<String> {
    Ok(serde_json::to_string_pretty(&document())? + "\n")
}

/// The document with the endpoints that RPCs declare, in the order of paths.
fn with_transcoded(by_hand: &OpenApi) -> anyhow::Result<OpenApi> {
    let mut document = serde_json::to_value(by_hand)?;
    transcode::describe(
        &mut document,
        transcoded::endpoints(),
        &transcoded::messages(),
    )?;
    Ok(serde_json::from_value(document)?)
}

fn operations(item: &mut PathItem) -> Vec<(HttpMethod, &mut Operation)> {
    let methods = [
        (HttpMethod::Get, item.get.as_mut()),
        (HttpMethod::Put, item.put.as_mut()),
        (HttpMethod::Post, item.post.as_mut()),
        (HttpMethod::Delete, item.delete.as_mut()),
    ];
    methods
        .into_iter()
        .filter_map(|(method, operation)| Some((method, operation?)))
        .collect()
}

/// Adds to an operation what its path and method already say.
fn complete(path: &str, method: &HttpMethod, operation: &mut Operation) {
    for response in operation.responses.responses.values_mut() {
        if let RefOr::T(response) = response
            && response.description.is_empty()
        {
            response.description = String::from("Done.");
        }
    }

    let problem = Content::new(Some(RefOr::Ref(Ref::from_schema_name("Problem"))));
    let refusal = ResponseBuilder::new()
        .description("The request was refused.")
        .content("application/problem+json", problem)
        .build();
    operation
        .responses
        .responses
        .insert(String::from("default"), RefOr::T(refusal));

    let parameters = operation.parameters.get_or_insert_default();
    let known: Vec<String> = parameters
        .iter()
        .filter_map(|parameter| match parameter {
            RefOr::T(parameter) => Some(parameter.name.clone()),
            RefOr::Ref(_) => None,
        })
        .collect();
    let unknown = path_parameters(path).filter(|name| !known.iter().any(|known| known == name));
    for (place, name) in unknown.enumerate() {
        let mut schema = ObjectBuilder::new().schema_type(Type::String);
        let is_slug = name == "brand_id" && path.starts_with(MEMBERS);
        if name.ends_with("_id") && name != "session_id" && !is_slug {
            schema = schema.format(Some(SchemaFormat::KnownFormat(KnownFormat::Uuid)));
        }
        let parameter = ParameterBuilder::new()
            .name(name)
            .parameter_in(ParameterIn::Path)
            .required(Required::True)
            .schema(Some(schema))
            .build();
        parameters.insert(place, RefOr::T(parameter));
    }

    if path.starts_with(MEMBERS) && *method != HttpMethod::Get {
        operation.security = Some(vec![SecurityRequirement::new("csrf", Vec::<String>::new())]);
    }
    if path.starts_with("/api/admin/") && path != SIGN_IN {
        let mut requirement = SecurityRequirement::new("session", Vec::<String>::new());
        if *method != HttpMethod::Get {
            requirement = requirement.add("csrf", Vec::<String>::new());
        }
        operation.security = Some(vec![requirement]);
    }
}

fn path_parameters(path: &str) -> impl Iterator<Item = &str> {
    path.split('/')
        .filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
}
