//! What a printer that calls by itself has in its hands, and what becomes of what it proves.
//!
//! Evidence names its try, and is judged by how far that try is, never by what is current.

use chassis::{db::TenantTx, error::Problem, id::PrintJobId};
use chrono::{DateTime, TimeDelta, Utc};
use print_poll::{
    DeviceReport, DeviceState, Evidence, Handed, Ink, JobToken, NotPrinted, Phase, Remedy,
};

use super::{
    Dependencies,
    dispatch::{self, DeviceKey},
};
use crate::{
    domain::{
        device::{Device, Sighting, State},
        job::{Delivery, Job, Reason, State as JobState},
    },
    store::{self, print_attempts::Attempt},
};

/// How long a printer that does not say that it is well again is left alone.
const REST: TimeDelta = TimeDelta::seconds(30);

/// A printer, and the try in its hands.
#[derive(Clone, Debug)]
pub struct Caller {
    /// The printer.
    pub device: Device,
    /// The try in its hands.
    pub handed: Option<Handed>,
}

/// What is known of a printer that calls; `None` when it is no longer used.
pub async fn caller(deps: &Dependencies, key: DeviceKey) -> Result<Option<Caller>, Problem> {
    let mut tx = deps.db.tenant(key.org).await?;
    let device = store::devices::find(&mut tx, key.device).await?;
    let Some(device) = device.filter(|device| !device.archived) else {
        return Ok(None);
    };
    let sent = store::print_jobs::lock_sent(&mut tx, key.device).await?;
    let handed = match sent {
        Some(job) => {
            let phase = phase_in(&mut tx, key, &job, job.attempt, deps.clock.now()).await?;
            token(job.id, job.attempt)
                .zip(phase)
                .map(|(token, phase)| Handed { token, phase })
        }
        None => None,
    };
    Ok(Some(Caller { device, handed }))
}

/// How far a try of a printer is; `None` when it is none of its own.
pub async fn phase(
    deps: &Dependencies,
    key: DeviceKey,
    named: JobToken,
) -> Result<Option<Phase>, Problem> {
    let (id, attempt) = named_try(named);
    let mut tx = deps.db.tenant(key.org).await?;
    match store::print_jobs::find(&mut tx, id).await? {
        Some(job) => phase_in(&mut tx, key, &job, attempt, deps.clock.now()).await,
        None => Ok(None),
    }
}

async fn phase_in(
    tx: &mut TenantTx,
    key: DeviceKey,
    job: &Job,
    attempt: i16,
    now: DateTime<Utc>,
) -> Result<Option<Phase>, Problem> {
    let tries = store::print_attempts::list(tx, job.id).await?;
    let own = tries
        .into_iter()
        .find(|of| of.number == attempt && of.device == key.device);
    Ok(own.map(|own| phase_of(&own, job, now)))
}

fn phase_of(own: &Attempt, job: &Job, now: DateTime<Utc>) -> Phase {
    let counts = job.state == JobState::Sent
        && job.attempt == own.number
        && job.lease_until.is_some_and(|until| until > now);
    if own.printed {
        Phase::Closed
    } else if counts && job.delivery == Delivery::None {
        Phase::Offered
    } else if counts {
        Phase::Served
    } else if own.delivered_at.is_some() {
        // Whatever became of it since: paper of it may still come, and counts.
        Phase::Unconfirmed
    } else {
        Phase::Closed
    }
}

/// The name of a try on its way to a printer.
#[must_use]
pub fn token(job: PrintJobId, attempt: i16) -> Option<JobToken> {
    JobToken::new(job.as_uuid(), u16::try_from(attempt).ok()?)
}

/// The job and the try that a printer names.
#[must_use]
pub fn named_try(token: JobToken) -> (PrintJobId, i16) {
    let attempt = i16::try_from(token.attempt()).unwrap_or(i16::MAX);
    (PrintJobId::from_uuid(token.job()), attempt)
}

/// Keeps what a printer proved about one of its tries. `state` is how it says it is beside.
pub async fn take(
    deps: &Dependencies,
    key: DeviceKey,
    named: JobToken,
    evidence: &Evidence,
    state: DeviceState,
) -> Result<(), Problem> {
    let (job, attempt) = named_try(named);
    match evidence {
        Evidence::Printed => {
            dispatch::printed(deps, key, job, Some(attempt)).await?;
        }
        Evidence::NotPrinted(failed) => {
            let reason = reason(failed, state);
            dispatch::failed(deps, key, job, attempt, reason).await?;
        }
        Evidence::Unclear => dispatch::no_answer(deps, key, job, attempt).await?,
    }
    Ok(())
}

fn reason(failed: &NotPrinted, state: DeviceState) -> Reason {
    match (failed.remedy, state) {
        (Remedy::Nothing, _) => Reason::NotUnderstood,
        (Remedy::WhenWell, DeviceState::PaperOut) => Reason::PaperOut,
        (Remedy::WhenWell, DeviceState::CoverOpen) => Reason::CoverOpen,
        (Remedy::Retry, _) if failed.ink == Ink::No => Reason::NotTransferred,
        (Remedy::WhenWell | Remedy::Retry | Remedy::Person, _) => Reason::Fault,
    }
}

/// Takes in how a printer says it is.
pub async fn see(
    deps: &Dependencies,
    key: DeviceKey,
    report: &DeviceReport,
) -> Result<(), Problem> {
    dispatch::device_state(deps, key, &sighting(report)).await
}

fn sighting(report: &DeviceReport) -> Sighting {
    let state = state(report.state);
    Sighting {
        reason: match state {
            State::Online => String::new(),
            _ => report.code.clone(),
        },
        paper_low: Some(report.paper_low),
        ..Sighting::of(state)
    }
}

const fn state(said: DeviceState) -> State {
    match said {
        DeviceState::Online => State::Online,
        DeviceState::PaperOut => State::PaperOut,
        DeviceState::CoverOpen => State::CoverOpen,
        DeviceState::Error => State::Fault,
    }
}

/// A printer asks for work and says nothing of itself. One that was unwell is tried again after a rest: some models
/// never say that they are well.
pub async fn see_asking(deps: &Dependencies, key: DeviceKey) -> Result<(), Problem> {
    let mut tx = deps.db.tenant(key.org).await?;
    let status = store::device_states::lock(&mut tx, key.device).await?;
    tx.rollback().await?;
    let Some(status) = status else {
        return Ok(());
    };
    let is_silent = matches!(status.state, State::Online | State::Offline);
    let sighting = if is_silent || deps.clock.now() - status.since >= REST {
        Sighting::online()
    } else {
        Sighting {
            reason: status.reason,
            ..Sighting::of(status.state)
        }
    };
    dispatch::device_state(deps, key, &sighting).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waiting_for_paper_is_told_from_what_counts_as_a_try() {
        for (remedy, ink, state, expected) in [
            (
                Remedy::Nothing,
                Ink::No,
                DeviceState::Online,
                Reason::NotUnderstood,
            ),
            (
                Remedy::Retry,
                Ink::No,
                DeviceState::Online,
                Reason::NotTransferred,
            ),
            (
                Remedy::Retry,
                Ink::Maybe,
                DeviceState::Online,
                Reason::Fault,
            ),
            (
                Remedy::WhenWell,
                Ink::Maybe,
                DeviceState::PaperOut,
                Reason::PaperOut,
            ),
            (
                Remedy::WhenWell,
                Ink::Maybe,
                DeviceState::CoverOpen,
                Reason::CoverOpen,
            ),
            (
                Remedy::WhenWell,
                Ink::Maybe,
                DeviceState::Error,
                Reason::Fault,
            ),
            (
                Remedy::Person,
                Ink::Maybe,
                DeviceState::Error,
                Reason::Fault,
            ),
        ] {
            let failed = NotPrinted {
                remedy,
                ink,
                code: String::new(),
            };
            assert_eq!(reason(&failed, state), expected, "{remedy:?} {state:?}");
        }
    }
}
