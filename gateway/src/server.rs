//! The HTTP server: how routes and layers are put together, and how the process starts and stops.

use std::{any::Any, net::SocketAddr, sync::Arc, time::Duration};

use anyhow::Context as _;
use axum::{
    Router, middleware,
    response::{IntoResponse as _, Response},
    routing::get,
};
use bytes::Bytes;
use chassis::{
    amqp::Amqp,
    authn::{Signer, Verifier},
    client::Peers,
    clock::SharedClock,
    connections::{self, Timeouts},
    error::Problem,
    server::{OpsServer, Readiness},
    shutdown,
    telemetry::{self, Telemetry},
};
use http::header::CONTENT_TYPE;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tower_http::{
    catch_panic::CatchPanicLayer,
    compression::{CompressionLayer, CompressionLevel},
};

use crate::{
    assets, auth,
    brand_pages::BrandPages,
    config::Config,
    events, observe, path_params,
    problem::Rejection,
    rest, security_headers, small_body,
    state::{Dependencies, Gateway},
};

/// Name of the gateway and of its key.
pub const NAME: &str = "gateway";
const SWEEP_INTERVAL: Duration = Duration::from_secs(30);
/// Wait for what only watches, once nothing is left to do.
const BACKGROUND_TIMEOUT: Duration = Duration::from_secs(5);

/// All routes. Those for menus stand outside the layers.
pub fn router(gateway: Gateway) -> Router {
    let shop_layer = middleware::from_fn_with_state(gateway.clone(), auth::device::remember);
    let admin_layer = middleware::from_fn_with_state(gateway.clone(), auth::csrf::guard);
    let header_layer = middleware::from_fn_with_state(gateway.clone(), security_headers::add);
    let document: Bytes = rest::openapi::pretty().unwrap_or_default().into();
    let openapi = get(async || ([(CONTENT_TYPE, "application/json")], document));

    let path_layer = middleware::from_fn(path_params::check);
    let panic_layer = CatchPanicLayer::custom(panicked);

    let shop = Router::from(rest::shop_routes())
        .merge(rest::transcoded::customer_routes())
        .merge(rest::members::return_routes())
        .route_layer(shop_layer)
        .route_layer(path_layer.clone());
    // Lists of a whole brand are long and repeat themselves; event streams are left alone.
    let admin = Router::from(rest::admin_routes())
        .merge(rest::transcoded::routes())
        .route_layer(admin_layer)
        .route_layer(path_layer.clone())
        .layer(CompressionLayer::new().quality(CompressionLevel::Fastest));
    let guarded = shop
        .merge(admin)
        .layer(middleware::from_fn(small_body::read));
    let payments = rest::payments::routes().route_layer(path_layer.clone());
    let layered = Router::new()
        .merge(guarded)
        .merge(payments)
        .route("/openapi.json", openapi)
        .fallback(assets::serve)
        .method_not_allowed_fallback(wrong_method)
        .layer(panic_layer)
        .layer(header_layer)
        .layer(middleware::from_fn(observe::observe));
    Router::from(rest::public_routes())
        .route_layer(path_layer)
        .method_not_allowed_fallback(wrong_method)
        .layer(panic_layer)
        .merge(layered)
        .with_state(gateway)
}

/// The router adds which methods are allowed.
async fn wrong_method() -> Rejection {
    Rejection::wrong_method()
}

/// A panic answers the request in which it happened, and no other.
#[expect(
    clippy::needless_pass_by_value,
    reason = "the layer passes the panic by value"
)]
fn panicked(panic: Box<dyn Any + Send>) -> Response {
    Rejection::from(Problem::from_panic(&*panic)).into_response()
}

/// A gateway at work in this process.
pub struct Running {
    addr: SocketAddr,
    gateway: Gateway,
    amqp: Amqp,
    readiness: Readiness,
    telemetry: Telemetry,
    drain: Duration,
    failed: CancellationToken,
    servers: shutdown::Parts,
    background: shutdown::Parts,
}

/// Starts the gateway; it answers when this returns.
pub async fn start(config: Config, clock: SharedClock) -> anyhow::Result<Running> {
    let telemetry = telemetry::init(NAME, &config.telemetry)?;
    let servers = shutdown::Parts::new();
    let background = shutdown::Parts::new();
    let failed = CancellationToken::new();

    let signer = Arc::new(Signer::from_config(&config.auth, clock.clone()));
    let amqp = Amqp::new(&config.amqp, NAME);
    let listen_addr = config.own.addr;
    let timeouts = Timeouts {
        read: *config.own.read_timeout,
        write: *config.own.write_timeout,
    };
    let gateway = Gateway::new(Dependencies {
        peers: Peers::new(
            &config.peers,
            signer.clone(),
            clock.clone(),
            &background.token(),
        )?,
        verifier: Verifier::from_config(&config.auth, clock.clone()),
        redis: chassis::redis::connect(&config.redis)?,
        shutdown: servers.token(),
        config: config.own,
        signer,
        clock,
    });

    let readiness = Readiness::new(Vec::new());
    let ops = OpsServer::bind(config.server.ops_addr, readiness.clone(), telemetry.clone()).await?;
    let listener = TcpListener::bind(listen_addr)
        .await
        .with_context(|| format!("listen on GATEWAY_ADDR {listen_addr}"))?;
    let addr = listener.local_addr()?;

    background.spawn(events::listen(
        gateway.clone(),
        amqp.clone(),
        background.token(),
    ));
    background.spawn(sweep(gateway.clone(), background.token()));
    background.spawn(BrandPages::publish_changes(
        gateway.clone(),
        background.token(),
    ));
    watch(&background, &failed, ops.run(background.token()));
    servers.spawn(connections::serve(
        listener,
        router(gateway.clone()),
        timeouts,
        servers.token(),
    ));
    tracing::info!(server.addr = %addr, "gateway answers");
    let drain = *config.server.drain;
    Ok(Running {
        addr,
        gateway,
        amqp,
        readiness,
        telemetry,
        drain,
        failed,
        servers,
        background,
    })
}

impl Running {
    /// Address of the HTTP server.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// The state of its handlers.
    pub fn gateway(&self) -> &Gateway {
        &self.gateway
    }

    /// Waits until a server fails, which it never should.
    pub async fn failed(&self) {
        self.failed.cancelled().await;
    }

    /// Ends the gateway: not ready, accepts nothing, finishes what is under way, flushes telemetry.
    /// False when something had to be cut off.
    pub async fn stop(self) -> bool {
        self.readiness.stop();
        let drained = self.servers.end(self.drain).await;
        let ended = self.background.end(BACKGROUND_TIMEOUT).await;
        self.amqp.close().await;
        let telemetry = self.telemetry;
        let flushed = tokio::task::spawn_blocking(move || telemetry.flush())
            .await
            .is_ok();
        drained && ended && flushed
    }
}

async fn sweep(gateway: Gateway, shutdown: CancellationToken) {
    let mut turns = tokio::time::interval(SWEEP_INTERVAL);
    while shutdown.run_until_cancelled(turns.tick()).await.is_some() {
        gateway.hub().sweep();
    }
}

/// Runs a server whose failure ends the process.
fn watch(
    parts: &shutdown::Parts,
    failed: &CancellationToken,
    server: impl Future<Output = anyhow::Result<()>> + Send + 'static,
) {
    let failed = failed.clone();
    parts.spawn(async move {
        if let Err(error) = server.await {
            tracing::error!(error = format!("{error:#}"), "a server failed");
            failed.cancel();
        }
    });
}

#[cfg(test)]
mod tests {
    use axum::body::to_bytes;
    use http::{Request, StatusCode};
    use tower::ServiceExt as _;

    use super::*;

    #[tokio::test]
    async fn a_panic_is_a_problem_of_one_request_that_tells_nothing() {
        let router: Router = Router::new()
            .route("/breaks", get(async || -> &'static str { panic!("at 42") }))
            .route("/works", get(async || "fine"))
            .layer(CatchPanicLayer::custom(panicked));
        let ask = |path: &str| {
            let request = Request::get(path).body(axum::body::Body::empty());
            router.clone().oneshot(request.expect("a request"))
        };
        let answer = ask("/breaks").await.expect("an answer");
        assert_eq!(answer.status(), StatusCode::INTERNAL_SERVER_ERROR);
        assert_eq!(answer.headers()[CONTENT_TYPE], "application/problem+json");
        let body = to_bytes(answer.into_body(), 4_096).await.expect("a body");
        let text = String::from_utf8_lossy(&body);
        assert!(text.contains("\"reason\":\"INTERNAL\""), "{text}");
        assert!(!text.contains("42"), "{text}");
        let answer = ask("/works").await.expect("an answer");
        assert_eq!(answer.status(), StatusCode::OK);
    }
}
