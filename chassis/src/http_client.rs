//! HTTP calls to outside systems: bounded in time and size, and told apart by whether the request may
//! have been carried out.
//!
//! TLS is rustls with ring and Mozilla's root certificates. `hyper` is used directly: reqwest's TLS
//! would be switched on for every program of the workspace, and each would have to install a crypto
//! provider before its first client.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::{HeaderValue, Request, Response, header};
use http_body_util::{BodyExt as _, Full};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};

/// A client; clones share its connections. It follows no redirects: an API has none, and keys must not
/// follow one.
#[derive(Clone, Debug)]
pub struct HttpClient(Client<HttpsConnector<HttpConnector>, Full<Bytes>>);

/// What one call may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CallLimits {
    /// Longest wait for the whole response.
    pub timeout: Duration,
    /// Largest response that is read.
    pub max_response_bytes: usize,
}

/// Why no response came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// No connection was made: the request did not leave, and may be repeated.
    #[error("no connection")]
    NotSent,
    /// The request may have been carried out; why nobody knows.
    #[error("{0}")]
    Lost(&'static str),
}

impl HttpClient {
    /// A client that waits so long for a connection.
    pub fn new(connect_timeout: Duration) -> Result<Self, rustls::Error> {
        let mut connector = HttpConnector::new();
        connector.set_connect_timeout(Some(connect_timeout));
        connector.set_nodelay(true);
        connector.enforce_http(false);
        let connector = HttpsConnectorBuilder::new()
            .with_provider_and_webpki_roots(rustls::crypto::ring::default_provider())?
            .https_or_http()
            .enable_http1()
            .wrap_connector(connector);
        Ok(Self(Client::builder(TokioExecutor::new()).build(connector)))
    }

    /// Sends `request`, byte by byte, and reads the whole response; any status is a response.
    pub async fn send(
        &self,
        request: Request<Bytes>,
        limits: CallLimits,
    ) -> Result<Response<Bytes>, Failure> {
        let exchange = self.exchange(request, limits.max_response_bytes);
        tokio::time::timeout(limits.timeout, exchange)
            .await
            .unwrap_or(Err(Failure::Lost("no answer in time")))
    }

    async fn exchange(
        &self,
        request: Request<Bytes>,
        max_response_bytes: usize,
    ) -> Result<Response<Bytes>, Failure> {
        let mut request = request.map(Full::new);
        let headers = request.headers_mut();
        headers
            .entry(header::USER_AGENT)
            .or_insert(HeaderValue::from_static("yizhimai"));
        // Only a connection that was never made is safe to repeat.
        let response = self.0.request(request).await.map_err(|error| {
            if error.is_connect() {
                Failure::NotSent
            } else {
                Failure::Lost("the connection broke")
            }
        })?;
        let (parts, mut incoming) = response.into_parts();
        let mut body = BytesMut::new();
        while let Some(frame) = incoming.frame().await {
            let frame = frame.map_err(|_| Failure::Lost("the answer broke off"))?;
            if let Some(chunk) = frame.data_ref() {
                if body.len() + chunk.len() > max_response_bytes {
                    return Err(Failure::Lost("the answer is too large"));
                }
                body.extend_from_slice(chunk);
            }
        }
        Ok(Response::from_parts(parts, body.freeze()))
    }
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use tokio::net::TcpListener;

    use super::*;

    const LIMITS: CallLimits = CallLimits {
        timeout: Duration::from_secs(10),
        max_response_bytes: 16,
    };

    fn client() -> HttpClient {
        HttpClient::new(Duration::from_secs(5)).unwrap()
    }

    fn get(url: String) -> Request<Bytes> {
        Request::get(url).body(Bytes::new()).unwrap()
    }

    async fn served(router: Router) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await });
        url
    }

    #[tokio::test]
    async fn an_error_of_the_other_side_is_a_response() {
        let answer = || async { (http::StatusCode::BAD_GATEWAY, "sixteen bytes ok") };
        let url = served(Router::new().fallback(answer)).await;
        let response = client().send(get(url), LIMITS).await.unwrap();
        assert_eq!(response.status(), http::StatusCode::BAD_GATEWAY);
        assert_eq!(response.body(), "sixteen bytes ok");
    }

    #[tokio::test]
    async fn a_response_that_is_too_large_is_lost() {
        let url = served(Router::new().fallback(|| async { "seventeen bytes!!" })).await;
        let lost = client().send(get(url), LIMITS).await.unwrap_err();
        assert_eq!(lost, Failure::Lost("the answer is too large"));
    }

    #[tokio::test]
    async fn only_a_connection_that_was_not_made_is_safe_to_repeat() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        // Accepted and closed without an answer.
        let closing = tokio::spawn(async move {
            let (stream, _) = listener.accept().await.unwrap();
            drop(stream);
            drop(listener);
        });
        let broken = client().send(get(url.clone()), LIMITS).await.unwrap_err();
        assert_eq!(broken, Failure::Lost("the connection broke"));
        closing.await.unwrap();
        let refused = client().send(get(url), LIMITS).await.unwrap_err();
        assert_eq!(refused, Failure::NotSent);
    }

    #[tokio::test]
    async fn an_answer_that_does_not_come_in_time_is_lost() {
        let url = served(Router::new().fallback(std::future::pending::<&str>)).await;
        let limits = CallLimits {
            timeout: Duration::from_millis(50),
            ..LIMITS
        };
        let lost = client().send(get(url), limits).await.unwrap_err();
        assert_eq!(lost, Failure::Lost("no answer in time"));
    }
}
