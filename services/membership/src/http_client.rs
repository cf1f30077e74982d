//! HTTP calls to LINE and the SMS gateway, bounded in time and size.

use std::time::Duration;

use anyhow::Context as _;
use bytes::{Bytes, BytesMut};
use http::{HeaderValue, Method, Request, StatusCode, header};
use http_body_util::{BodyExt as _, Full};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use url::{Url, form_urlencoded};

/// Longest wait for a response.
const TIMEOUT: Duration = Duration::from_secs(5);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
/// Largest response that is read.
const MAX_RESPONSE_BYTES: usize = 64 * 1024;

/// A client; clones share its connections. It follows no redirects.
#[derive(Clone, Debug)]
pub struct Http(Client<HttpsConnector<HttpConnector>, Full<Bytes>>);

impl Http {
    /// A client.
    pub fn new() -> anyhow::Result<Self> {
        let mut connector = HttpConnector::new();
        connector.set_connect_timeout(Some(CONNECT_TIMEOUT));
        connector.set_nodelay(true);
        connector.enforce_http(false);
        let connector = HttpsConnectorBuilder::new()
            .with_provider_and_webpki_roots(rustls::crypto::ring::default_provider())?
            .https_or_http()
            .enable_http1()
            .wrap_connector(connector);
        Ok(Self(Client::builder(TokioExecutor::new()).build(connector)))
    }

    /// Posts a form.
    pub async fn post_form(
        &self,
        url: &Url,
        fields: &[(&str, &str)],
    ) -> anyhow::Result<(StatusCode, Bytes)> {
        let form = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        let media = "application/x-www-form-urlencoded";
        self.post(url, media, None, form.into()).await
    }

    /// Posts JSON with a token.
    pub async fn post_json(
        &self,
        url: &Url,
        token: &str,
        json: &serde_json::Value,
    ) -> anyhow::Result<(StatusCode, Bytes)> {
        let body = json.to_string();
        self.post(url, "application/json", Some(token), body.into())
            .await
    }

    async fn post(
        &self,
        url: &Url,
        media: &'static str,
        token: Option<&str>,
        body: Bytes,
    ) -> anyhow::Result<(StatusCode, Bytes)> {
        let mut request = Request::builder()
            .method(Method::POST)
            .uri(url.as_str())
            .header(header::USER_AGENT, "yizhimai")
            .header(header::CONTENT_TYPE, media);
        if let Some(token) = token {
            let mut value = HeaderValue::try_from(format!("Bearer {token}"))?;
            value.set_sensitive(true);
            request = request.header(header::AUTHORIZATION, value);
        }
        let request = request.body(Full::new(body))?;
        tokio::time::timeout(TIMEOUT, self.exchange(request))
            .await
            .context("no response in time")?
    }

    async fn exchange(&self, request: Request<Full<Bytes>>) -> anyhow::Result<(StatusCode, Bytes)> {
        let response = self.0.request(request).await?;
        let (parts, mut incoming) = response.into_parts();
        let mut body = BytesMut::new();
        while let Some(frame) = incoming.frame().await {
            if let Some(chunk) = frame?.data_ref() {
                anyhow::ensure!(
                    body.len() + chunk.len() <= MAX_RESPONSE_BYTES,
                    "the response is too large"
                );
                body.extend_from_slice(chunk);
            }
        }
        Ok((parts.status, body.freeze()))
    }
}
