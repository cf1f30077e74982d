//! Log lines, traces and metrics of the process.
//!
//! Metrics can always be scraped. Traces, metrics and logs are pushed as well when a collector is
//! configured; without one, spans still carry the trace id from process to process.

mod context;
mod export;

use std::{io::IsTerminal as _, time::Duration};

use opentelemetry::{global, trace::TracerProvider as _};
use opentelemetry_sdk::{
    logs::SdkLoggerProvider, metrics::SdkMeterProvider, trace::SdkTracerProvider,
};
use prometheus::{Encoder as _, TextEncoder};
use tracing::level_filters::LevelFilter;
use tracing_subscriber::{
    Layer, Registry, filter::Targets, layer::SubscriberExt as _, util::SubscriberInitExt as _,
};

use crate::config::{LogFormat, TelemetryConfig};

pub use context::{follow, inject, inject_metadata, trace_id};

/// Name under which all instruments and spans of the platform stand.
pub const SCOPE: &str = "yizhimai";

/// What was set up; exposes the metrics and flushes at the end.
#[derive(Clone, Debug)]
pub struct Telemetry {
    traces: SdkTracerProvider,
    metrics: SdkMeterProvider,
    logs: Option<SdkLoggerProvider>,
    scraped: prometheus::Registry,
}

/// Sets everything up for the process; the second call in one process, as in tests, only gives
/// metrics of its own that nothing records into.
pub fn init(service: &'static str, config: &TelemetryConfig) -> anyhow::Result<Telemetry> {
    let telemetry = export::build(service, config)?;
    let tracer = telemetry.traces.tracer(SCOPE);
    let pushed = telemetry.logs.as_ref().map(|logs| {
        // What the exporter itself logs must not be exported: it would never end.
        let quiet = Targets::new()
            .with_default(LevelFilter::INFO)
            .with_target("lapin", LevelFilter::ERROR)
            .with_targets(
                ["h2", "hyper", "opentelemetry", "tonic", "tower"]
                    .map(|target| (target, LevelFilter::OFF)),
            );
        opentelemetry_appender_tracing::layer::OpenTelemetryTracingBridge::new(logs)
            .with_filter(quiet)
    });
    let fresh = tracing_subscriber::registry()
        .with(log_lines(config.log_format).with_filter(log_filter(&config.log)?))
        .with(
            tracing_opentelemetry::layer()
                .with_tracer(tracer)
                .with_location(false)
                .with_threads(false)
                .with_tracked_inactivity(false)
                .with_filter(span_filter()),
        )
        .with(pushed)
        .try_init()
        .is_ok();
    if fresh {
        global::set_tracer_provider(telemetry.traces.clone());
        global::set_meter_provider(telemetry.metrics.clone());
    }
    Ok(telemetry)
}

impl Telemetry {
    /// All metrics in the text form that Prometheus reads.
    pub fn scrape(&self) -> anyhow::Result<String> {
        let mut text = Vec::new();
        TextEncoder::new().encode(&self.scraped.gather(), &mut text)?;
        Ok(String::from_utf8(text)?)
    }

    /// Pushes what has gathered and stops. It blocks, so call it off the runtime's threads.
    pub fn flush(&self) {
        const LIMIT: Duration = Duration::from_secs(5);
        let metrics = self.metrics.shutdown_with_timeout(LIMIT);
        let traces = self.traces.shutdown_with_timeout(LIMIT);
        let logs = self
            .logs
            .as_ref()
            .map_or(Ok(()), |logs| logs.shutdown_with_timeout(LIMIT));
        for (signal, outcome) in [("metrics", metrics), ("traces", traces), ("logs", logs)] {
            if let Err(error) = outcome {
                tracing::warn!(signal, %error, "telemetry was not flushed");
            }
        }
    }
}

fn log_lines(format: LogFormat) -> Box<dyn Layer<Registry> + Send + Sync> {
    match format {
        LogFormat::Text => tracing_subscriber::fmt::layer()
            .with_ansi(std::io::stderr().is_terminal())
            .with_writer(std::io::stderr)
            .boxed(),
        LogFormat::Json => tracing_subscriber::fmt::layer()
            .json()
            .flatten_event(true)
            .with_current_span(true)
            .with_span_list(false)
            .with_writer(std::io::stderr)
            .boxed(),
    }
}

fn log_filter(filter: &str) -> anyhow::Result<Targets> {
    let filter: Targets = filter
        .parse()
        .map_err(|error| anyhow::anyhow!("TELEMETRY_LOG is not readable: {error}"))?;
    // It writes out every event that no queue took; the outbox keeps and counts them.
    Ok(filter.with_target("lapin::returned_messages", LevelFilter::ERROR))
}

/// Spans of our own crates; those of libraries cost more than they are worth.
fn span_filter() -> Targets {
    Targets::new()
        .with_default(LevelFilter::INFO)
        .with_targets(["h2", "hyper", "lapin", "tonic"].map(|target| (target, LevelFilter::OFF)))
}
