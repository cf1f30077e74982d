//! The HTTP door: how routes and layers are put together, and the life of the process.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use anyhow::Context as _;
use axum::{Router, middleware, routing::get, serve::ListenerExt as _};
use bytes::Bytes;
use chassis::{
    amqp::Amqp,
    authn::{Signer, Verifier},
    client::Peers,
    clock::SharedClock,
    server::{OpsServer, Readiness},
    shutdown,
    telemetry::{self, Telemetry},
};
use http::header::CONTENT_TYPE;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tower_http::compression::{CompressionLayer, CompressionLevel};

use crate::{
    assets, auth,
    brand_pages::BrandPages,
    config::Config,
    events, observe,
    problem::Rejection,
    rest, security_headers,
    state::{Gateway, Ingredients},
};

/// Name of the gateway and of its key.
pub const NAME: &str = "gateway";
const SWEEP_EVERY: Duration = Duration::from_secs(30);
/// Wait for what only watches, once nothing is left to do.
const LAST_PARTS: Duration = Duration::from_secs(5);

/// All routes. Those for menus stand outside the layers.
pub fn router(gateway: Gateway) -> Router {
    let shop_layer = middleware::from_fn_with_state(gateway.clone(), auth::device::remember);
    let admin_layer = middleware::from_fn_with_state(gateway.clone(), auth::csrf::guard);
    let header_layer = middleware::from_fn_with_state(gateway.clone(), security_headers::add);
    let document: Bytes = rest::openapi::pretty().unwrap_or_default().into();
    let openapi = get(async || ([(CONTENT_TYPE, "application/json")], document));

    let shop = Router::from(rest::shop_routes()).route_layer(shop_layer);
    // Lists of a whole brand are long and repeat themselves; event streams are left alone.
    let admin = Router::from(rest::admin_routes())
        .route_layer(admin_layer)
        .layer(CompressionLayer::new().quality(CompressionLevel::Fastest));
    let layered = Router::new()
        .merge(shop)
        .merge(admin)
        .route("/openapi.json", openapi)
        .fallback(assets::serve)
        .method_not_allowed_fallback(wrong_method)
        .layer(header_layer)
        .layer(middleware::from_fn(observe::observe));
    Router::from(rest::public_routes())
        .merge(layered)
        .with_state(gateway)
}

async fn wrong_method() -> Rejection {
    Rejection::new("NOT_FOUND").message("nothing here takes this method")
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
    doors: shutdown::Parts,
    last: shutdown::Parts,
}

/// Starts the gateway; it answers when this returns.
pub async fn start(config: Config, clock: SharedClock) -> anyhow::Result<Running> {
    let telemetry = telemetry::init(NAME, &config.telemetry)?;
    let doors = shutdown::Parts::new();
    let last = shutdown::Parts::new();
    let failed = CancellationToken::new();

    let signer = Arc::new(Signer::from_config(&config.auth, clock.clone()));
    let amqp = Amqp::new(&config.amqp, NAME);
    let wanted = config.own.addr;
    let gateway = Gateway::new(Ingredients {
        peers: Peers::new(&config.peers, signer.clone(), clock.clone(), &last.token())?,
        verifier: Verifier::from_config(&config.auth, clock.clone()),
        redis: chassis::redis::connect(&config.redis)?,
        shutdown: doors.token(),
        config: config.own,
        signer,
        clock,
    });

    let readiness = Readiness::new(Vec::new());
    let ops = OpsServer::bind(config.server.ops_addr, readiness.clone(), telemetry.clone()).await?;
    let listener = TcpListener::bind(wanted)
        .await
        .with_context(|| format!("listen on GATEWAY_ADDR {wanted}"))?;
    let addr = listener.local_addr()?;

    last.spawn(events::listen(gateway.clone(), amqp.clone(), last.token()));
    last.spawn(sweep(gateway.clone(), last.token()));
    last.spawn(BrandPages::publish_changes(gateway.clone(), last.token()));
    watch(&last, &failed, ops.run(last.token()));
    watch(
        &doors,
        &failed,
        serve(listener, gateway.clone(), doors.token()),
    );
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
        doors,
        last,
    })
}

impl Running {
    /// Address of the HTTP door.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// What its handlers reach.
    pub fn gateway(&self) -> &Gateway {
        &self.gateway
    }

    /// Waits until a door breaks, which it never should.
    pub async fn failed(&self) {
        self.failed.cancelled().await;
    }

    /// Ends the gateway: not ready, accepts nothing, finishes what is under way, flushes telemetry.
    /// False when something had to be cut off.
    pub async fn stop(self) -> bool {
        self.readiness.end();
        let drained = self.doors.end(self.drain).await;
        let ended = self.last.end(LAST_PARTS).await;
        self.amqp.close().await;
        let telemetry = self.telemetry;
        let flushed = tokio::task::spawn_blocking(move || telemetry.flush())
            .await
            .is_ok();
        drained && ended && flushed
    }
}

async fn serve(
    listener: TcpListener,
    gateway: Gateway,
    shutdown: CancellationToken,
) -> anyhow::Result<()> {
    let listener = listener.tap_io(|connection| {
        // Without it an answer only comes a little later.
        let _ = connection.set_nodelay(true);
    });
    let service = router(gateway).into_make_service_with_connect_info::<SocketAddr>();
    axum::serve(listener, service)
        .with_graceful_shutdown(shutdown.cancelled_owned())
        .await
        .context("serve HTTP")
}

async fn sweep(gateway: Gateway, shutdown: CancellationToken) {
    let mut turns = tokio::time::interval(SWEEP_EVERY);
    while shutdown.run_until_cancelled(turns.tick()).await.is_some() {
        gateway.hub().sweep();
    }
}

/// Runs a door whose failure ends the process.
fn watch(
    parts: &shutdown::Parts,
    failed: &CancellationToken,
    door: impl Future<Output = anyhow::Result<()>> + Send + 'static,
) {
    let failed = failed.clone();
    parts.spawn(async move {
        if let Err(error) = door.await {
            tracing::error!(error = format!("{error:#}"), "a door broke");
            failed.cancel();
        }
    });
}
