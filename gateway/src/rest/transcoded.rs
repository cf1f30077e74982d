//! Endpoints that RPCs declare themselves: staff calls them by HTTP, the service answers.
//!
//! What a request and a response look like is the crate `transcode`'s part; here are the caller's
//! identity, the call and its refusals.

use std::sync::LazyLock;

use axum::{
    Json, Router,
    extract::{RawPathParams, Request, State},
    response::{IntoResponse, Response},
    routing::{MethodFilter, MethodRouter, on},
};
use chassis::authz::Rules;
use http::{HeaderMap, Uri};
use prost_reflect::DynamicMessage;
use tonic::client::Grpc;
use transcode::{Endpoint, HttpCall, MessageCodec, Violation};

use super::{Result, body};
use crate::{
    auth::Staff,
    problem::Rejection,
    state::{Gateway, MAX_ANSWER_BYTES},
};

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

/// Routes of all of them.
pub fn routes() -> Router<Gateway> {
    let mut router = Router::new();
    for endpoint in endpoints() {
        router = router.route(endpoint.template(), route(endpoint));
    }
    router
}

fn route(endpoint: &'static Endpoint) -> MethodRouter<Gateway> {
    let method = MethodFilter::try_from(endpoint.method().clone());
    let method = method.expect("the methods of HTTP forms are those of routes");
    on(
        method,
        move |State(gateway): State<Gateway>,
              staff: Staff,
              params: RawPathParams,
              request: Request| async move {
            serve(endpoint, &gateway, &staff, &params, request).await
        },
    )
}

async fn serve(
    endpoint: &Endpoint,
    gateway: &Gateway,
    staff: &Staff,
    params: &RawPathParams,
    request: Request,
) -> Result<Response> {
    let (uri, headers) = (request.uri().clone(), request.headers().clone());
    let body = if endpoint.has_body() {
        body::json(request, BODY_LIMIT_BYTES).await?
    } else {
        bytes::Bytes::new()
    };
    let message = message(endpoint, params, &uri, &headers, &body)?;
    let answer = call(endpoint, gateway, staff, message).await?;
    let (status, json) = endpoint.response(&answer).map_err(|incomplete| {
        Rejection::internal(anyhow::anyhow!("the response lacks {}", incomplete.field))
    })?;
    Ok(match json {
        Some(json) => (status, Json(json)).into_response(),
        None => status.into_response(),
    })
}

fn message(
    endpoint: &Endpoint,
    params: &RawPathParams,
    uri: &Uri,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<DynamicMessage> {
    let path: Vec<&str> = params.iter().map(|(_, value)| value).collect();
    let key = headers.get("idempotency-key");
    let call = HttpCall {
        path: &path,
        query: uri.query(),
        body,
        idempotency_key: key.and_then(|key| key.to_str().ok()),
    };
    endpoint.request(call).map_err(refusal)
}

fn refusal(violations: Vec<Violation>) -> Rejection {
    let messages: Vec<String> = violations
        .iter()
        .map(|violation| format!("{}: {}", violation.field, violation.message))
        .collect();
    let refusal = Rejection::new("VALIDATION_FAILED").message(messages.join("; "));
    violations.into_iter().fold(refusal, |refusal, violation| {
        refusal.field(violation.field, "VALIDATION_FAILED")
    })
}

async fn call(
    endpoint: &Endpoint,
    gateway: &Gateway,
    staff: &Staff,
    message: DynamicMessage,
) -> Result<DynamicMessage> {
    let rpc = endpoint.rpc();
    let service = rpc
        .parent_file()
        .package_name()
        .split('.')
        .nth(1)
        .map(str::to_owned);
    let service = service.unwrap_or_default();
    let mut client =
        Grpc::new(gateway.upstream(&service)).max_decoding_message_size(MAX_ANSWER_BYTES);
    let refused = |status| Rejection::from_status(&status, |field| endpoint.as_sent(field));
    client.ready().await.map_err(refused)?;
    let answer = client
        .unary(
            staff.request(message),
            endpoint.grpc_path().clone(),
            MessageCodec::new(rpc.output()),
        )
        .await
        .map_err(refused)?;
    Ok(answer.into_inner())
}
