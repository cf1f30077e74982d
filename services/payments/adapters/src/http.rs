//! HTTP calls to providers: bounded in time and size, and classified by whether the request may have
//! been carried out.
//!
//! TLS is rustls with ring and Mozilla's root certificates. `hyper` is used directly: reqwest's TLS
//! would be switched on for every program of the workspace, and each would have to install a crypto
//! provider before its first client.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use http_body_util::{BodyExt as _, Full};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
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

/// A client for all providers; clones share its connections. It follows no redirects: a provider's
/// API has none, and keys must not follow one.
#[derive(Clone, Debug)]
pub struct Http(Client<HttpsConnector<HttpConnector>, Full<Bytes>>);

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
        let mut connector = HttpConnector::new();
        connector.set_connect_timeout(Some(settings.connect));
        connector.set_nodelay(true);
        connector.enforce_http(false);
        let connector = HttpsConnectorBuilder::new()
            .with_provider_and_webpki_roots(rustls::crypto::ring::default_provider())?
            .https_or_http()
            .enable_http1()
            .wrap_connector(connector);
        Ok(Self(Client::builder(TokioExecutor::new()).build(connector)))
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
        let request = request.build()?;
        tokio::time::timeout(timeout, self.exchange(request))
            .await
            .unwrap_or_else(|_| Err(CallError::Unknown("no answer in time".to_owned())))
    }

    async fn exchange(&self, request: http::Request<Full<Bytes>>) -> Result<Response, CallError> {
        // Only a connection that was never made is safe to repeat.
        let response = self.0.request(request).await.map_err(|error| {
            if error.is_connect() {
                CallError::Unreachable("no connection".to_owned())
            } else {
                CallError::Unknown("the connection broke".to_owned())
            }
        })?;
        let (parts, mut incoming) = response.into_parts();
        if parts.status.is_server_error() {
            return Err(CallError::Unknown(format!(
                "HTTP {}",
                parts.status.as_u16()
            )));
        }
        let mut body = BytesMut::new();
        while let Some(frame) = incoming.frame().await {
            let frame = frame.map_err(|_| CallError::Unknown("the answer broke off".to_owned()))?;
            if let Some(chunk) = frame.data_ref() {
                if body.len() + chunk.len() > MAX_RESPONSE_BYTES {
                    return Err(CallError::Unknown("the answer is too large".to_owned()));
                }
                body.extend_from_slice(chunk);
            }
        }
        Ok(Response {
            status: parts.status,
            headers: parts.headers,
            body: body.freeze(),
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

    fn build(self) -> Result<http::Request<Full<Bytes>>, CallError> {
        let mut request = http::Request::new(Full::new(self.body));
        *request.method_mut() = self.method;
        *request.uri_mut() = self
            .url
            .as_str()
            .parse()
            .map_err(|_| CallError::unsendable())?;
        let headers = request.headers_mut();
        headers.insert(header::USER_AGENT, HeaderValue::from_static("yizhimai"));
        for (name, value) in self.headers {
            let name = HeaderName::try_from(name).map_err(|_| CallError::unsendable())?;
            let mut value = HeaderValue::try_from(value).map_err(|_| CallError::unsendable())?;
            value.set_sensitive(true);
            headers.append(name, value);
        }
        Ok(request)
    }
}
