//! Reads small bodies before a guard may refuse the request.

use axum::{
    body::Body,
    extract::Request,
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use http::header::CONTENT_LENGTH;

use crate::rest::body::{self, JSON_LIMIT_BYTES};

/// Passes a request on once its body is here: who is refused while still sending it would lose the answer together
/// with the connection. A larger body, and one of unknown length, is left to the handler.
pub async fn read(request: Request, next: Next) -> Response {
    let length = request.headers().get(CONTENT_LENGTH);
    let length = length.and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    if !length.is_some_and(|length| (1..=JSON_LIMIT_BYTES).contains(&length)) {
        return next.run(request).await;
    }
    let (parts, body) = request.into_parts();
    match body::read(Request::new(body), "body", JSON_LIMIT_BYTES).await {
        Ok(bytes) => {
            next.run(Request::from_parts(parts, Body::from(bytes)))
                .await
        }
        Err(rejection) => rejection.into_response(),
    }
}
