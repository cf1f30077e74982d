//! One call to a peer.

use std::{
    fmt,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use anyhow::anyhow;
use bytes::Bytes;
use futures::future::BoxFuture;
use http::{Request, Response, header::AUTHORIZATION, request::Parts};
use http_body_util::{BodyExt as _, Full};
use tokio::time::Instant;
use tonic::{Status, body::Body};
use tower::{Service, ServiceExt as _};

use super::{
    Caller,
    link::{Link, was_never_sent},
    token::ServiceTokens,
};
use crate::{authz::Rules, deadline, error::Problem, telemetry};

/// Wait of a call that is part of no call with a deadline.
const DEFAULT_WAIT: Duration = Duration::from_secs(10);
const TRIES: u32 = 3;
const FIRST_PAUSE_MILLIS: u64 = 20;

/// A tower service for generated clients: `CatalogServiceClient::new(channel)`.
#[derive(Clone)]
pub struct PeerChannel {
    peer: Arc<str>,
    link: Option<Arc<Link>>,
    caller: Caller,
    tokens: Arc<ServiceTokens>,
}

/// A call as it can be sent again.
struct Call {
    parts: Parts,
    body: Bytes,
}

impl Call {
    fn request(&self) -> Request<Body> {
        let body = Body::new(Full::new(self.body.clone()));
        Request::from_parts(self.parts.clone(), body)
    }
}

impl PeerChannel {
    pub(super) fn new(
        peer: &str,
        link: Option<Arc<Link>>,
        caller: Caller,
        tokens: Arc<ServiceTokens>,
    ) -> Self {
        Self {
            peer: peer.into(),
            link,
            caller,
            tokens,
        }
    }

    async fn send(self, mut request: Request<Body>) -> Result<Response<Body>, Status> {
        let Some(link) = &self.link else {
            let variable = format!("PEERS_{}_URL", self.peer.to_uppercase());
            return Err(Problem::internal(anyhow!("{variable} is not set")).into());
        };
        let end = deadline::current().unwrap_or_else(|| Instant::now() + DEFAULT_WAIT);
        let end = match deadline::read(request.headers()) {
            Some(asked) => end.min(Instant::now() + asked),
            None => end,
        };
        match &self.caller {
            Caller::Service(org) => {
                request
                    .headers_mut()
                    .insert(AUTHORIZATION, self.tokens.header(*org));
            }
            Caller::Bearer(header) => {
                request.headers_mut().insert(AUTHORIZATION, header.clone());
            }
            Caller::Anonymous => {}
        }
        telemetry::inject(request.headers_mut());
        let repeatable = Rules::global()
            .get(request.uri().path())
            .is_some_and(|rule| rule.idempotent);
        let tries = if repeatable { TRIES } else { 1 };
        let answer = async {
            let (parts, body) = request.into_parts();
            let body = body.collect().await?.to_bytes();
            self.try_up_to(tries, link, &Call { parts, body }, end)
                .await
        };
        match tokio::time::timeout_at(end, answer).await {
            Ok(answer) => answer,
            Err(_) => Err(self.too_late()),
        }
    }

    async fn try_up_to(
        &self,
        most: u32,
        link: &Link,
        call: &Call,
        end: Instant,
    ) -> Result<Response<Body>, Status> {
        let mut tries = 1;
        loop {
            let answer = self.try_once(link, call, end).await;
            if tries == most || !is_unavailable(&answer) {
                return answer;
            }
            let pause = pause_before(tries);
            if Instant::now() + pause >= end {
                return answer;
            }
            tokio::time::sleep(pause).await;
            tries += 1;
        }
    }

    /// Sends the call once, to the first replica that can be reached.
    async fn try_once(
        &self,
        link: &Link,
        call: &Call,
        end: Instant,
    ) -> Result<Response<Body>, Status> {
        let mut why = "it could not be reached just now".to_owned();
        for replica in link.in_turn() {
            let left = deadline::remaining(end);
            if left.is_zero() {
                return Err(self.too_late());
            }
            if !replica.circuit.lets_through(Instant::now()) {
                continue;
            }
            let mut request = call.request();
            deadline::write(request.headers_mut(), left);
            match replica.channel.clone().oneshot(request).await {
                Ok(response) => {
                    replica.circuit.reached();
                    return Ok(response);
                }
                Err(error) => {
                    replica.circuit.missed(Instant::now());
                    why = chain(&error);
                    if !was_never_sent(&error) {
                        break;
                    }
                }
            }
        }
        Err(self.unreachable(&why))
    }

    fn unreachable(&self, why: &str) -> Status {
        let cause = anyhow!("{} is unreachable: {why}", self.peer);
        Problem::unavailable(cause).param("peer", &self.peer).into()
    }

    fn too_late(&self) -> Status {
        Problem::new("DEADLINE_EXCEEDED")
            .message(format!("{} did not answer in time", self.peer))
            .into()
    }
}

impl Service<Request<Body>> for PeerChannel {
    type Response = Response<Body>;
    type Error = Status;
    type Future = BoxFuture<'static, Result<Response<Body>, Status>>;

    fn poll_ready(&mut self, _cx: &mut Context<'_>) -> Poll<Result<(), Status>> {
        // Waiting for the channel happens inside the call, where the deadline counts.
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        Box::pin(self.clone().send(request))
    }
}

impl fmt::Debug for PeerChannel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PeerChannel")
            .field("peer", &self.peer)
            .finish_non_exhaustive()
    }
}

/// An error of a unary RPC comes without a body, so its status stands in the headers.
fn is_unavailable(answer: &Result<Response<Body>, Status>) -> bool {
    match answer {
        Ok(response) => Status::from_header_map(response.headers())
            .is_some_and(|status| status.code() == tonic::Code::Unavailable),
        Err(status) => status.code() == tonic::Code::Unavailable,
    }
}

/// Twice as long each time, and anything between half of it and all of it, so that many callers
/// do not come back at once.
fn pause_before(try_number: u32) -> Duration {
    let most = FIRST_PAUSE_MILLIS << try_number;
    Duration::from_millis(rand::random_range(most / 2..=most))
}

fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        text = format!("{text}: {inner}");
        cause = inner.source();
    }
    text
}
