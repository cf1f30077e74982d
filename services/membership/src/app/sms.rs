//! The SMS gateway: `POST {base}/messages` with a bearer token and `{"to", "text", "reference"}`, answered by
//! 202 when it was taken. A reference that was taken before is not sent again.

use anyhow::ensure;
use chassis::{id::EventId, secret::Secret};
use serde_json::json;
use url::Url;

use crate::http_client::Http;

/// An SMS gateway.
#[derive(Clone, Debug)]
pub struct SmsGateway {
    /// Its messages.
    pub messages: Url,
    /// Token.
    pub token: Secret,
    /// Name that texts begin with.
    pub sender: String,
}

impl SmsGateway {
    /// Sends a text to a phone in E.164.
    pub async fn send(
        &self,
        http: &Http,
        reference: EventId,
        to: &str,
        text: &str,
    ) -> anyhow::Result<()> {
        let message = json!({ "to": to, "text": text, "reference": reference });
        let token = self.token.reveal();
        let (status, _) = http.post_json(&self.messages, token, &message).await?;
        ensure!(
            status.is_success(),
            "the SMS gateway answered {}",
            status.as_u16()
        );
        Ok(())
    }
}
