//! Control words: printers are made, changed and taken away; slips are listed; a round is made by hand.

use std::{collections::BTreeMap, sync::Arc};

use axum::{
    Extension, Json, Router,
    extract::{Path, Query, State},
    routing::{get, put},
};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    Shared,
    device::{self, DEVICES, Device, Kind, MOST_DEVICES},
    drive::Step,
    star,
};
use crate::{
    act::{Act, Outcome, Refused},
    printing::tray::Slip,
    sandbox::Sandbox,
};

const MOST_LISTED: usize = 400;

pub fn routes() -> Router<Arc<Sandbox>> {
    Router::new()
        .route("/devices", get(list))
        .route("/devices/{name}", put(make).patch(change).delete(remove))
        .route("/slips", get(slips).delete(forget))
}

/// A printer as it is shown.
#[derive(Serialize)]
pub struct Shown {
    #[serde(flatten)]
    device: Device,
    /// Where it listens now.
    listens_on: Option<u16>,
}

/// Every printer by name.
pub fn shown(sandbox: &Sandbox, shared: &Shared) -> BTreeMap<String, Shown> {
    let devices = sandbox.state.change(|tx| tx.keyed::<Device>(DEVICES));
    let shown = devices.into_iter().map(|(name, device)| {
        let shown = show(shared, &name, device);
        (name, shown)
    });
    shown.collect()
}

fn show(shared: &Shared, name: &str, device: Device) -> Shown {
    let unit = shared.unit(name);
    Shown {
        device,
        listens_on: unit.and_then(|unit| *unit.port.lock()),
    }
}

async fn list(
    State(sandbox): State<Arc<Sandbox>>,
    Extension(shared): Extension<Arc<Shared>>,
) -> Json<BTreeMap<String, Shown>> {
    Json(shown(&sandbox, &shared))
}

/// Makes a printer, or makes it anew; what is not named is as usual.
async fn make(
    State(sandbox): State<Arc<Sandbox>>,
    Extension(shared): Extension<Arc<Shared>>,
    Path(name): Path<String>,
    Json(body): Json<Value>,
) -> Result<Json<Shown>, Refused> {
    set(&sandbox, &shared, &name, &json!(Device::default()), &body).await
}

/// Changes what is named of a printer.
async fn change(
    State(sandbox): State<Arc<Sandbox>>,
    Extension(shared): Extension<Arc<Shared>>,
    Path(name): Path<String>,
    Json(body): Json<Value>,
) -> Result<Json<Shown>, Refused> {
    let device = device::get(&sandbox, &name);
    let device = device.ok_or_else(|| Refused::new(format!("no printer {name:?}")))?;
    set(&sandbox, &shared, &name, &json!(device), &body).await
}

pub async fn set(
    sandbox: &Sandbox,
    shared: &Shared,
    name: &str,
    before: &Value,
    body: &Value,
) -> Result<Json<Shown>, Refused> {
    let mut merged = before.clone();
    if let (Some(into), Some(from)) = (merged.as_object_mut(), body.as_object()) {
        into.extend(from.clone());
    }
    let device: Device =
        serde_json::from_value(merged).map_err(|error| Refused::new(error.to_string()))?;
    if let Some(wrong) = device.wrong() {
        return Err(Refused::new(wrong));
    }
    let is_kept = sandbox.state.change(|tx| {
        let is_known = tx.get::<Device>(DEVICES, name).is_some();
        let has_room = is_known || tx.count(DEVICES) < MOST_DEVICES;
        if has_room {
            tx.put(DEVICES, name, &device);
        }
        has_room
    });
    if !is_kept {
        return Err(Refused::new(format!("more than {MOST_DEVICES} printers")));
    }
    shared.touched(name);
    shared.ready(name, &device).await;
    Ok(Json(show(shared, name, device)))
}

async fn remove(
    State(sandbox): State<Arc<Sandbox>>,
    Extension(shared): Extension<Arc<Shared>>,
    Path(name): Path<String>,
) -> StatusCode {
    sandbox.state.change(|tx| tx.delete(DEVICES, &name));
    shared.touched(&name);
    StatusCode::NO_CONTENT
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Filter {
    pub printer: String,
    pub after: u64,
}

/// Slips that came out, newest first.
pub async fn slips(
    Extension(shared): Extension<Arc<Shared>>,
    Query(filter): Query<Filter>,
) -> Json<Vec<Slip>> {
    Json(shared.tray.list(&filter.printer, filter.after, MOST_LISTED))
}

async fn forget(Extension(shared): Extension<Arc<Shared>>) -> StatusCode {
    shared.tray.clear();
    StatusCode::NO_CONTENT
}

/// A printer does something at once; the note is what it said and heard, as JSON.
pub async fn act(sandbox: &Arc<Sandbox>, shared: &Shared, act: &Act) -> Result<Outcome, Refused> {
    let name = &act.reference;
    let missing = || Refused::new(format!("no printer {name:?}"));
    let device = device::get(sandbox, name).ok_or_else(missing)?;
    let unit = shared.unit(name).ok_or_else(missing)?;
    let token = act.text("token");
    let steps: Vec<Step> = match (act.action.as_str(), device.kind) {
        ("poll", Kind::Star | Kind::Epson) => unit.round(sandbox, shared).await,
        ("fetch", Kind::Star) => star::fetch(sandbox, shared, &unit, &device, token).await,
        ("confirm", Kind::Star) => {
            let code = act.text("code").unwrap_or("200 OK");
            let retry = act.more.get("retry").and_then(Value::as_u64);
            let retry = retry.and_then(|retry| u32::try_from(retry).ok());
            star::confirm(
                sandbox,
                shared,
                &unit,
                &device,
                token,
                code,
                retry.unwrap_or(0),
            )
            .await
        }
        (action, kind) => {
            let kind = kind.name();
            return Err(Refused::new(format!("no action {action:?} of a {kind}")));
        }
    };
    Ok(Outcome::note(json!(steps).to_string()))
}
