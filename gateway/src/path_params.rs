//! Parameters in paths that cannot be read are refused with their name, before any handler.

use axum::{
    extract::{FromRequestParts as _, RawPathParams, Request, rejection::RawPathParamsRejection},
    middleware::Next,
    response::Response,
};
use chassis::error::CommonReason;

use crate::problem::{Rejection, Result};

/// Lets a request through whose path parameters are text.
pub async fn check(request: Request, next: Next) -> Result<Response> {
    // Without an escape it is text already.
    if !request.uri().path().contains('%') {
        return Ok(next.run(request).await);
    }
    let (mut parts, body) = request.into_parts();
    let params = RawPathParams::from_request_parts(&mut parts, &()).await;
    if let Err(RawPathParamsRejection::InvalidUtf8InPathParam(refused)) = params {
        return Err(malformed(&refused.body_text()));
    }
    Ok(next.run(Request::from_parts(parts, body)).await)
}

/// The refusal; what axum says of it has the parameter's name in back quotes.
fn malformed(text: &str) -> Rejection {
    let name = text.split('`').nth(1).unwrap_or("path");
    Rejection::new(CommonReason::ValidationFailed)
        .message("a parameter of the path is no UTF-8")
        .field(name, CommonReason::ValidationFailed)
}
