//! Builds the providers: always one that can be scraped, and exporters where there is a collector.

use anyhow::Context as _;
use opentelemetry_otlp::{LogExporter, MetricExporter, SpanExporter, WithExportConfig as _};
use opentelemetry_sdk::{
    Resource,
    logs::SdkLoggerProvider,
    metrics::SdkMeterProvider,
    trace::{Sampler, SdkTracerProvider},
};

use super::Telemetry;
use crate::config::TelemetryConfig;

pub(super) fn build(service: &'static str, config: &TelemetryConfig) -> anyhow::Result<Telemetry> {
    let resource = Resource::builder().with_service_name(service).build();
    let scraped = prometheus::Registry::new();
    let scrape = opentelemetry_prometheus::exporter()
        .with_registry(scraped.clone())
        .without_target_info()
        .scope_info_enabled(false)
        .build()
        .context("set up the metrics to scrape")?;

    let ratio = if config.otlp_url.is_some() {
        config.sample_ratio
    } else {
        0.0
    };
    let sampler = Sampler::ParentBased(Box::new(Sampler::TraceIdRatioBased(ratio)));
    let mut traces = SdkTracerProvider::builder()
        .with_resource(resource.clone())
        .with_sampler(sampler);
    let mut metrics = SdkMeterProvider::builder()
        .with_resource(resource.clone())
        .with_reader(scrape);
    let mut logs = None;
    if let Some(url) = &config.otlp_url {
        let url = url.as_str();
        let spans = SpanExporter::builder()
            .with_tonic()
            .with_endpoint(url)
            .build()?;
        traces = traces.with_batch_exporter(spans);
        let points = MetricExporter::builder()
            .with_tonic()
            .with_endpoint(url)
            .build()?;
        metrics = metrics.with_periodic_exporter(points);
        let lines = LogExporter::builder()
            .with_tonic()
            .with_endpoint(url)
            .build()?;
        let provider = SdkLoggerProvider::builder().with_resource(resource);
        logs = Some(provider.with_batch_exporter(lines).build());
    }
    Ok(Telemetry {
        traces: traces.build(),
        metrics: metrics.build(),
        logs,
        scraped,
    })
}

#[cfg(test)]
mod tests {
    use opentelemetry::{KeyValue, metrics::MeterProvider as _};

    use super::*;

    fn config() -> TelemetryConfig {
        let mut problems = crate::config::Problems::default();
        crate::config::section("TELEMETRY_", &Default::default(), &mut problems).unwrap()
    }

    #[test]
    fn what_is_recorded_can_be_scraped() {
        let telemetry = build("shop", &config()).unwrap();
        let meter = telemetry.metrics.meter("test");
        let counter = meter.u64_counter("orders").build();
        counter.add(3, &[KeyValue::new("method", "pickup")]);
        let text = telemetry.scrape().unwrap();
        assert!(text.contains("orders_total{method=\"pickup\"} 3"), "{text}");
    }
}
