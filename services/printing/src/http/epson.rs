//! Epson Server Direct Print: the printer asks for work, and says what came of it.

use std::{collections::BTreeMap, time::Duration};

use axum::response::Response;
use chassis::error::Problem;
use print_poll::{
    Answer, DeviceState, JobToken,
    epson::{self, PrintResult, Request},
};
use print_render::{epos, layout};

use super::answer::{Refused, response};
use crate::{
    app::{
        Dependencies,
        dispatch::{self, DeviceKey, Dispatched},
        polling::{self, Caller},
    },
    domain::{
        device::Buzzer,
        job::{Delivery, Reason},
    },
};

/// How long the printer tries to print, before it says that it could not: well within the time of a try.
const PRINT_WITHIN: Duration = Duration::from_secs(30);

pub(super) async fn post(
    deps: &Dependencies,
    key: DeviceKey,
    caller: Caller,
    body: &[u8],
) -> Result<Response, Refused> {
    let answer = match Request::read(body)? {
        Request::Work { .. } => work(deps, key, caller).await?,
        Request::Result { result, .. } => {
            take(deps, key, caller, &result).await?;
            epson::acknowledged()
        }
        Request::Status { monitored, .. } => {
            for printer in monitored.iter().filter(|printer| printer.is_local()) {
                polling::see(deps, key, &printer.report).await?;
            }
            epson::acknowledged()
        }
    };
    Ok(response(answer))
}

/// The next job, if any: asking for work and getting it is one step here.
async fn work(deps: &Dependencies, key: DeviceKey, caller: Caller) -> Result<Answer, Problem> {
    polling::see_asking(deps, key).await?;
    if !epson::may_offer(caller.handed) {
        return Ok(epson::no_work());
    }
    let Some(job) = dispatch::next_job(deps, key).await? else {
        return Ok(epson::no_work());
    };
    let (id, attempt) = (job.job, job.attempt);
    let Some(answer) = draw(job).await? else {
        dispatch::failed(deps, key, id, attempt, Reason::NotRendered).await?;
        return Ok(epson::no_work());
    };
    // It may have been taken back meanwhile, and is not printed then.
    match dispatch::delivered(deps, key, id, attempt, Delivery::Out, "").await? {
        true => Ok(answer),
        false => Ok(epson::no_work()),
    }
}

/// The slips with all copies; `None` when they are more than a printer takes.
async fn draw(job: Dispatched) -> Result<Option<Answer>, Problem> {
    let Some(token) = polling::token(job.job, job.attempt) else {
        return Ok(None);
    };
    let drawn = move || {
        let settings = epos::Settings {
            copies: job.copies,
            cut: job.device.settings.cutter,
            drawer: false,
            buzzer: job.device.settings.buzzer == Buzzer::Epson,
        };
        let xml = epos::encode(&layout(&job.slips), &settings).ok()?;
        epson::work(token, PRINT_WITHIN, &xml).ok()
    };
    tokio::task::spawn_blocking(drawn)
        .await
        .map_err(Problem::internal)
}

/// Keeps what came of each try that is named.
async fn take(
    deps: &Dependencies,
    key: DeviceKey,
    caller: Caller,
    result: &PrintResult,
) -> Result<(), Problem> {
    let mut phases = BTreeMap::new();
    for token in result.jobs.iter().filter_map(|job| job.token) {
        if !phases.contains_key(&token)
            && let Some(phase) = polling::phase(deps, key, token).await?
        {
            phases.insert(token, phase);
        }
    }
    let proved = epson::conclude(result, caller.handed, |token| phases.get(&token).copied());
    // What is said late, or again, says nothing of how the printer is now.
    let current = caller.handed.map(|handed| handed.token);
    let now = result
        .jobs
        .iter()
        .find(|job| job.token.is_some() && job.token == current);
    if let Some(job) = now {
        polling::see(deps, key, &job.report()).await?;
    }
    for (token, evidence) in &proved {
        polling::take(deps, key, *token, evidence, state_of(result, *token)).await?;
    }
    Ok(())
}

fn state_of(result: &PrintResult, token: JobToken) -> DeviceState {
    let named = result.jobs.iter().find(|job| job.token == Some(token));
    named.map_or(DeviceState::Online, |job| job.report().state)
}
