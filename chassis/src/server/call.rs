//! What every call passes: load, authentication, authorisation, deadline, audit, measurement.

use std::{
    convert::Infallible,
    fmt,
    panic::AssertUnwindSafe,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use futures::{FutureExt as _, future::BoxFuture};
use http::{HeaderMap, Request, Response, header::AUTHORIZATION};
use http_body_util::{BodyExt as _, Full, LengthLimitError, Limited};
use proto::staff::v1::StaffReason;
use tokio::time::Instant;
use tonic::{Code, Status, body::Body};
use tower::{Layer, Service, ServiceExt as _};
use tracing::Instrument as _;

use super::{
    GrpcSettings, Tokens,
    load::{Load, Place},
    nul,
    observe::Durations,
};
use crate::{
    audit::{AuditSink, Call},
    authn::Identity,
    authz::{Rule, Rules, unauthenticated},
    clock::SharedClock,
    deadline,
    error::{CommonReason, Problem},
    telemetry,
};

/// Health and reflection, which answer anybody and are not counted.
const OPEN_TO_ALL: &str = "/grpc.";
/// Largest request of an audited RPC: a file of 10 MB with what is around it. What a service
/// takes may be less.
const AUDITED_BYTES: usize = 12 * 1024 * 1024;
/// Largest request of any other RPC.
const READ_BYTES: usize = 32 * 1024 * 1024;

/// Wraps a server's routes; must be the only layer that decides who may call.
#[derive(Clone)]
pub struct CallLayer(Arc<Shared>);

struct Shared {
    rules: &'static Rules,
    tokens: Tokens,
    clock: SharedClock,
    audit: Arc<dyn AuditSink>,
    load: Load,
    max_deadline: Duration,
    durations: Durations,
}

impl CallLayer {
    /// A layer with the rules of the platform's protos.
    pub fn new(settings: &GrpcSettings, rules: &'static Rules) -> Self {
        Self(Arc::new(Shared {
            rules,
            tokens: settings.tokens.clone(),
            clock: settings.clock.clone(),
            audit: settings.audit.clone(),
            load: Load::new(settings.config.max_in_flight),
            max_deadline: *settings.config.max_deadline,
            durations: Durations::new(),
        }))
    }
}

impl<S> Layer<S> for CallLayer {
    type Service = CallService<S>;

    fn layer(&self, inner: S) -> CallService<S> {
        CallService {
            shared: self.0.clone(),
            inner,
        }
    }
}

impl fmt::Debug for CallLayer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CallLayer").finish_non_exhaustive()
    }
}

/// The service made by [`CallLayer`].
#[derive(Clone)]
pub struct CallService<S> {
    shared: Arc<Shared>,
    inner: S,
}

impl<S> Service<Request<Body>> for CallService<S>
where
    S: Service<Request<Body>, Response = Response<Body>, Error = Infallible>
        + Clone
        + Send
        + 'static,
    S::Future: Send,
{
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = BoxFuture<'static, Result<Response<Body>, Infallible>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let inner = self.inner.clone();
        if request.uri().path().starts_with(OPEN_TO_ALL) {
            return inner.oneshot(request).boxed();
        }
        let shared = self.shared.clone();
        async move { Ok(shared.handle(inner, request).await) }.boxed()
    }
}

impl Shared {
    async fn handle<S>(&self, inner: S, request: Request<Body>) -> Response<Body>
    where
        S: Service<Request<Body>, Response = Response<Body>, Error = Infallible> + Send + 'static,
        S::Future: Send,
    {
        let Some(rule) = self.rules.get(request.uri().path()) else {
            return Status::unimplemented("no such RPC").into_http();
        };
        let begun = Instant::now();
        let span = tracing::info_span!("rpc", otel.name = rule.path, otel.kind = "server");
        telemetry::follow(&span, request.headers());
        let response = async {
            let (place, caller) = match self.admit(request.headers()).await {
                Ok(admitted) => admitted,
                Err(status) => return status.into_http(),
            };
            if let Err(problem) = rule.check(caller.as_deref(), self.clock.now()) {
                let call = self.call(rule, caller, Bytes::new());
                let response = Status::from(problem).into_http();
                self.audit(call, response.headers()).await;
                return response;
            }
            self.answer(inner, request, rule, caller, begun, place)
                .await
        };
        let response = response.instrument(span).await;
        self.durations
            .record(&rule.path, code_of(response.headers()), begun.elapsed());
        response
    }

    async fn admit(&self, headers: &HeaderMap) -> Result<(Place, Option<Arc<Identity>>), Status> {
        let place = self.load.enter()?;
        let caller = match token(headers)? {
            Some(token) => Some(self.tokens.verify(token).await?),
            None => None,
        };
        Ok((place, caller))
    }

    async fn answer<S>(
        &self,
        inner: S,
        mut request: Request<Body>,
        rule: &'static Rule,
        caller: Option<Arc<Identity>>,
        begun: Instant,
        _place: Place,
    ) -> Response<Body>
    where
        S: Service<Request<Body>, Response = Response<Body>, Error = Infallible> + Send + 'static,
        S::Future: Send,
    {
        let wait = deadline::read(request.headers()).unwrap_or(self.max_deadline);
        let end = begun + wait.min(self.max_deadline);
        let limit = if rule.audited {
            AUDITED_BYTES
        } else {
            READ_BYTES
        };
        let mut seen = Bytes::new();
        // A stream goes on while it is answered; each of its messages is bounded by the codec.
        if !rule.streamed {
            match tokio::time::timeout_at(end, buffer(request, limit)).await {
                Ok(Ok((buffered, bytes))) => (request, seen) = (buffered, bytes),
                Ok(Err(status)) => return status.into_http(),
                Err(_) => return too_late().into_http(),
            }
        }
        if let Err(problem) = nul::refuse(&seen, &rule.input) {
            return Status::from(problem).into_http();
        }
        if let Some(identity) = &caller {
            request.extensions_mut().insert(identity.clone());
        }
        let call = self.call(rule, caller, seen);
        let work = inner.oneshot(request);
        let work = match &call {
            Some(call) => call.clone().scope(work).left_future(),
            None => work.right_future(),
        };
        let work = AssertUnwindSafe(work).catch_unwind();
        let work = tokio::time::timeout_at(end, deadline::scope(end, work));
        let response = match work.await {
            Ok(Ok(Ok(response))) => response,
            Ok(Err(panic)) => panicked(&*panic).into_http(),
            Err(_) => too_late().into_http(),
        };
        self.audit(call, response.headers()).await;
        response
    }

    /// What is to be audited of a call; nothing of most.
    fn call(
        &self,
        rule: &'static Rule,
        caller: Option<Arc<Identity>>,
        request: Bytes,
    ) -> Option<Arc<Call>> {
        rule.audited
            .then(|| Call::new(rule, caller, request, self.clock.clone()))
    }

    async fn audit(&self, call: Option<Arc<Call>>, headers: &HeaderMap) {
        let Some(call) = call else {
            return;
        };
        let refusal = Status::from_header_map(headers).filter(|status| status.code() != Code::Ok);
        let refusal = refusal.map(|status| (status.code(), Problem::from_status(&status)));
        // Being asked for the password is an ordinary step of who may call.
        let lacks_authority = refusal.as_ref().is_some_and(|(code, problem)| {
            matches!(code, Code::PermissionDenied | Code::Unauthenticated)
                && !problem.is(StaffReason::ReauthRequired)
        });
        let reason = refusal.map(|(_, problem)| problem.reason);
        if let Some(record) = call.finish(reason.as_deref(), lacks_authority) {
            self.audit.keep(record).await;
        }
    }
}

/// Reads the whole request, so that it can be judged and audited.
async fn buffer(request: Request<Body>, limit: usize) -> Result<(Request<Body>, Bytes), Status> {
    let (parts, body) = request.into_parts();
    let bytes = match Limited::new(body, limit).collect().await {
        Ok(collected) => collected.to_bytes(),
        Err(error) if error.is::<LengthLimitError>() => {
            return Err(Problem::new(CommonReason::FileTooLarge)
                .message("the request is too large")
                .param("limit_bytes", limit)
                .into());
        }
        Err(error) => return Err(Status::from_error(error)),
    };
    let body = Body::new(Full::new(bytes.clone()));
    Ok((Request::from_parts(parts, body), bytes))
}

fn token(headers: &HeaderMap) -> Result<Option<&str>, Problem> {
    let Some(header) = headers.get(AUTHORIZATION) else {
        return Ok(None);
    };
    let token = header
        .to_str()
        .ok()
        .and_then(|text| text.strip_prefix("Bearer "));
    token.map(Some).ok_or_else(unauthenticated)
}

/// A refusal stands in the headers; whatever has none there is an answer.
fn code_of(headers: &HeaderMap) -> Code {
    headers
        .get("grpc-status")
        .map_or(Code::Ok, |code| Code::from_bytes(code.as_bytes()))
}

fn too_late() -> Status {
    Problem::new(CommonReason::DeadlineExceeded)
        .message("not finished within the deadline")
        .into()
}

fn panicked(panic: &(dyn std::any::Any + Send)) -> Status {
    Problem::from_panic(panic).into()
}
