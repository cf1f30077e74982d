//! What a collector receives over OTLP.

use std::{net::Ipv4Addr, sync::Arc};

use chassis::{
    config::{Problems, TelemetryConfig, section},
    telemetry,
};
use opentelemetry_proto::tonic::collector::{
    logs::v1::{
        ExportLogsServiceRequest, ExportLogsServiceResponse,
        logs_service_server::{LogsService, LogsServiceServer},
    },
    metrics::v1::{
        ExportMetricsServiceRequest, ExportMetricsServiceResponse,
        metrics_service_server::{MetricsService, MetricsServiceServer},
    },
    trace::v1::{
        ExportTraceServiceRequest, ExportTraceServiceResponse,
        trace_service_server::{TraceService, TraceServiceServer},
    },
};
use parking_lot::Mutex;
use tonic::{Request, Response, Status, transport::server::TcpIncoming};

/// A collector that keeps the names it received.
#[derive(Clone, Default)]
struct Collector(Arc<Mutex<Vec<String>>>);

impl Collector {
    fn keep(&self, names: impl Iterator<Item = String>) {
        self.0.lock().extend(names);
    }

    fn has(&self, name: &str) -> bool {
        self.0.lock().iter().any(|kept| kept.contains(name))
    }
}

#[tonic::async_trait]
impl TraceService for Collector {
    async fn export(
        &self,
        request: Request<ExportTraceServiceRequest>,
    ) -> Result<Response<ExportTraceServiceResponse>, Status> {
        let resources = request.into_inner().resource_spans.into_iter();
        let scopes = resources.flat_map(|resource| resource.scope_spans);
        self.keep(
            scopes
                .flat_map(|scope| scope.spans)
                .map(|span| format!("span {}", span.name)),
        );
        Ok(Response::new(Default::default()))
    }
}

#[tonic::async_trait]
impl MetricsService for Collector {
    async fn export(
        &self,
        request: Request<ExportMetricsServiceRequest>,
    ) -> Result<Response<ExportMetricsServiceResponse>, Status> {
        let resources = request.into_inner().resource_metrics.into_iter();
        let scopes = resources.flat_map(|resource| resource.scope_metrics);
        self.keep(
            scopes
                .flat_map(|scope| scope.metrics)
                .map(|metric| format!("metric {}", metric.name)),
        );
        Ok(Response::new(Default::default()))
    }
}

#[tonic::async_trait]
impl LogsService for Collector {
    async fn export(
        &self,
        request: Request<ExportLogsServiceRequest>,
    ) -> Result<Response<ExportLogsServiceResponse>, Status> {
        let resources = request.into_inner().resource_logs.into_iter();
        let scopes = resources.flat_map(|resource| resource.scope_logs);
        self.keep(
            scopes
                .flat_map(|scope| scope.log_records)
                .map(|line| format!("log {:?}", line.body)),
        );
        Ok(Response::new(Default::default()))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn traces_metrics_and_logs_reach_the_collector() {
    let collector = Collector::default();
    let incoming = TcpIncoming::bind((Ipv4Addr::LOCALHOST, 0).into()).unwrap();
    let addr = incoming.local_addr().unwrap();
    let server = tonic::transport::Server::builder()
        .add_service(TraceServiceServer::new(collector.clone()))
        .add_service(MetricsServiceServer::new(collector.clone()))
        .add_service(LogsServiceServer::new(collector.clone()));
    tokio::spawn(server.serve_with_incoming(incoming));

    let variables = [
        ("TELEMETRY_OTLP_URL", format!("http://{addr}")),
        ("TELEMETRY_SAMPLE_RATIO", "1".into()),
    ];
    let variables = variables
        .map(|(name, value)| (name.to_owned(), value))
        .into();
    let config: TelemetryConfig =
        section("TELEMETRY_", &variables, &mut Problems::default()).unwrap();
    let telemetry = telemetry::init("shop", &config).unwrap();
    tracing::info_span!("place_order").in_scope(|| tracing::info!("an order was placed"));
    opentelemetry::global::meter(telemetry::SCOPE)
        .u64_counter("orders")
        .build()
        .add(1, &[]);
    tokio::task::spawn_blocking(move || telemetry.flush())
        .await
        .unwrap();

    assert!(collector.has("span place_order"), "{:?}", collector.0);
    assert!(collector.has("metric orders"), "{:?}", collector.0);
    assert!(collector.has("an order was placed"), "{:?}", collector.0);
}
