//! Calls to JKOPAY: JSON, signed over the bytes that are sent.

use std::time::Duration;

use http::Method;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::value::RawValue;
use url::Url;

use super::{codes::CODES, digest::digest};
use crate::{
    CallError, Context,
    calls::address,
    codes::{class, invalid, unreadable},
    http::Response,
    json,
};

const TIMEOUT: Duration = Duration::from_secs(30);

#[derive(Debug, Deserialize)]
struct Reply {
    result: String,
    #[serde(default)]
    message: Option<String>,
    #[serde(default)]
    result_object: Option<Box<RawValue>>,
}

/// Posts `body` as JSON.
pub(super) async fn post<T: DeserializeOwned>(
    context: Context<'_>,
    path: &str,
    body: &impl Serialize,
) -> Result<T, CallError> {
    let body = serde_json::to_vec(body).map_err(|_| invalid("the request cannot be written"))?;
    let url = address(&context.endpoints.api, path, None);
    let digest = digest(context.credentials.get("secret_key"), &body);
    send(context, Method::POST, url, body, digest).await
}

/// Gets with `query`.
pub(super) async fn get<T: DeserializeOwned>(
    context: Context<'_>,
    path: &str,
    query: &str,
) -> Result<T, CallError> {
    let url = address(&context.endpoints.api, path, Some(query));
    let sent = url.query().unwrap_or_default();
    let digest = digest(context.credentials.get("secret_key"), sent.as_bytes());
    send(context, Method::GET, url, Vec::new(), digest).await
}

async fn send<T: DeserializeOwned>(
    context: Context<'_>,
    method: Method,
    url: Url,
    body: Vec<u8>,
    digest: String,
) -> Result<T, CallError> {
    let request = context
        .http
        .request(method, url)
        .header("content-type", "application/json")
        .header("api-key", context.credentials.get("api_key"))
        .header("digest", digest)
        .body(body);
    result(&context.http.send(request, TIMEOUT).await?)
}

fn result<T: DeserializeOwned>(response: &Response) -> Result<T, CallError> {
    let reply: Reply = json::read(response)?;
    if reply.result != "000" {
        let text = reply.message.unwrap_or_default();
        return Err(class(CODES, &reply.result).error(&reply.result, &text));
    }
    if !response.status.is_success() {
        return Err(unreadable("success with an HTTP error"));
    }
    let object = reply.result_object.as_deref().map_or("{}", RawValue::get);
    serde_json::from_str(object).map_err(|_| unreadable("the answer lacks its result"))
}
