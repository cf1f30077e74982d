//! Print jobs as staff sees and changes them.

use chassis::{
    authn::Identity,
    db::TenantTx,
    error::{CommonReason, Problem, check_version},
    id::{BranchId, DeviceId, OrderId, OrganisationId, PrintJobId, PrintPointId, PrintRuleId},
};
use print_render::Document as Drawn;
use proto::printing::v1::PrintingReason;

use super::{Dependencies, new_jobs, order_events, order_facts, scope, settle, slips};
use crate::{
    domain::{
        document::Trigger,
        heads::Heads,
        job::{Job, MOST_REPRINTS, State},
        routing::{self, Plan},
    },
    store::{self, print_attempts::Attempt},
};

/// Jobs of one order that are listed.
const MOST_OF_ORDER: i64 = 200;

/// A job with the names that a list shows.
#[derive(Clone, Debug)]
pub struct ShownJob {
    /// The job.
    pub job: Job,
    /// Name of its device.
    pub device: String,
    /// Name of its print point; empty for none.
    pub point: String,
    /// 訂單編號; empty for none.
    pub order_number: String,
    /// 取件號碼; empty for none.
    pub pickup_number: String,
}

/// Which jobs of a branch are listed.
#[derive(Clone, Debug)]
pub struct JobFilter {
    /// Branch.
    pub branch: BranchId,
    /// States; empty for all.
    pub states: Vec<State>,
    /// Device; `None` for all.
    pub device: Option<DeviceId>,
}

/// Jobs with their names.
pub async fn show(tx: &mut TenantTx, jobs: Vec<Job>) -> Result<Vec<ShownJob>, Problem> {
    let devices: Vec<DeviceId> = jobs.iter().map(|job| job.device).collect();
    let points: Vec<PrintPointId> = jobs.iter().filter_map(|job| job.point).collect();
    let orders: Vec<OrderId> = jobs.iter().filter_map(|job| job.order).collect();
    let devices = store::devices::list_of(tx, &devices).await?;
    let points = store::print_points::list_names(tx, &points).await?;
    let orders = store::orders::list(tx, &orders).await?;
    let shown = jobs.into_iter().map(|job| {
        let device = devices.iter().find(|device| device.id == job.device);
        let point = points.iter().find(|(id, _)| Some(*id) == job.point);
        let order = orders.iter().find(|order| Some(order.id) == job.order);
        ShownJob {
            device: device.map(|device| device.name.clone()).unwrap_or_default(),
            point: point.map(|(_, name)| name.clone()).unwrap_or_default(),
            order_number: order.map(|of| of.order_number.clone()).unwrap_or_default(),
            pickup_number: order.map(|of| of.pickup_number.clone()).unwrap_or_default(),
            job,
        }
    });
    Ok(shown.collect())
}

/// One job with its names.
pub async fn show_one(tx: &mut TenantTx, job: Job) -> Result<ShownJob, Problem> {
    let shown = show(tx, vec![job]).await?;
    let found = shown.into_iter().next();
    found.ok_or_else(|| Problem::not_found("print job"))
}

/// A page of the jobs of a branch, the latest first, each with its place.
pub async fn list(
    deps: &Dependencies,
    identity: &Identity,
    org: OrganisationId,
    filter: &JobFilter,
    after: Option<i64>,
    limit: i64,
) -> Result<Vec<(i64, ShownJob)>, Problem> {
    let mut tx = deps.db.tenant(org).await?;
    scope::branch(&mut tx, identity, filter.branch).await?;
    let JobFilter {
        branch,
        states,
        device,
    } = filter;
    let found = store::print_jobs::list(&mut tx, *branch, states, *device, after, limit).await?;
    let (places, jobs): (Vec<i64>, Vec<Job>) = found.into_iter().unzip();
    let shown = show(&mut tx, jobs).await?;
    Ok(places.into_iter().zip(shown).collect())
}

/// The jobs of an order; none of an order that prints nothing.
pub async fn list_of_order(
    deps: &Dependencies,
    identity: &Identity,
    org: OrganisationId,
    order: OrderId,
) -> Result<Vec<ShownJob>, Problem> {
    let mut tx = deps.db.tenant(org).await?;
    let jobs = store::print_jobs::list_of_order(&mut tx, order, MOST_OF_ORDER).await?;
    if let Some(job) = jobs.first() {
        identity.require_branch(job.brand, job.branch)?;
    }
    show(&mut tx, jobs).await
}

/// A job that the caller may see.
async fn find(tx: &mut TenantTx, identity: &Identity, id: PrintJobId) -> Result<Job, Problem> {
    let job = store::print_jobs::find(tx, id).await?;
    let job = job.ok_or_else(|| Problem::not_found("print job"))?;
    identity.require_branch(job.brand, job.branch)?;
    Ok(job)
}

/// Loads a job that is locked, and checks who wants to change it.
async fn lock(tx: &mut TenantTx, identity: &Identity, id: PrintJobId) -> Result<Job, Problem> {
    let job = settle::lock(tx, id).await?;
    let job = job.ok_or_else(|| Problem::not_found("print job"))?;
    identity.require_branch(job.brand, job.branch)?;
    Ok(job)
}

/// A job with its attempts and the names of their devices.
pub async fn get(
    deps: &Dependencies,
    identity: &Identity,
    org: OrganisationId,
    id: PrintJobId,
) -> Result<(ShownJob, Vec<(Attempt, String)>), Problem> {
    let mut tx = deps.db.tenant(org).await?;
    let job = find(&mut tx, identity, id).await?;
    let attempts = store::print_attempts::list(&mut tx, id).await?;
    let ids: Vec<DeviceId> = attempts.iter().map(|of| of.device).collect();
    let devices = store::devices::list_of(&mut tx, &ids).await?;
    let named = attempts.into_iter().map(|attempt| {
        let device = devices.iter().find(|device| device.id == attempt.device);
        let name = device.map(|device| device.name.clone());
        (attempt, name.unwrap_or_default())
    });
    let named = named.collect();
    Ok((show_one(&mut tx, job).await?, named))
}

/// The slips of a job as its last attempt had them, or as the next one would.
pub async fn preview(
    deps: &Dependencies,
    identity: &Identity,
    org: OrganisationId,
    id: PrintJobId,
) -> Result<Drawn, Problem> {
    let mut tx = deps.db.tenant(org).await?;
    let job = find(&mut tx, identity, id).await?;
    let attempts = store::print_attempts::list(&mut tx, id).await?;
    let heads = attempts.last().map(|of| of.heads.clone());
    let heads = heads.unwrap_or_else(|| Heads {
        reprint: job.reprint,
        may_be_duplicate: job.may_be_duplicate,
        ..Heads::default()
    });
    let device = store::devices::find(&mut tx, job.device).await?;
    let device = device.ok_or_else(|| Problem::not_found("device"))?;
    let facts = slips::load(deps, &mut tx, &job, &device).await?;
    tx.commit().await?;
    let facts = facts.ok_or_else(|| Problem::not_found("print job"))?;
    let attempt = job.attempt.max(1);
    let drawn = tokio::task::spawn_blocking(move || facts.draw(&heads, attempt))
        .await
        .map_err(Problem::internal)?;
    // A code that pairs a device is shown on paper alone.
    if job.pairing_number().is_some() {
        return Err(Problem::not_found("print job"));
    }
    drawn.map_err(|_| Problem::not_found("print job"))
}

/// Prints the slips of a job again as a job of its own, in the transaction of its idempotency key.
pub async fn reprint(
    deps: &Dependencies,
    tx: &mut TenantTx,
    identity: &Identity,
    id: PrintJobId,
) -> Result<Job, Problem> {
    let job = lock(tx, identity, id).await?;
    job.check_reprint()?;
    if job.pairing_number().is_some() {
        return Err(Problem::not_found("print job"));
    }
    let settings = store::branches::settings(tx, job.branch).await?;
    let reprint = again(tx, &job).await?;
    let now = deps.clock.now();
    let new = Job {
        point: job.point,
        rule: job.rule,
        order: job.order,
        revision: job.revision,
        source: job.source,
        lines: job.lines.clone(),
        per: job.per,
        payload: job.payload.clone(),
        copies: job.copies,
        reprint,
        reprint_of: Some(job.reprint_of.unwrap_or(job.id)),
        may_be_duplicate: job.state != State::Printed && job.may_be_on_paper(),
        test: job.test,
        ..new_jobs::blank(
            deps,
            job.brand,
            job.branch,
            device_of(tx, &job).await?,
            job.document,
            now + settings.keep(),
        )
    };
    let inserted = new_jobs::insert(deps, tx, vec![new]).await?;
    let inserted = inserted.into_iter().next();
    inserted.ok_or_else(|| Problem::unavailable(anyhow::anyhow!("reprinted at the same moment")))
}

/// The device that a job's print point has now; that of the job itself where it has none.
async fn device_of(tx: &mut TenantTx, job: &Job) -> Result<DeviceId, Problem> {
    if let Some(point) = job.point
        && let Some(point) = store::print_points::find(tx, point).await?
    {
        return Ok(point.device);
    }
    let device = store::devices::find(tx, job.device).await?;
    let device = device.filter(|device| !device.archived);
    let device = device.ok_or_else(|| Problem::not_found("device"))?;
    Ok(device.id)
}

/// The number of the next reprint of what a job printed.
async fn again(tx: &mut TenantTx, job: &Job) -> Result<i16, Problem> {
    let last = store::print_jobs::last_reprint(tx, job).await?;
    if last >= MOST_REPRINTS {
        return Err(Problem::new(CommonReason::RateLimited)
            .message("the slip was printed again too often")
            .param("max", MOST_REPRINTS));
    }
    Ok(last + 1)
}

/// Prints an order by one rule, or by every rule that staff prints by, in the transaction of its idempotency key.
pub async fn print_order(
    deps: &Dependencies,
    tx: &mut TenantTx,
    identity: &Identity,
    order: OrderId,
    rule: Option<PrintRuleId>,
) -> Result<Vec<Job>, Problem> {
    let copy = store::orders::lock(tx, &[order]).await?.pop();
    let copy = copy.ok_or_else(|| Problem::not_found("order"))?;
    let branch = scope::branch(tx, identity, copy.branch).await?;
    let facts = order_facts::find(tx, &copy).await?;
    let facts = facts.ok_or_else(|| Problem::not_found("order"))?;
    let points = store::print_points::list_with_rules(tx, &[copy.branch]).await?;
    let plans: Vec<Plan<'_>> = match rule {
        Some(id) => {
            let of = points
                .iter()
                .find_map(|of| Some((of, of.rules.iter().find(|rule| rule.id == id)?)));
            let (of, rule) = of.ok_or_else(|| Problem::not_found("print rule"))?;
            if rule.document.has_own_moment() {
                return Err(no_route());
            }
            routing::plan(&facts, &of.point, rule).into_iter().collect()
        }
        None => routing::route(&facts, Trigger::Manual, &points),
    };
    if plans.is_empty() {
        return Err(no_route());
    }
    let settings = store::branches::settings(tx, copy.branch).await?;
    let circumstances = new_jobs::Circumstances {
        brand: branch.brand,
        trigger: Some(Trigger::Manual),
        due_at: deps.clock.now(),
        keep: settings.keep(),
        payload: None,
    };
    let known = store::print_jobs::list_of_order(tx, order, i64::from(i16::MAX)).await?;
    let mut jobs = Vec::with_capacity(plans.len());
    for plan in &plans {
        let mut job = new_jobs::of_plan(deps, plan, &facts, &circumstances);
        let same = known.iter().find(|other| {
            (other.revision, other.document, other.source)
                == (job.revision, job.document, job.source)
        });
        if let Some(first) = same {
            job.reprint = again(tx, first).await?;
            job.reprint_of = Some(first.reprint_of.unwrap_or(first.id));
            job.may_be_duplicate = first.state != State::Printed && first.may_be_on_paper();
            job.accepts = false;
        }
        jobs.push(job);
    }
    new_jobs::insert(deps, tx, jobs).await
}

fn no_route() -> Problem {
    Problem::new(PrintingReason::NoPrintRoute).message("no rule prints the order")
}

/// Fetches the copy of an order that the service does not have, so that it can be printed.
pub async fn ensure_copy(
    deps: &Dependencies,
    org: OrganisationId,
    order: OrderId,
) -> Result<(), Problem> {
    let mut tx = deps.db.tenant(org).await?;
    let known = store::orders::find(&mut tx, order).await?;
    tx.commit().await?;
    if known.is_none() {
        order_events::fetch(deps, org, order).await?;
    }
    Ok(())
}

/// Staff says of a job whether it was printed. Returns it as it was and as it is.
pub async fn decide(
    deps: &Dependencies,
    tx: &mut TenantTx,
    identity: &Identity,
    id: PrintJobId,
    version: i64,
    printed: bool,
) -> Result<(Job, Job), Problem> {
    let before = lock(tx, identity, id).await?;
    check_version(version, before.version)?;
    let mut job = before.clone();
    job.decide(printed, deps.clock.now())?;
    settle::store(deps, tx, &job, before.state).await?;
    Ok((before, job))
}

/// Staff cancels a job that waits. Returns it as it was and as it is.
pub async fn cancel(
    deps: &Dependencies,
    tx: &mut TenantTx,
    identity: &Identity,
    id: PrintJobId,
    version: i64,
) -> Result<(Job, Job), Problem> {
    let before = lock(tx, identity, id).await?;
    check_version(version, before.version)?;
    let mut job = before.clone();
    job.cancel(deps.clock.now())?;
    settle::store(deps, tx, &job, before.state).await?;
    Ok((before, job))
}
