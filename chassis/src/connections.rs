//! Serves HTTP on each connection within limits of time and size, so that no client can hold one
//! open by sending or reading too slowly.

use std::{convert::Infallible, net::SocketAddr, time::Duration};

use axum::{Router, body::Body, extract::ConnectInfo};
use http::Request;
use hyper::{
    body::{Body as _, Incoming},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
};
use socket2::SockRef;
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;
use tower::Service as _;
use tower_http::timeout::{DeadlineBody, TimeoutBody};

/// Most of a request's line and headers together.
const HEADER_BYTES: usize = 32 * 1024;
/// Longest time for a whole body, however steadily it comes.
const BODY_TIMEOUT: Duration = Duration::from_secs(120);
/// Wait after the system refused a connection, for instance because no file handles are left.
const ACCEPT_RETRY_DELAY: Duration = Duration::from_secs(1);

/// How long a client may keep a server waiting.
#[derive(Clone, Copy, Debug)]
pub struct Timeouts {
    /// For a request's header, and for each part of its body.
    pub read: Duration,
    /// For taking the next part of an answer.
    pub write: Duration,
}

/// Accepts connections and answers on them until `shutdown`, then finishes what is under way.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    timeouts: Timeouts,
    shutdown: CancellationToken,
) {
    let mut http = http1::Builder::new();
    // It takes 100 headers; a limit set here would be an allocation for each request.
    http.timer(TokioTimer::new())
        .header_read_timeout(timeouts.read)
        .max_header_size(HEADER_BYTES);
    let connections = GracefulShutdown::new();
    while let Some(accepted) = shutdown.run_until_cancelled(listener.accept()).await {
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) if concerns_one_connection(&error) => continue,
            Err(error) => {
                tracing::error!(%error, "no connection can be accepted");
                tokio::time::sleep(ACCEPT_RETRY_DELAY).await;
                continue;
            }
        };
        prepare(&stream, timeouts.write);
        let router = router.clone();
        let service = service_fn(move |request: Request<Incoming>| {
            let request = with_timeouts(request, peer, timeouts.read);
            let mut router = router.clone();
            async move { Ok::<_, Infallible>(router.call(request).await.unwrap_or_else(|e| match e {})) }
        });
        let connection = connections.watch(http.serve_connection(TokioIo::new(stream), service));
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "a connection was cut off");
            }
        });
    }
    drop(listener);
    connections.shutdown().await;
}

/// The request with its peer, and a body that ends with an error when it comes too slowly.
fn with_timeouts(
    mut request: Request<Incoming>,
    peer: SocketAddr,
    part: Duration,
) -> Request<Body> {
    request.extensions_mut().insert(ConnectInfo(peer));
    request.map(|body| {
        if body.is_end_stream() {
            return Body::empty();
        }
        Body::new(DeadlineBody::new(
            BODY_TIMEOUT,
            TimeoutBody::new(part, body),
        ))
    })
}

fn prepare(stream: &TcpStream, write: Duration) {
    // Without it an answer only comes a little later.
    let _ = stream.set_nodelay(true);
    // The system drops the connection of a client that does not take what was sent to it.
    if let Err(error) = SockRef::from(stream).set_tcp_user_timeout(Some(write)) {
        tracing::debug!(%error, "a slow reader will not be cut off");
    }
}

/// The client was gone before it was accepted.
fn concerns_one_connection(error: &std::io::Error) -> bool {
    use std::io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(
        error.kind(),
        ConnectionAborted | ConnectionRefused | ConnectionReset
    )
}
