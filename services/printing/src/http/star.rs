//! Star CloudPRNT: a poll by POST, a fetch by GET, a confirmation by DELETE.

use axum::response::{IntoResponse as _, Response};
use chassis::error::Problem;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use print_poll::{
    DeviceReport, DeviceState, Phase,
    star::{self, Fetched, Named, Poll, Query, Reply, StatusCode as StarCode},
};
use print_render::{layout, picture, star as drawing};

use super::{
    answer::{Refused, response, status},
    device::check_mac,
};
use crate::{
    app::{
        Dependencies,
        dispatch::{self, DeviceKey, Dispatched},
        polling::{self, Caller},
    },
    domain::job::{Delivery, Reason},
};

/// The printer says how it is, and is told of its next job.
pub(super) async fn poll(
    deps: &Dependencies,
    key: DeviceKey,
    caller: Caller,
    body: &[u8],
) -> Result<Response, Refused> {
    let poll = Poll::read(body)?;
    check_mac(&caller.device, poll.mac)?;
    let seen = star::look(&poll, caller.handed);
    polling::see(deps, key, &seen.report).await?;
    if let Some((token, evidence)) = &seen.evidence {
        polling::take(deps, key, *token, evidence, seen.report.state).await?;
    }
    let offered = match seen.may_offer {
        true => dispatch::next_job(deps, key).await?,
        false => None,
    };
    let token = offered.and_then(|job| polling::token(job.job, job.attempt));
    Ok(response(star::reply(
        token.map_or(Reply::Nothing, Reply::Job),
    )))
}

/// The printer fetches what it was offered, or confirms where it can only GET.
pub(super) async fn get(
    deps: &Dependencies,
    key: DeviceKey,
    caller: Caller,
    query: &str,
) -> Result<Response, Refused> {
    let query = Query::read(query);
    check_mac(&caller.device, query.mac)?;
    if query.is_confirmation {
        return Ok(confirm(deps, key, &query).await?.into_response());
    }
    let (token, phase) = match query.token {
        Named::Try(token) => (Some(token), polling::phase(deps, key, token).await?),
        Named::Nothing => (
            caller.handed.map(|handed| handed.token),
            caller.handed.map(|handed| handed.phase),
        ),
        Named::Unknown => (None, None),
    };
    let fetched = star::fetch(&query, phase);
    let (Some(token), Fetched::Bytes) = (token, fetched) else {
        return Ok(status(fetched.status()).into_response());
    };
    let (id, attempt) = polling::named_try(token);
    let found = dispatch::find_job(deps, key, id).await?;
    let Some(job) = found.filter(|job| job.attempt == attempt) else {
        return Ok(StatusCode::NOT_FOUND.into_response());
    };
    let headers = headers(&job);
    let Some(picture) = draw(job).await? else {
        dispatch::failed(deps, key, id, attempt, Reason::NotRendered).await?;
        return Ok(StatusCode::NOT_FOUND.into_response());
    };
    // It may have been taken back meanwhile, and is not printed then.
    if !dispatch::delivered(deps, key, id, attempt, Delivery::Out, "").await? {
        return Ok(StatusCode::NOT_FOUND.into_response());
    }
    Ok((headers, picture).into_response())
}

/// The printer says how it went.
pub(super) async fn delete(
    deps: &Dependencies,
    key: DeviceKey,
    caller: Caller,
    query: &str,
) -> Result<StatusCode, Refused> {
    let query = Query::read(query);
    check_mac(&caller.device, query.mac)?;
    confirm(deps, key, &query).await
}

async fn confirm(
    deps: &Dependencies,
    key: DeviceKey,
    query: &Query,
) -> Result<StatusCode, Refused> {
    let Named::Try(token) = query.token else {
        return Ok(StatusCode::OK);
    };
    let phase = polling::phase(deps, key, token).await?;
    let Some(evidence) = star::confirm(query, phase) else {
        return Ok(StatusCode::OK);
    };
    let report = query.code.as_deref().and_then(trouble);
    // What is said late says nothing of how the printer is now.
    if let Some(report) = report.as_ref().filter(|_| phase == Some(Phase::Served)) {
        polling::see(deps, key, report).await?;
    }
    let state = report.map_or(DeviceState::Online, |report| report.state);
    polling::take(deps, key, token, &evidence, state).await?;
    Ok(StatusCode::OK)
}

/// What a confirmation says against the printer itself; `None` when nothing is.
fn trouble(code: &str) -> Option<DeviceReport> {
    let code = StarCode::parse(code)?;
    let state = code.state().unwrap_or(DeviceState::Error);
    (state != DeviceState::Online).then(|| DeviceReport {
        state,
        paper_low: false,
        code: code.text().to_owned(),
    })
}

fn headers(job: &Dispatched) -> HeaderMap {
    let cut = match job.device.settings.cutter {
        true => drawing::Cut::Partial,
        false => drawing::Cut::None,
    };
    let settings = drawing::Settings {
        cut,
        ..drawing::Settings::default()
    };
    let headers = drawing::headers(&settings).into_iter();
    headers
        .filter_map(|(name, value)| {
            let name: HeaderName = name.parse().ok()?;
            Some((name, HeaderValue::from_static(value)))
        })
        .collect()
}

/// The slips as one picture with all copies; `None` when it is more than a printer takes.
async fn draw(job: Dispatched) -> Result<Option<Vec<u8>>, Problem> {
    let drawn = move || picture::png(&picture::stacked(&layout(&job.slips), job.copies));
    let picture = tokio::task::spawn_blocking(drawn)
        .await
        .map_err(Problem::internal)?;
    Ok((picture.len() <= drawing::MAX_BYTES).then_some(picture))
}
