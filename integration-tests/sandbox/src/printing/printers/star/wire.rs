//! What a Star printer puts on the wire.

use std::time::Duration;

use http::Method;
use serde_json::Value;

use super::{MEDIA_TYPE, Round};
use crate::printing::printers::drive::Step;

const LIMIT: Duration = Duration::from_secs(15);
/// Largest body that it holds.
const MOST_BYTES: usize = 4 << 20;

/// A whole answer.
pub struct Heard {
    pub status: u16,
    pub media_type: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Round<'_> {
    /// Sends and hears the whole answer; none when none came.
    pub async fn send(&mut self, method: Method, url: &str, body: Option<Value>) -> Option<Heard> {
        let mut request = self
            .sandbox
            .http
            .request(method.clone(), url)
            .timeout(LIMIT)
            .header("user-agent", "mcp31/5.1 (star; virtual)");
        if !self.device.user.is_empty() {
            request = request.basic_auth(&self.device.user, Some(&self.device.password));
        }
        if let Some(body) = &body {
            request = request.json(body);
        }
        let said = match &body {
            Some(body) => format!(
                "{method} {}",
                body["statusCode"].as_str().unwrap_or_default()
            ),
            None => format!(
                "{method} {}",
                url.split_once('?').map_or("", |(_, query)| query)
            ),
        };
        let heard = hear(request).await;
        let (status, text) = match &heard {
            None => (None, String::new()),
            Some(heard) if heard.media_type == MEDIA_TYPE => {
                (Some(heard.status), format!("{} bytes", heard.body.len()))
            }
            Some(heard) => {
                let text = String::from_utf8_lossy(&heard.body);
                (Some(heard.status), text.chars().take(2_000).collect())
            }
        };
        self.steps.push(Step {
            said,
            status,
            heard: text,
        });
        heard
    }
}

async fn hear(request: reqwest::RequestBuilder) -> Option<Heard> {
    let response = request.send().await.ok()?;
    let status = response.status().as_u16();
    let text = |value: &http::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let media_type = response.headers().get("content-type").map(text);
    let media_type = media_type.unwrap_or_default();
    let headers = response.headers().iter();
    let headers = headers
        .filter(|(name, _)| name.as_str().starts_with("x-star-"))
        .map(|(name, value)| (name.to_string(), text(value)))
        .collect();
    let body = response.bytes().await.ok()?;
    (body.len() <= MOST_BYTES).then(|| Heard {
        status,
        media_type: media_type
            .split(';')
            .next()
            .unwrap_or_default()
            .trim()
            .to_ascii_lowercase(),
        headers,
        body: body.to_vec(),
    })
}
