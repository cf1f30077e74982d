//! A small OTLP collector for one machine: it appends every span to a file. Logs are in the
//! services' own files and metrics at their `/metrics`, so those are taken and dropped.

use std::{
    fs::{File, OpenOptions},
    io::{BufRead as _, BufReader, Write as _},
    net::SocketAddr,
    sync::Mutex,
};

use opentelemetry_proto::tonic::{
    collector::{
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
    },
    common::v1::{KeyValue, any_value::Value},
};
use tonic::{Request, Response, Status};

use crate::home::Home;

const FILE: &str = "traces.jsonl";
/// The file is begun anew beyond this size.
const MOST_BYTES: u64 = 64 << 20;

/// What is kept of a span.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct Span {
    /// Trace, hex.
    pub trace: String,
    /// Id, hex.
    pub id: String,
    /// Span that caused it, hex; empty for the first.
    pub parent: String,
    /// Service that reported it.
    pub service: String,
    /// Name.
    pub name: String,
    /// Start in nanoseconds of the epoch.
    pub start_ns: u64,
    /// End in nanoseconds of the epoch.
    pub end_ns: u64,
    /// Attributes worth showing.
    pub attributes: Vec<(String, String)>,
}

struct Collector {
    file: Mutex<File>,
}

struct Dropped;

/// Serves until the task is dropped.
pub async fn serve(home: Home, address: SocketAddr) -> anyhow::Result<()> {
    let path = home.path(FILE)?;
    let large = path
        .metadata()
        .is_ok_and(|metadata| metadata.len() > MOST_BYTES);
    let file = OpenOptions::new()
        .create(true)
        .write(true)
        .append(!large)
        .truncate(large)
        .open(path)?;
    let service = TraceServiceServer::new(Collector {
        file: Mutex::new(file),
    });
    tonic::transport::Server::builder()
        .add_service(service)
        .add_service(MetricsServiceServer::new(Dropped))
        .add_service(LogsServiceServer::new(Dropped))
        .serve(address)
        .await?;
    Ok(())
}

/// The spans of a trace that have been reported so far.
pub fn read(home: &Home, trace: &str) -> anyhow::Result<Vec<Span>> {
    let file = BufReader::new(File::open(home.path(FILE)?)?);
    let mut spans = Vec::new();
    for line in file.lines() {
        let line = line?;
        if line.contains(trace) {
            // The last line may be half written.
            spans.extend(serde_json::from_str::<Span>(&line).ok());
        }
    }
    Ok(spans)
}

#[tonic::async_trait]
impl TraceService for Collector {
    async fn export(
        &self,
        request: Request<ExportTraceServiceRequest>,
    ) -> Result<Response<ExportTraceServiceResponse>, Status> {
        let mut lines = Vec::new();
        for resource in request.into_inner().resource_spans {
            let attributes = resource
                .resource
                .map(|it| it.attributes)
                .unwrap_or_default();
            let service = find(&attributes, "service.name").unwrap_or_default();
            for span in resource
                .scope_spans
                .into_iter()
                .flat_map(|scope| scope.spans)
            {
                let span = Span {
                    trace: hex(&span.trace_id),
                    id: hex(&span.span_id),
                    parent: hex(&span.parent_span_id),
                    service: service.clone(),
                    name: span.name,
                    start_ns: span.start_time_unix_nano,
                    end_ns: span.end_time_unix_nano,
                    attributes: shown(&span.attributes),
                };
                serde_json::to_writer(&mut lines, &span)
                    .map_err(|error| Status::internal(error.to_string()))?;
                lines.push(b'\n');
            }
        }
        let mut file = self.file.lock().map_err(|_| Status::internal("poisoned"))?;
        file.write_all(&lines)?;
        Ok(Response::new(ExportTraceServiceResponse::default()))
    }
}

#[tonic::async_trait]
impl MetricsService for Dropped {
    async fn export(
        &self,
        _: Request<ExportMetricsServiceRequest>,
    ) -> Result<Response<ExportMetricsServiceResponse>, Status> {
        Ok(Response::new(ExportMetricsServiceResponse::default()))
    }
}

#[tonic::async_trait]
impl LogsService for Dropped {
    async fn export(
        &self,
        _: Request<ExportLogsServiceRequest>,
    ) -> Result<Response<ExportLogsServiceResponse>, Status> {
        Ok(Response::new(ExportLogsServiceResponse::default()))
    }
}

/// Source files and threads, which the libraries add, are of no use to a reader.
fn shown(attributes: &[KeyValue]) -> Vec<(String, String)> {
    attributes
        .iter()
        .filter(|attribute| {
            !["code.", "thread.", "busy_ns", "idle_ns", "target"]
                .iter()
                .any(|prefix| attribute.key.starts_with(prefix))
        })
        .filter_map(|attribute| Some((attribute.key.clone(), text(attribute)?)))
        .collect()
}

fn find(attributes: &[KeyValue], key: &str) -> Option<String> {
    attributes
        .iter()
        .find(|attribute| attribute.key == key)
        .and_then(text)
}

fn text(attribute: &KeyValue) -> Option<String> {
    match attribute.value.as_ref()?.value.as_ref()? {
        Value::StringValue(text) => Some(text.clone()),
        Value::IntValue(number) => Some(number.to_string()),
        Value::BoolValue(flag) => Some(flag.to_string()),
        Value::DoubleValue(number) => Some(number.to_string()),
        _ => None,
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
