//! What happens to slips when their order is cancelled or revised.

use chassis::{db::TenantTx, error::Problem, id::OrderId, outbox};
use serde_json::json;

use super::{Dependencies, new_jobs, order_facts, settle, slips};
use crate::{
    domain::{
        device::Channel,
        document::Document,
        job::{Job, Reason, Withdrawal},
        routing,
    },
    events,
    store::{self, orders::OrderCopy},
};

/// Withdraws what is not printed of an order that is locked, and answers what may be on paper by 取消單.
pub async fn cancel(
    deps: &Dependencies,
    tx: &mut TenantTx,
    order: &OrderCopy,
) -> Result<(), Problem> {
    let mut jobs = store::print_jobs::lock_of_orders(tx, &[order.id]).await?;
    jobs.retain(|job| job.is_open() && job.document.shows_order() && job.reprint == 0);
    withdraw(deps, tx, &mut jobs, Reason::OrderCancelled).await?;
    cancel_slips(deps, tx, order).await
}

/// Takes jobs that are locked back, as far as that can be done.
pub async fn withdraw(
    deps: &Dependencies,
    tx: &mut TenantTx,
    jobs: &mut [Job],
    reason: Reason,
) -> Result<(), Problem> {
    let now = deps.clock.now();
    let ids: Vec<_> = jobs.iter().map(|job| job.device).collect();
    let devices = store::devices::list_of(tx, &ids).await?;
    for job in jobs {
        let device = devices.iter().find(|device| device.id == job.device);
        // Without its device nobody can print it.
        let channel = device.map_or(Channel::StarCloudprnt, |device| device.channel);
        let from = job.state;
        match job.withdraw(channel, reason, now) {
            Withdrawal::Cancelled => settle::store(deps, tx, job, from).await?,
            Withdrawal::Asked => {
                store::print_jobs::update(tx, job).await?;
                let asked = events::job_withdrawing(job, now);
                outbox::publish(tx, &*deps.clock, &[asked]).await?;
            }
            Withdrawal::TooLate | Withdrawal::Ended => {}
        }
    }
    Ok(())
}

/// 取消單 at every print point where slips of a cancelled order may be on paper; each once.
pub async fn cancel_slips(
    deps: &Dependencies,
    tx: &mut TenantTx,
    order: &OrderCopy,
) -> Result<(), Problem> {
    let payload = json!({ "cancelled_at": order.changed_at, "cause": order.cause });
    follow_up(deps, tx, order, Document::CancelSlip, payload).await
}

/// 修改單 at every print point where slips of an earlier revision of an order that is locked may be on paper and show
/// something else now. What waits is replaced by what the order is now.
pub async fn revise(
    deps: &Dependencies,
    tx: &mut TenantTx,
    order: &OrderCopy,
) -> Result<(), Problem> {
    let mut jobs = store::print_jobs::lock_of_orders(tx, &[order.id]).await?;
    jobs.retain(|job| {
        let of_before = job.revision < order.revision && job.reprint == 0;
        of_before && job.is_open() && job.document.shows_order()
    });
    withdraw(deps, tx, &mut jobs, Reason::OrderRevised).await?;
    revision_slips(deps, tx, order).await
}

/// 修改單 at every print point where slips of an earlier revision may be on paper; each once.
pub async fn revision_slips(
    deps: &Dependencies,
    tx: &mut TenantTx,
    order: &OrderCopy,
) -> Result<(), Problem> {
    follow_up(deps, tx, order, Document::RevisionSlip, json!({})).await
}

/// Asks for the slips of a job again, as its order is now.
pub async fn replace(
    deps: &Dependencies,
    tx: &mut TenantTx,
    order: &OrderCopy,
    job: &Job,
) -> Result<(), Problem> {
    let Some(facts) = order_facts::find(tx, order).await? else {
        return Ok(());
    };
    let points = store::print_points::list_with_rules(tx, &[order.branch]).await?;
    let of = points
        .iter()
        .find_map(|of| Some((of, of.rules.iter().find(|rule| Some(rule.id) == job.rule)?)));
    let Some(plan) = of.and_then(|(of, rule)| routing::plan(&facts, &of.point, rule)) else {
        return Ok(());
    };
    let circumstances = new_jobs::Circumstances {
        brand: job.brand,
        trigger: job.trigger,
        due_at: job.due_at,
        keep: job.expires_at - job.due_at,
        payload: None,
    };
    let new = new_jobs::of_plan(deps, &plan, &facts, &circumstances);
    new_jobs::insert(deps, tx, vec![new]).await?;
    Ok(())
}

async fn follow_up(
    deps: &Dependencies,
    tx: &mut TenantTx,
    order: &OrderCopy,
    document: Document,
    payload: serde_json::Value,
) -> Result<(), Problem> {
    let jobs = jobs_of(tx, order.id).await?;
    if !jobs.iter().any(Job::needs_follow_up) {
        return Ok(());
    }
    let Some(facts) = order_facts::find(tx, order).await? else {
        return Ok(());
    };
    let points = store::print_points::list_with_rules(tx, &[order.branch]).await?;
    let settings = store::branches::settings(tx, order.branch).await?;
    let Some(branch) = store::branches::find(tx, order.branch).await? else {
        return Ok(());
    };
    let circumstances = new_jobs::Circumstances {
        brand: branch.brand,
        trigger: None,
        due_at: deps.clock.now(),
        keep: settings.keep(),
        payload: Some(payload),
    };
    let mut plans = routing::follow_up(&facts, document, &points, &jobs);
    if document == Document::RevisionSlip {
        let before = order_facts::find_snapshot(tx, order.id, order.revision - 1).await?;
        let after = order_facts::find_snapshot(tx, order.id, order.revision).await?;
        plans.retain(|plan| slips::differ(before.as_ref(), after.as_ref(), &plan.lines));
    }
    let new = plans
        .iter()
        .map(|plan| new_jobs::of_plan(deps, plan, &facts, &circumstances));
    new_jobs::insert(deps, tx, new.collect()).await?;
    Ok(())
}

async fn jobs_of(tx: &mut TenantTx, order: OrderId) -> Result<Vec<Job>, Problem> {
    const MOST: i64 = 1_000;
    Ok(store::print_jobs::list_of_order(tx, order, MOST).await?)
}
