//! Print points and the settings of branches.

use chassis::{
    authn::Identity,
    db::TenantTx,
    error::{CommonReason, Problem, Violations, check_version},
    id::{BranchId, OrganisationId, PrintPointId},
};

use super::{Dependencies, order_end, refusals, scope, settle};
use crate::{
    domain::{
        job::{Reason, State},
        print_point::PrintPoint,
        settings::BranchSettings,
    },
    store,
};

/// Print points that a branch may have.
pub const MOST_POINTS: i64 = 100;

/// A page of the print points of a branch.
pub async fn list(
    deps: &Dependencies,
    identity: &Identity,
    org: OrganisationId,
    branch: BranchId,
    after: Option<&(String, PrintPointId)>,
    limit: i64,
) -> Result<Vec<PrintPoint>, Problem> {
    let mut tx = deps.db.tenant(org).await?;
    scope::branch(&mut tx, identity, branch).await?;
    Ok(store::print_points::list(&mut tx, branch, after, limit).await?)
}

/// Creates a print point, in the transaction of its idempotency key.
pub async fn create(
    deps: &Dependencies,
    tx: &mut TenantTx,
    identity: &Identity,
    mut point: PrintPoint,
) -> Result<PrintPoint, Problem> {
    scope::branch(tx, identity, point.branch).await?;
    check(tx, &mut point).await?;
    if store::print_points::count_for_insert(tx, point.branch).await? >= MOST_POINTS {
        return Err(refusals::limit("print_points", MOST_POINTS));
    }
    store::print_points::insert(tx, &point, deps.clock.now()).await?;
    Ok(point)
}

/// Checks what a print point refers to, and fills in its paper.
async fn check(tx: &mut TenantTx, point: &mut PrintPoint) -> Result<(), Problem> {
    let device = store::devices::find(tx, point.device).await?;
    let device = device.filter(|device| !device.archived && device.branch == point.branch);
    let device = device.ok_or_else(|| Problem::not_found("device"))?;
    if !device.paired {
        return Err(refusals::unpaired());
    }
    point.paper = device.paper;
    let mut violations = Violations::new();
    if let Some(substitute) = point.substitute {
        let found = store::print_points::find(tx, substitute).await?;
        let fits = found.is_some_and(|found| {
            found.id != point.id && found.branch == point.branch && found.paper == point.paper
        });
        if !fits {
            violations.push("print_point.substitute_id", CommonReason::ValidationFailed);
        }
    }
    let unknown =
        store::print_points::unknown_templates(tx, point.branch, point.paper, &point.templates)
            .await?;
    for (index, document) in point.templates.keys().enumerate() {
        if unknown.contains(document) {
            let field = format!("print_point.templates[{index}].template_id");
            violations.push(field, CommonReason::ValidationFailed);
        }
    }
    violations.into_result()
}

/// Loads a print point that is locked, and checks who wants to change it.
pub async fn lock(
    tx: &mut TenantTx,
    identity: &Identity,
    id: PrintPointId,
) -> Result<PrintPoint, Problem> {
    let point = store::print_points::lock(tx, id).await?;
    let point = point.ok_or_else(|| Problem::not_found("print point"))?;
    scope::branch(tx, identity, point.branch).await?;
    Ok(point)
}

/// A print point that the caller may see.
pub async fn get(
    tx: &mut TenantTx,
    identity: &Identity,
    id: PrintPointId,
) -> Result<PrintPoint, Problem> {
    let point = store::print_points::find(tx, id).await?;
    let point = point.ok_or_else(|| Problem::not_found("print point"))?;
    scope::branch(tx, identity, point.branch).await?;
    Ok(point)
}

/// Changes a print point whose row is locked. Jobs that wait and no device has move with it to another device.
pub async fn update(
    deps: &Dependencies,
    tx: &mut TenantTx,
    before: &PrintPoint,
    version: i64,
    mut after: PrintPoint,
) -> Result<PrintPoint, Problem> {
    check_version(version, before.version)?;
    after.version = before.version + 1;
    check(tx, &mut after).await?;
    store::print_points::update(tx, &after).await?;
    if before.device != after.device {
        let jobs = store::print_jobs::lock_waiting(tx, Some(before.id), None).await?;
        let waiting = jobs
            .into_iter()
            .filter(|job| job.state == State::Queued && job.moved_from.is_none());
        for mut job in waiting {
            job.device = after.device;
            job.version += 1;
            // Its queue is another one now: whoever serves that device is told.
            settle::store(deps, tx, &job, State::Sent).await?;
        }
    }
    Ok(after)
}

/// Archives a print point whose row is locked; what waits for it is cancelled.
pub async fn archive(
    deps: &Dependencies,
    tx: &mut TenantTx,
    point: &PrintPoint,
    version: i64,
) -> Result<(), Problem> {
    check_version(version, point.version)?;
    let mut jobs = store::print_jobs::lock_waiting(tx, Some(point.id), None).await?;
    order_end::withdraw(deps, tx, &mut jobs, Reason::Removed).await?;
    Ok(store::print_points::archive(tx, point.id).await?)
}

/// What holds for all printing of a branch.
pub async fn settings(
    deps: &Dependencies,
    identity: &Identity,
    org: OrganisationId,
    branch: BranchId,
) -> Result<BranchSettings, Problem> {
    let mut tx = deps.db.tenant(org).await?;
    scope::branch(&mut tx, identity, branch).await?;
    Ok(store::branches::settings(&mut tx, branch).await?)
}

/// Changes what holds for all printing of a branch. Returns it as it was and as it is.
pub async fn save_settings(
    tx: &mut TenantTx,
    identity: &Identity,
    branch: BranchId,
    version: i64,
    mut settings: BranchSettings,
) -> Result<(BranchSettings, BranchSettings), Problem> {
    scope::branch(tx, identity, branch).await?;
    store::branches::lock(tx, branch).await?;
    let before = store::branches::settings(tx, branch).await?;
    check_version(version, before.version)?;
    settings.version = before.version + 1;
    store::branches::save_settings(tx, branch, &settings).await?;
    Ok((before, settings))
}
