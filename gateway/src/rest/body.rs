//! Request bodies: JSON refused at its field, files refused by size and type.

use axum::{
    body::Bytes,
    extract::{FromRequest, Request},
};
use http::{HeaderMap, header::CONTENT_TYPE};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use serde::{Deserialize, de::DeserializeOwned};
use utoipa::ToSchema;

use crate::problem::Rejection;

/// Most of a JSON body, where its endpoint says nothing else.
pub const JSON_LIMIT_BYTES: usize = 64 * 1024;
/// Most of an imported file.
pub const FILE_LIMIT_BYTES: usize = 10 * 1024 * 1024;

/// A JSON body of at most so many bytes.
#[derive(Debug)]
pub struct Body<T, const LIMIT_BYTES: usize = JSON_LIMIT_BYTES>(pub T);

/// A CSV file as the body.
#[derive(Debug)]
pub struct File(pub Bytes);

/// A change that says only at which version the thing was read.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AtVersion {
    /// Version it was read at.
    pub version: i64,
}

impl<S: Sync, T: DeserializeOwned, const LIMIT_BYTES: usize> FromRequest<S>
    for Body<T, LIMIT_BYTES>
{
    type Rejection = Rejection;

    async fn from_request(request: Request, _state: &S) -> Result<Self, Rejection> {
        let bytes = json(request, LIMIT_BYTES).await?;
        let mut reader = serde_json::Deserializer::from_slice(&bytes);
        let value =
            serde_path_to_error::deserialize(&mut reader).map_err(|error| malformed(&error))?;
        reader.end().map_err(|error| {
            Rejection::new("VALIDATION_FAILED")
                .message(error.to_string())
                .field("body", "VALIDATION_FAILED")
        })?;
        Ok(Self(value))
    }
}

impl<S: Sync> FromRequest<S> for File {
    type Rejection = Rejection;

    async fn from_request(request: Request, _state: &S) -> Result<Self, Rejection> {
        let media = media_type(request.headers());
        if !matches!(
            media.as_str(),
            "text/csv" | "application/csv" | "application/vnd.ms-excel"
        ) {
            return Err(Rejection::new("FILE_TYPE").message("send the file as text/csv"));
        }
        read(request, FILE_LIMIT_BYTES).await.map(Self)
    }
}

/// The bytes of a body that says it is JSON.
pub async fn json(request: Request, limit_bytes: usize) -> Result<Bytes, Rejection> {
    if media_type(request.headers()) != "application/json" {
        return Err(Rejection::new("FILE_TYPE").message("send the body as application/json"));
    }
    read(request, limit_bytes).await
}

fn media_type(headers: &HeaderMap) -> String {
    let value = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    value
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase()
}

async fn read(request: Request, limit: usize) -> Result<Bytes, Rejection> {
    match Limited::new(request.into_body(), limit).collect().await {
        Ok(body) => Ok(body.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => {
            Err(Rejection::new("FILE_TOO_LARGE").param("limit_bytes", limit))
        }
        Err(error) => {
            Err(Rejection::new("VALIDATION_FAILED").message(format!("reading the body: {error}")))
        }
    }
}

/// The refusal of a body serde could not read, at the path serde had come to.
fn malformed(error: &serde_path_to_error::Error<serde_json::Error>) -> Rejection {
    let path = error.path().to_string();
    let field = if path == "." {
        String::from("body")
    } else {
        path
    };
    Rejection::new("VALIDATION_FAILED")
        .message(error.inner().to_string())
        .field(field, "VALIDATION_FAILED")
}
