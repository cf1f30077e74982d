//! HTTP calls to providers, on the chassis' client.

use std::time::Duration;

use bytes::Bytes;
use chassis::http_client::{CallLimits, Failure, HttpClient};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use url::{Url, form_urlencoded};

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
pub struct Http(HttpClient);

/// A request to a provider; without `Debug`, as its headers and body carry keys.
pub(crate) struct Request {
    method: Method,
    url: Url,
    headers: Vec<(&'static str, String)>,
    body: Bytes,
}

/// What came back.
#[derive(Clone, Debug)]
pub(crate) struct Response {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Http {
    /// A client.
    pub fn new(settings: HttpSettings) -> Result<Self, rustls::Error> {
        HttpClient::new(settings.connect).map(Self)
    }

    /// A request to build on.
    pub(crate) fn request(&self, method: Method, url: Url) -> Request {
        Request {
            method,
            url,
            headers: Vec::new(),
            body: Bytes::new(),
        }
    }

    /// Sends `request` and reads the whole response within `timeout`. A server error (5xx) is
    /// [`CallError::Unknown`]; every other status is the adapter's to judge.
    pub(crate) async fn send(
        &self,
        request: Request,
        timeout: Duration,
    ) -> Result<Response, CallError> {
        let limits = CallLimits {
            timeout,
            max_response_bytes: MAX_RESPONSE_BYTES,
        };
        let response = self.0.send(request.build()?, limits).await;
        let (parts, body) = response
            .map_err(|failure| match failure {
                Failure::NotSent => CallError::Unreachable(failure.to_string()),
                Failure::Lost(_) => CallError::Unknown(failure.to_string()),
            })?
            .into_parts();
        if parts.status.is_server_error() {
            return Err(CallError::Unknown(format!(
                "HTTP {}",
                parts.status.as_u16()
            )));
        }
        Ok(Response {
            status: parts.status,
            headers: parts.headers,
            body,
        })
    }
}

impl Request {
    /// Adds a header.
    pub(crate) fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// Sets the body, byte by byte.
    pub(crate) fn body(mut self, body: impl Into<Bytes>) -> Self {
        self.body = body.into();
        self
    }

    /// Sets a form as body.
    pub(crate) fn form<K: AsRef<str>, V: AsRef<str>>(self, fields: &[(K, V)]) -> Self {
        let form = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        self.header("content-type", "application/x-www-form-urlencoded")
            .body(form)
    }

    fn build(self) -> Result<http::Request<Bytes>, CallError> {
        let mut request = http::Request::new(self.body);
        *request.method_mut() = self.method;
        *request.uri_mut() = self
            .url
            .as_str()
            .parse()
            .map_err(|_| CallError::unsendable())?;
        let headers = request.headers_mut();
        for (name, value) in self.headers {
            let name = HeaderName::try_from(name).map_err(|_| CallError::unsendable())?;
            let mut value = HeaderValue::try_from(value).map_err(|_| CallError::unsendable())?;
            value.set_sensitive(true);
            headers.append(name, value);
        }
        Ok(request)
    }
}
