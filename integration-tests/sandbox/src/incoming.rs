//! Requests to a system: recorded, described, made to fail where a fault is armed.

use std::sync::Arc;

use axum::{
    Extension, Router,
    body::{Body, to_bytes},
    extract::{FromRequestParts, Request, State},
    middleware::{self, Next},
    response::{IntoResponse as _, Response},
};
use bytes::Bytes;
use http::{HeaderMap, Method, StatusCode, header::CONTENT_TYPE, request::Parts};

use crate::{
    fault::{self, Fault, Subject},
    fields::Fields,
    listen::Reset,
    record::{self, Violation},
    sandbox::Sandbox,
    state::Transaction,
    system::System,
};

const BODY_LIMIT: usize = 1 << 20;

/// A request as it arrived.
#[derive(Clone)]
pub struct Incoming {
    pub method: Method,
    pub path: String,
    pub query: String,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Incoming {
    pub fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name).and_then(|value| value.to_str().ok());
        value.unwrap_or_default()
    }

    pub fn content_type(&self) -> &str {
        let value = self.header(CONTENT_TYPE.as_str());
        value.split(';').next().unwrap_or_default().trim()
    }

    pub fn form(&self) -> Fields {
        Fields::parse(&self.body)
    }
}

/// A call of a system's protocol, for its handler.
#[derive(Clone)]
pub struct Call {
    pub sandbox: Arc<Sandbox>,
    pub incoming: Incoming,
    pub id: String,
    pub system: &'static str,
    pub name: &'static str,
    pub reference: String,
}

impl Call {
    /// Records that the platform has broken `rule`.
    pub fn violation(&self, rule: &str, detail: impl Into<String>) {
        let detail = detail.into();
        self.sandbox.state.change(|tx| {
            record::update(tx, &self.id, |request| {
                request.violations.push(format!("{rule}: {detail}"));
            });
            record::violation(
                tx,
                &Violation {
                    at: self.sandbox.clock.now(),
                    system: self.system.to_owned(),
                    reference: self.reference.clone(),
                    subject: self.id.clone(),
                    rule: rule.to_owned(),
                    detail,
                },
            );
        });
    }

    /// The armed fault `word` of the system, used up by this call.
    pub fn fault(&self, word: &str) -> Option<Fault> {
        self.sandbox.state.change(|tx| self.fault_in(tx, word))
    }

    /// As [`Self::fault`], inside a change.
    pub fn fault_in(&self, tx: &mut Transaction<'_>, word: &str) -> Option<Fault> {
        let subject = Subject {
            system: self.system,
            calls: &[self.name],
            reference: &self.reference,
        };
        fault::take(tx, &subject, |fault| fault.fault == word)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Call {
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, StatusCode> {
        let call = Extension::<Self>::from_request_parts(parts, state).await;
        call.map(|Extension(call)| call)
            .map_err(|_| StatusCode::NOT_FOUND)
    }
}

/// A system's routes with the record around them.
pub fn router(sandbox: &Arc<Sandbox>, system: &Arc<dyn System>) -> Router {
    system
        .routes()
        .fallback(unknown)
        .method_not_allowed_fallback(unknown)
        .layer(middleware::from_fn_with_state(
            (sandbox.clone(), system.clone()),
            record_call,
        ))
        .with_state(sandbox.clone())
}

async fn unknown(call: Option<Extension<Call>>) -> StatusCode {
    if let Some(Extension(call)) = call {
        let Incoming { method, path, .. } = &call.incoming;
        call.violation("path and method", format!("{method} {path}"));
    }
    StatusCode::NOT_FOUND
}

async fn record_call(
    State((sandbox, system)): State<(Arc<Sandbox>, Arc<dyn System>)>,
    Extension(Reset(reset)): Extension<Reset>,
    request: Request,
    next: Next,
) -> Response {
    let (mut parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, BODY_LIMIT).await else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    let incoming = Incoming {
        method: parts.method.clone(),
        path: parts.uri.path().to_owned(),
        query: parts.uri.query().unwrap_or_default().to_owned(),
        headers: parts.headers.clone(),
        body: body.clone(),
    };
    if incoming.path == "/favicon.ico" {
        return StatusCode::NOT_FOUND.into_response();
    }
    let Some(description) = system.describe(&sandbox, &incoming) else {
        return next.run(Request::from_parts(parts, body.into())).await;
    };
    let (call, fault) = arrive(&sandbox, system.name(), description, incoming);
    let fail_before = fault
        .as_ref()
        .is_some_and(|fault| !fault.commit && fault.fault != "slow");
    let response = if fail_before {
        None
    } else {
        parts.extensions.insert(call.clone());
        Some(next.run(Request::from_parts(parts, body.into())).await)
    };
    let Some(response) = response else {
        let fault = fault.as_ref().expect("a call fails before only by a fault");
        return fault.play(&sandbox.clock, None, &reset).await;
    };
    let (parts, body) = response.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap_or_default();
    sandbox.state.change(|tx| {
        record::update(tx, &call.id, |request| {
            request.status = Some(parts.status.as_u16());
            request.answer = Some(record::text(&body));
        });
    });
    let response = Response::from_parts(parts, Body::from(body));
    match fault {
        Some(fault) => fault.play(&sandbox.clock, Some(response), &reset).await,
        None => response,
    }
}

fn arrive(
    sandbox: &Arc<Sandbox>,
    system: &'static str,
    description: crate::system::Description,
    incoming: Incoming,
) -> (Call, Option<Fault>) {
    let (name, reference) = (description.call, description.reference);
    let (id, fault) = sandbox.state.change(|tx| {
        let id = format!("{:08}", tx.next_number(record::REQUESTS));
        let subject = Subject {
            system,
            calls: &[name],
            reference: &reference,
        };
        let fault = fault::take(tx, &subject, Fault::connection);
        record::insert(
            tx,
            &record::Request {
                id: id.clone(),
                at: sandbox.clock.now(),
                system: system.to_owned(),
                call: name.to_owned(),
                reference: reference.clone(),
                method: incoming.method.to_string(),
                path: incoming.path.clone(),
                query: incoming.query.clone(),
                headers: record::headers(&incoming.headers),
                body: record::text(&incoming.body),
                fault: fault.as_ref().map(|fault| fault.fault.clone()),
                status: None,
                answer: None,
                violations: Vec::new(),
            },
        );
        (id, fault)
    });
    let call = Call {
        sandbox: sandbox.clone(),
        incoming,
        id,
        system,
        name,
        reference,
    };
    (call, fault)
}
