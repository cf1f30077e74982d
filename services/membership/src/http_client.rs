//! HTTP calls to LINE and the SMS gateway, bounded in time and size.

use std::time::Duration;

use bytes::Bytes;
use chassis::http_client::{CallLimits, HttpClient};
use http::{HeaderValue, Method, Request, StatusCode, header};
use url::{Url, form_urlencoded};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
const LIMITS: CallLimits = CallLimits {
    timeout: Duration::from_secs(5),
    max_response_bytes: 64 * 1024,
};

/// A client; clones share its connections.
#[derive(Clone, Debug)]
pub struct Http(HttpClient);

impl Http {
    /// A client.
    pub fn new() -> anyhow::Result<Self> {
        Ok(Self(HttpClient::new(CONNECT_TIMEOUT)?))
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
            .header(header::CONTENT_TYPE, media);
        if let Some(token) = token {
            let mut value = HeaderValue::try_from(format!("Bearer {token}"))?;
            value.set_sensitive(true);
            request = request.header(header::AUTHORIZATION, value);
        }
        let response = self.0.send(request.body(body)?, LIMITS).await?;
        let (parts, body) = response.into_parts();
        Ok((parts.status, body))
    }
}
