//! HTTP calls to vendors, on the chassis' client.

use std::time::Duration;

use bytes::Bytes;
use chassis::http_client::{CallLimits, Failure, HttpClient};
use http::{HeaderValue, Request, StatusCode, header};
use serde::de::DeserializeOwned;
use url::Url;

use crate::CallError;

/// Largest response that is read.
const MAX_RESPONSE_BYTES: usize = 256 << 10;

/// Limits of calls.
#[derive(Clone, Copy, Debug)]
pub struct HttpSettings {
    /// Longest wait for a connection.
    pub connect: Duration,
    /// Longest wait for a whole response.
    pub timeout: Duration,
}

impl Default for HttpSettings {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(3),
            timeout: Duration::from_secs(10),
        }
    }
}

/// A client for all vendors; clones share its connections.
#[derive(Clone, Debug)]
pub struct Http {
    client: HttpClient,
    timeout: Duration,
}

impl Http {
    /// A client.
    pub fn new(settings: HttpSettings) -> Result<Self, rustls::Error> {
        Ok(Self {
            client: HttpClient::new(settings.connect)?,
            timeout: settings.timeout,
        })
    }

    /// Posts `body` and reads the answer, which has to be JSON. The body is signed and not shown.
    pub(crate) async fn post<T: DeserializeOwned>(
        &self,
        url: &Url,
        media: &'static str,
        body: impl Into<Bytes>,
    ) -> Result<T, CallError> {
        let request = Request::post(url.as_str())
            .header(header::CONTENT_TYPE, HeaderValue::from_static(media))
            .body(body.into())
            .map_err(|_| CallError::invalid("the request cannot be written"))?;
        let limits = CallLimits {
            timeout: self.timeout,
            max_response_bytes: MAX_RESPONSE_BYTES,
        };
        let response = self.client.send(request, limits).await;
        let response = response.map_err(|failure| match failure {
            Failure::NotSent => CallError::Unreachable(failure.to_string()),
            Failure::Lost(_) => CallError::Unknown(failure.to_string()),
        })?;
        let status = response.status();
        match serde_json::from_slice(response.body()) {
            Ok(answer) if status.is_success() => Ok(answer),
            _ => Err(unreadable(status)),
        }
    }
}

/// A response that is not the vendor's JSON. What stands before the vendor turns a request away before
/// it is read; everything else may have been carried out.
fn unreadable(status: StatusCode) -> CallError {
    let what = format!("HTTP {} without a readable answer", status.as_u16());
    match status {
        StatusCode::TOO_MANY_REQUESTS => CallError::Unreachable(what),
        StatusCode::UNAUTHORIZED
        | StatusCode::FORBIDDEN
        | StatusCode::NOT_FOUND
        | StatusCode::METHOD_NOT_ALLOWED => CallError::Configuration {
            code: status.as_u16().to_string(),
            text: what,
        },
        _ => CallError::Unknown(what),
    }
}
