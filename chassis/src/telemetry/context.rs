//! W3C trace context through HTTP and gRPC headers. (The outbox carries it through the broker.)

use http::{HeaderMap, HeaderName, HeaderValue};
use opentelemetry::{
    Context,
    propagation::{Extractor, Injector, TextMapPropagator as _},
    trace::TraceContextExt as _,
};
use opentelemetry_sdk::propagation::TraceContextPropagator;
use tonic::metadata::MetadataMap;
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt as _;

/// Writes the context of the current span into the headers of a request we send.
pub fn inject(headers: &mut HeaderMap) {
    inject_context(&Span::current().context(), headers);
}

/// Writes the context of the current span into the metadata of a gRPC request we send.
pub fn inject_metadata(metadata: &mut MetadataMap) {
    let mut headers = std::mem::take(metadata).into_headers();
    inject(&mut headers);
    *metadata = MetadataMap::from_headers(headers);
}

/// Makes `span` a child of the span that the headers of a received request name, if they do.
pub fn follow(span: &Span, headers: &HeaderMap) {
    if !headers.contains_key("traceparent") {
        return;
    }
    let parent = TraceContextPropagator::new().extract(&Headers(headers));
    if parent.span().span_context().is_valid() {
        // Refused only where no subscriber traces: then there is nothing to follow.
        let _ = span.set_parent(parent);
    }
}

/// Trace id of the current span, as problem documents and audit show it.
pub fn trace_id() -> Option<String> {
    let context = Span::current().context();
    let span = context.span();
    let span_context = span.span_context();
    span_context
        .is_valid()
        .then(|| span_context.trace_id().to_string())
}

fn inject_context(context: &Context, headers: &mut HeaderMap) {
    if context.span().span_context().is_valid() {
        TraceContextPropagator::new().inject_context(context, &mut HeadersMut(headers));
    }
}

struct Headers<'a>(&'a HeaderMap);

impl Extractor for Headers<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key)?.to_str().ok()
    }

    fn keys(&self) -> Vec<&str> {
        self.0.keys().map(HeaderName::as_str).collect()
    }
}

struct HeadersMut<'a>(&'a mut HeaderMap);

impl Injector for HeadersMut<'_> {
    fn set(&mut self, key: &str, value: String) {
        let name = HeaderName::try_from(key);
        if let (Ok(name), Ok(value)) = (name, HeaderValue::try_from(value)) {
            self.0.insert(name, value);
        }
    }
}

#[cfg(test)]
mod tests {
    use opentelemetry::trace::{SpanContext, SpanId, TraceFlags, TraceId, TraceState};

    use super::*;

    #[test]
    fn a_context_survives_the_headers() {
        let sent = SpanContext::new(
            TraceId::from(7),
            SpanId::from(9),
            TraceFlags::SAMPLED,
            true,
            TraceState::default(),
        );
        let mut headers = HeaderMap::new();
        inject_context(
            &Context::new().with_remote_span_context(sent.clone()),
            &mut headers,
        );
        let received = TraceContextPropagator::new().extract(&Headers(&headers));
        assert_eq!(received.span().span_context().trace_id(), sent.trace_id());
        assert_eq!(received.span().span_context().span_id(), sent.span_id());
        assert!(received.span().span_context().is_sampled());
    }

    #[test]
    fn no_span_writes_no_header() {
        let mut headers = HeaderMap::new();
        inject(&mut headers);
        assert!(headers.is_empty());
        assert_eq!(trace_id(), None);
    }
}
