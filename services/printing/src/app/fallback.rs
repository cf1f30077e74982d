//! What a print point does when its device fails: its substitute takes over, marked 代印.

use chassis::{
    db::TenantTx,
    error::Problem,
    id::{OrganisationId, PrintJobId},
};

use super::{Dependencies, settle};
use crate::{
    domain::{
        device::Device,
        job::{Job, MOVE_AFTER, Outcome, State},
    },
    store,
};

/// Stores a job after an attempt that led to nothing. One that failed goes to the substitute, where there is one at
/// work; a job moves once.
pub async fn after(
    deps: &Dependencies,
    tx: &mut TenantTx,
    job: &mut Job,
    from: State,
    outcome: Outcome,
) -> Result<(), Problem> {
    if outcome == Outcome::Failed
        && let Some(device) = substitute(tx, job).await?
    {
        job.move_to(device.id, deps.clock.now());
    }
    settle::store(deps, tx, job, from).await
}

/// The device of the substitute of a job's print point, if it is at work.
async fn substitute(tx: &mut TenantTx, job: &Job) -> Result<Option<Device>, Problem> {
    let (Some(point), None) = (job.point, job.moved_from) else {
        return Ok(None);
    };
    let Some(point) = store::print_points::find(tx, point).await? else {
        return Ok(None);
    };
    let Some(substitute) = point.substitute else {
        return Ok(None);
    };
    let Some(substitute) = store::print_points::find(tx, substitute).await? else {
        return Ok(None);
    };
    if substitute.device == job.device || substitute.paper != point.paper {
        return Ok(None);
    }
    let states = store::device_states::list(tx, &[substitute.device]).await?;
    if !states.iter().any(|(_, status)| status.is_online()) {
        return Ok(None);
    }
    let device = store::devices::find(tx, substitute.device).await?;
    Ok(device.filter(|device| device.paired && !device.archived))
}

/// Moves a job that has waited a minute for a device which is away.
pub async fn move_waiting(
    deps: &Dependencies,
    org: OrganisationId,
    id: PrintJobId,
) -> Result<(), Problem> {
    let mut tx = deps.db.tenant(org).await?;
    let Some(mut job) = settle::lock(&mut tx, id).await? else {
        return Ok(());
    };
    let now = deps.clock.now();
    if job.state != State::Queued || job.due_at.max(job.created_at) + MOVE_AFTER > now {
        return Ok(());
    }
    let states = store::device_states::list(&mut tx, &[job.device]).await?;
    if states.iter().any(|(_, status)| status.is_online()) {
        return Ok(());
    }
    if let Some(device) = substitute(&mut tx, &job).await? {
        job.move_to(device.id, now);
        // Its queue is another one now: whoever serves that device is told.
        settle::store(deps, &mut tx, &job, State::Sent).await?;
        tx.commit().await?;
    }
    Ok(())
}
