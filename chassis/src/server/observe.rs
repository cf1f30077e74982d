//! Measures each call.

use std::time::Duration;

use opentelemetry::{KeyValue, StringValue, global, metrics::Histogram};
use tonic::Code;

use crate::telemetry;

/// Duration of calls by method and code.
#[derive(Clone, Debug)]
pub(super) struct Durations(Histogram<f64>);

impl Durations {
    pub(super) fn new() -> Self {
        let histogram = global::meter(telemetry::SCOPE)
            .f64_histogram("rpc.server.duration")
            .with_unit("s")
            .with_description("Duration of calls answered")
            .with_boundaries(vec![
                0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0,
            ])
            .build();
        Self(histogram)
    }

    pub(super) fn record(&self, path: &'static str, code: Code, duration: Duration) {
        let labels = [
            KeyValue::new("rpc.method", StringValue::from(path)),
            KeyValue::new("rpc.code", StringValue::from(name(code))),
        ];
        self.0.record(duration.as_secs_f64(), &labels);
    }
}

fn name(code: Code) -> &'static str {
    match code {
        Code::Ok => "OK",
        Code::Cancelled => "CANCELLED",
        Code::Unknown => "UNKNOWN",
        Code::InvalidArgument => "INVALID_ARGUMENT",
        Code::DeadlineExceeded => "DEADLINE_EXCEEDED",
        Code::NotFound => "NOT_FOUND",
        Code::AlreadyExists => "ALREADY_EXISTS",
        Code::PermissionDenied => "PERMISSION_DENIED",
        Code::ResourceExhausted => "RESOURCE_EXHAUSTED",
        Code::FailedPrecondition => "FAILED_PRECONDITION",
        Code::Aborted => "ABORTED",
        Code::OutOfRange => "OUT_OF_RANGE",
        Code::Unimplemented => "UNIMPLEMENTED",
        Code::Internal => "INTERNAL",
        Code::Unavailable => "UNAVAILABLE",
        Code::DataLoss => "DATA_LOSS",
        Code::Unauthenticated => "UNAUTHENTICATED",
    }
}
