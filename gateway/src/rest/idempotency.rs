//! The `Idempotency-Key` that every creation carries.

use axum::extract::FromRequestParts;
use chassis::error::CommonReason;
use http::request::Parts;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::problem::Rejection;

const HEADER: &str = "idempotency-key";

/// Key that makes repeating a creation safe.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Header)]
pub struct IdempotencyKey {
    /// 1–128 visible characters; the same key and body give the first answer again.
    #[serde(rename = "Idempotency-Key")]
    #[param(min_length = 1, max_length = 128)]
    pub key: String,
}

impl<S: Sync> FromRequestParts<S> for IdempotencyKey {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Rejection> {
        parts
            .headers
            .get(HEADER)
            .and_then(|value| value.to_str().ok())
            .filter(|key| {
                (1..=128).contains(&key.len()) && key.bytes().all(|b| b.is_ascii_graphic())
            })
            .map(|key| Self {
                key: key.to_owned(),
            })
            .ok_or_else(|| {
                Rejection::new(CommonReason::ValidationFailed)
                    .message("send an Idempotency-Key header of 1 to 128 visible characters")
                    .field("idempotency_key", CommonReason::ValidationFailed)
            })
    }
}
