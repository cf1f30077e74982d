use std::{convert::Infallible, net::IpAddr, sync::Arc, time::Duration};

use async_stream::stream;
use axum::{
    body::Body,
    response::{IntoResponse as _, Response},
};
use bytes::Bytes;
use chassis::{authn::Level, error::CommonReason};
use http::{
    HeaderMap,
    header::{CACHE_CONTROL, CONTENT_TYPE},
};
use proto::catalog::v1::ListBrandsRequest;
use tokio::sync::broadcast::{self, error::RecvError};

use super::{
    Filter,
    hub::{Subscription, reload},
    stream_limits::StreamPermit,
};
use crate::{
    auth::{Shop, Staff},
    problem::{Rejection, Result},
    state::Gateway,
};

/// Permissions whose screens follow what a branch sells.
const BRANCH_SCREENS: [&str; 5] = [
    "ops.stock",
    "ops.pause",
    "ops.capacity",
    "store.catalog",
    "store.hours",
];

/// How often a session is asked for, should the event of its end be lost.
const SESSION_CHECK_INTERVAL: Duration = Duration::from_secs(5);

/// A branch's events for staff, as far as their permissions go.
///
/// Refuses with `PERMISSION_DENIED`, and with `NOT_FOUND` for a branch outside the scope.
pub async fn for_staff(
    gateway: &Gateway,
    staff: Staff,
    branch_id: String,
    headers: &HeaderMap,
) -> Result<Response> {
    let may = |key: &str| staff.identity().may(key, Level::View);
    let filter = if may("ops.orders") {
        Filter::Everything
    } else if BRANCH_SCREENS.into_iter().any(may) {
        Filter::Branch
    } else {
        return Err(
            Rejection::new(CommonReason::PermissionDenied).param("permission", "ops.orders")
        );
    };
    let request = staff.request(ListBrandsRequest {});
    let answer = gateway.catalog().list_brands(request).await?.into_inner();
    if !answer
        .branches
        .iter()
        .any(|branch| branch.branch_id == branch_id)
    {
        return Err(chassis::error::Problem::not_found("branch").into());
    }
    let subscription = gateway
        .hub()
        .subscribe(&branch_id, filter, last_event_id(headers));
    let watch = SessionWatch::of(gateway, &staff);
    Ok(respond(gateway, subscription, Some(watch), None))
}

/// What a branch sells, for a customer's open menu.
///
/// Refuses with `RATE_LIMITED` when the address has as many streams open as it may.
pub fn for_shop(gateway: &Gateway, shop: &Shop, headers: &HeaderMap) -> Result<Response> {
    open(
        gateway,
        shop.address,
        shop.branch_id(),
        Filter::Branch,
        headers,
    )
}

/// Whether anything of a brand's page changed, for a customer who has it open.
///
/// Refuses with `RATE_LIMITED` when the address has as many streams open as it may.
pub fn for_brand(
    gateway: &Gateway,
    address: IpAddr,
    brand_id: &str,
    headers: &HeaderMap,
) -> Result<Response> {
    open(gateway, address, brand_id, Filter::Branch, headers)
}

/// One order, for its customer.
///
/// Refuses with `RATE_LIMITED` when the address has as many streams open as it may.
pub fn for_order(
    gateway: &Gateway,
    shop: &Shop,
    order_id: String,
    headers: &HeaderMap,
) -> Result<Response> {
    let filter = Filter::Order(order_id);
    open(gateway, shop.address, shop.branch_id(), filter, headers)
}

/// Opens a stream of what is published for a branch, or a brand, by its id.
fn open(
    gateway: &Gateway,
    address: IpAddr,
    id: &str,
    filter: Filter,
    headers: &HeaderMap,
) -> Result<Response> {
    let permit = gateway.stream_limits().acquire(address);
    let permit = permit.ok_or_else(|| Rejection::new(CommonReason::RateLimited))?;
    let last = last_event_id(headers);
    let subscription = gateway.hub().subscribe(id, filter, last);
    Ok(respond(gateway, subscription, None, Some(permit)))
}

fn last_event_id(headers: &HeaderMap) -> Option<&str> {
    headers
        .get("last-event-id")
        .and_then(|value| value.to_str().ok())
        .filter(|id| !id.is_empty())
}

/// Writes events, a comment when there are none, and a reload at the end. A stream of staff ends
/// without a reload when the session does.
fn respond(
    gateway: &Gateway,
    mut subscription: Subscription,
    mut watch: Option<SessionWatch>,
    permit: Option<StreamPermit>,
) -> Response {
    let shutdown = gateway.shutdown().clone();
    let pause = gateway.heartbeat();
    let body = stream! {
        // Ends with the stream.
        let _permit = permit;
        let mut heartbeat = tokio::time::interval_at(tokio::time::Instant::now() + pause, pause);
        yield Ok::<_, Infallible>(subscription.opening);
        loop {
            tokio::select! {
                () = session_end(&mut watch) => return,
                event = subscription.events.recv() => match event {
                    Some(event) => yield Ok(event),
                    None => break,
                },
                _ = heartbeat.tick() => yield Ok(Bytes::from_static(b":\n\n")),
                () = shutdown.cancelled() => break,
            }
        }
        yield Ok(Bytes::from(reload()));
    };
    let headers = [
        (CONTENT_TYPE, "text/event-stream"),
        (CACHE_CONTROL, "no-store"),
        (http::HeaderName::from_static("x-accel-buffering"), "no"),
    ];
    (headers, Body::from_stream(body)).into_response()
}

/// Whether a session still lasts.
struct SessionWatch {
    gateway: Gateway,
    session: Arc<str>,
    session_id: String,
    ended: broadcast::Receiver<Arc<[String]>>,
    check: tokio::time::Interval,
}

impl SessionWatch {
    fn of(gateway: &Gateway, staff: &Staff) -> Self {
        let start = tokio::time::Instant::now() + SESSION_CHECK_INTERVAL;
        Self {
            gateway: gateway.clone(),
            session: staff.session().clone(),
            session_id: staff.session_id().to_owned(),
            ended: gateway.hub().ended_sessions(),
            check: tokio::time::interval_at(start, SESSION_CHECK_INTERVAL),
        }
    }

    async fn end(&mut self) {
        loop {
            tokio::select! {
                ended = self.ended.recv() => match ended {
                    Ok(ids) if ids.contains(&self.session_id) => return,
                    Ok(_) => {}
                    Err(RecvError::Closed) => return,
                    Err(RecvError::Lagged(_)) => self.check.reset_immediately(),
                },
                _ = self.check.tick() => {
                    let known = self.gateway.identities().get(&self.gateway, &self.session).await;
                    // A service that is away says nothing about the session.
                    if known.is_err_and(|refused| refused.is_unauthenticated()) {
                        return;
                    }
                }
            }
        }
    }
}

async fn session_end(watch: &mut Option<SessionWatch>) {
    match watch {
        Some(watch) => watch.end().await,
        None => std::future::pending().await,
    }
}
