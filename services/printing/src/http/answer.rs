//! Answers to printers, and what goes wrong on our side.

use axum::response::{IntoResponse, Response};
use chassis::error::Problem;
use http::{HeaderValue, StatusCode, header};
use print_poll::{Answer, Malformed};

/// Why a request is not answered as it should be.
pub(super) enum Refused {
    /// No printer in use has this address, or another one calls it.
    Unknown,
    /// It is not in the protocol's form.
    Malformed(Malformed),
    /// Ours, or of what we depend on: the printer asks again.
    Failed(Problem),
}

impl From<Problem> for Refused {
    fn from(problem: Problem) -> Self {
        Self::Failed(problem)
    }
}

impl From<Malformed> for Refused {
    fn from(malformed: Malformed) -> Self {
        Self::Malformed(malformed)
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        match self {
            Self::Unknown => StatusCode::NOT_FOUND.into_response(),
            Self::Malformed(malformed) => status(malformed.status()).into_response(),
            Self::Failed(problem) => {
                tracing::error!(error = %problem, "a printer's request failed");
                StatusCode::SERVICE_UNAVAILABLE.into_response()
            }
        }
    }
}

/// An answer of a protocol as one of HTTP.
pub(super) fn response(answer: Answer) -> Response {
    let mut response = (status(answer.status), answer.body).into_response();
    response.headers_mut().remove(header::CONTENT_TYPE);
    if let Some(kind) = answer.content_type {
        let kind = HeaderValue::from_static(kind);
        response.headers_mut().insert(header::CONTENT_TYPE, kind);
    }
    response
}

pub(super) fn status(number: u16) -> StatusCode {
    StatusCode::from_u16(number).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}
