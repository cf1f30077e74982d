//! The door for operators: /live, /ready and /metrics.

use std::{
    fmt,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use anyhow::Context as _;
use axum::{Router, extract::State, http::StatusCode, response::IntoResponse, routing::get};
use futures::future::BoxFuture;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::telemetry::Telemetry;

const CHECK_WITHIN: Duration = Duration::from_secs(2);

type Check = Box<dyn Fn() -> BoxFuture<'static, bool> + Send + Sync>;

/// Whether callers should be sent here.
#[derive(Clone, Default)]
pub struct Readiness(Arc<Checks>);

#[derive(Default)]
struct Checks {
    ending: AtomicBool,
    checks: Vec<(&'static str, Check)>,
}

impl Readiness {
    /// Ready when all `checks` say so, each named after what it asks.
    pub fn new(checks: Vec<(&'static str, Check)>) -> Self {
        Self(Arc::new(Checks {
            ending: AtomicBool::new(false),
            checks,
        }))
    }

    /// Says "not ready" from now on.
    pub fn stop(&self) {
        self.0.ending.store(true, Ordering::Relaxed);
    }

    /// What is in the way of being ready.
    pub async fn failing(&self) -> Vec<&'static str> {
        if self.0.ending.load(Ordering::Relaxed) {
            return vec!["ending"];
        }
        let asked = self.0.checks.iter().map(|(name, check)| async move {
            let good = tokio::time::timeout(CHECK_WITHIN, check())
                .await
                .unwrap_or(false);
            (!good).then_some(*name)
        });
        futures::future::join_all(asked)
            .await
            .into_iter()
            .flatten()
            .collect()
    }
}

impl fmt::Debug for Readiness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Readiness").finish_non_exhaustive()
    }
}

/// An HTTP server that listens already and answers once it is run.
#[derive(Debug)]
pub struct OpsServer {
    listener: TcpListener,
    addr: SocketAddr,
    readiness: Readiness,
    telemetry: Telemetry,
}

impl OpsServer {
    /// Takes the address.
    pub async fn bind(
        wanted: SocketAddr,
        readiness: Readiness,
        telemetry: Telemetry,
    ) -> anyhow::Result<Self> {
        let listener = TcpListener::bind(wanted)
            .await
            .with_context(|| format!("listen on SERVER_OPS_ADDR {wanted}"))?;
        let addr = listener.local_addr()?;
        Ok(Self {
            listener,
            addr,
            readiness,
            telemetry,
        })
    }

    /// The address taken.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// Answers until `shutdown`.
    pub async fn run(self, shutdown: CancellationToken) -> anyhow::Result<()> {
        let router = Router::new()
            .route("/live", get(async || StatusCode::OK))
            .route("/ready", get(ready).with_state(self.readiness))
            .route("/metrics", get(metrics).with_state(self.telemetry));
        axum::serve(self.listener, router)
            .with_graceful_shutdown(shutdown.cancelled_owned())
            .await
            .context("serve /metrics, /live and /ready")
    }
}

async fn ready(State(readiness): State<Readiness>) -> impl IntoResponse {
    let failing = readiness.failing().await;
    if failing.is_empty() {
        (StatusCode::OK, "ready\n".to_owned())
    } else {
        (
            StatusCode::SERVICE_UNAVAILABLE,
            format!("waiting for: {}\n", failing.join(", ")),
        )
    }
}

async fn metrics(State(telemetry): State<Telemetry>) -> impl IntoResponse {
    match telemetry.scrape() {
        Ok(text) => (StatusCode::OK, text),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, format!("{error:#}\n")),
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt as _;

    use super::*;

    #[tokio::test]
    async fn readiness_names_what_it_lacks() {
        let readiness = Readiness::new(vec![
            ("database", Box::new(|| async { true }.boxed())),
            ("broker", Box::new(|| async { false }.boxed())),
        ]);
        assert_eq!(readiness.failing().await, ["broker"]);
        readiness.stop();
        assert_eq!(readiness.failing().await, ["ending"]);
    }
}
