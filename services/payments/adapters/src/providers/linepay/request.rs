//! Calls to LINE Pay: signed, and answered with HTTP 200 and a return code.

use std::time::Duration;

use http::Method;
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::value::RawValue;
use url::Url;
use uuid::Builder;

use super::{codes::CODES, sign::signature};
use crate::{
    CallError, Context,
    calls::address,
    codes::{class, unreadable},
    http::Response,
    json,
};

/// An answer: the code, and the information that it may carry.
#[derive(Debug, Deserialize)]
pub(super) struct Reply {
    #[serde(rename = "returnCode")]
    pub(super) code: String,
    #[serde(rename = "returnMessage", default)]
    message: Option<String>,
    #[serde(default)]
    info: Option<Box<RawValue>>,
}

impl Reply {
    /// The information of a successful answer.
    pub(super) fn info<T: DeserializeOwned>(&self) -> Result<T, CallError> {
        self.accepted()?;
        self.info
            .as_deref()
            .and_then(|info| serde_json::from_str(info.get()).ok())
            .ok_or_else(|| unreadable("the answer lacks its information"))
    }

    /// Refuses every code but success.
    pub(super) fn accepted(&self) -> Result<(), CallError> {
        if self.code == "0000" {
            Ok(())
        } else {
            Err(self.error())
        }
    }

    /// The error that the code stands for.
    pub(super) fn error(&self) -> CallError {
        class(CODES, &self.code).error(&self.code, self.message.as_deref().unwrap_or_default())
    }
}

/// Posts `body`, whose exact bytes are signed.
pub(super) async fn post(
    context: Context<'_>,
    path: &str,
    body: Vec<u8>,
    timeout: Duration,
) -> Result<Reply, CallError> {
    let url = url(&context.endpoints.api, path, None);
    send(context, Method::POST, url, body, timeout).await
}

/// Gets with `query`, which is signed as it is sent.
pub(super) async fn get(
    context: Context<'_>,
    path: &str,
    query: Option<&str>,
    timeout: Duration,
) -> Result<Reply, CallError> {
    let url = url(&context.endpoints.api, path, query);
    send(context, Method::GET, url, Vec::new(), timeout).await
}

/// The base's path is the version, `/v3` when it has none.
fn url(base: &Url, path: &str, query: Option<&str>) -> Url {
    let version = match base.path().trim_end_matches('/') {
        "" => "/v3",
        version => version,
    };
    address(base, &format!("{version}{path}"), query)
}

async fn send(
    context: Context<'_>,
    method: Method,
    url: Url,
    body: Vec<u8>,
    timeout: Duration,
) -> Result<Reply, CallError> {
    let nonce = Builder::from_random_bytes(rand::random())
        .into_uuid()
        .to_string();
    let secret = context.credentials.get("channelSecret");
    let authorization = if method == Method::GET {
        signature(
            secret,
            url.path(),
            url.query().unwrap_or_default().as_bytes(),
            &nonce,
        )
    } else {
        signature(secret, url.path(), &body, &nonce)
    };
    let mut request = context
        .http
        .request(method, url)
        .header("content-type", "application/json")
        .header("x-line-channelid", context.credentials.get("channelId"))
        .header("x-line-authorization-nonce", nonce)
        .header("x-line-authorization", authorization)
        .body(body);
    let device = context.credentials.get("deviceProfileId");
    if !device.is_empty() {
        request = request.header("x-line-merchantdeviceprofileid", device);
    }
    reply(&context.http.send(request, timeout).await?)
}

/// Business errors come with HTTP 200; another status with a success in it is not believed.
fn reply(response: &Response) -> Result<Reply, CallError> {
    let reply: Reply = json::read(response)?;
    if !response.status.is_success() && reply.code == "0000" {
        return Err(unreadable("success with an HTTP error"));
    }
    Ok(reply)
}
