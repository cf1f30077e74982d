//! The page that shows slips as they come out, and what it asks for.

use std::{convert::Infallible, sync::Arc, time::Duration};

use axum::{
    Extension, Json, Router,
    extract::{Path, State},
    response::{
        Html, IntoResponse as _, Response, Sse,
        sse::{Event, KeepAlive},
    },
    routing::{get, post},
};
use futures::{Stream, stream};
use http::{
    HeaderMap, HeaderValue, StatusCode,
    header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, X_FRAME_OPTIONS},
};
use serde::Deserialize;
use serde_json::json;

use super::{
    Shared, control,
    device::{self, Paper},
};
use crate::{act::Refused, sandbox::Sandbox};

const PAGE: &str = include_str!("page.html");
const POLICY: &str = "default-src 'none'; img-src 'self'; connect-src 'self'; \
    style-src 'unsafe-inline'; script-src 'unsafe-inline'; frame-ancestors 'none'";
const KEEP_ALIVE: Duration = Duration::from_secs(15);

pub fn routes() -> Router<Arc<Sandbox>> {
    Router::new()
        .route("/", get(page))
        .route("/devices", get(devices))
        .route("/devices/{name}/{what}", post(switch))
        .route("/slips", get(control::slips))
        .route("/slips/{number}", get(picture))
        .route("/events", get(events))
}

async fn page() -> Response {
    let mut response = Html(PAGE).into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    response
}

async fn devices(
    State(sandbox): State<Arc<Sandbox>>,
    Extension(shared): Extension<Arc<Shared>>,
) -> Response {
    Json(control::shown(&sandbox, &shared)).into_response()
}

/// What a person does to a printer.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Switch {
    Paper,
    Cover,
    Power,
}

/// Takes the paper out or puts it in, opens or closes the cover, switches off or on. The page sends a
/// header that other pages cannot.
async fn switch(
    State(sandbox): State<Arc<Sandbox>>,
    Extension(shared): Extension<Arc<Shared>>,
    Path((name, what)): Path<(String, Switch)>,
    headers: HeaderMap,
) -> Result<StatusCode, Refused> {
    if !headers.contains_key("x-printers") {
        return Ok(StatusCode::FORBIDDEN);
    }
    let missing = || Refused::new(format!("no printer {name:?}"));
    let device = device::get(&sandbox, &name).ok_or_else(missing)?;
    let change = match what {
        Switch::Paper if device.paper == Paper::Out => json!({ "paper": "ok" }),
        Switch::Paper => json!({ "paper": "out" }),
        Switch::Cover => json!({ "cover_open": !device.cover_open }),
        Switch::Power => json!({ "power": !device.power }),
    };
    let Json(_) = control::set(&sandbox, &shared, &name, &json!(device), &change).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The picture of a slip.
async fn picture(
    Extension(shared): Extension<Arc<Shared>>,
    Path(number): Path<String>,
) -> Response {
    let number = number
        .strip_suffix(".png")
        .and_then(|number| number.parse().ok());
    let slip = number.and_then(|number| shared.tray.get(number));
    let Some(slip) = slip.filter(|slip| !slip.png.is_empty()) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let headers = [(CONTENT_TYPE, "image/png"), (CACHE_CONTROL, "no-store")];
    (headers, slip.png).into_response()
}

/// The number of the newest slip, now and whenever there is another.
async fn events(
    Extension(shared): Extension<Arc<Shared>>,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let mut newest = shared.tray.watch();
    newest.mark_changed();
    let numbers = stream::unfold(newest, async |mut newest| {
        newest.changed().await.ok()?;
        let number = *newest.borrow_and_update();
        Some((Ok(Event::default().data(number.to_string())), newest))
    });
    Sse::new(numbers).keep_alive(KeepAlive::new().interval(KEEP_ALIVE))
}
