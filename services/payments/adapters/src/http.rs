//! HTTP calls to providers: bounded in time and size, and classified by whether the request may have
//! been carried out.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, StatusCode};

use crate::CallError;

/// Largest response that is read: 1 MiB.
const MAX_RESPONSE_BYTES: usize = 1 << 20;

/// Limits of calls.
#[derive(Clone, Copy, Debug)]
pub struct HttpSettings {
    /// Longest wait for a connection.
    pub connect: Duration,
}

impl Default for HttpSettings {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
        }
    }
}

/// A client for all providers; clones share its connections.
#[derive(Clone, Debug)]
pub struct Http(reqwest::Client);

/// What came back.
#[derive(Clone, Debug)]
pub(crate) struct Response {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Http {
    /// A client. It follows no redirects: a provider's API has none, and keys must not follow one.
    pub fn new(settings: HttpSettings) -> Result<Self, reqwest::Error> {
        reqwest::Client::builder()
            .connect_timeout(settings.connect)
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .map(Self)
    }

    /// A request to build on.
    pub(crate) fn request(&self, method: http::Method, url: url::Url) -> reqwest::RequestBuilder {
        self.0.request(method, url)
    }

    /// Sends `request` and reads the whole response within `timeout`. A server error (5xx) is
    /// [`CallError::Unknown`]; every other status is the adapter's to judge.
    pub(crate) async fn send(
        &self,
        request: reqwest::RequestBuilder,
        timeout: Duration,
    ) -> Result<Response, CallError> {
        tokio::time::timeout(timeout, self.exchange(request))
            .await
            .unwrap_or_else(|_| Err(CallError::Unknown("no answer in time".to_owned())))
    }

    async fn exchange(&self, request: reqwest::RequestBuilder) -> Result<Response, CallError> {
        let request = request
            .build()
            .map_err(|error| CallError::Rejected {
                code: "request".to_owned(),
                text: error.without_url().to_string(),
            })?;
        let mut response = self.0.execute(request).await.map_err(classify)?;
        let (status, headers) = (response.status(), response.headers().clone());
        let mut body = BytesMut::new();
        while let Some(chunk) = response.chunk().await.map_err(classify)? {
            if body.len() + chunk.len() > MAX_RESPONSE_BYTES {
                return Err(CallError::Unknown("the answer is too large".to_owned()));
            }
            body.extend_from_slice(&chunk);
        }
        if status.is_server_error() {
            return Err(CallError::Unknown(format!("HTTP {}", status.as_u16())));
        }
        Ok(Response {
            status,
            headers,
            body: body.freeze(),
        })
    }
}

/// Only a connection that was never made is safe to repeat.
fn classify(error: reqwest::Error) -> CallError {
    let connect = error.is_connect();
    let text = error.without_url().to_string();
    if connect {
        CallError::Unreachable(text)
    } else {
        CallError::Unknown(text)
    }
}
