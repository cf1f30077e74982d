//! Endpoints that RPCs declare themselves: staff or customers call them by HTTP, the service responds.
//!
//! What a request and a response look like is the crate `transcode`'s part; here are the caller's
//! identity, the call and its rejections. Those of customers lie below `/api/members/{brand_id}`, where
//! the brand stands by its slug and the service gets its id.

use std::{collections::HashMap, sync::LazyLock};

use axum::{
    Router,
    extract::{RawPathParams, Request, State},
    response::{IntoResponse, Response},
    routing::{MethodFilter, MethodRouter, on},
};
use chassis::{authz::Rules, error::CommonReason};
use http::{HeaderMap, Uri, header::CONTENT_TYPE};
use prost::Name;
use prost_reflect::{DynamicMessage, MessageDescriptor, ReflectMessage as _};
use serde_json::Value;
use tonic::client::Grpc;
use transcode::{Endpoint, HttpCall, Incomplete, JsonWriter, MessageCodec, Violation};

use super::{Result, body, pauses};
use crate::{
    auth::{Customer, Staff},
    problem::Rejection,
    state::Gateway,
    upstreams::MAX_RESPONSE_BYTES,
};

/// Where the endpoints of customers lie.
const CUSTOMERS: &str = "/api/members/{brand_id}/";
/// Most of a body; 200 rules of a branch fit.
const BODY_LIMIT_BYTES: usize = 256 * 1024;

static ENDPOINTS: LazyLock<Vec<Endpoint>> = LazyLock::new(|| {
    let endpoints = Endpoint::all(Rules::global().descriptors());
    endpoints.expect("every HTTP form in the protos can be served")
});

/// Every endpoint that an RPC declares.
pub fn endpoints() -> &'static [Endpoint] {
    &ENDPOINTS
}

/// Messages that handlers written by hand answer with as [`json`], and refer to by name.
const MESSAGES: [&str; 11] = [
    "yizhimai.capacity.v1.ImportStockResponse",
    "yizhimai.catalog.v1.ImportProductsResponse",
    "yizhimai.membership.v1.MyAccount",
    "yizhimai.ordering.v1.CancelByTokenResponse",
    "yizhimai.ordering.v1.GetOrderByTokenResponse",
    "yizhimai.ordering.v1.ListOrderPaymentMethodsResponse",
    "yizhimai.ordering.v1.PayOrderResponse",
    "yizhimai.ordering.v1.PlaceOrderResponse",
    "yizhimai.ordering.v1.PricedQuote",
    "yizhimai.payments.v1.ImportSettlementResponse",
    "yizhimai.staff.v1.Me",
];

static WRITERS: LazyLock<HashMap<&str, JsonWriter>> = LazyLock::new(|| {
    let writer = |name| Some((name, JsonWriter::new(&descriptor(name)?).ok()?));
    MESSAGES.into_iter().filter_map(writer).collect()
});

/// Their descriptors.
pub fn messages() -> Vec<MessageDescriptor> {
    MESSAGES.into_iter().filter_map(descriptor).collect()
}

/// A message as JSON, already written: the body of a response.
#[derive(Debug)]
pub struct WrittenJson(Vec<u8>);

impl WrittenJson {
    /// The JSON as a value, to be a member of another.
    pub fn value(&self) -> Result<Value> {
        serde_json::from_slice(&self.0).map_err(|error| Rejection::internal(error.into()))
    }
}

impl IntoResponse for WrittenJson {
    fn into_response(self) -> Response {
        ([(CONTENT_TYPE, "application/json")], self.0).into_response()
    }
}

/// JSON of a message, for handlers that do more than to call.
pub fn json<M: Name>(message: &M) -> Result<WrittenJson> {
    let writer = WRITERS.get(M::full_name().as_str());
    let writer = writer
        .ok_or_else(|| Rejection::internal(anyhow::anyhow!("{} is not listed", M::full_name())))?;
    let json = writer.write(&message.encode_to_vec());
    json.map(WrittenJson).map_err(incomplete)
}

fn descriptor(name: &str) -> Option<MessageDescriptor> {
    Rules::global().descriptors().get_message_by_name(name)
}

fn incomplete(incomplete: Incomplete) -> Rejection {
    Rejection::internal(anyhow::anyhow!("the response lacks {}", incomplete.field))
}

/// Routes of those for staff.
pub fn routes() -> Router<Gateway> {
    let staff = |endpoint: &&Endpoint| !is_for_customers(endpoint);
    endpoints()
        .iter()
        .filter(staff)
        .fold(Router::new(), |router, endpoint| {
            router.route(endpoint.template(), staff_route(endpoint))
        })
}

/// Routes of those for customers; the device has to be known.
pub fn customer_routes() -> Router<Gateway> {
    let customers = |endpoint: &&Endpoint| is_for_customers(endpoint);
    endpoints()
        .iter()
        .filter(customers)
        .fold(Router::new(), |router, endpoint| {
            router.route(endpoint.template(), customer_route(endpoint))
        })
}

/// Whether customers call the endpoint.
pub fn is_for_customers(endpoint: &Endpoint) -> bool {
    endpoint.template().starts_with(CUSTOMERS)
}

fn method(endpoint: &Endpoint) -> MethodFilter {
    let method = MethodFilter::try_from(endpoint.method().clone());
    method.expect("the methods of HTTP forms are those of routes")
}

fn staff_route(endpoint: &'static Endpoint) -> MethodRouter<Gateway> {
    on(
        method(endpoint),
        move |State(gateway): State<Gateway>,
              staff: Staff,
              params: RawPathParams,
              request: Request| async move {
            let message = read(endpoint, &path_values(&params), request).await?;
            let message = complete(&gateway, &staff, message).await?;
            let response = if needs_newer_token(endpoint, &gateway, &staff) {
                let staff = staff.exchanged_anew(&gateway).await?;
                call(endpoint, &gateway, staff.request(message)).await?
            } else {
                call(endpoint, &gateway, staff.request(message)).await?
            };
            respond(endpoint, &response)
        },
    )
}

fn customer_route(endpoint: &'static Endpoint) -> MethodRouter<Gateway> {
    on(
        method(endpoint),
        move |State(gateway): State<Gateway>,
              customer: Customer,
              params: RawPathParams,
              request: Request| async move {
            if !request.method().is_safe() {
                gateway.limits().customer_write(customer.address()).await?;
            }
            let mut path = path_values(&params);
            // The brand is the first parameter of every such path.
            if let Some(brand) = path.first_mut() {
                *brand = customer.brand_id();
            }
            let message = read(endpoint, &path, request).await?;
            let response = call(endpoint, &gateway, customer.request(message)).await?;
            respond(endpoint, &response)
        },
    )
}

fn path_values(params: &RawPathParams) -> Vec<&str> {
    params.iter().map(|(_, value)| value).collect()
}

async fn read(endpoint: &Endpoint, path: &[&str], request: Request) -> Result<DynamicMessage> {
    let (uri, headers) = (request.uri().clone(), request.headers().clone());
    let body = if endpoint.has_body() {
        body::json(request, BODY_LIMIT_BYTES).await?
    } else {
        bytes::Bytes::new()
    };
    message(endpoint, path, &uri, &headers, &body)
}

fn respond(endpoint: &Endpoint, response: &[u8]) -> Result<Response> {
    let (status, json) = endpoint.response(response).map_err(incomplete)?;
    Ok(match json {
        Some(json) => (status, WrittenJson(json)).into_response(),
        None => status.into_response(),
    })
}

/// Whether the RPC asks for a password entered lately, of which the token in memory may not know yet.
fn needs_newer_token(endpoint: &Endpoint, gateway: &Gateway, staff: &Staff) -> bool {
    let rule = Rules::global().get(endpoint.grpc_path().path());
    rule.is_some_and(|rule| rule.reauth)
        && !staff
            .identity()
            .entered_password_lately(gateway.clock().now())
}

fn message(
    endpoint: &Endpoint,
    path: &[&str],
    uri: &Uri,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<DynamicMessage> {
    let key = headers.get("idempotency-key");
    let call = HttpCall {
        path,
        query: uri.query(),
        body,
        idempotency_key: key.and_then(|key| key.to_str().ok()),
    };
    endpoint.request(call).map_err(refusal)
}

/// Checks, and fills in, what only another service knows, for the few requests that need it.
async fn complete(
    gateway: &Gateway,
    staff: &Staff,
    message: DynamicMessage,
) -> Result<DynamicMessage> {
    if let Some(request) = typed(&message)? {
        let request = pauses::complete_creation(gateway, staff, request).await?;
        return dynamic(&message, &request);
    }
    if let Some(request) = typed(&message)? {
        pauses::check_preview(gateway, staff, &request).await?;
    }
    Ok(message)
}

/// The message as the type that is expected of it; `None` when it is of another.
fn typed<M: Name + Default>(message: &DynamicMessage) -> Result<Option<M>> {
    if message.descriptor().full_name() != M::full_name() {
        return Ok(None);
    }
    let typed = message.transcode_to();
    typed
        .map(Some)
        .map_err(|error| Rejection::internal(error.into()))
}

fn dynamic<M: Name>(like: &DynamicMessage, from: &M) -> Result<DynamicMessage> {
    let mut message = DynamicMessage::new(like.descriptor());
    let filled = message.transcode_from(from);
    filled.map_err(|error| Rejection::internal(error.into()))?;
    Ok(message)
}

fn refusal(violations: Vec<Violation>) -> Rejection {
    let messages: Vec<String> = violations
        .iter()
        .map(|violation| format!("{}: {}", violation.field, violation.message))
        .collect();
    let refusal = Rejection::new(CommonReason::ValidationFailed).message(messages.join("; "));
    violations.into_iter().fold(refusal, |refusal, violation| {
        refusal.field(violation.field, CommonReason::ValidationFailed)
    })
}

async fn call(
    endpoint: &Endpoint,
    gateway: &Gateway,
    request: tonic::Request<DynamicMessage>,
) -> Result<bytes::Bytes> {
    let rpc = endpoint.rpc();
    let service = rpc
        .parent_file()
        .package_name()
        .split('.')
        .nth(1)
        .map(str::to_owned);
    let service = service.unwrap_or_default();
    let mut client =
        Grpc::new(gateway.upstream(&service)).max_decoding_message_size(MAX_RESPONSE_BYTES);
    let refused = |status| Rejection::from_status(&status, |field| endpoint.as_sent(field));
    client.ready().await.map_err(refused)?;
    let answer = client
        .unary(request, endpoint.grpc_path().clone(), MessageCodec)
        .await
        .map_err(refused)?;
    Ok(answer.into_inner())
}
