//! A span and a measurement for every request but those for menus, which must cost nothing.

use std::{sync::LazyLock, time::Instant};

use axum::{
    extract::{MatchedPath, Request},
    middleware::Next,
    response::Response,
};
use chassis::telemetry;
use http::Method;
use opentelemetry::{KeyValue, StringValue, global, metrics::Histogram};
use tracing::{Instrument as _, field::Empty};

static DURATION: LazyLock<Histogram<f64>> = LazyLock::new(|| {
    global::meter(telemetry::SCOPE)
        .f64_histogram("http.server.request.duration")
        .with_unit("s")
        .with_description("Duration of requests answered, until the answer's head")
        .with_boundaries(vec![
            0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0,
        ])
        .build()
});

/// Continues the caller's trace or begins one, and measures.
pub async fn observe(request: Request, next: Next) -> Response {
    let started = Instant::now();
    let method = name(request.method());
    let matched = request.extensions().get::<MatchedPath>();
    let route = matched.map_or_else(|| "none".to_owned(), |path| path.as_str().to_owned());
    let span = tracing::info_span!(
        "request",
        otel.name = format!("{method} {route}"),
        otel.kind = "server",
        http.request.method = method,
        http.route = route,
        http.response.status_code = Empty,
    );
    telemetry::follow(&span, request.headers());
    let response = next.run(request).instrument(span.clone()).await;
    let status = response.status().as_u16();
    span.record("http.response.status_code", status);
    let labels = [
        KeyValue::new("http.request.method", method),
        KeyValue::new("http.route", StringValue::from(route)),
        KeyValue::new("http.response.status_code", i64::from(status)),
    ];
    DURATION.record(started.elapsed().as_secs_f64(), &labels);
    response
}

/// Only known methods become a label.
fn name(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "OTHER",
    }
}
