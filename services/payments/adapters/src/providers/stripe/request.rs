//! Calls to Stripe: forms, a bearer key, and an idempotency key on every POST.

use std::time::Duration;

use http::{Method, StatusCode};
use serde::{Deserialize, de::DeserializeOwned};

use super::codes::class;
use crate::{
    CallError, Context,
    calls::address,
    codes::unreadable,
    http::{Request, Response},
    json,
};

const TIMEOUT: Duration = Duration::from_secs(30);

/// The version of the API whose fields are read here.
const VERSION: &str = "2025-09-30.clover";

/// How long no call is made after too many, when the answer does not say.
const BACK_OFF: Duration = Duration::from_secs(10);
const MAX_BACK_OFF: Duration = Duration::from_secs(600);

/// Posts a form. The same key with the same form is carried out once, so an unanswered call is repeated
/// once under its key; Stripe keeps keys for a day.
pub(super) async fn post<T: DeserializeOwned>(
    context: Context<'_>,
    path: &str,
    form: &[(&str, String)],
    key: &str,
) -> Result<T, CallError> {
    let request = || {
        request(context, Method::POST, path, None)
            .header("idempotency-key", key)
            .form(form)
    };
    match context.http.send(request(), TIMEOUT).await {
        Err(CallError::Unknown(_)) => result(&context.http.send(request(), TIMEOUT).await?),
        answer => result(&answer?),
    }
}

/// Gets with `query`.
pub(super) async fn get<T: DeserializeOwned>(
    context: Context<'_>,
    path: &str,
    query: &str,
) -> Result<T, CallError> {
    let request = request(context, Method::GET, path, Some(query));
    result(&context.http.send(request, TIMEOUT).await?)
}

fn request(context: Context<'_>, method: Method, path: &str, query: Option<&str>) -> Request {
    let key = context.credentials.get("secret_key");
    context
        .http
        .request(method, address(&context.endpoints.api, path, query))
        .header("authorization", format!("Bearer {key}"))
        .header("stripe-version", VERSION)
}

#[derive(Debug, Deserialize)]
struct Failure {
    error: ErrorBody,
}

#[derive(Debug, Deserialize)]
struct ErrorBody {
    #[serde(default, rename = "type")]
    kind: Option<String>,
    #[serde(default)]
    code: Option<String>,
    #[serde(default)]
    decline_code: Option<String>,
    #[serde(default)]
    message: Option<String>,
}

fn result<T: DeserializeOwned>(response: &Response) -> Result<T, CallError> {
    if response.status.is_success() {
        return json::read(response);
    }
    if response.status == StatusCode::TOO_MANY_REQUESTS {
        return Err(CallError::RateLimited {
            wait: wait(response),
        });
    }
    let Failure { error } = json::read(response)?;
    if response.status.as_u16() < 400 {
        return Err(unreadable("a status that an error does not have"));
    }
    let code = error.code.unwrap_or_default();
    let class = class(
        response.status.as_u16(),
        &error.kind.unwrap_or_default(),
        &code,
    );
    Err(class.error(
        &error.decline_code.unwrap_or(code),
        &error.message.unwrap_or_default(),
    ))
}

fn wait(response: &Response) -> Duration {
    response
        .headers
        .get("retry-after")
        .and_then(|value| value.to_str().ok()?.parse().ok())
        .map_or(BACK_OFF, Duration::from_secs)
        .min(MAX_BACK_OFF)
}
