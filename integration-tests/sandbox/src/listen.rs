//! The HTTP server of one port; a handler may have its connection reset.

use std::{convert::Infallible, time::Duration};

use axum::{Router, body::Body};
use hyper::{Request, body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;
use tower::Service as _;

/// Cancelled to reset the connection of a request.
#[derive(Clone)]
pub struct Reset(pub CancellationToken);

pub async fn serve(listener: TcpListener, router: Router, stop: CancellationToken) {
    while let Some(accepted) = stop.run_until_cancelled(listener.accept()).await {
        match accepted {
            Ok((stream, _)) => {
                let connection = connection(stream, router.clone());
                let stop = stop.clone();
                tokio::spawn(async move { stop.run_until_cancelled(connection).await });
            }
            Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
        }
    }
}

async fn connection(stream: TcpStream, router: Router) {
    let reset = CancellationToken::new();
    let Ok(socket) = socket2::SockRef::from(&stream).try_clone() else {
        return;
    };
    let extension = Reset(reset.clone());
    let service = service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(extension.clone());
        let mut router = router.clone();
        async move {
            let response = router.call(request.map(Body::new)).await;
            Ok::<_, Infallible>(response.unwrap_or_else(|error| match error {}))
        }
    });
    let serving = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
    tokio::select! {
        _ = serving => {}
        () = reset.cancelled() => {
            // Closing a socket that does not linger sends RST instead of FIN.
            let _ = socket.set_linger(Some(Duration::ZERO));
        }
    }
}
