//! Request bodies: JSON refused at its field, files refused by size and type.

use axum::{
    body::Bytes,
    extract::{FromRequest, Request},
};
use chassis::error::CommonReason;
use http::{HeaderMap, header::CONTENT_TYPE};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use proto::gateway::v1::GatewayReason;
use serde::de::DeserializeOwned;
use serde_json::error::Category;
use tower_http::timeout::TimeoutError;

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

impl<S: Sync, T: DeserializeOwned, const LIMIT_BYTES: usize> FromRequest<S>
    for Body<T, LIMIT_BYTES>
{
    type Rejection = Rejection;

    async fn from_request(request: Request, _state: &S) -> Result<Self, Rejection> {
        let bytes = json(request, LIMIT_BYTES).await?;
        let mut reader = serde_json::Deserializer::from_slice(&bytes);
        let value =
            serde_path_to_error::deserialize(&mut reader).map_err(|error| malformed(&error))?;
        reader.end().map_err(|_| {
            Rejection::new(CommonReason::ValidationFailed)
                .message("something follows the JSON value of the body")
                .field("body", CommonReason::ValidationFailed)
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
            return Err(Rejection::new(CommonReason::FileType).message("send the file as text/csv"));
        }
        read(request, "file", FILE_LIMIT_BYTES).await.map(Self)
    }
}

/// The bytes of a body that says it is JSON.
pub async fn json(request: Request, limit_bytes: usize) -> Result<Bytes, Rejection> {
    if media_type(request.headers()) != "application/json" {
        return Err(
            Rejection::new(CommonReason::FileType).message("send the body as application/json")
        );
    }
    read(request, "body", limit_bytes).await
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

/// The bytes of a body; `field` names it where it is refused.
pub async fn read(request: Request, field: &str, limit: usize) -> Result<Bytes, Rejection> {
    let error = match Limited::new(request.into_body(), limit).collect().await {
        Ok(body) => return Ok(body.to_bytes()),
        Err(error) => error,
    };
    Err(if error.is::<LengthLimitError>() {
        Rejection::new(CommonReason::FileTooLarge)
            .message(format!("the {field} is larger than {limit} bytes"))
            .param("limit_bytes", limit)
            .param("max", in_units(limit))
            .field(field, CommonReason::FileTooLarge)
    } else if came_too_slowly(&*error) {
        Rejection::new(GatewayReason::RequestTimeout)
            .message(format!("the {field} did not arrive in time"))
            .field(field, GatewayReason::RequestTimeout)
    } else {
        Rejection::new(CommonReason::ValidationFailed)
            .message(format!("the {field} broke off"))
            .field(field, CommonReason::ValidationFailed)
    })
}

/// A size as people read it.
fn in_units(bytes: usize) -> String {
    const MIB: usize = 1024 * 1024;
    if bytes >= MIB {
        format!("{} MB", bytes / MIB)
    } else {
        format!("{} KB", bytes / 1024)
    }
}

fn came_too_slowly(error: &(dyn std::error::Error + 'static)) -> bool {
    std::iter::successors(Some(error), |error| error.source())
        .any(|error| error.is::<TimeoutError>())
}

/// The refusal of a body serde could not read, at the path serde had come to. What serde says of it
/// names Rust types, so the text is our own.
fn malformed(error: &serde_path_to_error::Error<serde_json::Error>) -> Rejection {
    let path = error.path().to_string();
    let text = error.inner().to_string();
    let missing = text
        .strip_prefix("missing field `")
        .and_then(|rest| rest.split('`').next());
    let field = match (path.as_str(), missing) {
        (".", None) => "body".to_owned(),
        (".", Some(name)) => name.to_owned(),
        (path, None) => path.to_owned(),
        (path, Some(name)) => format!("{path}.{name}"),
    };
    let message = match error.inner().classify() {
        Category::Syntax | Category::Eof | Category::Io => "the body is no JSON",
        Category::Data if missing.is_some() => "a field is missing",
        Category::Data if text.starts_with("unknown field") => "there is no such field",
        Category::Data => "the value does not fit the field",
    };
    Rejection::new(CommonReason::ValidationFailed)
        .message(message)
        .field(field, CommonReason::ValidationFailed)
}
