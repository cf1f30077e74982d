//! The server that printers call by themselves: Star CloudPRNT and Epson Server Direct Print.
//!
//! Whoever calls is known by the secret in the address alone. What comes in is small, and is cut off where
//! it is not.

mod answer;
mod device;
mod epson;
mod star;

use std::{any::Any, sync::Arc, time::Duration};

use axum::{
    Router,
    extract::{DefaultBodyLimit, Request, State},
    middleware::{self, Next},
    response::{IntoResponse as _, Response},
    routing::{delete, get, post},
};
use chassis::error::Problem;
use http::StatusCode;
use tokio::sync::Semaphore;
use tower_http::{catch_panic::CatchPanicLayer, timeout::TimeoutLayer};

use crate::app::Dependencies;

/// Most of a request's body: states and results of printers are far smaller.
const BODY_LIMIT_BYTES: usize = 64 * 1024;
/// Longest work on one request; printers give up after 15 s.
const ANSWER_WITHIN: Duration = Duration::from_secs(10);

/// Routes of printers, and `/health` for whoever balances between replicas.
pub fn router(deps: Dependencies, max_in_flight: usize) -> Router {
    let places = Arc::new(Semaphore::new(max_in_flight));
    Router::new()
        .route("/health", get(async || "ok"))
        // A HEAD must not count as a fetch.
        .route(
            "/d/{secret}",
            post(device::post)
                .merge(get(device::get).head(async || StatusCode::METHOD_NOT_ALLOWED))
                .merge(delete(device::delete)),
        )
        .layer(DefaultBodyLimit::max(BODY_LIMIT_BYTES))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(TimeoutLayer::with_status_code(
            StatusCode::SERVICE_UNAVAILABLE,
            ANSWER_WITHIN,
        ))
        .layer(middleware::from_fn_with_state(places, limit))
        .with_state(deps)
}

/// Refuses what is too much, instead of letting everything become slow.
async fn limit(State(places): State<Arc<Semaphore>>, request: Request, next: Next) -> Response {
    match places.try_acquire() {
        Ok(_place) => next.run(request).await,
        Err(_) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}

/// A panic answers the request in which it happened, and no other.
#[expect(
    clippy::needless_pass_by_value,
    reason = "the layer passes the panic by value"
)]
fn panicked(panic: Box<dyn Any + Send>) -> Response {
    let problem = Problem::from_panic(&*panic);
    tracing::error!(error = %problem, "a printer's request failed");
    StatusCode::INTERNAL_SERVER_ERROR.into_response()
}
